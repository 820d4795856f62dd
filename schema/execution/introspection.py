"""Introspection: how long the lists of the schema are, and a quick way to describe it.

``__schema`` and ``__type`` read objects that never change. graphql-core resolves each of their
fields as if it came from a database, which takes 90 ms for the query that common tools send.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    Executor,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    get_argument_values,
    is_abstract_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet

META_FIELDS = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
"""The roots of introspection, by name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListLength:
    """How long one list of introspection is: on average over all types, and at most.

    ``ofType``, which may be null, counts as a list of at most one type.
    """

    mean: float
    longest: int


@cache
def measure_lists(schema: GraphQLSchema) -> dict[str, ListLength]:
    """The lengths of the lists of introspection, by type and field."""
    kinds = list(schema.type_map.values())
    fields = [field for kind in kinds for field in getattr(kind, "fields", {}).values()]
    named = [
        *fields,
        *(argument for field in fields for argument in getattr(field, "args", {}).values()),
    ]
    lists: dict[str, list[Sized]] = {
        "__Schema.types": [kinds],
        "__Schema.directives": [schema.directives],
        "__Directive.args": [directive.args for directive in schema.directives],
        "__Field.args": [field.args for field in fields if hasattr(field, "args")],
        "__Type.fields": [_fields(kind, of_input=False) for kind in kinds],
        "__Type.inputFields": [_fields(kind, of_input=True) for kind in kinds],
        "__Type.interfaces": [getattr(kind, "interfaces", ()) for kind in kinds],
        "__Type.enumValues": [
            kind.values if isinstance(kind, GraphQLEnumType) else () for kind in kinds
        ],
        "__Type.possibleTypes": [
            schema.get_possible_types(kind) if is_abstract_type(kind) else () for kind in kinds
        ],
        "__Type.ofType": [inner for each in named for inner in _wrapped_types(each.type)],
    }
    return {place: _measure(each) for place, each in lists.items()}


def _measure(lists: Sequence[Sized]) -> ListLength:
    lengths = [len(each) for each in lists] or [0]
    return ListLength(mean=sum(lengths) / len(lengths), longest=max(lengths))


def _wrapped_types(kind: Any) -> Iterator[Sized]:
    """For the type and each type in it: one item if it wraps another, as [X!]! wraps X! and X."""
    while hasattr(kind, "of_type"):
        yield (kind.of_type,)
        kind = kind.of_type
    yield ()


def _fields(kind: Any, *, of_input: bool) -> Sized:
    fields: dict[str, Any] = getattr(kind, "fields", {})
    is_input = not any(isinstance(field, GraphQLField) for field in fields.values())
    return fields if is_input is of_input else ()


Reader = Callable[[Any], Any]
"""Takes an object that describes a part of the schema, and returns it in the answer."""


class SchemaDescriber:
    """Executes selections of introspection types for one operation.

    What a selection asks for is worked out once, not again for each of the thousands of types,
    fields and arguments that it describes.
    """

    def __init__(self, executor: Executor[Any]) -> None:
        self._executor = executor
        self._readers: dict[int, tuple[GroupedFieldSet, Reader]] = {}
        """By the ``id`` of the selection, which is kept alive."""

    def describe(
        self, parent: GraphQLObjectType, source: Any, selected: GroupedFieldSet
    ) -> dict[str, Any]:
        """The selected fields of one object, as graphql-core answers them.

        :raises GraphQLError: an argument has a wrong value.
        """
        known = self._readers.get(id(selected))
        if known is None:
            known = (selected, self._build_object_reader(parent, selected))
            self._readers[id(selected)] = known
        fields: dict[str, Any] = known[1](source)
        return fields

    def _build_object_reader(self, parent: GraphQLObjectType, selected: GroupedFieldSet) -> Reader:
        readers = [
            (response_name, self._build_field_reader(parent, details))
            for response_name, details in selected.items()
        ]
        return lambda source: {name: read(source) for name, read in readers}

    def _build_field_reader(self, parent: GraphQLObjectType, details: FieldDetailsList) -> Reader:
        executor, node = self._executor, details[0].node
        if node.name.value == "__typename":
            return lambda _source: parent.name
        field = parent.fields[node.name.value]
        arguments = get_argument_values(
            field,
            node,
            executor.variable_values,
            details[0].fragment_variable_values,
            hide_suggestions=True,
        )
        resolve: Any = field.resolve
        complete = self._build_completer(field.type, details)
        # The resolvers of introspection read only the schema of their info.
        return lambda source: complete(resolve(source, executor, **arguments))

    def _build_completer(self, kind: Any, details: FieldDetailsList) -> Reader:
        if isinstance(kind, GraphQLNonNull):
            return self._build_completer(kind.of_type, details)
        if isinstance(kind, GraphQLList):
            complete = self._build_completer(kind.of_type, details)
            return lambda items: None if items is None else [complete(item) for item in items]
        if isinstance(kind, GraphQLEnumType):
            return cache(kind.coerce_output_value)
        if not isinstance(kind, GraphQLObjectType):
            return lambda value: value
        selected = self._executor.collect_subfields(kind, details).grouped_field_set
        read = self._build_object_reader(kind, selected)
        return lambda source: None if source is None else read(source)
