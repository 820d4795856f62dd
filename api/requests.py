"""A GraphQL request as it comes in, the same over HTTP and WebSocket."""

from __future__ import annotations

from typing import Any

from schema.engine import Request


class Malformed(Exception):
    """The body is not a GraphQL request; the message says what it should be."""


def read_request(payload: Any) -> Request:
    """The request in a decoded payload, the same over HTTP and WebSocket.

    :raises Malformed: a part is missing or of another type.
    """
    if not isinstance(payload, dict):
        raise Malformed("A request is one JSON object; batches are not supported.")
    query = payload.get("query")
    variables = payload.get("variables")
    operation_name = payload.get("operationName")
    if not isinstance(query, str) or not query:
        raise Malformed('The request needs a text in "query".')
    if variables is not None and not isinstance(variables, dict):
        raise Malformed('"variables" is an object or null.')
    if operation_name is not None and not isinstance(operation_name, str):
        raise Malformed('"operationName" is a text or null.')
    return Request(query=query, variables=variables, operation_name=operation_name)
