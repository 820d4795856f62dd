"""Messages about broken requests say where and what, and never repeat what was sent."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.execution.redaction import redact_message
from tests.support.graphql_clients import GraphQLClient

TAP = "mutation ($input: ExpressInterestInput!) { expressInterest(input: $input) { __typename } }"
TYPE = "'ExpressInterestInput'"
NAME, PHONE = "王小红", "14412345678"


BROKEN: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "a number and nothing": (
        {"sessionId": "x", "contact": {"name": NAME, "phone": 14412345678}},
        [
            (
                "",
                f"Expected value of type {TYPE} to include required field 'postingId'.",
            ),
            (" at .contact.phone", "String cannot represent a non string value."),
        ],
    ),
    "a field and a code that are none": (
        {
            "sessionId": "x",
            "postingId": "y",
            "contact": {"name": NAME, "phone": PHONE, "mobile": PHONE},
            "consent": {"textVersion": "1"},
            "source": NAME,
        },
        [
            (
                " at .contact",
                "Expected value of type 'ContactInput' not to include unknown field 'mobile'.",
            ),
            (" at .source", "This value does not exist in 'LeadSource' enum."),
        ],
    ),
    "a text": (
        NAME,
        [("", f"Expected value of type {TYPE} to be an object.")],
    ),
}


@pytest.mark.parametrize(("given", "said"), BROKEN.values(), ids=list(BROKEN))
async def test_a_broken_variable_is_named_but_not_repeated(
    given: Any, said: list[tuple[str, str]], api: GraphQLClient
) -> None:
    answer = await api.execute(TAP, {"input": given})
    assert [error["message"] for error in answer["errors"]] == [
        f"Variable '$input' has invalid value{place}: {what}" for place, what in said
    ]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_REQUEST"}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            f"{{ postings(first: {PHONE}.5) {{ __typename }} }}",
            "Int cannot represent non-integer value.",
        ),
        (
            f'{{ postings(filter: {{ openOn: "{NAME}: {PHONE}" }}) {{ __typename }} }}',
            "Value cannot represent a Date.",
        ),
        (
            f'{{ postings(filter: "{NAME}") {{ __typename }} }}',
            "Expected value of type 'PostingFilter' to be an object.",
        ),
        (
            f"{{ node(id: {PHONE} {PHONE}) {{ id }} }}",
            "Syntax Error: Expected Name, found Int.",
        ),
        (
            f'{{ node("{NAME}\'s") {{ id }} }}',
            "Syntax Error: Expected Name, found String.",
        ),
        (
            f"{{ node(id: .{PHONE}) {{ id }} }}",
            "Syntax Error: Invalid number, expected digit before '.'?",
        ),
        ("{ nod { id } }", "Cannot query field 'nod' on type 'Query'. Did you mean 'node'?"),
    ],
)
async def test_a_broken_document_is_explained_but_its_literals_are_not_repeated(
    query: str, said: str, api: GraphQLClient
) -> None:
    assert (await api.fetch_error(query))["message"] == said


def test_an_error_within_a_value_is_left_out_with_it() -> None:
    assert (
        redact_message(
            f"Expected value of type 'Day', but encountered error '{NAME}'; found: {PHONE}."
        )
        == "Expected value of type 'Day'."
    )


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([NAME, PHONE, f"{NAME}: {PHONE}", f"'{NAME}' does not exist", int(PHONE)]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["contact", "phone", "name", "consent", "source", "sessionId", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(value=VALUES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_sent_is_never_repeated(value: Any, api: GraphQLClient) -> None:
    answer = await api.post({"query": TAP, "variables": {"input": value}})
    assert answer.json()["errors"]
    assert NAME not in orjson.dumps(answer.json()).decode()
    assert PHONE not in answer.text
