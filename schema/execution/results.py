"""Execution results as JSON, and errors as clients see them.

A refusal shows its message in the language of the client, its code, the Chinese message and, if
there are any, when to try again and a hint for developers. An error of graphql-core is redacted.
Any other exception is a fault: it is logged, and the client sees only a reference to the log entry.
"""

from __future__ import annotations

import secrets
import traceback
from pathlib import PurePath
from typing import Any

import orjson
import structlog
from graphql import ExecutionResult, FieldNode, GraphQLError

from domain.languages import Language
from domain.refusals import Refusal, database_unavailable
from schema.context import Context
from schema.execution.redaction import redact_message
from storage.mongo.errors import StorageUnavailable

BAD_REQUEST = "BAD_REQUEST"
"""The code of an error in a document or its variables."""

_log = structlog.get_logger(__name__)


class RequestInvalid(Exception):
    """A request that cannot be executed; ``errors`` say why (GraphQL spec, section 7.1.2)."""

    def __init__(self, *errors: GraphQLError, language: Language = Language.ENGLISH) -> None:
        super().__init__(errors[0].message)
        self.errors = [format_error(error, language) for error in errors]


def to_graphql_error(error: Exception, root: FieldNode | None = None) -> GraphQLError:
    """The error itself if it is a GraphQL error, or one that wraps it, at the field ``root``."""
    if isinstance(error, GraphQLError):
        return error
    return GraphQLError(str(error), root, original_error=error)


def format_refusal(error: Exception, language: Language = Language.ENGLISH) -> list[dict[str, Any]]:
    """The ``errors`` of an operation that could not start."""
    return [format_error(to_graphql_error(error), language)]


def encode_result(result: ExecutionResult, context: Context) -> bytes:
    """An execution result as JSON, with its errors formatted for the client.

    ``extensions.refusals`` has an entry for each refused mutation that can be tried again at a
    known time, or that has a hint for developers.
    """
    response: dict[str, Any] = {"data": result.data}
    if result.errors:
        response["errors"] = [format_error(error, context.language) for error in result.errors]
    if context.refused:
        response["extensions"] = {
            "refusals": [
                {"path": path, "code": refusal.code, **_extras(refusal)}
                for path, refusal in context.refused
            ]
        }
    return orjson.dumps(response)


def find_retry_after(result: ExecutionResult, context: Context) -> int | None:
    """After how many seconds everything that was refused may succeed, if that is known."""
    refused = [refusal for _, refusal in context.refused]
    refused += [
        error.original_error
        for error in result.errors or ()
        if isinstance(error.original_error, Refusal)
    ]
    return max((each.retry_after for each in refused if each.retry_after is not None), default=None)


def _extras(refusal: Refusal) -> dict[str, Any]:
    extras = {"retryAfter": refusal.retry_after, "hint": refusal.hint}
    return {name: value for name, value in extras.items() if value is not None}


def format_error(error: GraphQLError, language: Language = Language.ENGLISH) -> dict[str, Any]:
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
        formatted["message"] = cause.message_in(language)
        formatted["extensions"] = {
            "code": cause.code,
            "field": cause.field,
            "messageZh": cause.message_zh,
            **_extras(cause),
        }
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
    message_zh = f"系统出错了，请稍后再试。如需帮助，请提供编号：{reference}"
    formatted["message"] = (
        message_zh
        if language is Language.CHINESE
        else f"Something went wrong on our side. Reference: {reference}"
    )
    formatted["extensions"] = {
        "code": "INTERNAL",
        "reference": reference,
        "messageZh": message_zh,
    }
    return formatted
