"""The rule of variables finds what graphql-core finds, and looks at each use once."""

from __future__ import annotations

import pytest
from graphql import (
    GraphQLError,
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    TypeInfo,
    TypeInfoVisitor,
    ValidationContext,
    VariablesInAllowedPositionRule,
    build_schema,
    parse,
    validate,
    visit,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.execution.documents import DocumentCache
from schema.execution.variable_uses import VariableUsesRule
from schema.root import SCHEMA

RULES_OF_GRAPHQL_CORE = [
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    VariablesInAllowedPositionRule,
]
PETS = build_schema("""
    type Query { pet(id: ID!, age: Int = 3, at: At, by: By, ids: [ID!], alive: Boolean!): Query }
    input At { lat: Int!, lon: Int = 0, near: [At!] }
    input By @oneOf { name: String, age: Int }
""")
PAYS = build_schema("scalar Decimal type Query { pay(usual: Decimal!, bonus: Decimal): Int }")
TYPES = ["ID", "ID!", "Int", "Int!", "Int = 1", "Int = null", "[ID!]", "[ID]!", "Boolean!", "At"]
TYPES += ["By", "String", "String!", "Nothing", "Query"]
VALUES = ["$a", "$b", "$c", "[$a]", "{lat: $a}", "{lon: $b, near: [{lat: $c}]}", "{name: $a}"]
ARGUMENTS = ["id", "age", "at", "by", "ids", "alive", "nothing"]


def selections() -> st.SearchStrategy[str]:
    leaf = st.sampled_from(["__typename", "...f", "...g", "...h", "nothing"])
    field = st.builds(
        "x: pet({}: {}) @include(if: {}) {{ {} }}".format,
        st.sampled_from(ARGUMENTS),
        st.sampled_from(VALUES),
        st.sampled_from(["true", "$a", "$c"]),
        leaf,
    )
    return st.lists(leaf | field, min_size=1, max_size=3).map(" ".join)


def operations() -> st.SearchStrategy[str]:
    definitions = st.lists(
        st.builds("${}: {}".format, st.sampled_from("abc"), st.sampled_from(TYPES)),
        max_size=3,
        unique_by=lambda definition: definition[:2],
    ).map(lambda each: f"({', '.join(each)})" if each else "")
    return st.builds("{} {{ {} }}".format, definitions, selections())


@settings(max_examples=100)
@given(operations(), operations(), selections(), selections())
def test_any_document_has_the_errors_of_graphql_core(one: str, two: str, f: str, g: str) -> None:
    document = parse(
        f"query one {one} query two {two} fragment f on Query {{ {f} }}"
        f" fragment g on Query {{ {g} }}"
    )
    expected = validate(PETS, document, RULES_OF_GRAPHQL_CORE)
    found = validate(PETS, document, [VariableUsesRule])
    assert {each.message for each in found} == {each.message for each in expected}


def test_an_error_names_the_definition_and_the_use() -> None:
    [error] = validate(PETS, parse("query ($a: Int) { pet(id: $a) }"), [VariableUsesRule])
    assert error.message == "Variable '$a' of type 'Int' used in position expecting type 'ID!'."
    assert [each.column for each in error.locations or []] == [8, 27]


@pytest.mark.parametrize(
    ("declared", "place", "is_valid"),
    [
        ("Int!", "usual", True),
        ("Float!", "usual", True),
        ("Decimal!", "usual", True),
        ("Int", "usual", False),
        ("String!", "usual", False),
        ("Int", "bonus", True),
        ("String", "bonus", False),
        ("[Int]", "bonus", False),
    ],
)
def test_a_number_may_stand_for_a_decimal(declared: str, place: str, is_valid: bool) -> None:
    errors = validate(
        PAYS, parse(f"query ($a: {declared}) {{ pay({place}: $a) }}"), [VariableUsesRule]
    )
    assert (errors == []) is is_valid


def count_steps(text: str) -> int:
    document, type_info = parse(text), TypeInfo(PETS)
    errors: list[GraphQLError] = []
    rule = VariableUsesRule(ValidationContext(PETS, document, type_info, errors.append))
    visit(document, TypeInfoVisitor(type_info, rule))
    assert errors == []
    return rule.steps


def spreads(operations: int, fragments: int) -> str:
    every = " ".join(f"...f{number}" for number in range(fragments))
    texts = [f"query q{number}($a: Boolean!) {{ {every} }}" for number in range(operations)]
    texts += [
        f"fragment f{number} on Query {{ a: __typename @skip(if: $a) b: __typename @skip(if: $a) }}"
        for number in range(fragments)
    ]
    return " ".join(texts)


@pytest.mark.parametrize("fragments", [50, 100, 200])
def test_many_spreads_take_work_in_proportion(fragments: int) -> None:
    # The text has a spread and two uses for each fragment. The operation then looks at the
    # spread, and at one use: both ask for the same.
    assert count_steps(spreads(1, fragments)) == (1 + 2) * fragments + (1 + 1) * fragments


def test_each_operation_looks_at_each_fragment_once() -> None:
    assert count_steps(spreads(10, 40)) == 10 * 40 + 2 * 40 + 10 * (1 + 1) * 40


def test_fragments_that_spread_each_other_are_looked_at_once() -> None:
    text = "query ($a: Boolean!) { ...f0 }"
    for number in range(30):
        later = " ".join(f"...f{other}" for other in range(30))
        text += f" fragment f{number} on Query {{ {later} a: __typename @skip(if: $a) }}"
    written = 1 + 30 * (30 + 1)
    assert count_steps(text) == 2 * written


def test_a_document_of_200_spreads_with_a_variable_is_valid() -> None:
    text = "query ($a: Boolean!) { me { " + " ".join(f"...f{number}" for number in range(200))
    text += " } }" + " ".join(
        f"fragment f{number} on Account {{ id @skip(if: $a) }}" for number in range(200)
    )
    prepared = DocumentCache(SCHEMA._schema).prepare(text)
    assert prepared.errors == ()
    assert prepared.variable_uses == {"": {"a": 201}}
