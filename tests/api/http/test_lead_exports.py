"""Lead exports over a real server: the content of the files, their readers, and refusals."""

from __future__ import annotations

import asyncio
import csv
import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Message
from structlog.testing import capture_logs

from api.http.lead_exports import LeadExportEndpoint
from api.http.limits import ExportLimits
from domain.exchange.lead_rows import LEAD_HEADINGS, MISSING_RECORD
from domain.leads.leads import Contact, Lead, LeadStage
from domain.seekers.seeker_groups import SeekerGroup
from storage.mongo.client import StorageUnavailable, new_id
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.graphql_clients import UvicornServer
from tests.support.services import RunningServices
from tests.support.waiting import wait_until
from tests.support.world import World, gid

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINE = len(LEAD_HEADINGS)


@pytest.fixture
async def world(running: RunningServices) -> World:
    """A world with one lead."""
    world = World(running)
    await world.store_records(with_offered=False)
    return world


LEADS_PER_READ = ExportLimits().leads_per_read


@asynccontextmanager
async def serve_exports(
    running: RunningServices, limits: ExportLimits
) -> AsyncIterator[httpx.AsyncClient]:
    """Serve exports with these limits, and yield a client of them."""
    exports = LeadExportEndpoint(running.store, running.tokens.authenticate, limits)
    app = Starlette(routes=[Route(f"/exports/leads.{kind}", exports) for kind in ("csv", "xlsx")])
    async with UvicornServer(app, "websockets-sansio") as server:
        url = server.url.replace("ws://", "http://").removesuffix("/graphql")
        async with httpx.AsyncClient(base_url=url, timeout=60) as http:
            yield http


@pytest.fixture
def exports(running: RunningServices) -> LeadExportEndpoint:
    return LeadExportEndpoint(running.store, running.tokens.authenticate, ExportLimits())


@pytest.fixture
async def http(running: RunningServices) -> AsyncIterator[httpx.AsyncClient]:
    async with serve_exports(running, ExportLimits()) as http:
        yield http


@pytest.fixture
def address(http: httpx.AsyncClient) -> str:
    """The base URL of the exports."""
    return str(http.base_url)


