"""Error messages name the place and the fault, and never repeat a value of the request."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from graphql import GraphQLError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.execution.redaction import GENERAL_MESSAGE, RequestError, redact_message
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


@pytest.mark.parametrize(("given", "expected"), BROKEN.values(), ids=list(BROKEN))
async def test_a_broken_variable_is_named_but_not_repeated(
    given: Any, expected: list[tuple[str, str]], api: GraphQLClient
) -> None:
    answer = await api.execute(TAP, {"input": given})
    assert [error["message"] for error in answer["errors"]] == [
        f"Variable '$input' has invalid value{place}: {what}" for place, what in expected
    ]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_REQUEST"}


@pytest.mark.parametrize(
    ("query", "expected"),
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
            "Syntax Error: Invalid number, expected digit before '.'.",
        ),
        ("{ nod { id } }", "Cannot query field 'nod' on type 'Query'."),
    ],
)
async def test_a_broken_document_is_explained_but_its_literals_are_not_repeated(
    query: str, expected: str, api: GraphQLClient
) -> None:
    assert (await api.fetch_error(query))["message"] == expected


@given(st.text() | st.text(alphabet=f"'\".:,{PHONE}") | st.just(f"Expected {PHONE}"))
def test_an_unknown_message_becomes_a_general_sentence(text: str) -> None:
    assert redact_message(GraphQLError(f"Something new about {text}")) == GENERAL_MESSAGE
    assert redact_message(GraphQLError(f"Syntax Error: New {text}")) == "Syntax Error."
    shown = redact_message(GraphQLError(f"Variable '$a' has invalid value at .b[1]: New {text}"))
    assert shown == "Variable '$a' has invalid value at .b[1]."


def test_our_own_messages_are_shown_as_they_are() -> None:
    assert redact_message(RequestError("Name one operation.")) == "Name one operation."


def test_an_error_within_a_value_is_left_out_with_it() -> None:
    assert (
        redact_message(
            GraphQLError(
                f"Expected value of type 'Day', but encountered error '{NAME}'; found: {PHONE}."
            )
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


ENUM_LITERAL = "WangXiaohong"
ARGUMENTS = (
    "{{ node(id: {}) {{ id }} }}",
    "{{ postings(first: {}) {{ __typename }} }}",
    "{{ postings(filter: {}) {{ __typename }} }}",
    "{{ postings(orderBy: {}) {{ __typename }} }}",
    "{{ postings(filter: {{ openOn: {} }}) {{ __typename }} }}",
    "{{ me {{ id @skip(if: {}) }} }}",
    "query ($id: ID = {}) {{ node(id: $id) {{ id }} }}",
    "query ($first: Int = {}) {{ postings(first: $first) {{ __typename }} }}",
    "mutation {{ expressInterest(input: {}) {{ __typename }} }}",
    "mutation {{ expressInterest(input: {{ contact: {{ phone: {} }} }}) {{ __typename }} }}",
    "subscription {{ sessionEvents(sessionId: {}) {{ seq }} }}",
)
LITERALS = st.recursive(
    st.sampled_from([ENUM_LITERAL, f'"{NAME}"', PHONE, f"{PHONE}.5", f'"{PHONE}\\x"', f".{PHONE}"])
    | st.sampled_from([f'"""{NAME}"""', f'"{NAME}', f'"{NAME}\n', f"-{PHONE}", f"0{PHONE}"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{' '.join(items)}]")
        | st.dictionaries(st.sampled_from(["contact", "phone", "x"]), inner, max_size=2).map(
            lambda fields: (
                "{" + " ".join(f"{name}: {value}" for name, value in fields.items()) + "}"
            )
        )
    ),
    max_leaves=5,
)


@given(document=st.sampled_from(ARGUMENTS), literal=LITERALS)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_value_of_a_document_is_in_an_answer(
    document: str, literal: str, api: GraphQLClient
) -> None:
    answer = (await api.post({"query": document.format(literal)})).text
    for value in (NAME, PHONE, ENUM_LITERAL, orjson.dumps(NAME).decode()[1:-1]):
        assert value not in answer


@given(value=VALUES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_sent_value_is_repeated(value: Any, api: GraphQLClient) -> None:
    answer = await api.post({"query": TAP, "variables": {"input": value}})
    assert answer.json()["errors"]
    assert NAME not in orjson.dumps(answer.json()).decode()
    assert PHONE not in answer.text
