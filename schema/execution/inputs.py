"""Readers that build input objects, one for each input type, created with the schema.

Strawberry resolves the type and name of every input field again for each value, which takes longer
than most of what follows. These readers build the same objects without that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any

import strawberry
from strawberry import UNSET
from strawberry.types.arguments import InputContext
from strawberry.types.base import (
    StrawberryList,
    StrawberryObjectDefinition,
    StrawberryOptional,
    has_object_definition,
)

_Reader = Callable[[Any], Any]


def install_input_readers(schema: strawberry.Schema) -> None:
    """Make every input type of the schema use its own reader."""
    for concrete in schema.schema_converter.type_map.values():
        definition = concrete.definition
        if isinstance(definition, StrawberryObjectDefinition) and definition.is_input:
            read = _build_object_reader(definition, schema)
            definition.from_input = _adapt_reader(read)


def _adapt_reader(read: _Reader) -> Callable[[type, Mapping[str, Any], InputContext], Any]:
    return lambda _type, value, _context: read(value)


def _build_object_reader(
    definition: StrawberryObjectDefinition, schema: strawberry.Schema
) -> _Reader:
    """The reader of an input type: it takes the given fields by their GraphQL names."""
    name_of = schema.config.name_converter.from_field
    fields = [
        (name_of(field), field.python_name, _build_reader(field.resolve_type(), schema))
        for field in definition.fields
    ]
    defaults = {
        field.python_name: None
        for field in definition.fields
        if field.default_value is MISSING and field.default_factory is MISSING
    }
    build = definition.origin

    def read(value: Mapping[str, Any]) -> Any:
        arguments: dict[str, Any] = dict(defaults)
        for name, python_name, read_field in fields:
            if name in value:
                given = value[name]
                arguments[python_name] = (
                    given
                    if read_field is None or given is None or given is UNSET
                    else read_field(given)
                )
        return build(**arguments)

    return read


def _build_reader(kind: Any, schema: strawberry.Schema) -> _Reader | None:
    """The reader of non-null values of a type; None if they need no conversion."""
    if isinstance(kind, StrawberryOptional):
        return _build_reader(kind.of_type, schema)
    if isinstance(kind, StrawberryList):
        return _build_list_reader(_build_reader(kind.of_type, schema))
    if has_object_definition(kind):
        return _build_object_reader(kind.__strawberry_definition__, schema)
    return None


def _build_list_reader(read_item: _Reader | None) -> _Reader:
    if read_item is None:
        return list
    return lambda values: [None if value is None else read_item(value) for value in values]
