# SPDX-License-Identifier: Apache-2.0
"""texts.py: positions in text. The wire counts bytes of UTF-8, Python counts characters (code points)."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .messages import Document, DocumentPart, Match, Place, QuoteResponse


class Span(NamedTuple):
    """A range of characters, for text[begin:end]."""

    begin: int
    end: int


def characters(text: str, offsets: Sequence[int]) -> list[int]:
    """Offsets in characters for offsets in bytes, in one walk over the text."""
    if text.isascii():
        return list(offsets)
    encoded = text.encode()
    found = [0] * len(offsets)
    byte = character = 0
    for i in sorted(range(len(offsets)), key=offsets.__getitem__):
        character += len(encoded[byte : offsets[i]].decode(errors="ignore"))
        byte = max(byte, offsets[i])
        found[i] = character
    return found


def bytes_before(text: str, offsets: Sequence[int]) -> list[int]:
    """Offsets in bytes for offsets in characters, in one walk over the text."""
    found = [0] * len(offsets)
    byte = character = 0
    for i in sorted(range(len(offsets)), key=offsets.__getitem__):
        byte += len(text[character : offsets[i]].encode())
        character = max(character, offsets[i])
        found[i] = byte
    return found


class Texts:
    """What a document can do with its texts: give the one that a match lies in, and the match in it."""

    __slots__ = ()

    if TYPE_CHECKING:
        title: str
        text: str
        parts: list[DocumentPart]

    def text_of(self, match: Match) -> str:
        """The title, text or part that a match lies in. IndexError: the document has no such part."""
        if match.field == "title":
            return self.title
        texts = [self.text] if match.field == "text" else []
        texts += [part.text for part in self.parts if part.field == match.field]
        return texts[match.part]

    def span(self, match: Match) -> Span:
        """Where a match lies in text_of, in characters. The document must be of the commit that the match is of."""
        return Span(*characters(self.text_of(match), (match.begin_byte, match.end_byte)))

    def matched(self, match: Match) -> str:
        """The characters of a match."""
        begin, end = self.span(match)
        return self.text_of(match)[begin:end]


def _each(document: Document) -> Iterable[tuple[str, list[Place]]]:
    yield document.text, document.places
    for part in document.parts:
        yield part.text, part.places


def places_read(document: Document) -> None:
    """Makes characters of the bytes of places that came from the wire."""
    for text, places in _each(document):
        for place, begin in zip(places, characters(text, [place.begin for place in places])):
            place.begin = begin


def places_written(document: Document, message: Any) -> None:
    """Makes bytes of the characters of places in a message for the wire."""
    texts = [(document.text, message.places), *((part.text, part.places) for part in message.parts)]
    for text, places in texts:
        for place, byte in zip(places, bytes_before(text, [place.byte for place in places])):
            place.byte = byte


def quotations_read(reply: QuoteResponse, text: str) -> None:
    """Makes characters of the bytes of quotations and their pieces; text is what was checked."""
    ranges: list[Any] = [each for quotation in reply.quotations for each in (quotation, *quotation.pieces)]
    found = characters(text, [offset for each in ranges for offset in (each.begin, each.end)])
    for i, each in enumerate(ranges):
        each.begin, each.end = found[2 * i], found[2 * i + 1]
