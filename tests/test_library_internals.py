"""What this service relies on in other libraries beyond their documented interfaces.

Each entry names a private attribute, an overridden method or an undocumented behaviour, and the
code that needs it. If an upgrade removes one, the test fails with that sentence: adapt that code,
then raise the upper bound in pyproject.toml.
"""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Callable
from contextlib import closing
from functools import partial
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
import strawberry
import uvicorn
from graphql import (
    Executor,
    GraphQLEnumType,
    GraphQLError,
    GraphQLObjectType,
    MaxIntrospectionDepthRule,
    TypeInfo,
    ValidationContext,
    parse,
    specified_rules,
    validate,
)
from graphql.validation.rules.variables_in_allowed_position import allowed_variable_usage
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryObjectDefinition
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from domain.live.sessions import SessionFormat
from schema.execution.leaf_executor import LeafExecutor
from schema.root import SCHEMA

GRAPHQL_SCHEMA = SCHEMA._schema
BOUNDED = ("graphql-core", "httpcore", "limits", "starlette", "strawberry-graphql", "uvicorn")


def uvicorn_protocol() -> WebSocketsSansIOProtocol:
    config = uvicorn.Config(lambda _: None, ws="none", http="h11", lifespan="off")
    config.load()
    with closing(asyncio.new_event_loop()) as loop:
        return WebSocketsSansIOProtocol(config, ServerState(), {}, loop)


def has_protocol_attribute(name: str) -> bool:
    return hasattr(uvicorn_protocol(), name)


def object_type(name: str) -> GraphQLObjectType:
    kind = GRAPHQL_SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    return kind


def enum_type(name: str) -> GraphQLEnumType:
    kind = GRAPHQL_SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLEnumType)
    return kind


def limiter_storage() -> MemoryStorage:
    storage = MemoryStorage()
    MovingWindowRateLimiter(storage).hit(RateLimitItemPerMinute(1), "somebody")
    return storage


def introspection_errors() -> list[GraphQLError]:
    nested = "{ fields { type " * 5 + "{ name }" + " } }" * 5
    return validate(GRAPHQL_SCHEMA, parse("{ __schema { types " + nested + " } }"))


