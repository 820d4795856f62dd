"""Imports are visible to the colleagues of the account that made them, and to nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.exchange.imports import ImportKind, ImportStatus, RowOutcome, make_row_id
from domain.postings.postings import Severity
from storage.mongo.client import new_id
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.services import RunningServices
from tests.support.world import FINDING, World, gid

SEEN = "query ($id: ID!) { import(id: $id) { id } node(id: $id) { id } imports { edges { node { id } } } }"  # noqa: E501 - one document
ROWS = """query ($id: ID!, $outcome: RowOutcome, $first: Int, $after: String) {
  importRows(importId: $id, outcome: $outcome, first: $first, after: $after) {
    edges { cursor node { row outcome findings { column code severity } posting { id } employer { id } } }
    pageInfo { hasNextPage }
  }
}"""  # noqa: E501 - the same


@pytest.mark.parametrize("caller", ["officer above", "officer elsewhere", "recruiter"])
async def test_an_import_of_another_union_or_employer_is_hidden(
    api: GraphQLClient, readonly_world: World, caller: str
) -> None:
    token, asked = readonly_world.token_of(caller), {"id": gid(readonly_world.upload)}
    assert await api.fetch_data(SEEN, asked, token) == {
        "import": None,
        "node": None,
        "imports": {"edges": []},
    }
    error = await api.fetch_error(ROWS, asked, token)
    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_colleagues_see_an_import(api: GraphQLClient, readonly_world: World) -> None:
    wanted = {"id": gid(readonly_world.upload)}
    assert await api.fetch_data(SEEN, wanted, readonly_world.token(readonly_world.officer)) == {
        "import": wanted,
        "node": wanted,
        "imports": {"edges": [{"node": wanted}]},
    }


@pytest.mark.parametrize(
    ("caller", "code"), [("viewer", "NOT_PERMITTED"), ("host", "NOT_PERMITTED")]
)
async def test_imports_are_for_officers_and_recruiters(
    api: GraphQLClient, readonly_world: World, caller: str, code: str
) -> None:
    token = readonly_world.token_of(caller)
    for query in ("{ imports { edges { cursor } } }", 'query { import(id: "x") { id } }'):
        assert (await api.fetch_error(query, None, token))["extensions"]["code"] == code
    node = await api.fetch_data(
        "query ($id: ID!) { node(id: $id) { id } }", {"id": gid(readonly_world.upload)}, token
    )
    assert node == {"node": None}


async def test_rows_are_in_the_order_of_the_table_and_name_its_headings(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    one = replace(
        world.upload,
        id=new_id(),
        kind=ImportKind.POSTINGS,
        columns=("pay.amount", "title"),
        headings=("工资", "岗位"),
        chunks=1,
        next_chunk=0,
        active=True,
        status=ImportStatus.RUNNING,
    )
    pay = replace(FINDING, field="pay.amount", severity=Severity.WARN)
    rows = [
        records.import_row(
            id=make_row_id(one.id, number),
            import_id=one.id,
            number=number,
            outcome=RowOutcome.HELD if number % 2 else RowOutcome.ACCEPTED,
            posting_id=world.open.id,
            employer_id=world.employer.id,
            findings=(pay, replace(FINDING, field="pay"), FINDING),
        )
        for number in (2, 3, 11)
    ]
    await running.store.imports.add(one)

    async def finish(transaction: object) -> None:
        assert await running.store.imports.finish_chunk(
            one,
            rows,
            at=running.services.clock(),
            transaction=transaction,  # type: ignore[arg-type] # the one of the transaction
        )

    await running.store.mongo.run_transaction(finish)
    token = world.token(world.officer)
    page = (await api.fetch_data(ROWS, {"id": gid(one), "first": 2}, token))["importRows"]
    assert [edge["node"]["row"] for edge in page["edges"]] == [2, 3]
    assert page["pageInfo"] == {"hasNextPage": True}
    assert page["edges"][0]["node"] == {
        "row": 2,
        "outcome": "ACCEPTED",
        "findings": [
            {"column": "工资", "code": "LURE", "severity": "WARN"},
            {"column": "工资", "code": "LURE", "severity": "REVIEW"},
            {"column": None, "code": "LURE", "severity": "REVIEW"},
        ],
        "posting": {"id": gid(world.open)},
        "employer": {"id": gid(world.employer)},
    }
    asked = {"id": gid(one), "after": page["edges"][1]["cursor"]}
    rest = (await api.fetch_data(ROWS, asked, token))["importRows"]
    assert [edge["node"]["row"] for edge in rest["edges"]] == [11]
    held = (await api.fetch_data(ROWS, {"id": gid(one), "outcome": "HELD"}, token))["importRows"]
    assert [edge["node"]["row"] for edge in held["edges"]] == [3, 11]


async def test_cancelling_a_waiting_import_deletes_its_rows(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    one = replace(world.upload, id=new_id(), active=True, status=ImportStatus.QUEUED)
    imports = running.store.imports
    await imports.add_chunk(one.id, 0, [], at=running.services.clock())
    await imports.add(one)
    selection = "... on ImportCancelled { import { status finishedAt } }"
    for _ in range(2):
        given = {"importId": gid(one)}
        answer = await api.mutate("cancelImport", given, world.token(world.officer), selection)
        assert answer["import"]["status"] == "CANCELLED"
        assert answer["import"]["finishedAt"] is not None
    assert await imports.read_chunk(one.id, 0) is None
    assert not await imports.is_active(world.officer.id)
