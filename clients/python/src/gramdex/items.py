# SPDX-License-Identifier: Apache-2.0
"""items.py: answers of many messages, as one row of items: hits of all pages, occurrences of an export."""
from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .records import Record, to_pandas

if TYPE_CHECKING:
    import pandas

T = TypeVar("T")


class _Latest:
    """What the messages said besides their items."""

    reply: Any = None
    """The latest message: its totals, its `answer`. None before the first one."""
    notes: list[str]
    """The notes of all messages so far."""

    def __init__(self) -> None:
        self.notes = []

    def _take(self, reply: Record) -> list[Any]:
        self.reply = reply
        answer = getattr(reply, "answer", None)
        self.notes += [note for note in (answer.notes if answer else ()) if note not in self.notes]
        items: list[Any] = getattr(reply, reply.ROWS)
        return items


class Items(_Latest, Generic[T], Iterator[T]):
    """Items as they come. Nothing is asked before the first is taken. One thread's own."""

    def __init__(self, replies: Generator[Record, None, None]):
        super().__init__()
        self._replies = replies
        self._items: Iterator[T] = iter(())

    def __next__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter(self._take(next(self._replies)))

    def close(self) -> None:
        """Stops: the server does, too."""
        self._replies.close()
        self._items = iter(())

    def __enter__(self) -> Items[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def to_pandas(self) -> pandas.DataFrame:
        """All that is left, as a table."""
        return to_pandas(self)  # type: ignore[arg-type]


class AsyncItems(_Latest, Generic[T], AsyncIterator[T]):
    """Items as they come, for `async for`. Nothing is asked before the first is taken. One task's own."""

    def __init__(self, replies: AsyncGenerator[Record, None]):
        super().__init__()
        self._replies = replies
        self._items: Iterator[T] = iter(())

    async def __anext__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter(self._take(await self._replies.__anext__()))

    async def close(self) -> None:
        """Stops: the server does, too."""
        await self._replies.aclose()
        self._items = iter(())

    async def __aenter__(self) -> AsyncItems[T]:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def to_pandas(self) -> pandas.DataFrame:
        """All that is left, as a table."""
        return to_pandas([item async for item in self])  # type: ignore[misc]
