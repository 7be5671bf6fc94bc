# SPDX-License-Identifier: Apache-2.0
# Made by clients/generate from proto/: change that, not this.
"""messages.py: what the server answers, and what it is given, as plain objects."""
from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as made  # a message has a field of that name
from typing import Any, ClassVar, Literal

from .records import Record
from .texts import Texts

Field = Literal["title", "text", "note", "caption", "furniture"]
"""A part of a document that is searched. A match never crosses from one to another."""
Order = Literal["relevance", "newest", "oldest", "id"]
"""The order of hits. Among equals every order falls back on the id, so answers are the same on every run."""
Period = Literal["year", "month", "day", "quarter", "week"]
"""The length of a period."""
Unit = Literal["document", "passage"]
"""What shares are out of."""
Side = Literal["left", "right"]
"""A side of an occurrence."""
Measure = Literal["log_dice", "ll", "mi", "t"]
"""How strongly a string is bound to a query. docs/statistics.md has the formulas."""
Verdict = Literal["exact", "folded", "other_document", "stitched", "absent"]
"""What became of a quotation."""
Shape = Literal["exact", "compact", "archive"]
"""What the posting lists of an index hold. Answers are the same in each shape."""


@dataclass(slots=True)
class MetadataFilter(Record):
    """A condition on a document's other metadata: the keys of its record that are no field of its own. The answer is the
    same for a key that the index declares (gramdex index --facet) and for any other, for which the metadata of each
    document is read; Answer.notes says so.
    """

    key: str = ""
    """Required. At most 64 bytes."""
    values: list[str] = made(default_factory=list)
    """The document has one of these values, whole and with its case: a string, a number or a boolean as JSON spells it,
    or one of an array. "": documents without a value of this key. Required; at most 1000, of at most 256 bytes each.
    """


@dataclass(slots=True)
class Filter(Record):
    """Conditions on a document's metadata, all of which must hold. A program fills these in rather than writing strings
    of its users into a query. Filters do not rank.
    """

    sources: list[str] = made(default_factory=list)
    """The document's source is one of these. Empty: any source. At most 1000."""
    date_from: str = ""
    """The first date: "2022", "2022-03", "2022-03-05". "": no lower limit. A document without a date does not pass a
    limit.
    """
    date_to: str = ""
    """The last date, included whole: "2024" reaches to its end of December. "": no upper limit."""
    id_prefix: str = ""
    """The id starts with these bytes. "": any id."""
    metadata: list[MetadataFilter] = made(default_factory=list)
    """Each of these holds. At most 16."""


@dataclass(slots=True)
class Answer(Record):
    """What every read says of its answer."""

    commit: int = 0
    """The commit that the answer was taken from."""
    complete: bool = False
    """True when the answer covers the whole index; false when a part could not be read and was left out."""
    notes: list[str] = made(default_factory=list)
    """What looks like a slip in the request, in sentences for people."""
    took_us: int = 0
    """Microseconds on the server, waiting for a worker included."""


@dataclass(slots=True)
class Match(Record):
    """A range of bytes of the stored field, as Get gives it. Document.span gives it in characters, Document.matched the
    text.
    """

    field: str = ""
    """The field."""
    begin_byte: int = 0
    """Its first byte."""
    end_byte: int = 0
    """The byte after its last."""
    part: int = 0
    """Its number among the parts of that field, from 0: a document may have many notes. Bytes count in the part. Of the
    text, Document.text is 0, and what Document.parts has of it follows.
    """
    place: str = ""
    """Where in the original its first byte stands, as the document says: "page 3". "" when it does not."""


@dataclass(slots=True)
class Piece(Record):
    """A piece of a snippet."""

    text: str = ""
    """The text."""
    matched: bool = False
    """True if it matches the query."""


@dataclass(slots=True)
class Snippet(Record):
    """A stretch of a document's text in pieces, matched and not. The pieces in a row are the stretch."""

    pieces: list[Piece] = made(default_factory=list)
    """In order; none is empty."""
    field: str = ""
    """The field it is taken from."""
    at_start: bool = False
    """True if the snippet starts at the start of the part."""
    at_end: bool = False
    """True if it ends at the end of the part."""
    part: int = 0
    """The number of the part among those of that field, from 0."""
    place: str = ""
    """As Match.place, of the first match; without a match, of the start."""