def bearer(token: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


async def lines(http: httpx.AsyncClient, token: str, **asked: str) -> list[list[str]]:
    """The lines of the CSV below its headings."""
    answer = await http.get("/exports/leads.csv", params=asked, headers=bearer(token))
    assert answer.status_code == 200, answer.text
    text = answer.content.decode()
    assert text[0] == "\ufeff"
    headings, *found = csv.reader(io.StringIO(text[1:], newline=""), strict=True)
    assert tuple(headings) == LEAD_HEADINGS
    return found


def sheet(content: bytes) -> list[list[str]]:
    """The cells of an Excel file's only sheet; none of them is a formula."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        root = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - written by us
    assert root.find(f".//{MAIN}f") is None
    return [["".join(cell.itertext()) for cell in line] for line in root.iter(f"{MAIN}row")]


async def many(world: World, number: int) -> list[Lead]:
    """That many leads more, the oldest first, with titles that try everything."""
    titles = ("=1+1", '"quoted", and more', "two\nlines", "焊工", "+8613800138000", "@sum")
    made = []
    for place in range(number):
        lead = world.new_lead("张三", f"+86138{place:08d}")
        title = titles[place % len(titles)]
        made.append(replace(lead, terms=posting_terms(title=title), posting_id=world.second.id))
    for start in range(0, number, 1000):
        await world.running.store.leads.record(made[start : start + 1000])
    return made


def expected(world: World, lead: Lead, phone: str) -> list[str]:
    title = lead.terms.title
    china = lead.created_at + timedelta(hours=8)
    at = china.strftime("%Y-%m-%d %H:%M:%S")
    return [
        gid(lead),
        world.live.title,
        world.employer.name,
        f"'{title}" if title[0] in "=+@" else title,
        "310115",
        "6000",
        "元/月",
        "张*",
        f"{phone[3:6]}****{phone[-4:]}",
        "直播间",
        "有意向",
        "有意向",
        "",
        "1",
        at,
        at,
        "",
    ]


async def test_five_thousand_leads_are_all_there_newest_first_cell_by_cell(
    http: httpx.AsyncClient, world: World
) -> None:
    made = await many(world, 5000)
    wanted = [expected(world, lead, f"+86138{place:08d}") for place, lead in enumerate(made)][::-1]
    token, asked = world.token(world.officer), {"postingId": gid(world.second)}
    assert await lines(http, token, **asked) == wanted
    answer = await http.get("/exports/leads.xlsx", params=asked, headers=bearer(token))
    headings, *found = sheet(answer.content)
    assert tuple(headings) == LEAD_HEADINGS
    assert found == wanted


async def test_csv_lines_end_as_the_rfc_says(http: httpx.AsyncClient, world: World) -> None:
    answer = await http.get("/exports/leads.csv", headers=bearer(world.token(world.officer)))
    assert answer.content.count(b"\n") == answer.content.count(b"\r\n") == 2
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="leads.csv"'
    assert answer.headers["cache-control"] == "no-store"
    assert "content-length" not in answer.headers


@pytest.mark.parametrize(
    ("caller", "number"),
    [
        ("officer", 1),
        ("officer above", 1),
        ("recruiter", 1),
        ("officer elsewhere", 0),
        ("other recruiter", 0),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_everybody_gets_the_leads_of_their_scope(
    caller: str, number: int, kind: str, http: httpx.AsyncClient, world: World
) -> None:
    token = world.token_of(caller)
    assert token is not None
    if kind == "csv":
        found = await lines(http, token)
    else:
        answer = await http.get("/exports/leads.xlsx", headers=bearer(token))
        assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
        _, *found = sheet(answer.content)
    assert [line[0] for line in found] == [gid(world.lead)] * number


async def test_filters_narrow_it(http: httpx.AsyncClient, world: World) -> None:
    token = world.token(world.officer)
    contacted = await world.running.services.lead_follow_up.advance(
        world.lead, LeadStage.CONTACTED, None, by=world.principal(world.officer)
    )
    (line,) = await lines(http, token, stage="CONTACTED", sessionId=gid(world.live))
    assert (line[0], line[10], line[11]) == (gid(contacted), "已联系", "已联系")
    assert await lines(http, token, stage="INTERESTED") == []
    assert await lines(http, token, sessionId=gid(world.ended)) == []
    assert await lines(http, token, postingId=gid(world.second)) == []


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
async def test_what_cannot_be_exported_is_refused_by_name(
    caller: str,
    asked: str,
    status: int,
    code: str,
    kind: str,
    http: httpx.AsyncClient,
    world: World,
) -> None:
    token = world.token_of(caller)
    answer = await http.get(f"/exports/leads.{kind}?{asked}", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (answer.headers.get("www-authenticate") == "Bearer") == (status == 401)


@asynccontextmanager
async def unread(address: str, token: str) -> AsyncIterator[asyncio.StreamWriter]:
    """An export whose client has seen the first byte and reads no further."""
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    request = f"GET /exports/leads.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    writer.write(request.encode())
    assert await reader.readexactly(1) == b"H"
    try:
        yield writer
    finally:
        writer.transport.abort()


async def test_an_account_has_one_export_at_a_time_and_gets_its_turn_back_when_it_goes_away(
    http: httpx.AsyncClient, address: str, world: World
) -> None:
    await flooded(world)
    token = world.token(world.officer)
    async with unread(address, token):
        refused = await http.get("/exports/leads.csv?stage=HIRED", headers=bearer(token))
        assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_ATTEMPTS")
        assert refused.headers["retry-after"] == "10"
        somebody = world.token(world.upper_officer)
        other = await http.get("/exports/leads.csv?stage=HIRED", headers=bearer(somebody))
        assert other.status_code == 200

    async def is_free() -> bool:
        again = await http.get("/exports/leads.csv?stage=HIRED", headers=bearer(token))
        return again.status_code == 200

    await wait_until(is_free)


async def flooded(world: World) -> None:
    """More leads than the buffers between server and client take, in few large cells."""
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


async def test_an_excel_file_is_given_up_when_its_client_is_gone(
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


async def test_a_lead_of_the_board_has_no_session_to_name(
    http: httpx.AsyncClient, world: World
) -> None:
    lead = replace(world.new_lead("李四", "+8613900139000"), session_id=None, owner_id=None)
    await world.running.store.leads.record([lead])
    found = await lines(http, world.token(world.recruiter))
    assert [line[:2] for line in found] == [
        [gid(lead), ""],
        [gid(world.lead), world.live.title],
    ]


async def test_people_who_took_their_consent_back_or_were_erased_have_no_contact_in_it(
    http: httpx.AsyncClient, world: World
) -> None:
    at = world.lead.created_at
    withdrawn = replace(world.new_lead("李四", "+8613900139001"), withdrawn_at=at)
    erased = replace(world.new_lead("王五", "+8613900139002"), contact=None, erased_at=at)
    # Sealed for another lead, so that it does not open.
    damaged = replace(world.new_lead("赵六", "+8613900139003"), contact=withdrawn.contact)
    await world.running.store.leads.record([withdrawn, erased, damaged])
    asked = await lines(http, world.token(world.officer))
    contacts = {line[0]: (line[7], line[8]) for line in asked}
    assert contacts == {
        gid(world.lead): ("王**", "138****8000"),
        gid(withdrawn): ("", ""),
        gid(erased): ("", ""),
        gid(damaged): ("", ""),
    }
    handed = await lines(http, world.token(world.recruiter))
    assert [line[0] for line in handed] == [gid(damaged), gid(erased), gid(world.lead)]


@pytest.mark.parametrize(
    ("caller", "group"), [("officer", "零工"), ("officer above", "零工"), ("recruiter", "")]
)
async def test_the_group_is_for_unions_alone(
    caller: str, group: str, http: httpx.AsyncClient, world: World
) -> None:
    lead = replace(world.new_lead("李四", "+8613900139000"), group=SeekerGroup.GIG_WORKER)
    await world.running.store.leads.record([lead])
    token = world.token_of(caller)
    assert token is not None
    found = await lines(http, token)
    assert [(line[0], line[-1]) for line in found] == [(gid(lead), group), (gid(world.lead), "")]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_records_that_are_gone_cost_their_names_and_no_row(
    kind: str, http: httpx.AsyncClient, world: World
) -> None:
    other = replace(
        world.new_lead("李四", "+8613900139000"),
        session_id=world.ended.id,
        posting_id=world.third.id,
        employer_id=world.rival.id,
    )
    await world.running.store.leads.record([other])
    mongo = world.running.store.mongo
    await mongo["employers"].delete_one({"_id": world.employer.id})
    await mongo["sessions"].delete_one({"_id": world.ended.id})
    token = world.token(world.officer)
    if kind == "csv":
        found = await lines(http, token)
    else:
        _, *found = sheet((await http.get("/exports/leads.xlsx", headers=bearer(token))).content)
    assert [line[:3] for line in found] == [
        [gid(other), MISSING_RECORD, world.rival.name],
        [gid(world.lead), world.live.title, MISSING_RECORD],
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_more_leads_than_a_sheet_takes_are_refused_before_the_first(
    kind: str, world: World
) -> None:
    token = world.token(world.officer)
    async with serve_exports(world.running, ExportLimits(max_leads=0)) as http:
        answer = await http.get(f"/exports/leads.{kind}", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")


async def test_when_as_many_run_as_may_the_next_account_waits_for_its_turn(
    world: World,
) -> None:
    token = world.token(world.officer)
    async with serve_exports(world.running, ExportLimits(max_concurrent=0)) as http:
        answer = await http.get("/exports/leads.csv", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (429, "TOO_MANY_ATTEMPTS")
    assert answer.headers["retry-after"] == "10"


async def test_who_reads_too_slowly_is_cut_off_and_gets_the_turn_back(
    world: World,
) -> None:
    await flooded(world)
    token = world.token(world.officer)
    limits = ExportLimits(timeout_seconds=0.2, max_concurrent=1)
    async with serve_exports(world.running, limits) as http:
        with capture_logs() as logs:
            async with unread(str(http.base_url), token):
                await wait_until(lambda: "export cut off" in [log["event"] for log in logs])
        assert await lines(http, token, stage="HIRED") == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_database_that_does_not_answer_is_told_with_a_status(
    kind: str, http: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> int:
        raise StorageUnavailable("no primary")

    monkeypatch.setattr(world.running.store.leads, "count", away)
    token = world.token(world.officer)
    answer = await http.get(f"/exports/leads.{kind}", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (503, "BUSY")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_database_that_goes_away_in_the_middle_leaves_nobody_with_half_a_table(
    kind: str, http: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many(world, LEADS_PER_READ)
    page, read = world.running.store.leads.page, 0

    async def once(*given: Any) -> Any:
        nonlocal read
        read += 1
        if read > 1:
            raise StorageUnavailable("no primary")
        return await page(*given)

    monkeypatch.setattr(world.running.store.leads, "page", once)
    asking = http.get(f"/exports/leads.{kind}", headers=bearer(world.token(world.officer)))
    if kind == "xlsx":
        answer = await asking
        assert (answer.status_code, answer.json()["code"]) == (503, "BUSY")
    else:
        # The status is out; that the body does not end says that it is not all.
        with pytest.raises(httpx.RemoteProtocolError):
            await asking


async def test_names_are_read_again_when_more_were_met_than_are_kept(
    world: World,
) -> None:
    await many(world, LEADS_PER_READ)
    async with serve_exports(world.running, ExportLimits(max_cached_names=0)) as http:
        found = await lines(http, world.token(world.officer))
    assert {tuple(line[1:3]) for line in found} == {(world.live.title, world.employer.name)}
    assert len(found) == LEADS_PER_READ + 1
