"""An executor that reads the plain fields of an object together, without resolvers.

Most fields of an answer are attributes that hold a string, a number, a time or an enumeration, or a
list of these. graphql-core gives each of them a path, an info and a resolver, which takes ten times
as long as reading the value. This executor reads plain fields directly. It leaves to graphql-core
all other fields, and every plain field with an unexpected value (an error, a null in a non-null
field, another type). So the answer is always the one that graphql-core gives.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, cast

from graphql import (
    Executor,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLID,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)
from graphql.execution.collect_fields import GroupedFieldSet
from graphql.pyutils import Path

from schema.execution.introspection import SchemaDescriber

LeafReader = Callable[[Any], Any]
"""Takes the object and returns the field's value in the answer, or ``FALL_BACK``. Never raises."""
_Coercer = Callable[[Any], Any]
"""Takes an attribute's value, not None, and returns the same as a reader; may raise."""

FALL_BACK: Any = object()
"""Marks a value that graphql-core must handle."""
_PLAIN_TYPES = frozenset({str, int, bool, float, Decimal, datetime, date, time})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Selection:
    """The selected fields of a type, split into plain and other ones."""

    names: tuple[str, ...]
    leaves: tuple[tuple[str, LeafReader], ...]
    others: GroupedFieldSet
    field_set: GroupedFieldSet
    """Kept alive, because the selection is cached by its ``id``."""


class LeafExecutor(Executor[Any]):
    """graphql-core's executor with a shortcut for plain fields."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._selections: dict[int, _Selection] = {}
        self._describer = SchemaDescriber(self)

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> Any:
        """The fields of one object, in the order of the document."""
        if parent_type.name.startswith("__"):
            # After a wrong argument graphql-core reports it at its place.
            with suppress(GraphQLError):
                return self._describer.describe(parent_type, source_value, grouped_field_set)
        # Root fields are not plain, and the cache would grow with each event.
        if path is None or parent_type.name.startswith("__"):
            return super().execute_fields(
                parent_type, source_value, path, grouped_field_set, position_context
            )
        selection = self._selections.get(id(grouped_field_set))
        if selection is None:
            selection = _split_selection(parent_type, grouped_field_set)
            self._selections[id(grouped_field_set)] = selection
        done = {name: read(source_value) for name, read in selection.leaves}
        others = selection.others
        if FALL_BACK in done.values():
            others = {
                name: details
                for name, details in grouped_field_set.items()
                if done.get(name, FALL_BACK) is FALL_BACK
            }
        if not others:
            return done
        rest = super().execute_fields(parent_type, source_value, path, others, position_context)
        if not done:
            return rest
        if self.is_awaitable(rest):
            return _merge_awaited_fields(selection.names, done, rest)
        return _merge_fields(selection.names, done, cast("dict[str, Any]", rest))


def _merge_fields(
    names: tuple[str, ...], done: dict[str, Any], rest: dict[str, Any]
) -> dict[str, Any]:
    both = {**done, **rest}
    return {name: both[name] for name in names if name in both}


async def _merge_awaited_fields(
    names: tuple[str, ...], done: dict[str, Any], rest: Awaitable[dict[str, Any]]
) -> dict[str, Any]:
    return _merge_fields(names, done, await rest)


def _split_selection(parent: GraphQLObjectType, selected: GroupedFieldSet) -> _Selection:
    known = leaf_readers(parent)
    plain, others = [], {}
    for name, details in selected.items():
        read = known.get(details[0].node.name.value)
        if read is None:
            others[name] = details
        else:
            plain.append((name, read))
    return _Selection(names=tuple(selected), leaves=tuple(plain), others=others, field_set=selected)


@cache
def leaf_readers(parent: GraphQLObjectType) -> dict[str, LeafReader]:
    """The readers of the plain fields of a type, by field name."""
    return {"__typename": lambda _: parent.name, **dict(_iterate_leaf_readers(parent))}


def _iterate_leaf_readers(parent: GraphQLObjectType) -> Iterator[tuple[str, LeafReader]]:
    for name, field in parent.fields.items():
        # Strawberry marks resolvers that only read an attribute.
        if not field.args and getattr(field.resolve, "_is_default", False):
            read = _build_reader(field)
            if read is not None:
                yield name, read


def _build_reader(field: GraphQLField) -> LeafReader | None:
    kind, may_be_null = _unwrap_non_null(field.type)
    coerce = (
        _list_coercer(_unwrap_non_null(kind.of_type)[0])
        if isinstance(kind, GraphQLList)
        else _leaf_coercer(kind)
    )
    if coerce is None:
        return None
    get = attrgetter(field.extensions["strawberry-definition"].python_name)
    as_is = str if kind in {GraphQLString, GraphQLID} else None
    when_null = None if may_be_null else FALL_BACK

    def read(source: Any) -> Any:
        try:
            value = get(source)
            if type(value) is as_is:
                return value
            return when_null if value is None else coerce(value)
        except Exception:  # noqa: BLE001 - graphql-core raises it again, with its location
            return FALL_BACK

    return read


def _unwrap_non_null(kind: Any) -> tuple[Any, bool]:
    return (kind.of_type, False) if isinstance(kind, GraphQLNonNull) else (kind, True)


def _leaf_coercer(kind: Any) -> _Coercer | None:
    """The coercer of a leaf type; None for other types."""
    if isinstance(kind, GraphQLEnumType):
        return _enum_coercer(kind)
    return _scalar_coercer(kind) if isinstance(kind, GraphQLScalarType) else None


def _enum_coercer(kind: GraphQLEnumType) -> _Coercer:
    """Caches the names of members: Strawberry searches all members for each value."""
    members = getattr(kind, "wrapped_cls", Enum)
    names: dict[Any, Any] = {}

    def coerce(value: Any) -> Any:
        if type(value) is not members:
            return FALL_BACK
        name = names.get(value)
        if name is None:
            name = names[value] = kind.coerce_output_value(value)
        return name

    return coerce


def _scalar_coercer(kind: GraphQLScalarType) -> _Coercer:
    coerce_output = kind.coerce_output_value

    def coerce(value: Any) -> Any:
        if type(value) not in _PLAIN_TYPES:
            return FALL_BACK
        coerced = coerce_output(value)
        return FALL_BACK if coerced is None or coerced is Undefined else coerced

    return coerce


def _list_coercer(kind: Any) -> _Coercer | None:
    """The coercer of a list of leaves: one null or unexpected item makes the list fall back."""
    coerce_item = _leaf_coercer(kind)
    if coerce_item is None:
        return None

    def coerce(values: Any) -> Any:
        if type(values) not in {list, tuple}:
            return FALL_BACK
        coerced = [coerce_item(value) for value in values]
        return FALL_BACK if FALL_BACK in coerced else coerced

    return coerce