@dataclass(slots=True)
class Hit(Record):
    """A document that matches."""

    id: str = ""
    """The document's id."""
    title: str = ""
    """Its title; "" when it has none."""
    date: str = ""
    """Its date; "" when it has none."""
    source: str = ""
    """Its source; "" when it has none."""
    score: float = 0.0
    """BM25; 0 when nothing ranks. Comparable within one answer alone."""
    occurrences: int = 0
    """Of all phrases of the query that are not negated, in this document."""
    snippet: Snippet | None = None
    """Keyword in context: the original text around the first match, runs of white space shown as one space. Absent when
    the request has `no_snippet`.
    """
    matches: list[Match] = made(default_factory=list)
    """As many as `match_limit` asks for, ascending, title first."""
    metadata: dict[str, Any] = made(default_factory=dict)
    """The record's other keys."""
    length: int = 0
    """Symbols of title, text, notes and captions; a title that is a line of the text is left out."""
    bridged: bool = False
    """The document matches by bridged places alone; it is not counted in `documents`."""


@dataclass(slots=True)
class SearchResponse(Record):
    """Search.Search."""

    ROWS: ClassVar[str] = "hits"
    documents: int = 0
    """Matching documents, in all."""
    occurrences: int = 0
    """Occurrences in all of them."""
    hits: list[Hit] = made(default_factory=list)
    """The page."""
    next_page_token: str = ""
    """For the next page; "" when this is the last."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""
    bridged_occurrences: int = 0
    """Places of bridge: where a block of lines divides the phrase. In no other figure."""


@dataclass(slots=True)
class Occurrence(Record):
    """One occurrence of a query."""

    id: str = ""
    """The document's id."""
    title: str = ""
    """Its title."""
    date: str = ""
    """Its date."""
    source: str = ""
    """Its source."""
    match: Match = made(default_factory=Match)
    """Where it is."""
    position: int = 0
    """The number of the symbol that it starts with, in the part, from 0."""
    before: str = ""
    """Original text before the match, runs of white space shown as one space."""
    matched: str = ""
    """The match itself, likewise."""
    after: str = ""
    """Original text after the match, likewise."""
    bridged: bool = False
    """A block of lines divides it; it is not counted in `occurrences`."""


@dataclass(slots=True)
class ScanResponse(Record):
    """Several occurrences at once; how many is the server's choice. An export has at least one message, so `answer`
    always comes.
    """

    ROWS: ClassVar[str] = "occurrences"
    occurrences: list[Occurrence] = made(default_factory=list)
    """In document order: as documents came into the index; in each by field, part and first byte."""
    answer: Answer = made(default_factory=Answer)
    """In each message: the same commit, and the time so far. Notes are in the first one alone."""


