# SPDX-License-Identifier: Apache-2.0
"""model.py: the service as the writers see it: messages, enums and methods with their comments, and what a client makes simpler.

What differs from the wire, the same in every language:
- enums are words, in lower case and without their prefix, as `--json` prints them
- `scope` is three arguments
- metadata is an object, not its JSON
- positions in a text that the client has are those of the language's own strings, not bytes
"""
from google.protobuf import descriptor_pb2

Proto = descriptor_pb2.FieldDescriptorProto
WHOLE_64 = {Proto.TYPE_UINT64, Proto.TYPE_INT64}
KINDS = {Proto.TYPE_STRING: "text", Proto.TYPE_BOOL: "bool", Proto.TYPE_DOUBLE: "real", Proto.TYPE_UINT32: "whole",
         Proto.TYPE_UINT64: "whole", Proto.TYPE_MESSAGE: "message", Proto.TYPE_ENUM: "enum"}

# Singular messages that an answer may lack. Every other one is always there.
MAY_LACK = {("Hit", "snippet"), ("Quotation", "place"), ("QuotedPiece", "place"), ("", "filter")}
# Strings that hold an object as JSON.
OBJECTS = {("Hit", "metadata"), ("Document", "metadata")}
# Fields under another name: a byte that cannot be counted in characters without its text says so, one that can is no byte.
NAMES = {("Match", "begin"): "begin_byte", ("Match", "end"): "end_byte", ("Place", "byte"): "begin"}
NOTES = {
    ("Match", ""): "Document.span gives it in characters, Document.matched the text.",
    ("Place", "begin"): "The character of its text from which on it holds. Each is after the one before.",
    ("Quotation", "begin"): "Its first character in the text.",
    ("Quotation", "end"): "The character after its last.",
    ("QuotedPiece", "begin"): "Its first character in the text.",
    ("QuotedPiece", "end"): "The character after its last.",
    ("Hit", "metadata"): "The record's other keys.",
    ("Document", "metadata"): "Whatever else is to be kept.",
}
# Requests are arguments, and these messages never leave the package.
HIDDEN = {"Scope", "IngestRequest"}
HANDWRITTEN = {"Ingest"}
# Arguments without a name, beside those that the proto calls required.
POSITIONAL = {"query", "ids", "b"}


def tidy(comment):
    return "\n".join(line.strip() for line in comment.strip().splitlines())


class Field:
    def __init__(self, owner, proto, comment):
        self.wire = proto.name
        self.name = NAMES.get((owner, proto.name), proto.name)
        self.kind = "object" if (owner, proto.name) in OBJECTS else KINDS[proto.type]
        self.is_long = proto.type in WHOLE_64
        self.repeated = proto.label == Proto.LABEL_REPEATED
        self.type = proto.type_name.rsplit(".", 1)[-1]
        self.comment = NOTES.get((owner, self.name), comment)
        self.required = comment.startswith("Required")
        self.optional = self.kind == "message" and not self.repeated and bool({(owner, proto.name), ("", proto.name)} & MAY_LACK)


class Message:
    def __init__(self, proto, comments, path):
        self.name = proto.name
        self.comment = " ".join(filter(None, [comments.get(path, ""), NOTES.get((proto.name, ""), "")]))
        self.fields = [Field(proto.name, each, comments.get((*path, 2, i), "")) for i, each in enumerate(proto.field)]
        self.needs = {field.type for field in self.fields if field.kind == "message"}
        rows = [field for field in self.fields if field.repeated and field.kind == "message"]
        self.rows = rows[0].name if rows else ""  # what its table is made of

    def field(self, name):
        return next((field for field in self.fields if field.wire == name), None)


class Enum:
    def __init__(self, proto, comments, path):
        self.name = proto.name
        self.comment = comments.get(path, "")
        prefix = "".join("_" + letter if letter.isupper() and i else letter for i, letter in enumerate(proto.name)).upper() + "_"
        self.words = {value.name[len(prefix):].lower(): (value.number, value.name) for value in proto.value if value.number}


class Method:
    def __init__(self, service, proto, comment, messages):
        self.service, self.name, self.comment = service, proto.name, comment
        self.request, self.reply = (messages[each.rsplit(".", 1)[-1]] for each in (proto.input_type, proto.output_type))
        self.streams = proto.server_streaming
        self.is_read = proto.options.idempotency_level == descriptor_pb2.MethodOptions.NO_SIDE_EFFECTS
        fields = [field for field in self.request.fields if field.wire != "scope"]
        self.positional = [field for field in fields if field.required or field.wire in POSITIONAL]
        self.required = [field for field in self.positional if field.required or field.repeated]
        self.named = [field for field in fields if field not in self.positional]
        self.is_scoped = self.request.field("scope") is not None
        self.is_filtered = self.is_scoped and "filter is refused" not in self.request.field("scope").comment
        self.has_pages = self.request.field("page_token") is not None


class Service:
    """Both services, as one client has them."""

    def __init__(self, files):
        self.messages, self.enums, self.methods = {}, {}, []
        found = []
        for file in files.file:
            comments = {tuple(each.path): tidy(each.leading_comments) for each in file.source_code_info.location if each.leading_comments}
            for i, proto in enumerate(file.enum_type):
                self.enums[proto.name] = Enum(proto, comments, (5, i))
            for i, proto in enumerate(file.message_type):
                self.messages[proto.name] = Message(proto, comments, (4, i))
            for i, service in enumerate(file.service):
                found += [(service.name, each, comments.get((6, i, 2, j), "")) for j, each in enumerate(service.method)]
        self.methods = [Method(*each, self.messages) for each in found]
        requests = {method.request.name for method in self.methods}
        self.shown = [each for each in self.in_order() if each.name not in requests | HIDDEN]

    def in_order(self):
        """Messages, each after those that it has."""
        done = {}

        def visit(message):
            if message.name not in done:
                for name in sorted(message.needs):
                    visit(self.messages[name])
                done[message.name] = message

        for message in self.messages.values():
            visit(message)
        return list(done.values())
