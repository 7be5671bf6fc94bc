from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
FIELD_CAPTION: Field
FIELD_FURNITURE: Field
FIELD_NOTE: Field
FIELD_TEXT: Field
FIELD_TITLE: Field
FIELD_UNSPECIFIED: Field
MEASURE_LL: Measure
MEASURE_LOG_DICE: Measure
MEASURE_MI: Measure
MEASURE_T: Measure
MEASURE_UNSPECIFIED: Measure
ORDER_ID: Order
ORDER_NEWEST: Order
ORDER_OLDEST: Order
ORDER_RELEVANCE: Order
ORDER_UNSPECIFIED: Order
PERIOD_DAY: Period
PERIOD_MONTH: Period
PERIOD_QUARTER: Period
PERIOD_UNSPECIFIED: Period
PERIOD_WEEK: Period
PERIOD_YEAR: Period
SHAPE_ARCHIVE: Shape
SHAPE_COMPACT: Shape
SHAPE_EXACT: Shape
SHAPE_UNSPECIFIED: Shape
SIDE_LEFT: Side
SIDE_RIGHT: Side
SIDE_UNSPECIFIED: Side
UNIT_DOCUMENT: Unit
UNIT_PASSAGE: Unit
UNIT_UNSPECIFIED: Unit
VERDICT_ABSENT: Verdict
VERDICT_EXACT: Verdict
VERDICT_FOLDED: Verdict
VERDICT_OTHER_DOCUMENT: Verdict
VERDICT_STITCHED: Verdict
VERDICT_UNSPECIFIED: Verdict

class Answer(_message.Message):
    __slots__ = ["commit", "complete", "notes", "took_us"]
    COMMIT_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    commit: int
    complete: bool
    notes: _containers.RepeatedScalarFieldContainer[str]
    took_us: int
    def __init__(self, commit: _Optional[int] = ..., complete: bool = ..., notes: _Optional[_Iterable[str]] = ..., took_us: _Optional[int] = ...) -> None: ...

class BatchGetRequest(_message.Message):
    __slots__ = ["ids", "scope"]
    IDS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[str]
    scope: Scope
    def __init__(self, ids: _Optional[_Iterable[str]] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ...) -> None: ...

