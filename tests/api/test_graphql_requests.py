"""Any JSON value is read as a GraphQL request, or refused with what is expected."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.graphql_requests import MalformedRequest, parse_request
from schema.execution.engine import GraphQLRequest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["query", "variables", "operationName", "extensions"])


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (None, "A request is one JSON object; batches are not supported."),
        ([], "A request is one JSON object; batches are not supported."),
        ([{"query": "{ me { id } }"}], "A request is one JSON object; batches are not supported."),
        ("{ me { id } }", "A request is one JSON object; batches are not supported."),
        ({}, 'The request needs a text in "query".'),
        ({"query": ""}, 'The request needs a text in "query".'),
        ({"query": 1}, 'The request needs a text in "query".'),
        ({"extensions": {"persistedQuery": 1}}, 'The request needs a text in "query".'),
        (
            {"extensions": {"persistedQuery": {"sha256Hash": "ab"}}},
            'The request needs a text in "query".',
        ),
        (
            {"query": "", "extensions": {"persistedQuery": {"sha256Hash": "AB" * 32}}},
            'The request needs a text in "query".',
        ),
        ({"query": "{a}", "variables": []}, '"variables" is an object or null.'),
        ({"query": "{a}", "variables": "{}"}, '"variables" is an object or null.'),
        ({"query": "{a}", "operationName": 1}, '"operationName" is a text or null.'),
    ],
)
def test_an_invalid_request_is_told_what_is_expected(payload: Any, message: str) -> None:
    with pytest.raises(MalformedRequest) as refusal:
        parse_request(payload)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("payload", "request_"),
    [
        ({"query": "{a}"}, GraphQLRequest(query="{a}")),
        ({"query": "{a}", "variables": None, "operationName": None}, GraphQLRequest(query="{a}")),
        ({"query": "{a}", "extensions": {"persistedQuery": 1}}, GraphQLRequest(query="{a}")),
        (
            {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "AB" * 32}}},
            GraphQLRequest(query="", sha256="ab" * 32),
        ),
        (
            {"query": "{a}", "extensions": {"persistedQuery": {"sha256Hash": "ab" * 32}}},
            GraphQLRequest(query="{a}", sha256="ab" * 32),
        ),
        (
            {"query": "query q{a}", "variables": {"a": [1]}, "operationName": "q"},
            GraphQLRequest(query="query q{a}", variables={"a": [1]}, operation_name="q"),
        ),
    ],
)
def test_a_request_has_a_query_and_optional_variables_and_operation_name(
    payload: Any, request_: GraphQLRequest
) -> None:
    assert parse_request(payload) == request_


@given(JSON | st.dictionaries(NAMES, JSON))
def test_any_json_is_a_request_or_refused(payload: Any) -> None:
    try:
        request = parse_request(payload)
    except MalformedRequest:
        return
    assert isinstance(request.query, str)
    assert request.query or request.sha256
