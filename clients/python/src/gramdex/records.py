# SPDX-License-Identifier: Apache-2.0
"""records.py: what all messages can do: become dictionaries, and tables of pandas where pandas is installed."""
from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import pandas


class Record:
    """A message as a plain object. It compares by value, and unknown fields of newer servers are left out."""

    __slots__ = ()
    ROWS: ClassVar[str] = ""
    """The field that is its table; "" when it has none."""
    EACH: ClassVar[str] = ""
    """As a row of a table: the field whose elements are the rows in its place."""

    def to_dict(self) -> dict[str, Any]:
        """The fields by name, those of its messages likewise."""
        return dataclasses.asdict(self)

    def to_pandas(self) -> pandas.DataFrame:
        """Its rows, hits, groups and so on as a table. ImportError: pandas is not installed. TypeError: it has none."""
        if not self.ROWS:
            raise TypeError(f"{type(self).__name__} has no rows to make a table of")
        return to_pandas(getattr(self, self.ROWS))


def _flat(record: Record) -> Iterable[dict[str, Any]]:
    fields = record.to_dict()
    if not record.EACH:
        yield fields
        return
    for inner in fields.pop(record.EACH):
        yield {**fields, **inner}


def to_pandas(records: Iterable[Record]) -> pandas.DataFrame:
    """A table with a row for each record; a field of a field is a column "match.part". ImportError: pandas is not installed."""
    import pandas

    return pandas.json_normalize([row for record in records for row in _flat(record)])
