# SPDX-License-Identifier: Apache-2.0
"""client.py: a client that waits for its answers."""
from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

import grpc

from .connection import LONG, MOST_IDS, PLANS, TLS, Batches, Documents, call_metadata, options
from .convert import reader
from .errors import error_of
from .items import Items
from .messages import Document, IngestResponse
from .methods import Methods
from .records import Record
from .retry import Deadline, Retry


class Client(Methods):
    """Asks a server. Threads may share it. Every failed call raises GramdexError."""

    def __init__(self, address: str, *, token: str | None = None, tls: TLS | bool = False, timeout: float | None = 30.0,
                 retry: Retry = Retry()):
        """address: HOST:PORT or unix:/PATH. token: the bearer token that the server wants. tls: True: trust what the system trusts.
        timeout: seconds for a call and all its tries, None: any; a scan and an ingest have one only if it is given to them."""
        self._timeout, self._retry, self._metadata = timeout, retry, call_metadata(token)
        trust = TLS() if tls is True else tls or None
        self._channel = (grpc.secure_channel(address, trust.credentials(), options()) if trust else
                         grpc.insecure_channel(address, options()))

    def close(self) -> None:
        """Ends the connection, and calls that are under way."""
        self._channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def batch_get_all(self, ids: Iterable[str], *, min_commit: int = 0, timeout: float | None = None) -> Items[Document]:
        """Any number of documents, as many calls as it takes. An id that no document has is passed over."""
        return Items(self._documents(list(ids), min_commit, timeout))

    def ingest(self, documents: Documents, *, commit_every: int = 0, strict: bool = False, timeout: float | None = None) -> IngestResponse:
        """Puts documents in, Document or dictionaries of its fields; one whose id is there already replaces that one.

        documents: any number; a generator is read as fast as the server indexes. What it raises ends the call, and comes out here.
        commit_every: commit each time so many documents have come; 0: once, at the end.
        strict: fail at the first document that is refused (DOCUMENT_REFUSED) instead of going on without it.
        timeout: seconds; None: any. The call is made again only when the server's queue was full and `documents` is a sequence.
        """
        deadline = Deadline(timeout)
        plan = PLANS["Ingest"]

        def once() -> Any:
            batches = Batches(documents, commit_every, strict)
            call = self._channel.stream_unary(plan.path, plan.request.SerializeToString, plan.reply.FromString)
            try:
                return call(batches, timeout=deadline.left(), metadata=self._metadata)
            except grpc.RpcError:
                if batches.error is not None:
                    raise batches.error
                raise

        reply = self._again(once, deadline, False, 1 if not isinstance(documents, Sequence) else None)
        made: IngestResponse = reader(plan.reply.DESCRIPTOR)(reply)
        return made

    # ---- how methods are called

    def _deadline(self, method: str, timeout: float | None) -> Deadline:
        return Deadline(timeout if timeout is not None or method in LONG else self._timeout)

    def _again(self, once: Callable[[], Any], deadline: Deadline, may_repeat: bool, tries: int | None = None) -> Any:
        tried = 0
        while True:
            tried += 1
            try:
                return once()
            except grpc.RpcError as failure:
                error = error_of(failure)
                pause = None if tried == tries else self._retry.pause(error, tried, deadline.left(), may_repeat)
                if pause is None:
                    raise error from failure
            time.sleep(pause)

    def _one(self, method: str, request: dict[str, Any], timeout: float | None) -> Record:
        plan, deadline = PLANS[method], self._deadline(method, timeout)
        message = plan.message(request)
        call = self._channel.unary_unary(plan.path, plan.request.SerializeToString, plan.reply.FromString)
        reply = self._again(lambda: call(message, timeout=deadline.left(), metadata=self._metadata), deadline, plan.may_repeat)
        made: Record = plan.read(reply, request)
        return made

    def _stream(self, method: str, request: dict[str, Any], timeout: float | None) -> Items[Any]:
        message = PLANS[method].message(request)  # what is wrong with it is said now, not when the first item is taken
        return Items(self._replies(method, message, request, timeout))

    def _replies(self, method: str, message: Any, request: dict[str, Any], timeout: float | None) -> Generator[Record, None, None]:
        plan, deadline = PLANS[method], self._deadline(method, timeout)
        stub = self._channel.unary_stream(plan.path, plan.request.SerializeToString, plan.reply.FromString)
        calls: list[Any] = []

        def first() -> Any:
            calls.append(stub(message, timeout=deadline.left(), metadata=self._metadata))
            return next(calls[-1])

        try:
            reply = self._again(first, deadline, True)
            while True:
                yield plan.read(reply, request)
                try:
                    reply = next(calls[-1])
                except StopIteration:
                    return
                except grpc.RpcError as failure:
                    raise error_of(failure) from failure
        finally:
            if calls:
                calls[-1].cancel()

    def _pages(self, method: str, request: dict[str, Any], timeout: float | None) -> Items[Any]:
        PLANS[method].message(request)

        def replies() -> Generator[Record, None, None]:
            token = ""
            while True:
                reply: Any = self._one(method, {**request, "page_token": token}, timeout)
                yield reply
                token = reply.next_page_token
                if not token:
                    return

        return Items(replies())

    def _documents(self, ids: list[str], min_commit: int, timeout: float | None) -> Generator[Record, None, None]:
        while ids:
            reply = self.batch_get(ids[:MOST_IDS], min_commit=min_commit, timeout=timeout)
            ids = reply.remaining + ids[MOST_IDS:]
            yield reply
