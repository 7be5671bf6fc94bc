# SPDX-License-Identifier: Apache-2.0
"""typescript.py: writes messages.ts and methods.ts of the Node package."""
import textwrap

from .model import HANDWRITTEN

HEAD = """// SPDX-License-Identifier: Apache-2.0
// Made by clients/generate from proto/: change that, not this.
// {purpose}

"""
TYPES = {"text": "string", "bool": "boolean", "real": "number", "whole": "number", "enum": "string", "object": "Metadata"}
SCOPE = """/** Which documents, which commit. */
export interface ScopeOptions {
    /** Documents that do not pass are left out, as if the query ended with these filters. */
    filter?: Given<Filter>;
    /** The answer must come from this commit or a later one. */
    minCommit?: number;
    /** When a part of the index cannot be read, an answer from the rest is welcome. */
    allowPartial?: boolean;
}
"""


def camel(name):
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


def lower(name):
    return name[0].lower() + name[1:]


def doc(text, indent):
    space = " " * indent
    lines = textwrap.wrap(" ".join(text.split("\n")).replace("*/", "* /"), 118 - indent)
    if len(lines) == 1:
        return f"{space}/** {lines[0]} */\n"
    return f"{space}/**\n" + "".join(f"{space} * {line}\n" for line in lines) + f"{space} */\n"


def type_of(field, is_given=False):
    name = field.type if field.kind == "message" else TYPES[field.kind]
    if is_given and field.kind == "enum":
        name = field.type
    return name + ("[]" if field.repeated else "")


def interface(message):
    text = doc(message.comment, 0) + f"export interface {message.name} {{\n"
    for field in message.fields:
        text += doc(field.comment, 4) + f"    {camel(field.name)}{'?' if field.optional else ''}: {type_of(field)};\n"
    return text + "}\n"


def options(method):
    """The arguments of a method that have a name."""
    scoped = "ScopeOptions, " if method.is_filtered else 'Omit<ScopeOptions, "filter">, ' if method.is_scoped else ""
    text = f"\n/** What {lower(method.name)} may be given besides. */\n"
    text += f"export interface {method.name}Options extends {scoped}CallOptions {{\n"
    for field in [each for each in method.positional if each not in method.required] + method.named:
        text += doc(field.comment, 4) + f"    {camel(field.name)}?: {type_of(field, True)};\n"
    return text + "}\n"


def row(field):
    words = [f'wire: "{camel(field.wire)}"', f'name: "{camel(field.name)}"', f'kind: "{field.kind}"']
    if field.kind in ("message", "enum"):
        words.append(f'type: "{field.type}"')
    words += ["repeated: true"] * field.repeated + ["optional: true"] * field.optional
    return "{ " + ", ".join(words) + " }"


TYPES_HEAD = """/** Whatever a document's record has besides. */
export type Metadata = { [key: string]: unknown };

/** A message that a program makes: what it leaves out has its zero. */
export type Given<T> = { [K in keyof T]?: T[K] extends (infer E)[] ? (E extends object ? Given<E>[] : E[]) : T[K] };
"""
ROWS_HEAD = """
/** A field: its name in JSON, its name here, and what it holds. */
export interface Row {
    wire: string;
    name: string;
    kind: "text" | "bool" | "real" | "whole" | "enum" | "object" | "message";
    type?: string; // of a message or an enum
    repeated?: true;
    optional?: true; // an answer may lack it
}

/** Each message's fields. */
export const rows: { [message: string]: Row[] } = {
"""
WORDS_HEAD = """};

/** Each enum's words, and what they are on the wire. */
export const words: { [name: string]: { [word: string]: string } } = {
"""


def messages(service):
    text = HEAD.format(purpose="messages.ts: what the server answers, and what it is given, as plain objects.") + TYPES_HEAD
    for enum in service.enums.values():
        text += "\n" + doc(enum.comment, 0) + f"export type {enum.name} = {' | '.join(chr(34) + word + chr(34) for word in enum.words)};\n"
    for message in service.shown:
        text += "\n" + interface(message)
    text += ROWS_HEAD
    for message in service.messages.values():
        if message.name != "IngestRequest":
            text += f"    {message.name}: [\n" + "".join(f"        {row(field)},\n" for field in message.fields) + "    ],\n"
    text += WORDS_HEAD
    for enum in service.enums.values():
        text += f"    {enum.name}: {{ " + ", ".join(f'{word}: "{wire}"' for word, (_, wire) in enum.words.items()) + " },\n"
    return text + "};\n"


def method_text(method):
    name = lower(method.name)
    given = ", ".join(f"{camel(field.name)}: {type_of(field, True)}" for field in method.required)
    fields = "{ " + ", ".join(camel(field.name) for field in method.required) + " }" if method.required else "{}"
    arguments = (given + ", " if given else "") + f"options: {method.name}Options = {{}}"
    row = next((field for field in method.reply.fields if field.name == method.reply.rows), None)
    if method.streams:
        return doc(method.comment, 4) + (
            f"    {name}({arguments}): Items<{row.type}, {method.reply.name}> {{\n"
            f'        return this.stream("{method.name}", "{camel(row.name)}", {fields}, options);\n    }}\n')
    text = doc(method.comment, 4) + (
        f"    {name}({arguments}): Promise<{method.reply.name}> {{\n"
        f'        return this.one("{method.name}", {fields}, options);\n    }}\n')
    if method.has_pages:
        arguments = arguments.replace(f"{method.name}Options", f'Omit<{method.name}Options, "pageToken" | "offset" | "totalsOnly">')
        text += "\n" + doc(f"As {name}, and on through all of its pages; `timeout` is of each of them.", 4) + (
            f"    {name}All({arguments}): Items<{row.type}, {method.reply.name}> {{\n"
            f'        return this.pages("{method.name}", "{camel(row.name)}", {fields}, options);\n    }}\n')
    return text


CALLS = """import type {{ Items }} from "./items.js";
import type {{
{names}}} from "./messages.js";

/** How a call is made. */
export interface CallOptions {{
    /** Milliseconds for the call and all its tries, in place of the client's. */
    timeout?: number;
    /** Ends the call: it rejects with the signal's reason. */
    signal?: AbortSignal;
}}

{scope}{options}
/** The methods of the service; how they are called is the client's. */
export abstract class Methods {{
    /** A call of one reply. */
    protected abstract one<R>(method: string, fields: object, options: object): Promise<R>;
    /** A call of many replies, whose field `row` has the items. */
    protected abstract stream<T, R>(method: string, row: string, fields: object, options: object): Items<T, R>;
    /** A call for each page. */
    protected abstract pages<T, R>(method: string, row: string, fields: object, options: object): Items<T, R>;

{methods}}}
"""


def methods(service):
    calls = [method for method in service.methods if method.name not in HANDWRITTEN]
    names = {method.reply.name for method in calls} | {"Filter", "Given"}
    names |= {field.type for method in calls for field in method.reply.fields
              if (method.streams or method.has_pages) and field.name == method.reply.rows}
    names |= {field.type for method in calls for field in method.request.fields if field.kind == "enum"}
    return HEAD.format(purpose="methods.ts: each method of the service as a function.") + CALLS.format(
        names="".join(f"    {name},\n" for name in sorted(names)), scope=SCOPE, options="".join(options(method) for method in calls),
        methods="\n".join(method_text(method) for method in calls))