@dataclass(slots=True)
class CountResponse(Record):
    """Search.Count."""

    documents: int = 0
    """Documents that match."""
    occurrences: int = 0
    """Occurrences of the query's phrases in them."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""
    bridged_occurrences: int = 0
    """As in SearchResponse."""


@dataclass(slots=True)
class TrendRow(Record):
    """One period."""

    period: str = ""
    """As Period says: "2023", "2023-Q2", "2023-05", "2023-W18" or "2023-05-06"."""
    documents: int = 0
    """Documents that match."""
    occurrences: int = 0
    """Their occurrences."""
    of_documents: int = 0
    """All documents of the period."""
    of_symbols: int = 0
    """Their symbols."""
    per_million: float = 0.0
    """Occurrences per million symbols of the period; 0 when it has none."""
    share_low: float = 0.0
    """The 95 % interval of documents / of_documents (Wilson's score interval): what the share may well be when the
    period has few documents.
    """
    share_high: float = 0.0
    """Its upper end."""


@dataclass(slots=True)
class TrendSeries(Record):
    """A query over time, in all sources or in one."""

    query: str = ""
    """As it was asked."""
    source: str = ""
    """The source; "" when by_source is false, or for documents without one."""
    by_source: bool = False
    """True: documents of one source. The rows' `of_documents` and `of_symbols` are of that source, too."""
    rows: list[TrendRow] = made(default_factory=list)
    """As TrendResponse.rows."""
    documents: int = 0
    """Documents that match, over all rows."""
    occurrences: int = 0
    """Their occurrences."""


@dataclass(slots=True)
class TrendResponse(Record):
    """Search.Trend."""

    ROWS: ClassVar[str] = "rows"
    rows: list[TrendRow] = made(default_factory=list)
    """Ascending. A period without a row is one in which the index has no documents, or one outside of what was asked
    for. A row with period "" comes last: documents whose date is missing or less precise.
    """
    documents: int = 0
    """Documents that match, over all rows."""
    occurrences: int = 0
    """Their occurrences."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""
    series: list[TrendSeries] = made(default_factory=list)
    """What `split_by_source` and `compare` ask for: the sources of the query, by name, then the first other query, then
    its sources, and so on.
    """


@dataclass(slots=True)
class FacetRow(Record):
    """One value."""

    value: str = ""
    """The source, the period as Period says, or the value. A document with several values is in the row of each."""
    documents: int = 0
    """Documents that match."""
    occurrences: int = 0
    """Their occurrences."""
    of_documents: int = 0
    """All documents of this value that the filters leave: those of the scope and the query's conditions without a
    phrase.
    """
    of_symbols: int = 0
    """Their symbols."""
    per_million: float = 0.0
    """Occurrences per million of these symbols; 0 when there are none."""


@dataclass(slots=True)
class Facet(Record):
    """Matching documents by what they have in common."""

    EACH: ClassVar[str] = "rows"
    by: str = ""
    """As in the request."""
    rows: list[FacetRow] = made(default_factory=list)
    """What has a match. Sources and values of metadata: most documents first, then by name; "" is documents without one.
    Periods: ascending; "" comes last: documents whose date is missing or less precise.
    """
    values: int = 0
    """How many values have a match, those past the limit too."""
    left_out: int = 0
    """Of metadata: documents that match and have a value that is in no row, because it is longer than 256 bytes, an
    object or an array in an array, or one of more than 256.
    """


@dataclass(slots=True)
class FacetsResponse(Record):
    """Search.Facets."""

    ROWS: ClassVar[str] = "facets"
    facets: list[Facet] = made(default_factory=list)
    """In the order asked for."""
    documents: int = 0
    """Documents that match."""
    occurrences: int = 0
    """Their occurrences."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""


@dataclass(slots=True)
class DispersionRow(Record):
    """One part."""

    part: str = ""
    """The source, the document's id, or the period as Period says."""
    occurrences: int = 0
    """Occurrences in it."""
    symbols: int = 0
    """Its symbols."""
    per_million: float = 0.0
    """Occurrences per million of its symbols."""


@dataclass(slots=True)
class DispersionResponse(Record):
    """Search.Dispersion."""

    ROWS: ClassVar[str] = "rows"
    parts: int = 0
    """The parts, those without a symbol too."""
    parts_with: int = 0
    """Parts with an occurrence."""
    occurrences: int = 0
    """Occurrences in all parts."""
    symbols: int = 0
    """Symbols of all parts."""
    dp: float = 0.0
    """Gries' deviation of proportions: half the sum of |v/f - s/n| over parts with v of f occurrences and s of n
    symbols. 0: as even as can be; near 1: in one small part. NaN: there is no occurrence. Of this and the next two,
    parts without a symbol are left out.
    """
    dp_norm: float = 0.0
    """The same divided by its largest value, 1 - min s/n. NaN also for a single part."""
    juilland_d: float = 0.0
    """Juilland's D: 1 - (standard deviation / mean of v/s) / sqrt(parts - 1). 1: even; 0: in one of equal parts; below 0
    where parts are very unequal. NaN also for a single part.
    """
    rows: list[DispersionRow] = made(default_factory=list)
    """Periods ascending, the one without a date last; sources by name. Documents: those with an occurrence, most first,
    then by id.
    """
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""


@dataclass(slots=True)
class ContrastGroup(Record):
    """Strings that say one thing: one contains the other, or they overlap, or they stand in the same documents."""

    phrase: str = ""
    """Its name, folded: its strongest string, with the letters that nearly always stand beside it. Words of letters and
    digits have a space between them.
    """
    units_a: int = 0
    """Units of A that have it."""
    units_b: int = 0
    """Units of B that have it."""
    occurrences: int = 0
    """How often it occurs in A."""
    ratio: float = 0.0
    """(units_a / A's units) / ((units_b + 0.5) / (B's units + 0.5)); at least 2."""
    score: float = 0.0
    """The log-likelihood ratio G2 of the units of its strongest string. An order, not a probability: strings overlap,
    and documents are not drawn at random.
    """
    first_date: str = ""
    """Of the documents of A that have it, the first date; "" when none has one."""
    first_id: str = ""
    """The first document of that date, by id."""
    days: int = 0
    """Different days of these documents."""
    also: list[str] = made(default_factory=list)
    """Other strings of the group, strongest first, at most 8."""
    folded: int = 0
    """How many others there are."""


@dataclass(slots=True)
class ContrastResponse(Record):
    """Search.Contrast. RESOURCE_EXHAUSTED: the documents of A and B have more than 50,000,000 symbols."""

    ROWS: ClassVar[str] = "groups"
    groups: list[ContrastGroup] = made(default_factory=list)
    """Strongest first."""
    units_a: int = 0
    """Units of A."""
    units_b: int = 0
    """Units of B."""
    letters_a: int = 0
    """Letters of A."""
    letters_b: int = 0
    """Letters of B."""
    tested: int = 0
    """How many strings were compared: those that enough units of A have."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""


@dataclass(slots=True)
class Ngram(Record):
    """A string of letters."""

    phrase: str = ""
    """Folded. Words of letters and digits have a space between them."""
    occurrences: int = 0
    """How often it occurs."""
    documents: int = 0
    """In how many documents."""


@dataclass(slots=True)
class NgramsResponse(Record):
    """Search.Ngrams. RESOURCE_EXHAUSTED: the documents have more than 50,000,000 symbols."""

    ROWS: ClassVar[str] = "ngrams"
    ngrams: list[Ngram] = made(default_factory=list)
    """Most occurrences first, then most documents, then by code points."""
    documents: int = 0
    """Documents read."""
    letters: int = 0
    """Their letters."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""


@dataclass(slots=True)
class NeighboursResponse(Record):
    """Search.Neighbours. RESOURCE_EXHAUSTED: more than 50,000,000 symbols stand around the occurrences."""

    ROWS: ClassVar[str] = "neighbours"
    neighbours: list[Ngram] = made(default_factory=list)
    """Most occurrences first, then most documents, then by code points."""
    values: int = 0
    """Different strings that there are."""
    beside: int = 0
    """Occurrences that have one: with so many letters beside them before a mark or the end of the part."""
    occurrences: int = 0
    """Occurrences of the query, those of Scan but for furniture and titles from the text."""
    documents: int = 0
    """Documents that have one."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""


@dataclass(slots=True)
class Collocate(Record):
    """A string that stands near the query."""

    phrase: str = ""
    """Folded. Words of letters and digits have a space between them."""
    near: int = 0
    """How often it occurs in the windows."""
    left: int = 0
    """Of these, left of an occurrence and not right of another."""
    documents: int = 0
    """Documents that have it in a window."""
    total: int = 0
    """How often it occurs in the documents that the filters leave."""
    log_dice: float = 0.0
    """log-dice."""
    ll: float = 0.0
    """Log-likelihood."""
    mi: float = 0.0
    """Mutual information, in bits."""
    t: float = 0.0
    """The t-score."""
    also: list[str] = made(default_factory=list)
    """Longer and shorter forms that were folded into it, strongest first, at most 8."""
    folded: int = 0
    """How many were."""


@dataclass(slots=True)
class CollocatesResponse(Record):
    """Search.Collocates. RESOURCE_EXHAUSTED: more than 50,000,000 symbols stand around the occurrences."""

    ROWS: ClassVar[str] = "collocates"
    collocates: list[Collocate] = made(default_factory=list)
    """Strongest first, then by code points."""
    values: int = 0
    """Strings that are collocates, before longer and shorter forms are folded."""
    occurrences: int = 0
    """Occurrences of the query, as in NeighboursResponse."""
    documents: int = 0
    """Documents that have one."""
    window_letters: int = 0
    """Letters in the windows, each once."""
    letters: int = 0
    """Letters of the documents that the filters leave."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""


@dataclass(slots=True)
class KwicResponse(Record):
    """Search.Kwic. RESOURCE_EXHAUSTED: there are more than 1,000,000 occurrences, and `sample` is 0; or so many stand in
    long texts that are alike that more than 50,000,000 symbols would be read to sort them.
    """

    ROWS: ClassVar[str] = "lines"
    lines: list[Occurrence] = made(default_factory=list)
    """The page, in order. Bridged occurrences are among them, as in Search.Scan."""
    next_page_token: str = ""
    """For the next page; "" when this is the last. Each page sorts anew, as far as it goes."""
    sorted: int = 0
    """Lines on all pages: all occurrences, bridged ones included, or the sample."""
    documents: int = 0
    """Matching documents, in all, whatever the sample."""
    occurrences: int = 0
    """Occurrences in all of them."""
    bridged_occurrences: int = 0
    """As in SearchResponse."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""


@dataclass(slots=True)
class Reprint(Record):
    """A document of a group, or of an excerpt."""

    id: str = ""
    """Its id."""
    title: str = ""
    """Its title."""
    date: str = ""
    """"2023-05-06", "2023-05", "2023"; "": none."""
    source: str = ""
    """Its source."""
    jaccard: float = 0.0
    """The share of shingles that it has in common with the document of its group that is most like it. 0 in an excerpt."""
    matches: bool = False
    """Whether it matches the query."""


@dataclass(slots=True)
class Excerpt(Record):
    """A document most of which stands in a longer one."""

    excerpt: Reprint = made(default_factory=Reprint)
    """The shorter one."""
    of: Reprint = made(default_factory=Reprint)
    """The longer one."""
    containment: float = 0.0
    """The share of the shorter that stands in the longer."""


@dataclass(slots=True)
class ReprintGroup(Record):
    """Documents that are reprints of each other."""

    reprints: list[Reprint] = made(default_factory=list)
    """The first, which is:first finds, then the others by date and id; those without a date are last."""
    documents: int = 0
    """How many documents the group has."""
    matching: int = 0
    """How many of them match."""


@dataclass(slots=True)
class ReprintsResponse(Record):
    """Search.Reprints. INVALID_ARGUMENT: reprints were not looked for yet; `gramdex reprints --build` does."""

    ROWS: ClassVar[str] = "groups"
    groups: list[ReprintGroup] = made(default_factory=list)
    """Groups with a document that matches. Most documents first, then by the date and the id of the first."""
    excerpts: list[Excerpt] = made(default_factory=list)
    """Pairs with a document that matches. By the excerpt's date and id, then the other's."""
    documents: int = 0
    """Documents that match."""
    distinct: int = 0
    """The same, those of one group counted once."""
    all_groups: int = 0
    """Groups in all, also those that are not given."""
    all_excerpts: int = 0
    """Excerpts in all, also those that are not given."""
    later: int = 0
    """Documents that were committed since reprints were looked for; each counts as the first of its own."""
    jaccard: float = 0.0
    """The share of shingles from which on two documents are reprints, as reprints were looked for."""
    within_days: int = 0
    """The days that their dates are apart at most, likewise."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""


@dataclass(slots=True)
class Passage(Record):
    """What two texts have in common."""

    letters: int = 0
    """How long it is."""
    match: Match = made(default_factory=Match)
    """Where it stands in the first document."""
    other_match: Match = made(default_factory=Match)
    """Where it stands in the other one."""
    text: str = ""
    """The first document's words there, runs of white space shown as one space; at most 2000 bytes of them."""
    other_text: str = ""
    """The other one's, which may differ in marks, widths, case and script variants."""
    cut: bool = False
    """True: the words are longer than what is given of them."""


@dataclass(slots=True)
class PassagesResponse(Record):
    """Search.Passages. RESOURCE_EXHAUSTED: the texts have more than 50,000,000 symbols, or repeat themselves so often
    that passages of so few letters are too many to compare.
    """

    ROWS: ClassVar[str] = "passages"
    passages: list[Passage] = made(default_factory=list)
    """Longest first, then by where they begin in the first document, then in the other one."""
    found: int = 0
    """How many there are, those past the limit too."""
    letters: int = 0
    """Letters of the first document's text."""
    other_letters: int = 0
    """Letters of the other one's."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""


@dataclass(slots=True)
class QuotedPlace(Record):
    """Where a quotation or a piece of one stands."""

    id: str = ""
    """The document's id."""
    title: str = ""
    """Its title; "" when it has none."""
    date: str = ""
    """Its date; "" when it has none."""
    source: str = ""
    """Its source; "" when it has none."""
    match: Match = made(default_factory=Match)
    """Where in the document."""
    text: str = ""
    """The document's words there, where they differ from the quotation's; else ""."""


@dataclass(slots=True)
class QuotedPiece(Record):
    """A piece of a quotation."""

    begin: int = 0
    """Its first character in the text."""
    end: int = 0
    """The character after its last."""
    symbols: int = 0
    """How long it is in symbols."""
    place: QuotedPlace | None = None
    """Where it stands: in the document of the piece before it when that has it, else the first place in document order."""


@dataclass(slots=True)
class Quotation(Record):
    """A quotation of the text."""

    verdict: str = ""
    """What became of it."""
    begin: int = 0
    """Its first character in the text."""
    end: int = 0
    """The character after its last."""
    symbols: int = 0
    """How long it is in symbols."""
    text: str = ""
    """Its words, runs of white space shown as one space."""
    place: QuotedPlace | None = None
    """Where it stands as a whole: the first place in document order that is exact, of the first 2000, else the first of
    all. Absent when it stands nowhere as a whole.
    """
    pieces: list[QuotedPiece] = made(default_factory=list)
    """Of what stands nowhere as a whole: its longest pieces that do, in the order of the text, the first 1000. They may
    overlap; no piece is part of another.
    """
    pieces_found: int = 0
    """How many there are, those past the limit too."""


@dataclass(slots=True)
class QuoteResponse(Record):
    """Search.Quote."""

    ROWS: ClassVar[str] = "quotations"
    quotations: list[Quotation] = made(default_factory=list)
    """In the order of the text."""
    exact: int = 0
    """How many are VERDICT_EXACT."""
    folded: int = 0
    """How many are VERDICT_FOLDED."""
    other_document: int = 0
    """How many are VERDICT_OTHER_DOCUMENT."""
    stitched: int = 0
    """How many are VERDICT_STITCHED."""
    absent: int = 0
    """How many are VERDICT_ABSENT."""
    passed_over: int = 0
    """Quotations of fewer than 2 letters, which are not looked for and not in `quotations`."""
    unclosed: int = 0
    """Opening marks whose quotation does not end before a blank line."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""


@dataclass(slots=True)
class Word(Record):
    """A word as the index has it."""

    text: str = ""
    """Folded."""
    occurrences: int = 0
    """In titles and texts of live documents."""


@dataclass(slots=True)
class SuggestResponse(Record):
    """Search.Suggest."""

    ROWS: ClassVar[str] = "words"
    words: list[Word] = made(default_factory=list)
    """Most frequent first, then by code points."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""


@dataclass(slots=True)
class Place(Record):
    """A place in the original, from which a text comes from `byte` on, up to the next place."""

    begin: int = 0
    """The character of its text from which on it holds. Each is after the one before."""
    name: str = ""
    """"page 3", "slide 2", "00:01:05": at most 256 bytes without control characters. "": of no place."""


@dataclass(slots=True)
class DocumentPart(Record):
    """A text of a document besides its title and its main text. No match crosses from one to another."""

    field: str = ""
    """Not FIELD_TITLE. FIELD_TEXT is a further part of the text."""
    text: str = ""
    """All texts of a document together are held to the limit that one text has."""
    places: list[Place] = made(default_factory=list)
    """Where in the original it comes from."""


@dataclass(slots=True)
class Document(Texts, Record):
    """A document as it is given and stored."""

    id: str = ""
    """Required, unique, 1 to 1024 bytes without control characters."""
    title: str = ""
    """"" for none."""
    date: str = ""
    """Given in any form that docs/query-language.md and `gramdex index` take ("2023-5-6", "2023年5月"); given back as ISO
    8601.
    """
    source: str = ""
    """Who published it, for filters; "" for none."""
    text: str = ""
    """What is searched, besides the title."""
    metadata: dict[str, Any] = made(default_factory=dict)
    """Whatever else is to be kept."""
    title_from_text: bool = False
    """The title is a line of the text: a name for that place, whose symbols count once."""
    origin: str = ""
    """The file that it came from, as the program that read it names it; "" for none."""
    parts: list[DocumentPart] = made(default_factory=list)
    """What is searched besides title and text: notes, captions, furniture, further parts of the text. At most 1048576.
    Given back by field, in the enum's order; those of one field in the order in which they came.
    """
    places: list[Place] = made(default_factory=list)
    """Where in the original the text comes from. At most 1048576, those of the parts included."""


@dataclass(slots=True)
class GetResponse(Record):
    """Search.Get."""

    document: Document = made(default_factory=Document)
    """The document."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""


@dataclass(slots=True)
class BatchGetResponse(Record):
    """Search.BatchGet."""

    ROWS: ClassVar[str] = "documents"
    documents: list[Document] = made(default_factory=list)
    """Those that the index has, in the order asked for."""
    missing: list[str] = made(default_factory=list)
    """Ids that no document has."""
    remaining: list[str] = made(default_factory=list)
    """Ids that were not looked for because the answer is large enough (2 MiB of documents): ask for them again. At least
    one document or missing id comes in each answer.
    """
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""


@dataclass(slots=True)
class Part(Record):
    """A part of the index."""

    name: str = ""
    """"postings", "term dictionary", "documents", ..."""
    bytes: int = 0
    """What it takes on the disk."""


@dataclass(slots=True)
class StatResponse(Record):
    """Search.Stat."""

    ROWS: ClassVar[str] = "parts"
    documents: int = 0
    """Live documents."""
    deleted: int = 0
    """Documents that were deleted or replaced and still take room until a merge."""
    segments: int = 0
    """Segments."""
    symbols: int = 0
    """Symbols of live documents."""
    terms: int = 0
    """Distinct pairs of neighbouring symbols, added up over the segments."""
    words: int = 0
    """Distinct words, added up over the segments."""
    text_bytes: int = 0
    """Stored texts and titles, in bytes before compression."""
    index_bytes: int = 0
    """All files."""
    parts: list[Part] = made(default_factory=list)
    """What takes how much, largest first; they add up to `index_bytes`."""
    version: str = ""
    """Of the program that answers."""
    answer: Answer = made(default_factory=Answer)
    """Commit, completeness, notes, time."""
    bad_segments: int = 0
    """Segments of which something cannot be read."""
    scrub_hours: float = 0.0
    """In how many hours a server verifies every page again. 0: it does not; a command never does."""
    metadata_keys: list[str] = made(default_factory=list)
    """Keys of metadata that the index declares, by name: those that filters and facets find in columns."""
    shape: str = ""
    """Of the segments that are written from now on."""
    other_shape_segments: int = 0
    """Segments of another shape. They get this one when they are merged."""


@dataclass(slots=True)
class Refusal(Record):
    """A document that is not in the index."""

    number: int = 0
    """Which document of the call, from 0."""
    id: str = ""
    """Its id; "" when the id is what is wrong."""
    reason: str = ""
    """What was found, what was expected."""


@dataclass(slots=True)
class IngestResponse(Record):
    """Index.Ingest: what became of them."""

    ROWS: ClassVar[str] = "refusals"
    documents: int = 0
    """Documents that are new or replace another."""
    replaced: int = 0
    """Of these, those that replace another."""
    unchanged: int = 0
    """Documents that are the same as what the index had."""
    refused: int = 0
    """Documents that break a rule and are not in the index."""
    refusals: list[Refusal] = made(default_factory=list)
    """The first 100 of those refused."""
    text_bytes: int = 0
    """Bytes of titles, texts and parts."""
    commit: int = 0
    """The commit that holds them all."""
    took_us: int = 0
    """Microseconds from the first message to the commit."""


@dataclass(slots=True)
class DeleteResponse(Record):
    """Index.Delete."""

    documents: int = 0
    """Documents removed."""
    missing: list[str] = made(default_factory=list)
    """Ids that no document has."""
    documents_left: int = 0
    """Documents that are left."""
    commit: int = 0
    """The commit after it."""
    took_us: int = 0
    """Microseconds on the server."""


__all__ = [
    "Answer",
    "BatchGetResponse",
    "Collocate",
    "CollocatesResponse",
    "ContrastGroup",
    "ContrastResponse",
    "CountResponse",
    "DeleteResponse",
    "DispersionResponse",
    "DispersionRow",
    "Document",
    "DocumentPart",
    "Excerpt",
    "Facet",
    "FacetRow",
    "FacetsResponse",
    "Field",
    "Filter",
    "GetResponse",
    "Hit",
    "IngestResponse",
    "KwicResponse",
    "Match",
    "Measure",
    "MetadataFilter",
    "NeighboursResponse",
    "Ngram",
    "NgramsResponse",
    "Occurrence",
    "Order",
    "Part",
    "Passage",
    "PassagesResponse",
    "Period",
    "Piece",
    "Place",
    "Quotation",
    "QuoteResponse",
    "QuotedPiece",
    "QuotedPlace",
    "Refusal",
    "Reprint",
    "ReprintGroup",
    "ReprintsResponse",
    "ScanResponse",
    "SearchResponse",
    "Shape",
    "Side",
    "Snippet",
    "StatResponse",
    "SuggestResponse",
    "TrendResponse",
    "TrendRow",
    "TrendSeries",
    "Unit",
    "Verdict",
    "Word",
]
