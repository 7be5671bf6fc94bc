# SPDX-License-Identifier: Apache-2.0
"""python.py: writes messages.py and methods.py of the Python package."""
import textwrap

from .model import HANDWRITTEN

HEAD = '''# SPDX-License-Identifier: Apache-2.0
# Made by clients/generate from proto/: change that, not this.
"""{purpose}"""
from __future__ import annotations

'''
TYPES = {"text": "str", "bool": "bool", "real": "float", "whole": "int", "enum": "str", "object": "dict[str, Any]"}
ZEROS = {"text": '""', "bool": "False", "real": "0.0", "whole": "0", "enum": '""', "object": "made(default_factory=dict)"}
EACH = {"Facet"}  # rows of a table that are tables
MIXINS = {"Document": "Texts, Record"}


def doc(text, indent):
    """A docstring of up to 128 columns."""
    space = " " * indent
    lines = []
    for paragraph in text.split("\n\n"):
        lines += [*textwrap.wrap(" ".join(paragraph.split("\n")), 118 - indent), ""]
    body = f"\n{space}".join(lines[:-1]).replace(f"\n{space}\n", "\n\n").replace("\\", "\\\\")
    if body.endswith('"'):
        body += " "
    return f'{space}"""{body}"""\n' if len(lines) == 2 else f'{space}"""{body}\n{space}"""\n'


def type_of(field):
    name = field.type if field.kind == "message" else TYPES[field.kind]
    if field.repeated:
        return f"list[{name}]"
    return f"{name} | None" if field.optional else name


def zero_of(field):
    if field.repeated:
        return "made(default_factory=list)"
    if field.optional:
        return "None"
    return f"made(default_factory={field.type})" if field.kind == "message" else ZEROS[field.kind]


def record(message):
    lines = [f"@dataclass(slots=True)\nclass {message.name}({MIXINS.get(message.name, 'Record')}):\n"]
    lines.append(doc(message.comment, 4) + "\n")
    if message.rows and message.name.endswith("Response"):
        lines.append(f'    ROWS: ClassVar[str] = "{message.rows}"\n')
    if message.name in EACH:
        lines.append(f'    EACH: ClassVar[str] = "{message.rows}"\n')
    for field in message.fields:
        lines.append(f"    {field.name}: {type_of(field)} = {zero_of(field)}\n")
        lines.append(doc(field.comment, 4))
    return "".join(lines)


RECORDS = """from dataclasses import dataclass
from dataclasses import field as made  # a message has a field of that name
from typing import Any, ClassVar, Literal

from .records import Record
from .texts import Texts

"""


def messages(service):
    text = HEAD.format(purpose="messages.py: what the server answers, and what it is given, as plain objects.")
    text += RECORDS
    for enum in service.enums.values():
        text += f"{enum.name} = Literal[{', '.join(map(repr, enum.words))}]\n".replace("'", '"') + doc(enum.comment, 0)
    for message in service.shown:
        text += "\n\n" + record(message)
    names = [*service.enums, *(message.name for message in service.shown)]
    return text + "\n\n__all__ = [\n" + "".join(f'    "{name}",\n' for name in sorted(names)) + "]\n"


def argument(field, default=True):
    if field.kind == "enum":
        return f"{field.name}: {field.type} | None = None"
    if field.repeated:
        return f"{field.name}: Sequence[{TYPES[field.kind]}]" + (" = ()" if default else "")
    return f"{field.name}: {TYPES[field.kind]}" + (f" = {ZEROS[field.kind]}" if default else "")


SCOPE = {"filter": ("Filter | None = None", "Documents that do not pass are left out, as if the query ended with these filters."),
         "min_commit": ("int = 0", "The answer must come from this commit or a later one."),
         "allow_partial": ("bool = False", "When a part of the index cannot be read, an answer from the rest is welcome.")}


def arguments(method, left_out):
    """[signature], [(name, comment)], [name: value] of the request."""
    signature = [argument(field, not (field.required or field.repeated)) for field in method.positional] + ["*"]
    told = [(field.name, field.comment) for field in method.positional]
    request = [f'"{field.wire}": {field.name}' for field in method.positional]
    for field in method.named:
        if field.wire not in left_out:
            signature.append(argument(field))
            told.append((field.name, field.comment))
            request.append(f'"{field.wire}": {field.name}')
    if method.is_scoped:
        for name, (kind, comment) in SCOPE.items():
            if name != "filter" or method.is_filtered:
                signature.append(f"{name}: {kind}")
                told.append((name, comment))
        request.append(f'"scope": scope({"filter" if method.is_filtered else "None"}, min_commit, allow_partial)')
    signature.append("timeout: float | None = None")
    told.append(("timeout", "Seconds, in place of the client's."))
    return signature, told, request


