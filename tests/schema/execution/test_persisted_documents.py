"""With persisted documents, no other document is executed."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import get_introspection_query

from schema.context import Context
from schema.execution.documents import hash_document
from schema.execution.engine import Engine, GraphQLRequest
from schema.execution.persisted_documents import TrustedDocuments, find_document_errors
from schema.execution.results import RequestInvalid
from tests.support.services import RunningServices
from tests.support.world import World, gid

ME = "query Me { me { role } }"
TWO = "query One { me { role } } query Two { me { id } }"
FOLLOW = "subscription F($session: ID!) { sessionEvents(sessionId: $session) { seq } }"
BROKEN = "query Broken { salaries }"
TRUSTED = TrustedDocuments([ME, TWO, FOLLOW, BROKEN])


@pytest.fixture
def engine(running: RunningServices) -> Engine:
    return Engine(running.services, trusted=TRUSTED)


def code_of(engine: Engine, **request: Any) -> Any:
    with pytest.raises(RequestInvalid) as refused:
        engine.prepare(GraphQLRequest(**request))
    (error,) = refused.value.errors
    return error["extensions"]["code"]


@pytest.mark.parametrize(
    "request_",
    [
        GraphQLRequest(query=ME),
        GraphQLRequest(query=ME, sha256=hash_document(ME)),
        GraphQLRequest(query="", sha256=hash_document(ME)),
        GraphQLRequest(query="", sha256=hash_document(TWO), operation_name="One"),
    ],
)
async def test_a_trusted_document_is_executed_by_its_text_or_its_digest(
    request_: GraphQLRequest, engine: Engine, running: RunningServices
) -> None:
    assert (
        await engine.execute(request_, Context(running.services, None)) == b'{"data":{"me":null}}'
    )


@pytest.mark.parametrize(
    "query", [ME + " ", "{ me { role } }", "{ __typename }", get_introspection_query(), "{"]
)
def test_any_other_text_is_refused(query: str, engine: Engine) -> None:
    assert code_of(engine, query=query) == "DOCUMENT_NOT_TRUSTED"
    assert code_of(engine, query=query, sha256=hash_document(query)) == "DOCUMENT_NOT_TRUSTED"
    assert code_of(engine, query=query, sha256=hash_document(ME)) == "DOCUMENT_NOT_TRUSTED"
    assert len(engine.documents) == 0


def test_an_unknown_digest_is_not_found(engine: Engine, running: RunningServices) -> None:
    assert code_of(engine, query="", sha256="ab" * 32) == "PERSISTED_QUERY_NOT_FOUND"
    plain = Engine(running.services)
    plain.prepare(GraphQLRequest(query=ME))
    assert code_of(plain, query="", sha256=hash_document(ME)) == "PERSISTED_QUERY_NOT_FOUND"


def test_a_digest_that_does_not_fit_its_text_is_refused(
    engine: Engine, running: RunningServices
) -> None:
    for each in (engine, Engine(running.services)):
        assert code_of(each, query=ME, sha256=hash_document(TWO)) == "BAD_REQUEST"


def test_a_trusted_document_is_still_validated(engine: Engine) -> None:
    assert code_of(engine, query=BROKEN) == "BAD_REQUEST"
    assert code_of(engine, query="", sha256=hash_document(TWO)) == "BAD_REQUEST"


async def test_subscribers_by_text_and_by_digest_are_one_group(
    engine: Engine, running: RunningServices, readonly_world: World
) -> None:
    viewer = running.tokens.issue_for_viewer().principal
    variables = {"session": gid(readonly_world.live)}
    joined = [
        await engine.subscribe(request, Context(running.services, viewer))
        for request in (
            GraphQLRequest(query=FOLLOW, variables=variables),
            GraphQLRequest(query="", sha256=hash_document(FOLLOW), variables=variables),
        )
    ]
    assert joined[0].group_key == joined[1].group_key


def test_a_document_that_cannot_be_executed_is_named_with_its_place() -> None:
    assert find_document_errors(ME) == []
    (fault,) = find_document_errors("query {\n  salaries\n}")
    assert fault.startswith("2:3: Cannot query field 'salaries'")
    (fault,) = find_document_errors("query {")
    assert fault.startswith("1:8: Syntax Error")
    assert find_document_errors("x" * 100_000) == ["A document has at most 65536 characters."]
