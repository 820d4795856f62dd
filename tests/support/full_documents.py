"""Builds documents that select every field behind a root field, and reads the answers.

Each field has the alias ``Type__field``. So an answer shows which type each value belongs to,
through any union or list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from schema.execution.documents import DocumentLimits
from schema.root import SCHEMA

GRAPHQL_SCHEMA = SCHEMA._schema
QUERY, MUTATION, SUBSCRIPTION = (
    GRAPHQL_SCHEMA.query_type,
    GRAPHQL_SCHEMA.mutation_type,
    GRAPHQL_SCHEMA.subscription_type,
)
_MAX_DEPTH = DocumentLimits().depth
_PAGE_SIZES = {"timeline": 9, "assignable": 9, "recommendedPostings": 5}
"""Page sizes by field; other lists have nine items, lists within lists two."""
_STRUCTURAL_FIELDS = (
    {"edges", "pageInfo"},
    {"cursor", "node"},
    {"message", "messageZh", "code", "field"},
)
"""Fields of connections, edges and refusals, which carry no data of their own."""
DATA_TYPES = {
    name: kind
    for name, kind in GRAPHQL_SCHEMA.type_map.items()
    if isinstance(kind, GraphQLObjectType)
    and not name.startswith("__")
    and kind not in {QUERY, MUTATION, SUBSCRIPTION}
    and name != "PageInfo"
    and kind.fields.keys() not in _STRUCTURAL_FIELDS
}
"""The object types that carry data, by name."""


class SeenField(NamedTuple):
    """A field of a type and its value; for objects and lists, whether there is any."""

    type: str
    field: str
    value: Any


def build_full_document(operation: str, name: str, given: Iterable[str]) -> str:
    """Return the document of a root field whose arguments are variables."""
    root = {"query": QUERY, "mutation": MUTATION, "subscription": SUBSCRIPTION}[operation]
    assert root is not None  # the schema has all three
    field = root.fields[name]
    variables = " ".join(f"${each}: {field.args[each].type}" for each in given)
    is_paged = "first" in field.args and "first" not in given
    page = [f"first: {_PAGE_SIZES.get(name, 9)}"] if is_paged else []
    passed = [f"{each}: ${each}" for each in given] + page
    head = f"{operation} ({variables})" if variables else operation
    arguments = f"({' '.join(passed)})" if passed else ""
    return f"{head} {{ {name}{arguments} {_Selection().of(field.type, 1)} }}"


class _Selection:
    """Builds the selection of everything behind a field. No field of a type is entered twice."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, str]] = set()

    def of(self, output: GraphQLOutputType, depth: int) -> str:
        kind = get_named_type(output)
        if is_leaf_type(kind):
            return ""
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            cases = GRAPHQL_SCHEMA.get_possible_types(kind)
            parts = [f"... on {case.name} {self._fields(case, depth)}" for case in cases]
            return "{ __typename " + " ".join(parts) + " }"
        assert isinstance(kind, GraphQLObjectType)
        return self._fields(kind, depth)

    def _fields(self, kind: GraphQLObjectType, depth: int) -> str:
        asked = ["__typename"]
        later = []
        for name, field in kind.fields.items():
            if is_leaf_type(get_named_type(field.type)):
                asked.append(f"{kind.name}__{name}: {name}")
            elif depth < _MAX_DEPTH - 1 and (kind.name, name) not in self._taken:
                self._taken.add((kind.name, name))
                later.append((name, field))
        for name, field in later:
            below = self.of(field.type, depth + 1)
            asked.append(f"{kind.name}__{name}: {name}{_page_argument(name, field)} {below}")
        return "{ " + " ".join(asked) + " }"


def _page_argument(name: str, field: GraphQLField) -> str:
    return f"(first: {_PAGE_SIZES.get(name, 2)})" if "first" in field.args else ""


def find_seen_fields(answer: Any) -> Iterator[SeenField]:
    """Yield every field that an answer to such a document shows."""
    if isinstance(answer, list):
        for each in answer:
            yield from find_seen_fields(each)
    if not isinstance(answer, dict):
        return
    for alias, value in answer.items():
        kind, _, field = alias.partition("__")
        if kind in DATA_TYPES and field:
            yield SeenField(kind, field, _seen_value(value))
        yield from find_seen_fields(value)


def _seen_value(value: Any) -> Any:
    """Return the value of a leaf; for anything else, whether it holds anything."""
    if isinstance(value, dict):
        edges = next((value[key] for key in value if key.endswith("__edges")), [True])
        return bool(edges) or None
    if isinstance(value, list):
        return value if value and not isinstance(value[0], dict) else bool(value) or None
    return value if value != "" else None
