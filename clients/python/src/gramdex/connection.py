# SPDX-License-Identifier: Apache-2.0
"""connection.py: what both clients know of the service and of their channel."""
from __future__ import annotations

import pathlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Union

import grpc
from google.protobuf.descriptor_pb2 import MethodOptions

from . import convert, texts
from .messages import Document
from .v1 import index_pb2, search_pb2

MESSAGE_BYTES = 1 << 20  # of documents in one message of Ingest; a server takes 4 MiB unless set otherwise
LONG = {"Scan", "Ingest"}  # as long as their documents are: the client's timeout is not theirs
MOST_IDS = 1000  # in one BatchGet

Documents = Iterable[Union[Document, Mapping[str, Any]]]


@dataclass(frozen=True)
class TLS:
    """How a server is trusted, and how the client shows who it is. Each is the path of a PEM file or its bytes."""

    authority: str | pathlib.Path | bytes | None = None
    """Whose certificates are trusted; None: those that the system trusts, as gRPC finds them."""
    certificate: str | pathlib.Path | bytes | None = None
    """The client's own, for a server that demands one."""
    key: str | pathlib.Path | bytes | None = None
    """The key of that."""

    def credentials(self) -> grpc.ChannelCredentials:
        """As grpc takes them. OSError: a file cannot be read."""
        parts = (each if each is None or isinstance(each, bytes) else pathlib.Path(each).read_bytes()
                 for each in (self.authority, self.key, self.certificate))
        return grpc.ssl_channel_credentials(*parts)


@dataclass(frozen=True)
class Plan:
    """How a method is called."""

    path: str
    request: Any
    reply: Any
    may_repeat: bool  # it changes nothing

    def message(self, fields: Mapping[str, Any]) -> Any:
        return convert.message_of(self.request, fields)

    def read(self, reply: Any, fields: Mapping[str, Any]) -> Any:
        made = convert.reader(self.reply.DESCRIPTOR)(reply)
        if self.reply is search_pb2.QuoteResponse:
            texts.quotations_read(made, fields["text"])
        return made


def _plans() -> dict[str, Plan]:
    made = {}
    for service in (search_pb2.DESCRIPTOR.services_by_name["Search"], index_pb2.DESCRIPTOR.services_by_name["Index"]):
        for method in service.methods:
            request, reply = convert.class_of(method.input_type), convert.class_of(method.output_type)
            may_repeat = method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS
            made[method.name] = Plan(f"/{service.full_name}/{method.name}", request, reply, may_repeat)
    return made


PLANS = _plans()


def _version() -> str:
    try:
        return metadata.version("gramdex")
    except metadata.PackageNotFoundError:
        return "0"


def options() -> list[tuple[str, Any]]:
    """Of the channel. Answers are as long as they are; after a failure it connects again as soon as a call is made again."""
    return [("grpc.max_receive_message_length", -1), ("grpc.primary_user_agent", f"gramdex-python/{_version()}"),
            ("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 5000)]


def call_metadata(token: str | None) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {token}")] if token else []


class Batches(Iterator[Any]):
    """The messages of Ingest: documents, as many as fit. What reading the documents raises is kept in `error`, for grpc drops it."""

    def __init__(self, documents: Documents, commit_every: int, strict: bool):
        self._documents = iter(documents)
        self._next = index_pb2.IngestRequest(commit_every=commit_every, strict=strict)
        self._ended = False
        self.error: BaseException | None = None

    def __next__(self) -> Any:
        if self._ended:
            raise StopIteration
        try:
            return self._fill()
        except BaseException as error:
            self._ended = True
            self.error = error
            raise

    def _fill(self) -> Any:
        batch, self._next = self._next, index_pb2.IngestRequest()
        size = sum(each.ByteSize() for each in batch.documents)
        for each in self._documents:
            message = convert.message_of(search_pb2.Document, each if isinstance(each, Document) else Document(**each))
            size += message.ByteSize()
            if size > MESSAGE_BYTES and batch.documents:
                self._next.documents.append(message)
                return batch
            batch.documents.append(message)
        self._ended = True
        return batch
