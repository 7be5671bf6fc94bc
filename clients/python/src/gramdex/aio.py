# SPDX-License-Identifier: Apache-2.0
"""aio.py: the client for asyncio."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Union

import grpc
import grpc.aio

from .connection import LONG, MOST_IDS, PLANS, TLS, Batches, Documents, call_metadata, options
from .convert import reader
from .errors import error_of
from .items import AsyncItems
from .messages import Document, IngestResponse
from .methods import AsyncMethods
from .records import Record
from .retry import Deadline, Retry


class AsyncClient(AsyncMethods):
    """Asks a server, as Client does, without blocking. One event loop's own. Every failed call raises GramdexError."""

    def __init__(self, address: str, *, token: str | None = None, tls: TLS | bool = False, timeout: float | None = 30.0,
                 retry: Retry = Retry()):
        """As Client. To be made where the event loop runs."""
        self._timeout, self._retry, self._metadata = timeout, retry, call_metadata(token)
        trust = TLS() if tls is True else tls or None
        self._channel = (grpc.aio.secure_channel(address, trust.credentials(), options()) if trust else
                         grpc.aio.insecure_channel(address, options()))

    async def close(self) -> None:
        """Ends the connection, and calls that are under way."""
        await self._channel.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def batch_get_all(self, ids: Iterable[str], *, min_commit: int = 0, timeout: float | None = None) -> AsyncItems[Document]:
        """Any number of documents, as many calls as it takes. An id that no document has is passed over."""
        return AsyncItems(self._documents(list(ids), min_commit, timeout))

    async def ingest(self, documents: Union[Documents, AsyncIterable[Union[Document, Mapping[str, Any]]]], *, commit_every: int = 0,
                     strict: bool = False, timeout: float | None = None) -> IngestResponse:
        """As Client.ingest; documents may come from an async generator, too."""
        deadline = Deadline(timeout)
        plan = PLANS["Ingest"]

        async def once() -> Any:
            stub = self._channel.stream_unary(plan.path, plan.request.SerializeToString, plan.reply.FromString)
            call: Any = stub(timeout=deadline.left(), metadata=self._metadata)
            try:
                async for batch in _batches(documents, commit_every, strict):
                    try:
                        await call.write(batch)
                    except (grpc.RpcError, asyncio.InvalidStateError):
                        break  # it has ended, and says below how
                else:
                    await call.done_writing()
                return await call
            finally:
                call.cancel()

        reply = await self._again(once, deadline, False, 1 if not isinstance(documents, Sequence) else None)
        made: IngestResponse = reader(plan.reply.DESCRIPTOR)(reply)
        return made

    # ---- how methods are called

    def _deadline(self, method: str, timeout: float | None) -> Deadline:
        return Deadline(timeout if timeout is not None or method in LONG else self._timeout)

    async def _again(self, once: Callable[[], Awaitable[Any]], deadline: Deadline, may_repeat: bool, tries: int | None = None) -> Any:
        tried = 0
        while True:
            tried += 1
            try:
                return await once()
            except grpc.RpcError as failure:
                error = error_of(failure)
                pause = None if tried == tries else self._retry.pause(error, tried, deadline.left(), may_repeat)
                if pause is None:
                    raise error from failure
            await asyncio.sleep(pause)

    async def _one(self, method: str, request: dict[str, Any], timeout: float | None) -> Record:
        plan, deadline = PLANS[method], self._deadline(method, timeout)
        message = plan.message(request)
        stub = self._channel.unary_unary(plan.path, plan.request.SerializeToString, plan.reply.FromString)

        async def once() -> Any:
            return await stub(message, timeout=deadline.left(), metadata=self._metadata)

        made: Record = plan.read(await self._again(once, deadline, plan.may_repeat), request)
        return made

    def _stream(self, method: str, request: dict[str, Any], timeout: float | None) -> AsyncItems[Any]:
        message = PLANS[method].message(request)  # what is wrong with it is said now, not when the first item is taken
        return AsyncItems(self._replies(method, message, request, timeout))

    async def _replies(self, method: str, message: Any, request: dict[str, Any], timeout: float | None) -> AsyncGenerator[Record, None]:
        plan, deadline = PLANS[method], self._deadline(method, timeout)
        stub = self._channel.unary_stream(plan.path, plan.request.SerializeToString, plan.reply.FromString)
        calls: list[Any] = []

        async def first() -> Any:
            calls.append(stub(message, timeout=deadline.left(), metadata=self._metadata))
            return await calls[-1].read()

        try:
            reply = await self._again(first, deadline, True)
            while reply is not grpc.aio.EOF:
                yield plan.read(reply, request)
                try:
                    reply = await calls[-1].read()
                except grpc.RpcError as failure:
                    raise error_of(failure) from failure
        finally:
            if calls:
                calls[-1].cancel()

    def _pages(self, method: str, request: dict[str, Any], timeout: float | None) -> AsyncItems[Any]:
        PLANS[method].message(request)

        async def replies() -> AsyncGenerator[Record, None]:
            token = ""
            while True:
                reply: Any = await self._one(method, {**request, "page_token": token}, timeout)
                yield reply
                token = reply.next_page_token
                if not token:
                    return

        return AsyncItems(replies())

    async def _documents(self, ids: list[str], min_commit: int, timeout: float | None) -> AsyncGenerator[Record, None]:
        while ids:
            reply = await self.batch_get(ids[:MOST_IDS], min_commit=min_commit, timeout=timeout)
            ids = reply.remaining + ids[MOST_IDS:]
            yield reply


async def _batches(documents: Any, commit_every: int, strict: bool) -> AsyncGenerator[Any, None]:
    """Batches of documents, whichever way they come."""
    if not isinstance(documents, AsyncIterable):
        for batch in Batches(documents, commit_every, strict):
            yield batch
        return
    waiting: list[Any] = []
    async for each in documents:
        waiting.append(each)
        if len(waiting) >= 100:
            for batch in Batches(waiting, commit_every, strict):
                yield batch
            waiting = []
    for batch in Batches(waiting, commit_every, strict):
        yield batch
