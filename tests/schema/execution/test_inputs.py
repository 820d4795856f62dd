"""Input objects equal those that Strawberry builds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    is_required_input_field,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.types.arguments import convert_argument
from strawberry.types.base import StrawberryObjectDefinition

from domain.reference.occupations import Occupation
from schema.root import SCHEMA

INPUTS = {
    name: concrete.definition
    for name, concrete in SCHEMA.schema_converter.type_map.items()
    if isinstance(concrete.definition, StrawberryObjectDefinition) and concrete.definition.is_input
}
SCALARS: dict[str, Any] = {
    "String": "text",
    "ID": "id",
    "Int": 7,
    "Float": 1.5,
    "Boolean": False,
    "Decimal": Decimal("7.5"),
    "Occupation": Occupation.WELDER,
    "DateTime": datetime(2026, 10, 1, tzinfo=UTC),
    "Date": date(2026, 10, 1),
    "Time": time(8, 30),
}


@st.composite
def given_values(draw: st.DrawFn, kind: Any) -> Any:
    """Draw a value that graphql-core passes for an input of the type."""
    if isinstance(kind, GraphQLNonNull):
        return draw(given_values(kind.of_type).filter(lambda value: value is not None))
    if draw(st.booleans()) and draw(st.booleans()):
        return None
    if isinstance(kind, GraphQLList):
        return draw(st.lists(given_values(kind.of_type), max_size=3))
    if isinstance(kind, GraphQLEnumType):
        name = draw(st.sampled_from(sorted(kind.values)))
        return kind.coerce_input_value(name)
    if isinstance(kind, GraphQLInputObjectType):
        return {
            name: draw(given_values(field.type))
            for name, field in kind.fields.items()
            if is_required_input_field(field) or draw(st.booleans())
        }
    return SCALARS[kind.name]


def _convert(name: str, value: Any) -> Any:
    kind = INPUTS[name].origin
    return convert_argument(
        value, kind, SCHEMA.schema_converter.scalar_registry, SCHEMA.config, None
    )


@contextmanager
def _readers_away() -> Iterator[None]:
    kept = [(definition, definition.from_input) for definition in INPUTS.values()]
    for definition, _ in kept:
        definition.from_input = None
    try:
        yield
    finally:
        for definition, from_input in kept:
            definition.from_input = from_input


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_every_input_is_built_as_strawberry_builds_it(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(INPUTS)))
    kind = SCHEMA._schema.type_map[name]
    value = data.draw(given_values(kind).filter(lambda value: value is not None))
    ours = _convert(name, value)
    with _readers_away():
        assert _convert(name, value) == ours
