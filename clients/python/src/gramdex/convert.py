# SPDX-License-Identifier: Apache-2.0
"""convert.py: plain objects to messages of protobuf and back, by their descriptors; no message is named but those that differ.

A field of an object has the place of its field in the message, so a name that differs needs nothing here.
"""
from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from . import messages, texts
from .v1 import index_pb2, search_pb2
from .records import Record


def scope(filter: messages.Filter | None, min_commit: int, allow_partial: bool) -> dict[str, Any]:
    """The fields of a Scope."""
    return {"filter": filter, "min_commit": min_commit, "allow_partial": allow_partial}


# ---- enums


@functools.cache
def _words(enum: EnumDescriptor) -> dict[int, str]:
    prefix = len(enum.values[0].name) - len("UNSPECIFIED")
    return {value.number: value.name[prefix:].lower() if value.number else "" for value in enum.values}


def _number(enum: EnumDescriptor, word: str | None) -> int:
    if word is None:
        return 0
    for number, name in _words(enum).items():
        if name == word:
            return number
    raise ValueError(f"{word!r}, expected one of: {', '.join(filter(None, _words(enum).values()))}")


def _is_repeated(wire: Any) -> bool:
    """As newer versions of protobuf say it, and as older ones do."""
    return bool(wire.is_repeated if hasattr(wire, "is_repeated") else wire.label == FieldDescriptor.LABEL_REPEATED)


# ---- from the wire


def _read_enum(enum: EnumDescriptor) -> Callable[[int], str]:
    words = _words(enum)
    return lambda number: words.get(number, str(number))


def _read_object(text: str) -> dict[str, Any]:
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


def _step(wire: Any, field: dataclasses.Field[Any]) -> Callable[[Any], Any]:
    take = attrgetter(wire.name)
    read: Any = None
    if wire.type == FieldDescriptor.TYPE_MESSAGE:
        read = reader(wire.message_type)
    elif wire.type == FieldDescriptor.TYPE_ENUM:
        read = _read_enum(wire.enum_type)
    elif field.type.startswith("dict"):
        read = _read_object
    if _is_repeated(wire):
        return (lambda message: list(take(message))) if read is None else (lambda message: list(map(read, take(message))))
    if read is None:
        return take
    if field.default is None:
        return lambda message: read(take(message)) if message.HasField(wire.name) else None
    return lambda message: read(take(message))


@functools.cache
def reader(descriptor: Descriptor) -> Callable[[Any], Any]:
    """What makes plain objects of messages of a type."""
    kind = getattr(messages, descriptor.name)
    steps = [_step(wire, field) for wire, field in zip(descriptor.fields, dataclasses.fields(kind))]

    def read(message: Any) -> Any:
        made = kind(*[step(message) for step in steps])
        if kind is messages.Document:
            texts.places_read(made)
        return made

    return read


# ---- to the wire


def class_of(descriptor: Descriptor) -> Any:
    """The class that protoc made of a message."""
    return getattr(search_pb2, descriptor.name, None) or getattr(index_pb2, descriptor.name)


def _given(wire: Any, value: Any) -> Any:
    """One value as protobuf takes it."""
    if wire.type == FieldDescriptor.TYPE_MESSAGE:
        return message_of(class_of(wire.message_type), value)
    if wire.type == FieldDescriptor.TYPE_ENUM:
        return _number(wire.enum_type, value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value


def _values(value: Record | Mapping[str, Any], fields: Sequence[Any]) -> list[Any]:
    """The values of an object by place, or of a request by name."""
    if isinstance(value, Record):
        return [getattr(value, each.name) for each in dataclasses.fields(value)]
    return [value.get(wire.name) for wire in fields]


def message_of(kind: Any, value: Record | Mapping[str, Any]) -> Any:
    """A message of protobuf of an object, or of a request's fields by name. TypeError, ValueError: a value cannot be in its field."""
    made = {}
    fields = kind.DESCRIPTOR.fields
    for wire, each in zip(fields, _values(value, fields)):
        if each is None:
            continue
        try:
            if not _is_repeated(wire):
                made[wire.name] = _given(wire, each)
            elif isinstance(each, (str, bytes)):
                raise TypeError(f"{each!r}, expected a list")
            else:
                made[wire.name] = [_given(wire, element) for element in each]
        except (TypeError, ValueError) as error:
            raise type(error)(f"{wire.name}: {error}") from None
    message = kind(**made)
    if isinstance(value, messages.Document):
        texts.places_written(value, message)
    return message
