"""Every refusal is answered in a mutation, in a query and over plain HTTP, by what it declares."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any, Union

import orjson
import pytest
import strawberry

from api.http.error_responses import refusal_response
from domain.postings.postings import Finding, Severity
from domain.refusals import ErrorCode, InvalidInput, Refusal, TextRefused
from schema import enums, errors
from schema.execution.results import format_error
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
    return kind("Do something else.", "请换一种方式。", field=("input", "body"))


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


async def execute(document: str, kind: int = 0) -> Any:
    services = SimpleNamespace(refusal_counts=Counter())
    return await SCHEMA.execute(
        document, {"kind": kind}, context_value=SimpleNamespace(services=services)
    )


@pytest.mark.parametrize("kind", REFUSALS)
async def test_a_mutation_returns_the_type_of_the_refusal(kind: type[Refusal]) -> None:
    result = await execute(
        "mutation ($kind: Int!) { refused(kind: $kind) { __typename "
        "... on UserError { code message field } } }",
        REFUSALS.index(kind),
    )
    assert result.errors is None
    answer = result.data["refused"]
    assert answer["__typename"] == ENDS_WITH_INVALID_INPUT.get(kind.__name__, kind.__name__)
    assert answer["code"] == kind.code
    assert answer["message"] == refuse(kind).message
    assert answer["field"] == ["input", "body"]
    assert type(errors.to_user_error(refuse(kind))).__name__ == answer["__typename"]


@pytest.mark.parametrize("kind", REFUSALS)
@pytest.mark.parametrize("operation", ["query", "mutation"])
async def test_a_refusal_outside_the_result_type_is_an_error_with_its_code(
    operation: str, kind: type[Refusal]
) -> None:
    field = "refused(kind: $kind)" if operation == "query" else "narrow(kind: $kind) { __typename }"
    result = await execute(f"{operation} ($kind: Int!) {{ {field} }}", REFUSALS.index(kind))
    if operation == "mutation" and kind.__name__ == "NotFound":
        assert result.errors is None
        return
    (error,) = map(format_error, result.errors)
    assert error["message"] == refuse(kind).message
    assert error["extensions"] == {"code": kind.code, "field": ("input", "body")}


@pytest.mark.parametrize("kind", REFUSALS)
def test_plain_http_answers_with_the_status_of_the_refusal(kind: type[Refusal]) -> None:
    response = refusal_response(refuse(kind))
    assert response.status_code == kind.http_status
    assert orjson.loads(response.body) == {"error": refuse(kind).message, "code": kind.code}
    assert ("retry-after" in response.headers) == (response.status_code in {429, 503})
    assert ("www-authenticate" in response.headers) == (response.status_code == 401)


async def test_a_mutation_without_the_database_is_busy() -> None:
    result = await execute(
        "mutation { unreachable { __typename ... on UserError { code message } } }"
    )
    assert result.data["unreachable"]["__typename"] == "Busy"
    assert result.data["unreachable"]["code"] == ErrorCode.BUSY