class BatchGetResponse(_message.Message):
    __slots__ = ["answer", "documents", "missing", "remaining"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    documents: _containers.RepeatedCompositeFieldContainer[Document]
    missing: _containers.RepeatedScalarFieldContainer[str]
    remaining: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, documents: _Optional[_Iterable[_Union[Document, _Mapping]]] = ..., missing: _Optional[_Iterable[str]] = ..., remaining: _Optional[_Iterable[str]] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class Collocate(_message.Message):
    __slots__ = ["also", "documents", "folded", "left", "ll", "log_dice", "mi", "near", "phrase", "t", "total"]
    ALSO_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    FOLDED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    LL_FIELD_NUMBER: _ClassVar[int]
    LOG_DICE_FIELD_NUMBER: _ClassVar[int]
    MI_FIELD_NUMBER: _ClassVar[int]
    NEAR_FIELD_NUMBER: _ClassVar[int]
    PHRASE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    T_FIELD_NUMBER: _ClassVar[int]
    also: _containers.RepeatedScalarFieldContainer[str]
    documents: int
    folded: int
    left: int
    ll: float
    log_dice: float
    mi: float
    near: int
    phrase: str
    t: float
    total: int
    def __init__(self, phrase: _Optional[str] = ..., near: _Optional[int] = ..., left: _Optional[int] = ..., documents: _Optional[int] = ..., total: _Optional[int] = ..., log_dice: _Optional[float] = ..., ll: _Optional[float] = ..., mi: _Optional[float] = ..., t: _Optional[float] = ..., also: _Optional[_Iterable[str]] = ..., folded: _Optional[int] = ...) -> None: ...

class CollocatesRequest(_message.Message):
    __slots__ = ["by", "limit", "query", "scope", "window"]
    BY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    by: Measure
    limit: int
    query: str
    scope: Scope
    window: int
    def __init__(self, query: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., window: _Optional[int] = ..., by: _Optional[_Union[Measure, str]] = ..., limit: _Optional[int] = ...) -> None: ...

class CollocatesResponse(_message.Message):
    __slots__ = ["answer", "collocates", "documents", "letters", "occurrences", "values", "window_letters"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    COLLOCATES_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    LETTERS_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    WINDOW_LETTERS_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    collocates: _containers.RepeatedCompositeFieldContainer[Collocate]
    documents: int
    letters: int
    occurrences: int
    values: int
    window_letters: int
    def __init__(self, collocates: _Optional[_Iterable[_Union[Collocate, _Mapping]]] = ..., values: _Optional[int] = ..., occurrences: _Optional[int] = ..., documents: _Optional[int] = ..., window_letters: _Optional[int] = ..., letters: _Optional[int] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class ContrastGroup(_message.Message):
    __slots__ = ["also", "days", "first_date", "first_id", "folded", "occurrences", "phrase", "ratio", "score", "units_a", "units_b"]
    ALSO_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    FIRST_DATE_FIELD_NUMBER: _ClassVar[int]
    FIRST_ID_FIELD_NUMBER: _ClassVar[int]
    FOLDED_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    PHRASE_FIELD_NUMBER: _ClassVar[int]
    RATIO_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    UNITS_A_FIELD_NUMBER: _ClassVar[int]
    UNITS_B_FIELD_NUMBER: _ClassVar[int]
    also: _containers.RepeatedScalarFieldContainer[str]
    days: int
    first_date: str
    first_id: str
    folded: int
    occurrences: int
    phrase: str
    ratio: float
    score: float
    units_a: int
    units_b: int
    def __init__(self, phrase: _Optional[str] = ..., units_a: _Optional[int] = ..., units_b: _Optional[int] = ..., occurrences: _Optional[int] = ..., ratio: _Optional[float] = ..., score: _Optional[float] = ..., first_date: _Optional[str] = ..., first_id: _Optional[str] = ..., days: _Optional[int] = ..., also: _Optional[_Iterable[str]] = ..., folded: _Optional[int] = ...) -> None: ...

class ContrastRequest(_message.Message):
    __slots__ = ["a", "b", "limit", "max_length", "min_length", "min_units", "scope", "unit", "with_digits"]
    A_FIELD_NUMBER: _ClassVar[int]
    B_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    MAX_LENGTH_FIELD_NUMBER: _ClassVar[int]
    MIN_LENGTH_FIELD_NUMBER: _ClassVar[int]
    MIN_UNITS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    WITH_DIGITS_FIELD_NUMBER: _ClassVar[int]
    a: str
    b: str
    limit: int
    max_length: int
    min_length: int
    min_units: int
    scope: Scope
    unit: Unit
    with_digits: bool
    def __init__(self, a: _Optional[str] = ..., b: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., unit: _Optional[_Union[Unit, str]] = ..., min_length: _Optional[int] = ..., max_length: _Optional[int] = ..., min_units: _Optional[int] = ..., with_digits: bool = ..., limit: _Optional[int] = ...) -> None: ...

class ContrastResponse(_message.Message):
    __slots__ = ["answer", "groups", "letters_a", "letters_b", "tested", "units_a", "units_b"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    LETTERS_A_FIELD_NUMBER: _ClassVar[int]
    LETTERS_B_FIELD_NUMBER: _ClassVar[int]
    TESTED_FIELD_NUMBER: _ClassVar[int]
    UNITS_A_FIELD_NUMBER: _ClassVar[int]
    UNITS_B_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    groups: _containers.RepeatedCompositeFieldContainer[ContrastGroup]
    letters_a: int
    letters_b: int
    tested: int
    units_a: int
    units_b: int
    def __init__(self, groups: _Optional[_Iterable[_Union[ContrastGroup, _Mapping]]] = ..., units_a: _Optional[int] = ..., units_b: _Optional[int] = ..., letters_a: _Optional[int] = ..., letters_b: _Optional[int] = ..., tested: _Optional[int] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class CountRequest(_message.Message):
    __slots__ = ["query", "scope"]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    query: str
    scope: Scope
    def __init__(self, query: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ...) -> None: ...

class CountResponse(_message.Message):
    __slots__ = ["answer", "bridged_occurrences", "documents", "occurrences"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    BRIDGED_OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    bridged_occurrences: int
    documents: int
    occurrences: int
    def __init__(self, documents: _Optional[int] = ..., occurrences: _Optional[int] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ..., bridged_occurrences: _Optional[int] = ...) -> None: ...

class DispersionRequest(_message.Message):
    __slots__ = ["by", "limit", "query", "scope"]
    BY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    by: str
    limit: int
    query: str
    scope: Scope
    def __init__(self, query: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., by: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class DispersionResponse(_message.Message):
    __slots__ = ["answer", "dp", "dp_norm", "juilland_d", "occurrences", "parts", "parts_with", "rows", "symbols"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    DP_FIELD_NUMBER: _ClassVar[int]
    DP_NORM_FIELD_NUMBER: _ClassVar[int]
    JUILLAND_D_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    PARTS_WITH_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    dp: float
    dp_norm: float
    juilland_d: float
    occurrences: int
    parts: int
    parts_with: int
    rows: _containers.RepeatedCompositeFieldContainer[DispersionRow]
    symbols: int
    def __init__(self, parts: _Optional[int] = ..., parts_with: _Optional[int] = ..., occurrences: _Optional[int] = ..., symbols: _Optional[int] = ..., dp: _Optional[float] = ..., dp_norm: _Optional[float] = ..., juilland_d: _Optional[float] = ..., rows: _Optional[_Iterable[_Union[DispersionRow, _Mapping]]] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class DispersionRow(_message.Message):
    __slots__ = ["occurrences", "part", "per_million", "symbols"]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    PER_MILLION_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    occurrences: int
    part: str
    per_million: float
    symbols: int
    def __init__(self, part: _Optional[str] = ..., occurrences: _Optional[int] = ..., symbols: _Optional[int] = ..., per_million: _Optional[float] = ...) -> None: ...

class Document(_message.Message):
    __slots__ = ["date", "id", "metadata", "origin", "parts", "places", "source", "text", "title", "title_from_text"]
    DATE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    PLACES_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FROM_TEXT_FIELD_NUMBER: _ClassVar[int]
    date: str
    id: str
    metadata: str
    origin: str
    parts: _containers.RepeatedCompositeFieldContainer[DocumentPart]
    places: _containers.RepeatedCompositeFieldContainer[Place]
    source: str
    text: str
    title: str
    title_from_text: bool
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., date: _Optional[str] = ..., source: _Optional[str] = ..., text: _Optional[str] = ..., metadata: _Optional[str] = ..., title_from_text: bool = ..., origin: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[DocumentPart, _Mapping]]] = ..., places: _Optional[_Iterable[_Union[Place, _Mapping]]] = ...) -> None: ...

class DocumentPart(_message.Message):
    __slots__ = ["field", "places", "text"]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    PLACES_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    field: Field
    places: _containers.RepeatedCompositeFieldContainer[Place]
    text: str
    def __init__(self, field: _Optional[_Union[Field, str]] = ..., text: _Optional[str] = ..., places: _Optional[_Iterable[_Union[Place, _Mapping]]] = ...) -> None: ...

class Excerpt(_message.Message):
    __slots__ = ["containment", "excerpt", "of"]
    CONTAINMENT_FIELD_NUMBER: _ClassVar[int]
    EXCERPT_FIELD_NUMBER: _ClassVar[int]
    OF_FIELD_NUMBER: _ClassVar[int]
    containment: float
    excerpt: Reprint
    of: Reprint
    def __init__(self, excerpt: _Optional[_Union[Reprint, _Mapping]] = ..., of: _Optional[_Union[Reprint, _Mapping]] = ..., containment: _Optional[float] = ...) -> None: ...

class Facet(_message.Message):
    __slots__ = ["by", "left_out", "rows", "values"]
    BY_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    by: str
    left_out: int
    rows: _containers.RepeatedCompositeFieldContainer[FacetRow]
    values: int
    def __init__(self, by: _Optional[str] = ..., rows: _Optional[_Iterable[_Union[FacetRow, _Mapping]]] = ..., values: _Optional[int] = ..., left_out: _Optional[int] = ...) -> None: ...

class FacetRow(_message.Message):
    __slots__ = ["documents", "occurrences", "of_documents", "of_symbols", "per_million", "value"]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    OF_DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    OF_SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    PER_MILLION_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    documents: int
    occurrences: int
    of_documents: int
    of_symbols: int
    per_million: float
    value: str
    def __init__(self, value: _Optional[str] = ..., documents: _Optional[int] = ..., occurrences: _Optional[int] = ..., of_documents: _Optional[int] = ..., of_symbols: _Optional[int] = ..., per_million: _Optional[float] = ...) -> None: ...

class FacetsRequest(_message.Message):
    __slots__ = ["by", "limit", "query", "scope"]
    BY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    by: _containers.RepeatedScalarFieldContainer[str]
    limit: int
    query: str
    scope: Scope
    def __init__(self, query: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., by: _Optional[_Iterable[str]] = ..., limit: _Optional[int] = ...) -> None: ...

class FacetsResponse(_message.Message):
    __slots__ = ["answer", "documents", "facets", "occurrences"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    FACETS_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    documents: int
    facets: _containers.RepeatedCompositeFieldContainer[Facet]
    occurrences: int
    def __init__(self, facets: _Optional[_Iterable[_Union[Facet, _Mapping]]] = ..., documents: _Optional[int] = ..., occurrences: _Optional[int] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class Filter(_message.Message):
    __slots__ = ["date_from", "date_to", "id_prefix", "metadata", "sources"]
    DATE_FROM_FIELD_NUMBER: _ClassVar[int]
    DATE_TO_FIELD_NUMBER: _ClassVar[int]
    ID_PREFIX_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    date_from: str
    date_to: str
    id_prefix: str
    metadata: _containers.RepeatedCompositeFieldContainer[MetadataFilter]
    sources: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, sources: _Optional[_Iterable[str]] = ..., date_from: _Optional[str] = ..., date_to: _Optional[str] = ..., id_prefix: _Optional[str] = ..., metadata: _Optional[_Iterable[_Union[MetadataFilter, _Mapping]]] = ...) -> None: ...

class GetRequest(_message.Message):
    __slots__ = ["id", "scope"]
    ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    id: str
    scope: Scope
    def __init__(self, id: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ...) -> None: ...

class GetResponse(_message.Message):
    __slots__ = ["answer", "document"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    document: Document
    def __init__(self, document: _Optional[_Union[Document, _Mapping]] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class Hit(_message.Message):
    __slots__ = ["bridged", "date", "id", "length", "matches", "metadata", "occurrences", "score", "snippet", "source", "title"]
    BRIDGED_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SNIPPET_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    bridged: bool
    date: str
    id: str
    length: int
    matches: _containers.RepeatedCompositeFieldContainer[Match]
    metadata: str
    occurrences: int
    score: float
    snippet: Snippet
    source: str
    title: str
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., date: _Optional[str] = ..., source: _Optional[str] = ..., score: _Optional[float] = ..., occurrences: _Optional[int] = ..., snippet: _Optional[_Union[Snippet, _Mapping]] = ..., matches: _Optional[_Iterable[_Union[Match, _Mapping]]] = ..., metadata: _Optional[str] = ..., length: _Optional[int] = ..., bridged: bool = ...) -> None: ...

class KwicRequest(_message.Message):
    __slots__ = ["context_symbols", "limit", "no_context", "page_token", "query", "sample", "scope", "sort"]
    CONTEXT_SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    NO_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SORT_FIELD_NUMBER: _ClassVar[int]
    context_symbols: int
    limit: int
    no_context: bool
    page_token: str
    query: str
    sample: int
    scope: Scope
    sort: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, query: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., sort: _Optional[_Iterable[str]] = ..., sample: _Optional[int] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ..., context_symbols: _Optional[int] = ..., no_context: bool = ...) -> None: ...

class KwicResponse(_message.Message):
    __slots__ = ["answer", "bridged_occurrences", "documents", "lines", "next_page_token", "occurrences", "sorted"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    BRIDGED_OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    SORTED_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    bridged_occurrences: int
    documents: int
    lines: _containers.RepeatedCompositeFieldContainer[Occurrence]
    next_page_token: str
    occurrences: int
    sorted: int
    def __init__(self, lines: _Optional[_Iterable[_Union[Occurrence, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., sorted: _Optional[int] = ..., documents: _Optional[int] = ..., occurrences: _Optional[int] = ..., bridged_occurrences: _Optional[int] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class Match(_message.Message):
    __slots__ = ["begin", "end", "field", "part", "place"]
    BEGIN_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    begin: int
    end: int
    field: Field
    part: int
    place: str
    def __init__(self, field: _Optional[_Union[Field, str]] = ..., begin: _Optional[int] = ..., end: _Optional[int] = ..., part: _Optional[int] = ..., place: _Optional[str] = ...) -> None: ...

class MetadataFilter(_message.Message):
    __slots__ = ["key", "values"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    key: str
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, key: _Optional[str] = ..., values: _Optional[_Iterable[str]] = ...) -> None: ...

class NeighboursRequest(_message.Message):
    __slots__ = ["length", "limit", "query", "scope", "side"]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    length: int
    limit: int
    query: str
    scope: Scope
    side: Side
    def __init__(self, query: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., side: _Optional[_Union[Side, str]] = ..., length: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class NeighboursResponse(_message.Message):
    __slots__ = ["answer", "beside", "documents", "neighbours", "occurrences", "values"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    BESIDE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    NEIGHBOURS_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    beside: int
    documents: int
    neighbours: _containers.RepeatedCompositeFieldContainer[Ngram]
    occurrences: int
    values: int
    def __init__(self, neighbours: _Optional[_Iterable[_Union[Ngram, _Mapping]]] = ..., values: _Optional[int] = ..., beside: _Optional[int] = ..., occurrences: _Optional[int] = ..., documents: _Optional[int] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class Ngram(_message.Message):
    __slots__ = ["documents", "occurrences", "phrase"]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    PHRASE_FIELD_NUMBER: _ClassVar[int]
    documents: int
    occurrences: int
    phrase: str
    def __init__(self, phrase: _Optional[str] = ..., occurrences: _Optional[int] = ..., documents: _Optional[int] = ...) -> None: ...

class NgramsRequest(_message.Message):
    __slots__ = ["limit", "max_length", "min_documents", "min_length", "query", "scope", "with_digits", "with_parts"]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    MAX_LENGTH_FIELD_NUMBER: _ClassVar[int]
    MIN_DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    MIN_LENGTH_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    WITH_DIGITS_FIELD_NUMBER: _ClassVar[int]
    WITH_PARTS_FIELD_NUMBER: _ClassVar[int]
    limit: int
    max_length: int
    min_documents: int
    min_length: int
    query: str
    scope: Scope
    with_digits: bool
    with_parts: bool
    def __init__(self, query: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., min_length: _Optional[int] = ..., max_length: _Optional[int] = ..., min_documents: _Optional[int] = ..., with_digits: bool = ..., with_parts: bool = ..., limit: _Optional[int] = ...) -> None: ...

class NgramsResponse(_message.Message):
    __slots__ = ["answer", "documents", "letters", "ngrams"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    LETTERS_FIELD_NUMBER: _ClassVar[int]
    NGRAMS_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    documents: int
    letters: int
    ngrams: _containers.RepeatedCompositeFieldContainer[Ngram]
    def __init__(self, ngrams: _Optional[_Iterable[_Union[Ngram, _Mapping]]] = ..., documents: _Optional[int] = ..., letters: _Optional[int] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class Occurrence(_message.Message):
    __slots__ = ["after", "before", "bridged", "date", "id", "match", "matched", "position", "source", "title"]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    BRIDGED_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    MATCHED_FIELD_NUMBER: _ClassVar[int]
    MATCH_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    after: str
    before: str
    bridged: bool
    date: str
    id: str
    match: Match
    matched: str
    position: int
    source: str
    title: str
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., date: _Optional[str] = ..., source: _Optional[str] = ..., match: _Optional[_Union[Match, _Mapping]] = ..., position: _Optional[int] = ..., before: _Optional[str] = ..., matched: _Optional[str] = ..., after: _Optional[str] = ..., bridged: bool = ...) -> None: ...

class Part(_message.Message):
    __slots__ = ["bytes", "name"]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    bytes: int
    name: str
    def __init__(self, name: _Optional[str] = ..., bytes: _Optional[int] = ...) -> None: ...

class Passage(_message.Message):
    __slots__ = ["cut", "letters", "match", "other_match", "other_text", "text"]
    CUT_FIELD_NUMBER: _ClassVar[int]
    LETTERS_FIELD_NUMBER: _ClassVar[int]
    MATCH_FIELD_NUMBER: _ClassVar[int]
    OTHER_MATCH_FIELD_NUMBER: _ClassVar[int]
    OTHER_TEXT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    cut: bool
    letters: int
    match: Match
    other_match: Match
    other_text: str
    text: str
    def __init__(self, letters: _Optional[int] = ..., match: _Optional[_Union[Match, _Mapping]] = ..., other_match: _Optional[_Union[Match, _Mapping]] = ..., text: _Optional[str] = ..., other_text: _Optional[str] = ..., cut: bool = ...) -> None: ...

class PassagesRequest(_message.Message):
    __slots__ = ["id", "limit", "min_letters", "other", "scope"]
    ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    MIN_LETTERS_FIELD_NUMBER: _ClassVar[int]
    OTHER_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    id: str
    limit: int
    min_letters: int
    other: str
    scope: Scope
    def __init__(self, id: _Optional[str] = ..., other: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., min_letters: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class PassagesResponse(_message.Message):
    __slots__ = ["answer", "found", "letters", "other_letters", "passages"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    LETTERS_FIELD_NUMBER: _ClassVar[int]
    OTHER_LETTERS_FIELD_NUMBER: _ClassVar[int]
    PASSAGES_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    found: int
    letters: int
    other_letters: int
    passages: _containers.RepeatedCompositeFieldContainer[Passage]
    def __init__(self, passages: _Optional[_Iterable[_Union[Passage, _Mapping]]] = ..., found: _Optional[int] = ..., letters: _Optional[int] = ..., other_letters: _Optional[int] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class Piece(_message.Message):
    __slots__ = ["matched", "text"]
    MATCHED_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    matched: bool
    text: str
    def __init__(self, text: _Optional[str] = ..., matched: bool = ...) -> None: ...

class Place(_message.Message):
    __slots__ = ["byte", "name"]
    BYTE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    byte: int
    name: str
    def __init__(self, byte: _Optional[int] = ..., name: _Optional[str] = ...) -> None: ...

class Quotation(_message.Message):
    __slots__ = ["begin", "end", "pieces", "pieces_found", "place", "symbols", "text", "verdict"]
    BEGIN_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    PIECES_FIELD_NUMBER: _ClassVar[int]
    PIECES_FOUND_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    begin: int
    end: int
    pieces: _containers.RepeatedCompositeFieldContainer[QuotedPiece]
    pieces_found: int
    place: QuotedPlace
    symbols: int
    text: str
    verdict: Verdict
    def __init__(self, verdict: _Optional[_Union[Verdict, str]] = ..., begin: _Optional[int] = ..., end: _Optional[int] = ..., symbols: _Optional[int] = ..., text: _Optional[str] = ..., place: _Optional[_Union[QuotedPlace, _Mapping]] = ..., pieces: _Optional[_Iterable[_Union[QuotedPiece, _Mapping]]] = ..., pieces_found: _Optional[int] = ...) -> None: ...

class QuoteRequest(_message.Message):
    __slots__ = ["id", "scope", "text"]
    ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    id: str
    scope: Scope
    text: str
    def __init__(self, text: _Optional[str] = ..., id: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ...) -> None: ...

class QuoteResponse(_message.Message):
    __slots__ = ["absent", "answer", "exact", "folded", "other_document", "passed_over", "quotations", "stitched", "unclosed"]
    ABSENT_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    EXACT_FIELD_NUMBER: _ClassVar[int]
    FOLDED_FIELD_NUMBER: _ClassVar[int]
    OTHER_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    PASSED_OVER_FIELD_NUMBER: _ClassVar[int]
    QUOTATIONS_FIELD_NUMBER: _ClassVar[int]
    STITCHED_FIELD_NUMBER: _ClassVar[int]
    UNCLOSED_FIELD_NUMBER: _ClassVar[int]
    absent: int
    answer: Answer
    exact: int
    folded: int
    other_document: int
    passed_over: int
    quotations: _containers.RepeatedCompositeFieldContainer[Quotation]
    stitched: int
    unclosed: int
    def __init__(self, quotations: _Optional[_Iterable[_Union[Quotation, _Mapping]]] = ..., exact: _Optional[int] = ..., folded: _Optional[int] = ..., other_document: _Optional[int] = ..., stitched: _Optional[int] = ..., absent: _Optional[int] = ..., passed_over: _Optional[int] = ..., unclosed: _Optional[int] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class QuotedPiece(_message.Message):
    __slots__ = ["begin", "end", "place", "symbols"]
    BEGIN_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    begin: int
    end: int
    place: QuotedPlace
    symbols: int
    def __init__(self, begin: _Optional[int] = ..., end: _Optional[int] = ..., symbols: _Optional[int] = ..., place: _Optional[_Union[QuotedPlace, _Mapping]] = ...) -> None: ...

class QuotedPlace(_message.Message):
    __slots__ = ["date", "id", "match", "source", "text", "title"]
    DATE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    MATCH_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    date: str
    id: str
    match: Match
    source: str
    text: str
    title: str
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., date: _Optional[str] = ..., source: _Optional[str] = ..., match: _Optional[_Union[Match, _Mapping]] = ..., text: _Optional[str] = ...) -> None: ...

class Reprint(_message.Message):
    __slots__ = ["date", "id", "jaccard", "matches", "source", "title"]
    DATE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    JACCARD_FIELD_NUMBER: _ClassVar[int]
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    date: str
    id: str
    jaccard: float
    matches: bool
    source: str
    title: str
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., date: _Optional[str] = ..., source: _Optional[str] = ..., jaccard: _Optional[float] = ..., matches: bool = ...) -> None: ...

class ReprintGroup(_message.Message):
    __slots__ = ["documents", "matching", "reprints"]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    MATCHING_FIELD_NUMBER: _ClassVar[int]
    REPRINTS_FIELD_NUMBER: _ClassVar[int]
    documents: int
    matching: int
    reprints: _containers.RepeatedCompositeFieldContainer[Reprint]
    def __init__(self, reprints: _Optional[_Iterable[_Union[Reprint, _Mapping]]] = ..., documents: _Optional[int] = ..., matching: _Optional[int] = ...) -> None: ...

class ReprintsRequest(_message.Message):
    __slots__ = ["excerpts", "limit", "members", "query", "scope"]
    EXCERPTS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    excerpts: int
    limit: int
    members: int
    query: str
    scope: Scope
    def __init__(self, query: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., limit: _Optional[int] = ..., members: _Optional[int] = ..., excerpts: _Optional[int] = ...) -> None: ...

class ReprintsResponse(_message.Message):
    __slots__ = ["all_excerpts", "all_groups", "answer", "distinct", "documents", "excerpts", "groups", "jaccard", "later", "within_days"]
    ALL_EXCERPTS_FIELD_NUMBER: _ClassVar[int]
    ALL_GROUPS_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    DISTINCT_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    EXCERPTS_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    JACCARD_FIELD_NUMBER: _ClassVar[int]
    LATER_FIELD_NUMBER: _ClassVar[int]
    WITHIN_DAYS_FIELD_NUMBER: _ClassVar[int]
    all_excerpts: int
    all_groups: int
    answer: Answer
    distinct: int
    documents: int
    excerpts: _containers.RepeatedCompositeFieldContainer[Excerpt]
    groups: _containers.RepeatedCompositeFieldContainer[ReprintGroup]
    jaccard: float
    later: int
    within_days: int
    def __init__(self, groups: _Optional[_Iterable[_Union[ReprintGroup, _Mapping]]] = ..., excerpts: _Optional[_Iterable[_Union[Excerpt, _Mapping]]] = ..., documents: _Optional[int] = ..., distinct: _Optional[int] = ..., all_groups: _Optional[int] = ..., all_excerpts: _Optional[int] = ..., later: _Optional[int] = ..., jaccard: _Optional[float] = ..., within_days: _Optional[int] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class ScanRequest(_message.Message):
    __slots__ = ["context_symbols", "limit", "no_context", "query", "scope"]
    CONTEXT_SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    NO_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    context_symbols: int
    limit: int
    no_context: bool
    query: str
    scope: Scope
    def __init__(self, query: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., context_symbols: _Optional[int] = ..., no_context: bool = ..., limit: _Optional[int] = ...) -> None: ...

class ScanResponse(_message.Message):
    __slots__ = ["answer", "occurrences"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    occurrences: _containers.RepeatedCompositeFieldContainer[Occurrence]
    def __init__(self, occurrences: _Optional[_Iterable[_Union[Occurrence, _Mapping]]] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class Scope(_message.Message):
    __slots__ = ["allow_partial", "filter", "min_commit"]
    ALLOW_PARTIAL_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    MIN_COMMIT_FIELD_NUMBER: _ClassVar[int]
    allow_partial: bool
    filter: Filter
    min_commit: int
    def __init__(self, filter: _Optional[_Union[Filter, _Mapping]] = ..., min_commit: _Optional[int] = ..., allow_partial: bool = ...) -> None: ...

class SearchRequest(_message.Message):
    __slots__ = ["limit", "match_limit", "no_snippet", "offset", "order", "page_token", "query", "scope", "snippet_symbols", "totals_only"]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    MATCH_LIMIT_FIELD_NUMBER: _ClassVar[int]
    NO_SNIPPET_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SNIPPET_SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    TOTALS_ONLY_FIELD_NUMBER: _ClassVar[int]
    limit: int
    match_limit: int
    no_snippet: bool
    offset: int
    order: Order
    page_token: str
    query: str
    scope: Scope
    snippet_symbols: int
    totals_only: bool
    def __init__(self, query: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., limit: _Optional[int] = ..., page_token: _Optional[str] = ..., order: _Optional[_Union[Order, str]] = ..., snippet_symbols: _Optional[int] = ..., no_snippet: bool = ..., match_limit: _Optional[int] = ..., totals_only: bool = ..., offset: _Optional[int] = ...) -> None: ...

class SearchResponse(_message.Message):
    __slots__ = ["answer", "bridged_occurrences", "documents", "hits", "next_page_token", "occurrences"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    BRIDGED_OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    HITS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    bridged_occurrences: int
    documents: int
    hits: _containers.RepeatedCompositeFieldContainer[Hit]
    next_page_token: str
    occurrences: int
    def __init__(self, documents: _Optional[int] = ..., occurrences: _Optional[int] = ..., hits: _Optional[_Iterable[_Union[Hit, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ..., bridged_occurrences: _Optional[int] = ...) -> None: ...

class Snippet(_message.Message):
    __slots__ = ["at_end", "at_start", "field", "part", "pieces", "place"]
    AT_END_FIELD_NUMBER: _ClassVar[int]
    AT_START_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    PIECES_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    at_end: bool
    at_start: bool
    field: Field
    part: int
    pieces: _containers.RepeatedCompositeFieldContainer[Piece]
    place: str
    def __init__(self, pieces: _Optional[_Iterable[_Union[Piece, _Mapping]]] = ..., field: _Optional[_Union[Field, str]] = ..., at_start: bool = ..., at_end: bool = ..., part: _Optional[int] = ..., place: _Optional[str] = ...) -> None: ...

class StatRequest(_message.Message):
    __slots__ = ["scope"]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    scope: Scope
    def __init__(self, scope: _Optional[_Union[Scope, _Mapping]] = ...) -> None: ...

class StatResponse(_message.Message):
    __slots__ = ["answer", "bad_segments", "deleted", "documents", "index_bytes", "metadata_keys", "other_shape_segments", "parts", "scrub_hours", "segments", "shape", "symbols", "terms", "text_bytes", "version", "words"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    BAD_SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    DELETED_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    INDEX_BYTES_FIELD_NUMBER: _ClassVar[int]
    METADATA_KEYS_FIELD_NUMBER: _ClassVar[int]
    OTHER_SHAPE_SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    SCRUB_HOURS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    TEXT_BYTES_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    bad_segments: int
    deleted: int
    documents: int
    index_bytes: int
    metadata_keys: _containers.RepeatedScalarFieldContainer[str]
    other_shape_segments: int
    parts: _containers.RepeatedCompositeFieldContainer[Part]
    scrub_hours: float
    segments: int
    shape: Shape
    symbols: int
    terms: int
    text_bytes: int
    version: str
    words: int
    def __init__(self, documents: _Optional[int] = ..., deleted: _Optional[int] = ..., segments: _Optional[int] = ..., symbols: _Optional[int] = ..., terms: _Optional[int] = ..., words: _Optional[int] = ..., text_bytes: _Optional[int] = ..., index_bytes: _Optional[int] = ..., parts: _Optional[_Iterable[_Union[Part, _Mapping]]] = ..., version: _Optional[str] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ..., bad_segments: _Optional[int] = ..., scrub_hours: _Optional[float] = ..., metadata_keys: _Optional[_Iterable[str]] = ..., shape: _Optional[_Union[Shape, str]] = ..., other_shape_segments: _Optional[int] = ...) -> None: ...

class SuggestRequest(_message.Message):
    __slots__ = ["limit", "prefix", "scope"]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    limit: int
    prefix: str
    scope: Scope
    def __init__(self, prefix: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., limit: _Optional[int] = ...) -> None: ...

class SuggestResponse(_message.Message):
    __slots__ = ["answer", "words"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    words: _containers.RepeatedCompositeFieldContainer[Word]
    def __init__(self, words: _Optional[_Iterable[_Union[Word, _Mapping]]] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class TrendRequest(_message.Message):
    __slots__ = ["by", "compare", "date_from", "date_to", "query", "scope", "split_by_source"]
    BY_FIELD_NUMBER: _ClassVar[int]
    COMPARE_FIELD_NUMBER: _ClassVar[int]
    DATE_FROM_FIELD_NUMBER: _ClassVar[int]
    DATE_TO_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SPLIT_BY_SOURCE_FIELD_NUMBER: _ClassVar[int]
    by: Period
    compare: _containers.RepeatedScalarFieldContainer[str]
    date_from: str
    date_to: str
    query: str
    scope: Scope
    split_by_source: bool
    def __init__(self, query: _Optional[str] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., by: _Optional[_Union[Period, str]] = ..., date_from: _Optional[str] = ..., date_to: _Optional[str] = ..., compare: _Optional[_Iterable[str]] = ..., split_by_source: bool = ...) -> None: ...

class TrendResponse(_message.Message):
    __slots__ = ["answer", "documents", "occurrences", "rows", "series"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    documents: int
    occurrences: int
    rows: _containers.RepeatedCompositeFieldContainer[TrendRow]
    series: _containers.RepeatedCompositeFieldContainer[TrendSeries]
    def __init__(self, rows: _Optional[_Iterable[_Union[TrendRow, _Mapping]]] = ..., documents: _Optional[int] = ..., occurrences: _Optional[int] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ..., series: _Optional[_Iterable[_Union[TrendSeries, _Mapping]]] = ...) -> None: ...

class TrendRow(_message.Message):
    __slots__ = ["documents", "occurrences", "of_documents", "of_symbols", "per_million", "period", "share_high", "share_low"]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    OF_DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    OF_SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PER_MILLION_FIELD_NUMBER: _ClassVar[int]
    SHARE_HIGH_FIELD_NUMBER: _ClassVar[int]
    SHARE_LOW_FIELD_NUMBER: _ClassVar[int]
    documents: int
    occurrences: int
    of_documents: int
    of_symbols: int
    per_million: float
    period: str
    share_high: float
    share_low: float
    def __init__(self, period: _Optional[str] = ..., documents: _Optional[int] = ..., occurrences: _Optional[int] = ..., of_documents: _Optional[int] = ..., of_symbols: _Optional[int] = ..., per_million: _Optional[float] = ..., share_low: _Optional[float] = ..., share_high: _Optional[float] = ...) -> None: ...

class TrendSeries(_message.Message):
    __slots__ = ["by_source", "documents", "occurrences", "query", "rows", "source"]
    BY_SOURCE_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    by_source: bool
    documents: int
    occurrences: int
    query: str
    rows: _containers.RepeatedCompositeFieldContainer[TrendRow]
    source: str
    def __init__(self, query: _Optional[str] = ..., source: _Optional[str] = ..., by_source: bool = ..., rows: _Optional[_Iterable[_Union[TrendRow, _Mapping]]] = ..., documents: _Optional[int] = ..., occurrences: _Optional[int] = ...) -> None: ...

class Word(_message.Message):
    __slots__ = ["occurrences", "text"]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    occurrences: int
    text: str
    def __init__(self, text: _Optional[str] = ..., occurrences: _Optional[int] = ...) -> None: ...

class Field(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Order(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Period(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Unit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Side(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Measure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Shape(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
