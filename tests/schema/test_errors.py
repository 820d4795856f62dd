"""Every refusal is answered in a mutation, in a query and over plain HTTP, by what it declares."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any, Union

import orjson
import pytest
import strawberry

from api.http.error_responses import refusal_response
from domain.languages import Language
from domain.postings.postings import Finding, Severity
from domain.refusals import ErrorCode, InvalidInput, Refusal, TextRefused
from schema import enums, errors
from schema.context import Context
from schema.execution.results import encode_result, find_retry_after, format_error
from storage.mongo.errors import StorageUnavailable
from tests.domain.test_refusals import REFUSALS

ENDS_WITH_INVALID_INPUT = {
    kind.__name__: "InvalidInput"
    for kind in REFUSALS
    if issubclass(kind, InvalidInput) and not hasattr(errors, kind.__name__)
}
"""Refusals without a GraphQL type of their own."""


def refuse(kind: type[Refusal]) -> Refusal:
    if issubclass(kind, TextRefused):
        finding = Finding(
            code="TEST",
            severity=Severity.REFUSE,
            field="body",
            message="Reword it.",
            message_zh="请改写。",
            basis="",
        )
        return kind((finding,), field=("input", "body"))
    return kind(
        "Do something else.",
        "请换一种方式。",
        field=("input", "body"),
        retry_after=RETRY_AFTER,
        hint=HINT,
    )


RETRY_AFTER = 30
HINT = "Send `other`."
LANGUAGES = list(Language)


def expected_message(kind: type[Refusal], language: Language) -> str:
    refusal = refuse(kind)
    return {"en": refusal.message, "zh": refusal.message_zh}[language]


def expected_extras(kind: type[Refusal]) -> dict[str, Any]:
    if issubclass(kind, TextRefused):
        return {}
    return {"retryAfter": RETRY_AFTER, "hint": HINT}


@strawberry.type
class Done:
    ok: bool


AnyRefusal: Any = Union[(Done, *errors.UserError.__subclasses__())]


@strawberry.type
class Query:
    @strawberry.field
    def refused(self, kind: int) -> bool:
        raise refuse(REFUSALS[kind])


@strawberry.type
class Mutation:
    @strawberry.mutation(graphql_type=AnyRefusal)  # type: ignore[untyped-decorator] # a type built at run time
    def refused(self, kind: int) -> object:
        raise refuse(REFUSALS[kind])

    @strawberry.mutation
    def narrow(self, kind: int) -> Union[Done, errors.NotFound]:  # noqa: UP007 - as mutations do
        raise refuse(REFUSALS[kind])

    @strawberry.mutation(graphql_type=AnyRefusal)  # type: ignore[untyped-decorator] # a type built at run time
    def unreachable(self) -> object:
        raise StorageUnavailable


enums.register()
SCHEMA = strawberry.Schema(Query, Mutation, exception_handlers=errors.EXCEPTION_HANDLERS)


def context_in(language: Language) -> Any:
    services = SimpleNamespace(
        refusal_counts=Counter(), store=None, cached_viewer_counts=None, presence=None
    )
    return Context(services, None, language=language)  # type: ignore[arg-type] # nothing is read


async def execute(document: str, kind: int = 0, context: Any = None) -> Any:
    context = context or context_in(Language.ENGLISH)
    return await SCHEMA.execute(document, {"kind": kind}, context_value=context)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", REFUSALS)
async def test_a_mutation_returns_the_type_of_the_refusal(
    kind: type[Refusal], language: Language
) -> None:
    context = context_in(language)
    result = await execute(
        "mutation ($kind: Int!) { refused(kind: $kind) { __typename "
        "... on UserError { code message messageZh field } "
        "... on Busy { retryAfter } ... on TooManyAttempts { retryAfter } "
        "... on PhoneCodesUnavailable { retryAfter } } }",
        REFUSALS.index(kind),
        context,
    )
    assert result.errors is None
    extras = expected_extras(kind)
    noted = [{"path": ["refused"], "code": kind.code, **extras}] if extras else []
    encoded = orjson.loads(encode_result(result, context))
    assert encoded.get("extensions", {}).get("refusals", []) == noted
    assert find_retry_after(result, context) == extras.get("retryAfter")
    answer = result.data["refused"]
    assert answer["__typename"] == ENDS_WITH_INVALID_INPUT.get(kind.__name__, kind.__name__)
    assert answer["code"] == kind.code
    assert answer["message"] == expected_message(kind, language)
    assert answer["messageZh"] == refuse(kind).message_zh
    if kind.__name__ in {"Busy", "TooManyAttempts", "PhoneCodesUnavailable"}:
        assert answer["retryAfter"] == RETRY_AFTER
    assert answer["field"] == ["input", "body"]
    assert type(errors.to_user_error(refuse(kind), language)).__name__ == answer["__typename"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", REFUSALS)
@pytest.mark.parametrize("operation", ["query", "mutation"])
async def test_a_refusal_outside_the_result_type_is_an_error_with_its_code(
    operation: str, kind: type[Refusal], language: Language
) -> None:
    field = "refused(kind: $kind)" if operation == "query" else "narrow(kind: $kind) { __typename }"
    result = await execute(f"{operation} ($kind: Int!) {{ {field} }}", REFUSALS.index(kind))
    if operation == "mutation" and kind.__name__ == "NotFound":
        assert result.errors is None
        return
    (error,) = [format_error(each, language) for each in result.errors]
    assert error["message"] == expected_message(kind, language)
    assert error["extensions"] == {
        "code": kind.code,
        "field": ("input", "body"),
        "messageZh": refuse(kind).message_zh,
        **expected_extras(kind),
    }
    extras = expected_extras(kind)
    assert find_retry_after(result, context_in(language)) == extras.get("retryAfter")


@pytest.mark.parametrize("kind", REFUSALS)
def test_plain_http_answers_with_the_status_of_the_refusal(kind: type[Refusal]) -> None:
    response = refusal_response(refuse(kind))
    assert response.status_code == kind.http_status
    assert orjson.loads(response.body) == {
        "error": refuse(kind).message,
        "messageZh": refuse(kind).message_zh,
        "code": kind.code,
    }
    assert response.headers.get("retry-after") == (
        str(RETRY_AFTER) if response.status_code in {429, 503} else None
    )
    assert ("www-authenticate" in response.headers) == (response.status_code == 401)


async def test_a_mutation_without_the_database_is_busy() -> None:
    result = await execute(
        "mutation { unreachable { __typename ... on UserError { code message } } }"
    )
    assert result.data["unreachable"]["__typename"] == "Busy"
    assert result.data["unreachable"]["code"] == ErrorCode.BUSY
