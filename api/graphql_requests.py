"""Reading a GraphQL request from its JSON payload or from the parameters of a URL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import orjson

from schema.execution.engine import GraphQLRequest

_JSON_PARTS = frozenset({"variables", "extensions"})
_PARTS = _JSON_PARTS | {"query", "operationName"}
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class MalformedRequest(Exception):
    """The payload is not a GraphQL request. The message says what it must be."""


def parse_request(payload: Any) -> GraphQLRequest:
    """The request in a decoded JSON payload.

    :raises MalformedRequest: a part is missing or has another type.
    """
    if not isinstance(payload, dict):
        raise MalformedRequest("A request is one JSON object; batches are not supported.")
    query = payload.get("query")
    variables = payload.get("variables")
    operation_name = payload.get("operationName")
    sha256 = _persisted_query_hash(payload.get("extensions"))
    if query is None and sha256 is not None:
        query = ""
    elif not isinstance(query, str) or not query:
        raise MalformedRequest('The request needs a text in "query".')
    if variables is not None and not isinstance(variables, dict):
        raise MalformedRequest('"variables" is an object or null.')
    if operation_name is not None and not isinstance(operation_name, str):
        raise MalformedRequest('"operationName" is a text or null.')
    return GraphQLRequest(
        query=query, sha256=sha256, variables=variables, operation_name=operation_name
    )


def parse_url_parameters(parameters: Iterable[tuple[str, str]]) -> GraphQLRequest:
    """The request in the parameters of a URL; ``variables`` and ``extensions`` are JSON texts.

    Other parameters are ignored: caches and trackers add some.

    :raises MalformedRequest: a part is missing, stands twice or has another type.
    """
    payload: dict[str, Any] = {}
    for name, text in parameters:
        if name not in _PARTS:
            continue
        if name in payload:
            raise MalformedRequest(f'"{name}" stands twice.')
        payload[name] = _parse_json_part(name, text) if name in _JSON_PARTS else text or None
    return parse_request(payload)


def _parse_json_part(name: str, text: str) -> Any:
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        raise MalformedRequest(f'"{name}" is not JSON.') from None


def _persisted_query_hash(extensions: Any) -> str | None:
    """The SHA-256 of the document as Apollo's clients send it; other extensions are ignored.

    https://www.apollographql.com/docs/apollo-server/performance/apq
    """
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    sha256 = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    return sha256.lower() if isinstance(sha256, str) and _SHA256.fullmatch(sha256) else None
