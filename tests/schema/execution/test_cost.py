"""The cost of a document: pages and lists cost what they can hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLObjectType,
    OperationDefinitionNode,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    parse,
)
from hypothesis import given
from hypothesis import strategies as st

from schema.execution.cost import ComplexityMeter, is_connection
from schema.execution.documents import DocumentLimits
from schema.execution.list_bounds import CUT_BY_FIRST, LIST_BOUNDS
from schema.root import SCHEMA
from tests.support.full_documents import QUERY, build_full_document

GRAPHQL_SCHEMA = SCHEMA._schema
LISTS = build_schema("""
    type Query { tree: Item, trees: [Item!]!, named(first: Int): Item!, page(first: Int): Page! }
    type Item { id: ID!, tags: [String!]!, items: [Item!], page(first: Int): Page! }
    type Page { edges: [Edge!]!, pageInfo: Info!, total: Total! }
    type Edge { cursor: ID!, node: Item! }
    type Info { more: Boolean! }
    type Total { count: Int! }
""")
BOUNDS = {"Query.trees": 7, "Item.items": 3}


def cost(text: str) -> float:
    document = parse(text)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return ComplexityMeter(LISTS, document, BOUNDS).measure_operation(operation).cost


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ tree { id } }", 2),
        ("{ tree { tags } }", 2),
        ("{ trees { id } }", 7 * 2),
        ("{ trees { items { id } } }", 7 * (1 + 3 * 2)),
        ("{ trees { items { items { id } } } }", 7 * (1 + 3 * (1 + 3 * 2))),
        ("{ named(first: 50) { id } }", 2),
        ("{ page { edges { cursor } } }", 1 + 20 * 2),
        ("{ page(first: 3) { edges { cursor } } }", 1 + 3 * 2),
        ("{ page(first: 3) { pageInfo { more } total { count } } }", 5),
        ("{ page(first: 3) { edges { cursor } total { count } } }", 1 + 3 * 2 + 2),
        ("query ($n: Int) { page(first: $n) { edges { cursor } } }", 1 + 100 * 2),
        ("{ page(first: 2) { ...p } } fragment p on Page { edges { cursor } }", 1 + 2 * 2),
        ("{ page(first: 2) { ... { edges { cursor } } } }", 1 + 2 * 2),
        (
            (
                "{ a: page(first: 2) { ...p } b: page(first: 5) { ...p } } "
                "fragment p on Page { edges { node { page(first: 3) { edges { cursor } } } } }"
            ),
            2 + (2 + 5) * (2 + 1 + 3 * 2),
        ),
        ("{ nothing { of { these } } }", 3),
    ],
)
def test_lists_cost_what_they_can_hold(text: str, expected: int) -> None:
    assert cost(text) == expected


def object_lists() -> Iterator[str]:
    for name, kind in GRAPHQL_SCHEMA.type_map.items():
        if not isinstance(kind, GraphQLObjectType) or name.startswith("__"):
            continue
        for field_name, field in kind.fields.items():
            is_list = is_list_type(get_nullable_type(field.type))
            is_of_objects = not is_leaf_type(get_named_type(field.type))
            is_of_edges = is_connection(kind) and field_name == "edges"
            if is_list and is_of_objects and not is_of_edges:
                yield f"{name}.{field_name}"


def test_every_list_of_objects_has_a_bound() -> None:
    assert sorted(object_lists()) == sorted(LIST_BOUNDS)


def test_lists_cut_by_first_have_that_argument() -> None:
    for place in CUT_BY_FIRST:
        parent, _, field = place.partition(".")
        kind = GRAPHQL_SCHEMA.type_map[parent]
        assert isinstance(kind, GraphQLObjectType)
        assert "first" in kind.fields[field].args


def test_a_field_is_paged_by_its_type_and_not_by_its_name() -> None:
    assert cost("{ named(first: 50) { items { id } } }") == 1 + 3 * 2


@pytest.mark.parametrize("name", QUERY.fields if QUERY else ())
def test_everything_below_a_root_field_fits_a_document(name: str) -> None:
    text = build_full_document("query", name, [])
    document = parse(text)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    size = ComplexityMeter(GRAPHQL_SCHEMA, document).measure_operation(operation)
    assert size.cost <= DocumentLimits().cost


@given(
    st.recursive(
        st.just("id"), lambda inner: st.lists(inner, min_size=1, max_size=3), max_leaves=30
    )
)
def test_each_field_is_counted_where_it_is_selected(tree: object) -> None:
    def text(node: object) -> str:
        if isinstance(node, list):
            return "parent {" + " ".join(map(text, node)) + "}"
        return "id"

    def count(node: object) -> int:
        return 1 + sum(map(count, node)) if isinstance(node, list) else 1

    def depth(node: object) -> int:
        return 1 + max(map(depth, node)) if isinstance(node, list) else 1

    document = parse("{...f} fragment f on Union {" + text(tree) + "}")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    size = ComplexityMeter(GRAPHQL_SCHEMA, document).measure_operation(operation)
    assert (size.depth, size.fields, size.cost) == (depth(tree), count(tree), count(tree))
