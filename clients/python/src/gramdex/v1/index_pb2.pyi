from gramdex.v1 import search_pb2 as _search_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DeleteRequest(_message.Message):
    __slots__ = ["ids"]
    IDS_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ids: _Optional[_Iterable[str]] = ...) -> None: ...

class DeleteResponse(_message.Message):
    __slots__ = ["commit", "documents", "documents_left", "missing", "took_us"]
    COMMIT_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_LEFT_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    commit: int
    documents: int
    documents_left: int
    missing: _containers.RepeatedScalarFieldContainer[str]
    took_us: int
    def __init__(self, documents: _Optional[int] = ..., missing: _Optional[_Iterable[str]] = ..., documents_left: _Optional[int] = ..., commit: _Optional[int] = ..., took_us: _Optional[int] = ...) -> None: ...

class IngestRequest(_message.Message):
    __slots__ = ["commit_every", "documents", "strict"]
    COMMIT_EVERY_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    commit_every: int
    documents: _containers.RepeatedCompositeFieldContainer[_search_pb2.Document]
    strict: bool
    def __init__(self, documents: _Optional[_Iterable[_Union[_search_pb2.Document, _Mapping]]] = ..., commit_every: _Optional[int] = ..., strict: bool = ...) -> None: ...

class IngestResponse(_message.Message):
    __slots__ = ["commit", "documents", "refusals", "refused", "replaced", "text_bytes", "took_us", "unchanged"]
    COMMIT_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    REPLACED_FIELD_NUMBER: _ClassVar[int]
    TEXT_BYTES_FIELD_NUMBER: _ClassVar[int]
    TOOK_US_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    commit: int
    documents: int
    refusals: _containers.RepeatedCompositeFieldContainer[Refusal]
    refused: int
    replaced: int
    text_bytes: int
    took_us: int
    unchanged: int
    def __init__(self, documents: _Optional[int] = ..., replaced: _Optional[int] = ..., unchanged: _Optional[int] = ..., refused: _Optional[int] = ..., refusals: _Optional[_Iterable[_Union[Refusal, _Mapping]]] = ..., text_bytes: _Optional[int] = ..., commit: _Optional[int] = ..., took_us: _Optional[int] = ...) -> None: ...

class Refusal(_message.Message):
    __slots__ = ["id", "number", "reason"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    id: str
    number: int
    reason: str
    def __init__(self, number: _Optional[int] = ..., id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
