"""Exports that are refused, limited, cut off, or end with a fault or a disconnect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.types import Message
from structlog.testing import capture_logs

from api.http.lead_exports import LeadExportEndpoint
from api.http.limits import ExportLimits
from domain.leads.leads import Contact, Lead
from storage.mongo.client import StorageUnavailable, new_id
from tests.api.http.lead_exports.exported_tables import (
    LEADS_PER_READ,
    bearer_header,
    export_csv,
    serve_exports,
    store_leads,
)
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.waiting import wait_until
from tests.support.world import World


@pytest.fixture
def address(http: httpx.AsyncClient) -> str:
    """The base URL of the exports."""
    return str(http.base_url)


@pytest.mark.parametrize(
    ("caller", "asked", "status", "code"),
    [
        ("nobody", "", 401, "UNAUTHENTICATED"),
        ("viewer", "", 403, "NOT_PERMITTED"),
        ("host", "", 403, "NOT_PERMITTED"),
        ("officer", "stage=HIRED&stage=OFFERED", 400, "INVALID_INPUT"),
        ("officer", "stage=hired", 400, "INVALID_INPUT"),
        ("officer", "session=all", 400, "INVALID_INPUT"),
        ("officer", "sessionId=", 400, "INVALID_ID"),
        ("officer", "sessionId=nonsense", 400, "INVALID_ID"),
        ("officer", "postingId=$ne", 400, "INVALID_ID"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_forbidden_or_invalid_export_is_refused_with_its_code(
    caller: str,
    asked: str,
    status: int,
    code: str,
    kind: str,
    http: httpx.AsyncClient,
    world: World,
) -> None:
    token = world.token_of(caller)
    answer = await http.get(f"/exports/leads.{kind}?{asked}", headers=bearer_header(token))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (answer.headers.get("www-authenticate") == "Bearer") == (status == 401)


@asynccontextmanager
async def unread_export(address: str, token: str) -> AsyncIterator[asyncio.StreamWriter]:
    """Start an export whose client reads one byte and then stops reading."""
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    request = f"GET /exports/leads.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    writer.write(request.encode())
    assert await reader.readexactly(1) == b"H"
    try:
        yield writer
    finally:
        writer.transport.abort()


async def test_an_account_has_one_export_at_a_time_and_a_disconnect_frees_it(
    http: httpx.AsyncClient, address: str, world: World
) -> None:
    await store_large_leads(world)
    token = world.token(world.officer)
    async with unread_export(address, token):
        refused = await http.get("/exports/leads.csv?stage=HIRED", headers=bearer_header(token))
        assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_ATTEMPTS")
        assert refused.headers["retry-after"] == "10"
        somebody = world.token(world.upper_officer)
        other = await http.get("/exports/leads.csv?stage=HIRED", headers=bearer_header(somebody))
        assert other.status_code == 200

    async def is_free() -> bool:
        again = await http.get("/exports/leads.csv?stage=HIRED", headers=bearer_header(token))
        return again.status_code == 200

    await wait_until(is_free)


async def store_large_leads(world: World) -> None:
    """Store leads with cells so large that they exceed the buffers between server and client."""
    made: list[Lead] = []
    long = posting_terms(title="长" * 3000)
    sealed = world.lead.contact
    for _ in range(LEADS_PER_READ * 20):
        lead = records.lead(
            id=new_id(),
            session_id=world.live.id,
            posting_id=world.second.id,
            employer_id=world.employer.id,
            union_path=world.union.path,
            terms=long,
            contact=sealed,
        )
        contact = Contact(name="李四", phone="+8613800138000")
        made.append(
            replace(lead, contact=world.running.store.keyring.seal_contact(lead.id, contact))
        )
    await world.running.store.leads.record(made)


async def test_an_excel_export_ends_when_its_client_disconnects(
    exports: LeadExportEndpoint, world: World
) -> None:
    sent: list[Message] = []

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    token = world.token(world.officer)
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/exports/leads.xlsx",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {token}".encode())],
    }
    await exports(scope, gone, send)
    assert sent == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_more_leads_than_the_limit_are_refused_before_the_first_row(
    kind: str, world: World
) -> None:
    token = world.token(world.officer)
    async with serve_exports(world.running, ExportLimits(max_leads=0)) as http:
        answer = await http.get(f"/exports/leads.{kind}", headers=bearer_header(token))
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")


async def test_an_export_over_the_concurrency_limit_is_refused(
    world: World,
) -> None:
    token = world.token(world.officer)
    async with serve_exports(world.running, ExportLimits(max_concurrent=0)) as http:
        answer = await http.get("/exports/leads.csv", headers=bearer_header(token))
    assert (answer.status_code, answer.json()["code"]) == (429, "TOO_MANY_ATTEMPTS")
    assert answer.headers["retry-after"] == "10"


async def test_a_slow_reader_is_cut_off_and_its_place_is_freed(
    world: World,
) -> None:
    await store_large_leads(world)
    token = world.token(world.officer)
    limits = ExportLimits(timeout_seconds=0.2, max_concurrent=1)
    async with serve_exports(world.running, limits) as http:
        with capture_logs() as logs:
            async with unread_export(str(http.base_url), token):
                await wait_until(lambda: "export cut off" in [log["event"] for log in logs])
        assert await export_csv(http, token, stage="HIRED") == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_database_that_does_not_answer_is_a_503(
    kind: str, http: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> int:
        raise StorageUnavailable("no primary")

    monkeypatch.setattr(world.running.store.leads, "count", away)
    token = world.token(world.officer)
    answer = await http.get(f"/exports/leads.{kind}", headers=bearer_header(token))
    assert (answer.status_code, answer.json()["code"]) == (503, "BUSY")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_database_fault_during_an_export_does_not_yield_a_partial_table(
    kind: str, http: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_leads(world, LEADS_PER_READ)
    page, read = world.running.store.leads.page, 0

    async def once(*given: Any) -> Any:
        nonlocal read
        read += 1
        if read > 1:
            raise StorageUnavailable("no primary")
        return await page(*given)

    monkeypatch.setattr(world.running.store.leads, "page", once)
    request = http.get(f"/exports/leads.{kind}", headers=bearer_header(world.token(world.officer)))
    if kind == "xlsx":
        answer = await request
        assert (answer.status_code, answer.json()["code"]) == (503, "BUSY")
    else:
        # The status has been sent; the missing end of the body shows that the table is partial.
        with pytest.raises(httpx.RemoteProtocolError):
            await request
