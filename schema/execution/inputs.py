"""Input objects, built by readers that are made once.

Strawberry works out type and name of every field of an input anew for each value, which takes
longer than most of what is then done with it. The readers here build the same objects.
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
    """Let every input type of the schema be built by a reader of its own."""
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
    """What builds the type from the fields that were given, by their GraphQL names."""
    name_of = schema.config.name_converter.from_field
    fields = [
        (name_of(field), field.python_name, _build_reader(field.resolve_type(), schema))
        for field in definition.fields
    ]
    left_out = {
        field.python_name: None
        for field in definition.fields
        if field.default_value is MISSING and field.default_factory is MISSING
    }
    build = definition.origin

    def read(value: Mapping[str, Any]) -> Any:
        arguments: dict[str, Any] = dict(left_out)
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
    """What reads a value of that type which is not null; None when it stays as it is."""
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
