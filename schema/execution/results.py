"""Execution results as JSON, and errors as clients see them.

A refusal shows its message and code. An error of graphql-core is redacted. Any other exception is
a fault: it is logged, and the client sees only a reference to the log entry.
"""

from __future__ import annotations

import secrets
import traceback
from pathlib import PurePath
from typing import Any

import orjson
import structlog
from graphql import ExecutionResult, FieldNode, GraphQLError

from domain.refusals import Refusal, database_unavailable
from schema.execution.redaction import redact_message
from storage.mongo.errors import StorageUnavailable

BAD_REQUEST = "BAD_REQUEST"
"""The code of an error in a document or its variables."""

_log = structlog.get_logger(__name__)


class RequestInvalid(Exception):
    """A request that cannot be executed; ``errors`` say why (GraphQL spec, section 7.1.2)."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors[0].message)
        self.errors = [format_error(error) for error in errors]


def to_graphql_error(error: Exception, root: FieldNode | None = None) -> GraphQLError:
    """The error itself if it is a GraphQL error, or one that wraps it, at the field ``root``."""
    if isinstance(error, GraphQLError):
        return error
    return GraphQLError(str(error), root, original_error=error)


def format_refusal(error: Exception) -> list[dict[str, Any]]:
    """The ``errors`` of an operation that could not start."""
    return [format_error(to_graphql_error(error))]


def encode_result(result: ExecutionResult) -> bytes:
    """An execution result as JSON, with its errors formatted for the client."""
    response: dict[str, Any] = {"data": result.data}
    if result.errors:
        response["errors"] = [format_error(error) for error in result.errors]
    return orjson.dumps(response)


def format_error(error: GraphQLError) -> dict[str, Any]:
    """An error as the client sees it: of a fault, only the reference of its log entry."""
    formatted: dict[str, Any] = dict(error.formatted)
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        formatted["message"] = redact_message(error)
        formatted.setdefault("extensions", {"code": BAD_REQUEST})
        return formatted
    if isinstance(cause, StorageUnavailable):
        cause = database_unavailable()
    if isinstance(cause, Refusal):
        formatted["message"] = cause.message
        formatted["extensions"] = {"code": cause.code, "field": cause.field}
        if cause.retry_after is not None:
            formatted["extensions"]["retryAfter"] = cause.retry_after
        return formatted
    reference = secrets.token_hex(4)
    _log.error(
        "fault",
        reference=reference,
        error=type(cause).__name__,
        at=[
            f"{PurePath(frame.filename).name}:{frame.lineno}"
            for frame in traceback.extract_tb(cause.__traceback__)[-4:]
        ],
    )
    formatted["message"] = f"Something went wrong on our side. Reference: {reference}"
    formatted["extensions"] = {"code": "INTERNAL", "reference": reference}
    return formatted