RELIED_ON: dict[str, Callable[[], Any]] = {
    # Strawberry
    "Strawberry: Schema._schema is graphql-core's schema (Engine)": (
        lambda: GRAPHQL_SCHEMA.query_type is not None
    ),
    "Strawberry: Info._raw_info is graphql-core's info (selects_any_field)": (
        lambda: "_raw_info" in strawberry.Info.__dataclass_fields__
    ),
    "Strawberry: a resolver that only reads an attribute has _is_default (LeafExecutor)": (
        lambda: getattr(object_type("PageInfo").fields["hasNextPage"].resolve, "_is_default", False)
    ),
    "Strawberry: a resolver of ours has no true _is_default (LeafExecutor)": (
        lambda: (
            not getattr(object_type("LiveSession").fields["viewers"].resolve, "_is_default", False)
        )
    ),
    "Strawberry: a field's extension strawberry-definition has python_name (LeafExecutor)": (
        lambda: (
            object_type("PageInfo")
            .fields["hasNextPage"]
            .extensions["strawberry-definition"]
            .python_name
            == "has_next_page"
        )
    ),
    "Strawberry: an enum type has wrapped_cls, its Python class (LeafExecutor)": (
        lambda: getattr(enum_type("SessionFormat"), "wrapped_cls", None) is SessionFormat
    ),
    "Strawberry: enum() sets __strawberry_definition__ with values (enums.register)": (
        lambda: getattr(SessionFormat, "__strawberry_definition__").values  # noqa: B009 - Strawberry sets it, without a type
    ),
    "Strawberry: type definitions have from_input, called with type, value and context (inputs)": (
        lambda: (
            "from_input" in StrawberryObjectDefinition.__dataclass_fields__
            and isinstance(InputContext, type)
        )
    ),
    "Strawberry: the schema converter has type_map of concrete types (inputs)": (
        lambda: SCHEMA.schema_converter.type_map["LiveSession"].definition
    ),
    # Python
    "re._parser parses an expression into parts of kind and value (find_required_words)": (
        lambda: str(import_module("re._parser").parse("a")[0]) == "(LITERAL, 97)"
    ),
    # graphql-core
    "graphql-core: Executor.execute_fields takes type, source, path, fields, position"
    " (LeafExecutor)": (
        lambda: (
            list(signature(Executor.execute_fields).parameters)
            == list(signature(LeafExecutor.execute_fields).parameters)
        )
    ),
    "graphql-core: Executor.build returns an executor or a list of errors (Engine)": (
        lambda: (
            {"context_value", "raw_variable_values", "operation_name", "hide_suggestions"}
            <= signature(Executor.build).parameters.keys()
        )
    ),
    "graphql-core: Executor.build_per_event_executor copies an executor for an event (Engine)": (
        lambda: callable(Executor.build_per_event_executor)
    ),
    "graphql-core: validate() bounds the lists of introspection (cost)": (
        lambda: MaxIntrospectionDepthRule in specified_rules and introspection_errors()
    ),
    "graphql-core: parse() takes max_tokens and raises no RecursionError (DocumentCache)": (
        lambda: "max_tokens" in signature(parse).parameters
    ),
    "graphql-core: ValidationContext._type_info knows defaults of arguments (VariableUsesRule)": (
        lambda: (
            ValidationContext(
                GRAPHQL_SCHEMA, parse("{ me { id } }"), TypeInfo(GRAPHQL_SCHEMA), list[Any]().append
            )._type_info.get_default_value()
            is None
        )
    ),
    "graphql-core: allowed_variable_usage takes the types and defaults of a variable and its place"
    " (VariableUsesRule)": (
        lambda: (
            list(signature(allowed_variable_usage).parameters)
            == [
                "schema",
                "var_type",
                "var_default_value",
                "location_type",
                "location_default_value",
            ]
        )
    ),
    # limits
    "limits: MemoryStorage.events holds one entry a key, the oldest first (RateLimiter)": (
        lambda: list(limiter_storage().events)
    ),
    "limits: MemoryStorage.locks holds a lock for each key (RateLimiter)": (
        lambda: limiter_storage().locks["LIMITER/somebody"].acquire(blocking=False)
    ),
    # uvicorn
    **{
        f"uvicorn: the WebSocket protocol has the method {name} (WireProtocol)": (
            partial(hasattr, WebSocketsSansIOProtocol, name)
        )
        for name in (
            "connection_made",
            "handle_connect",
            "resume_writing",
            "handle_close",
            "handle_ping",
            "handle_cont",
            "send_keepalive_ping",
            "keepalive_timeout",
            "stop_keepalive",
            "shutdown",
        )
    },
    **{
        f"uvicorn: the WebSocket protocol has the attribute {name} (WireProtocol)": (
            partial(has_protocol_attribute, name)
        )
        for name in (
            "close_sent",
            "close_timer",
            "conn",
            "disconnected",
            "frames",
            "loop",
            "pending_ping_payload",
            "ping_timer",
            "pong_timer",
            "queue",
            "read_paused",
            "transport",
            "writable",
        )
    },
}


@pytest.mark.parametrize("sentence", RELIED_ON)
def test_a_library_still_has_what_this_service_relies_on(sentence: str) -> None:
    try:
        held = RELIED_ON[sentence]()
    except (AttributeError, KeyError, TypeError) as error:
        pytest.fail(f"No longer true: {sentence}. {error!r}")
    assert held, f"No longer true: {sentence}."


@pytest.mark.parametrize("library", BOUNDED)
def test_a_library_that_is_reached_into_has_an_upper_bound(library: str) -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    (requirement,) = (
        each for each in project["project"]["dependencies"] if each.startswith(library)
    )
    assert "<" in requirement
