# SPDX-License-Identifier: Apache-2.0
"""query.py: parts of queries that programs write. The language itself is described in docs/query-language.md."""
from __future__ import annotations

import datetime
import re


def phrase(text: str) -> str:
    """A string of a user as one quoted phrase, whatever is in it: signs of the query language are characters like any other.

    ValueError: there is nothing in it, or a zero byte or half of a surrogate pair, which no query has.
    """
    if "\0" in text:
        raise ValueError("a phrase has no zero byte")
    if any("\ud800" <= each <= "\udfff" for each in text):
        raise ValueError("a phrase is text, without halves of surrogate pairs")
    if not text.strip():
        raise ValueError("a phrase has a character")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _first_day(date: str) -> datetime.date:
    found = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", date)
    if not found:
        raise ValueError(f"{date!r}, expected a date: 2025, 2025-04 or 2025-04-03")
    year, month, day = (int(each or 1) for each in found.groups())
    return datetime.date(year, month, day)


def _before(first: datetime.date, span: str) -> datetime.date:
    found = re.fullmatch(r"([1-9]\d{0,5})([ymwd])", span)
    if not found:
        raise ValueError(f"{span!r}, expected a number and y, m, w or d: 12m")
    count, unit = int(found[1]), found[2]
    if unit in "wd":
        return first - datetime.timedelta(days=count * (7 if unit == "w" else 1))
    month = first.year * 12 + first.month - 1 - count * (12 if unit == "y" else 1)
    return datetime.date(month // 12, month % 12 + 1, 1) + datetime.timedelta(days=first.day - 1)


def rising(since: str, *, until: str = "", before: str = "12m", where: str = "") -> tuple[str, str]:
    """The two queries of what has become more frequent, as `gramdex rising` asks: client.contrast(*rising("2025")).

    since, until: first and last date, included whole. before: how long before `since` to compare with: 2y, 12m, 6w, 90d.
    where: of the documents of this query alone. For what has become rarer swap the two. ValueError: no date, no span.
    """
    first = _first_day(since)
    last = until and until.strip()
    if last and _first_day(last) < first:
        raise ValueError(f"until {until} is before since {since}")
    condition = f"( {where} ) " if where else ""
    day_before = first - datetime.timedelta(days=1)
    return f"{condition}date:{since}..{last}", f"{condition}date:{_before(first, before)}..{day_before}"
