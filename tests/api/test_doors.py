"""Every route of the application: which callers it answers, and what it shows them."""

from __future__ import annotations

import csv
import io
import re

import httpx
import pytest
from python_calamine import CalamineWorkbook
from starlette.routing import Route

from api.app import create_app
from api.settings import Settings
from schema.relay import global_id
from storage.mongo.client import new_id
from tests.support.callers import ALL_OFFICERS_AND_RECRUITERS, CALLERS
from tests.support.services import METRICS_TOKEN, RunningServices, hash_collections
from tests.support.showcase import CORRECTED_NAME, MASKED_CONTACTS, Showcase
from tests.support.showcase_records import CONTACTS
from tests.support.visibility import RECORD_READERS, ROUTE_CALLERS
from tests.support.world import gid

LEADS = (
    *("lead", "offered", "refused_lead", "withdrawn_lead", "erased_lead", "handed_lead"),
    *("unconfirmed_lead", "confirmed_lead", "superseded_lead"),
)


def headers(world: Showcase, caller: str) -> dict[str, str]:
    token = world.token_of(caller)
    return {"authorization": f"Bearer {token}"} if token else {}


def expected_refusal(caller: str) -> tuple[int, str]:
    return (401, "UNAUTHENTICATED") if caller == "nobody" else (403, "NOT_PERMITTED")


def read_rows(answer: httpx.Response, path: str) -> list[list[str]]:
    """The rows of a table, without its headings."""
    if path.endswith(".csv"):
        return [*csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))][1:]
    (sheet,) = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).sheet_names
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_name(sheet).to_python()][1:]


def test_every_route_is_in_the_table() -> None:
    paths = {route.path for route in create_app(Settings.read()).routes if isinstance(route, Route)}
    assert paths == set(ROUTE_CALLERS)


@pytest.mark.parametrize("path", ["/exports/leads.csv", "/exports/leads.xlsx"])
@pytest.mark.parametrize("caller", CALLERS)
async def test_an_export_holds_the_leads_of_the_scope_masked(
    caller: str, path: str, showcase: Showcase, isolated_http: httpx.AsyncClient
) -> None:
    answer = await isolated_http.get(path, headers=headers(showcase, caller))
    if caller not in ROUTE_CALLERS[path]:
        assert (answer.status_code, answer.json()["code"]) == expected_refusal(caller)
        return
    assert answer.status_code == 200
    rows = read_rows(answer, path)
    theirs = [name for name in LEADS if caller in RECORD_READERS[name]]
    assert {row[0] for row in rows} == {gid(getattr(showcase, name)) for name in theirs}
    masks = {MASKED_CONTACTS.get(name, ("", "")) for name in theirs}
    assert {(row[7], row[8]) for row in rows} == masks


@pytest.mark.parametrize("caller", sorted(ALL_OFFICERS_AND_RECRUITERS))
async def test_an_export_of_a_hidden_record_looks_like_one_of_an_unknown_record(
    caller: str, showcase: Showcase, isolated_http: httpx.AsyncClient
) -> None:
    for name, kind, hidden in (
        ("sessionId", "LiveSession", showcase.draft),
        ("postingId", "Posting", showcase.held),
    ):
        ids = gid(hidden), global_id(kind, new_id())
        asked = [
            await isolated_http.get(
                "/exports/leads.csv", params={name: each}, headers=headers(showcase, caller)
            )
            for each in ids
        ]
        assert asked[0].content == asked[1].content


@pytest.mark.parametrize(
    "caller", [each for each in CALLERS if each not in ALL_OFFICERS_AND_RECRUITERS]
)
async def test_only_officers_and_recruiters_import_tables(
    caller: str,
    showcase: Showcase,
    isolated_http: httpx.AsyncClient,
    isolated_running: RunningServices,
) -> None:
    before = await hash_collections(isolated_running)
    answer = await isolated_http.post("/imports", content=b"a,b", headers=headers(showcase, caller))
    assert (answer.status_code, answer.json()["code"]) == expected_refusal(caller)
    assert await hash_collections(isolated_running) == before


async def test_public_routes_reveal_no_person(
    showcase: Showcase, isolated_http: httpx.AsyncClient
) -> None:
    token = showcase.running.store.qr_codes.sign_token(showcase.code)
    named = {
        "/jobs/{id}": f"/jobs/{gid(showcase.open)}",
        "/jobs/{id}/": f"/jobs/{gid(showcase.open)}/",
        "/q/{token}": f"/q/{token}",
        "/live/{id}": "/live/1",
        "/me/{part}": "/me/data",
        "/console/{path:path}": "/console/sessions/1",
        "/codes/{name}": f"/codes/{token}.svg",
        "/covers/{name}": f"/covers/{gid(showcase.live)}.svg",
        "/imports/{name}": "/imports/postings.csv",
        "/sitemaps/{name}": "/sitemaps/0.xml",
        "/open-data/postings.{form}": "/open-data/postings.json",
    }
    open_to_all = [path for path, callers in ROUTE_CALLERS.items() if callers == frozenset(CALLERS)]
    for path in open_to_all:
        if path in {"/graphql", "/assets/{name}"}:  # assets have names of their content
            continue
        shown = {"authorization": f"Bearer {METRICS_TOKEN}"} if path == "/metrics" else {}
        answer = await isolated_http.get(named.get(path, path), headers=shown)
        assert answer.status_code in {200, 302, 308}, path
        for name, phone in CONTACTS.values():
            assert name not in answer.text
            assert phone.removeprefix("+86") not in answer.text
        assert CORRECTED_NAME not in answer.text
        # A phone, and not a counter of the metrics with the same three digits.
        assert re.search(r"132\d{8}", answer.text) is None