def snake(name):
    return "".join("_" + letter.lower() if letter.isupper() and i else letter.lower() for i, letter in enumerate(name))


def function(head, comment, told, body):
    text = f"    {head}\n"
    documentation = doc(comment, 8).rstrip()[:-3].rstrip()
    indents = {"initial_indent": " " * 8, "subsequent_indent": " " * 12}
    lines = (textwrap.fill(f"{name}: {what}".replace("\\", "\\\\"), 118, **indents) for name, what in told)
    documentation += "\n\n" + "\n".join(lines)
    return text + documentation + f'\n        """\n        {wrapped(body, 12)}\n'


def wrapped(text, indent):
    """A long line of arguments, cut after commas."""
    lines = [""]
    for word in text.replace(", ", ",\n").split("\n"):
        if len(lines[-1]) + len(word) > 134 - (0 if len(lines) > 1 else 8):
            lines[-1] = lines[-1].rstrip()
            lines.append(" " * indent)
        lines[-1] += word + (" " if word.endswith(",") else "")
    return "\n".join(lines).rstrip()


def signature_lines(name, signature, reply, is_async):
    word = "async def" if is_async else "def"
    return wrapped(f"{word} {name}(self, {', '.join(signature)}) -> {reply}:", 4 + len(word) + len(name) + 2)


def method_text(method, is_async):
    name = snake(method.name)
    items = "AsyncItems" if is_async else "Items"
    signature, told, request = arguments(method, set())
    made = "{" + ", ".join(request) + "}"
    if method.streams:
        row = next(field for field in method.reply.fields if field.name == method.reply.rows)
        head = signature_lines(name, signature, f"{items}[{row.type}]", False)
        return function(head, method.comment, told, f'return self._stream("{method.name}", {made}, timeout)')
    wait = "await " if is_async else ""
    head = signature_lines(name, signature, method.reply.name, is_async)
    text = function(head, method.comment, told, f'return cast({method.reply.name}, {wait}self._one("{method.name}", {made}, timeout))')
    if not method.has_pages:
        return text
    row = next(field for field in method.reply.fields if field.name == method.reply.rows)
    signature, told, request = arguments(method, {"page_token", "offset", "totals_only"})
    made = "{" + ", ".join(request) + "}"
    head = signature_lines(name + "_all", signature, f"{items}[{row.type}]", False)
    comment = f"As {name}, and on through all of its pages; timeout is of each of them."
    return text + "\n" + function(head, comment, told, f'return self._pages("{method.name}", {made}, timeout)')


CALLS = """

class {name}:
    \"\"\"The methods of the service; how they are called is the client's.\"\"\"

    __slots__ = ()

    {word} _one(self, method: str, request: dict[str, Any], timeout: float | None) -> Record:
        raise NotImplementedError

    def _stream(self, method: str, request: dict[str, Any], timeout: float | None) -> {items}[Any]:
        raise NotImplementedError

    def _pages(self, method: str, request: dict[str, Any], timeout: float | None) -> {items}[Any]:
        raise NotImplementedError

"""


def class_text(service, name, is_async):
    items, word = ("AsyncItems", "async def") if is_async else ("Items", "def")
    text = CALLS.format(name=name, word=word, items=items)
    return text + "\n".join(method_text(method, is_async) for method in service.methods if method.name not in HANDWRITTEN)


IMPORTS = """from collections.abc import Sequence
from typing import Any, cast

from .convert import scope
from .items import AsyncItems, Items
from .messages import (
{names})
from .records import Record
"""


def methods(service):
    text = HEAD.format(purpose="methods.py: each method of the service as a function, for clients that wait and for those that do not.")
    replies = {method.reply.name for method in service.methods if method.name not in HANDWRITTEN and not method.streams}
    rows = {field.type for method in service.methods if method.streams or method.has_pages
            for field in method.reply.fields if field.name == method.reply.rows}
    enums = {field.type for method in service.methods for field in method.request.fields if field.kind == "enum"}
    text += IMPORTS.format(names="".join(f"    {name},\n" for name in sorted(replies | rows | enums | {"Filter"})))
    return text + class_text(service, "Methods", False) + "\n" + class_text(service, "AsyncMethods", True)
