# SPDX-License-Identifier: Apache-2.0
"""errors.py: what the server says in place of an answer."""
from __future__ import annotations

from typing import Any

import grpc

from . import _failure_pb2


class GramdexError(Exception):
    """A call failed. What is for programs are its fields; the message is for people and may change."""

    status: str
    """The status of gRPC: "INVALID_ARGUMENT", "NOT_FOUND", "UNAVAILABLE", ..."""
    reason: str
    """What of it a program may want to tell apart: "QUERY_SYNTAX", "QUEUE_FULL", ...; "" when there is nothing."""
    field: str
    """The field of the request that is wrong; "" when none is."""
    column: int | None
    """Where a malformed query is wrong, in characters from 1."""
    message: str
    """What was found and expected."""

    def __init__(self, status: str, message: str, reason: str = "", field: str = "", column: int | None = None):
        super().__init__(status, message, reason, field, column)
        self.status, self.message, self.reason, self.field, self.column = status, message, reason, field, column

    def __str__(self) -> str:
        return f"{self.status}: {self.message}"


def _details(packed: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for detail in _failure_pb2.Status.FromString(packed).details:
        kind = {"google.rpc.ErrorInfo": _failure_pb2.ErrorInfo, "google.rpc.BadRequest": _failure_pb2.BadRequest}.get(
            detail.type_url.rpartition("/")[2])
        if kind is _failure_pb2.ErrorInfo:
            info = _failure_pb2.ErrorInfo.FromString(detail.value)
            found["reason"] = info.reason
            column = info.metadata.get("column", "")
            if column.isdecimal():
                found["column"] = int(column)
        elif kind is _failure_pb2.BadRequest:
            violations = _failure_pb2.BadRequest.FromString(detail.value).field_violations
            if violations:
                found["field"] = violations[0].field
    return found


def error_of(error: Any) -> GramdexError:
    """The exception of a failed call of grpc or grpc.aio."""
    code = error.code()
    status = code.name if isinstance(code, grpc.StatusCode) else "UNKNOWN"
    found: dict[str, Any] = {}
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            try:
                found = _details(value)
            except Exception:  # a proxy may write what it likes; the status is there all the same
                found = {}
    return GramdexError(status, error.details() or status, **found)
