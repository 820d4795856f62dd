"""The schema is described as graphql-core describes it."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLError, execute_sync, get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

from schema.execution.introspection import measure_lists
from schema.execution.leaf_executor import LeafExecutor
from schema.root import SCHEMA

GRAPHQL_SCHEMA = SCHEMA._schema
FULL = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
)


def execute(text: str, variables: dict[str, Any] | None = None) -> ExecutionResult:
    executor = LeafExecutor.build(
        GRAPHQL_SCHEMA, parse(text), raw_variable_values=variables or {}, hide_suggestions=True
    )
    assert isinstance(executor, LeafExecutor)
    result = executor.execute_operation()
    assert isinstance(result, ExecutionResult)
    return result


def expect(text: str, variables: dict[str, Any] | None = None) -> ExecutionResult:
    result = execute_sync(GRAPHQL_SCHEMA, parse(text), variable_values=variables)
    assert isinstance(result, ExecutionResult)
    return result


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        (FULL, {}),
        ("{ __schema { __typename directives { name locations isRepeatable } } }", {}),
        ('{ a: __type(name: "Nobody") { name } b: __type(name: "Role") { kind } }', {}),
        ('{ __type(name: "Role") { ...t } } fragment t on __Type { enumValues { name } }', {}),
        ('{ __type(name: "Node") { possibleTypes { name interfaces { name } } } }', {}),
        (
            (
                "query ($d: Boolean!, $s: Boolean!) { __schema { types { kind @skip(if: $s) "
                "name @include(if: $d) fields(includeDeprecated: $d) { name } } } }"
            ),
            {"d": True, "s": True},
        ),
    ],
)
def test_the_answer_is_that_of_graphql_core(text: str, variables: dict[str, Any]) -> None:
    assert execute(text, variables).data == expect(text, variables).data
    assert execute(text, variables).errors is None


def test_a_wrong_argument_is_reported_at_its_place() -> None:
    text = "query ($d: Boolean) { __schema { types { fields(includeDeprecated: $d) { name } } } }"
    found, expected = execute(text, {"d": None}), expect(text, {"d": None})

    def places(errors: list[GraphQLError] | None) -> list[tuple[str, Any]]:
        return [(error.message, error.path) for error in errors or []]

    assert places(found.errors) == places(expected.errors)
    assert found.data == expected.data


FIELDS = ["kind", "name", "description", "isOneOf", "__typename", "specifiedByURL"]
LISTS = ["fields", "interfaces", "possibleTypes", "inputFields", "fields(includeDeprecated: true)"]


@given(
    st.lists(st.sampled_from(FIELDS), min_size=1),
    st.sampled_from(LISTS),
    st.sampled_from(sorted(GRAPHQL_SCHEMA.type_map)),
)
def test_any_selection_of_any_type_is_answered_alike(
    fields: list[str], listed: str, name: str
) -> None:
    plain = " ".join(fields)
    text = f'{{ __type(name: "{name}") {{ {plain} ofType {{ {plain} }} x: {listed} {{ name }} }} }}'
    assert execute(text).data == expect(text).data


def test_lists_have_the_lengths_of_the_schema() -> None:
    lengths = measure_lists(GRAPHQL_SCHEMA)
    kinds = execute("{ __schema { types { fields { args { name } } enumValues { name } } } }").data
    assert kinds is not None
    types = kinds["__schema"]["types"]
    fields = [field for each in types for field in each["fields"] or []]
    assert lengths["__Schema.types"].longest == len(types)
    assert lengths["__Type.fields"].mean == len(fields) / len(types)
    assert lengths["__Type.fields"].longest == max(len(each["fields"] or []) for each in types)
    assert lengths["__Type.enumValues"].longest == max(
        len(each["enumValues"] or []) for each in types
    )
