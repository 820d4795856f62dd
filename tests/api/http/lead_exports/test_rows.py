"""The content of lead exports: rows, cells, scope, filters, and people without contact."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import httpx
import pytest

from api.http.limits import ExportLimits
from domain.exchange.lead_rows import LEAD_HEADINGS, MISSING_RECORD
from domain.leads.leads import Lead, LeadStage
from domain.postings.pay_text import describe_pay
from domain.seekers.seeker_groups import SeekerGroup
from tests.api.http.lead_exports.exported_tables import (
    LEADS_PER_READ,
    bearer_header,
    export_csv,
    serve_exports,
    store_leads,
)
from tests.support.world import World, gid

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINE = len(LEAD_HEADINGS)


def read_sheet(content: bytes) -> list[list[str]]:
    """Return the cells of an Excel file's only sheet, and check that none is a formula."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        root = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - written by us
    assert root.find(f".//{MAIN}f") is None
    return [["".join(cell.itertext()) for cell in line] for line in root.iter(f"{MAIN}row")]


def expected_row(world: World, lead: Lead, phone: str) -> list[str]:
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
        "本人已核实",
        describe_pay(lead.terms.pay),
    ]


async def test_five_thousand_leads_are_all_there_newest_first_cell_by_cell(
    http: httpx.AsyncClient, world: World
) -> None:
    made = await store_leads(world, 5000)
    wanted = [expected_row(world, lead, f"+86138{place:08d}") for place, lead in enumerate(made)][
        ::-1
    ]
    token, asked = world.token(world.officer), {"postingId": gid(world.second)}
    assert await export_csv(http, token, **asked) == wanted
    answer = await http.get("/exports/leads.xlsx", params=asked, headers=bearer_header(token))
    headings, *found = read_sheet(answer.content)
    assert tuple(headings) == LEAD_HEADINGS
    assert found == wanted


async def test_csv_lines_end_with_crlf_as_rfc_4180_says(
    http: httpx.AsyncClient, world: World
) -> None:
    answer = await http.get("/exports/leads.csv", headers=bearer_header(world.token(world.officer)))
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
async def test_each_caller_gets_the_leads_of_their_scope(
    caller: str, number: int, kind: str, http: httpx.AsyncClient, world: World
) -> None:
    token = world.token_of(caller)
    assert token is not None
    if kind == "csv":
        found = await export_csv(http, token)
    else:
        answer = await http.get("/exports/leads.xlsx", headers=bearer_header(token))
        assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
        _, *found = read_sheet(answer.content)
    assert [line[0] for line in found] == [gid(world.lead)] * number


async def test_filters_narrow_an_export(http: httpx.AsyncClient, world: World) -> None:
    token = world.token(world.officer)
    contacted = await world.running.services.lead_follow_up.advance(
        world.lead, LeadStage.CONTACTED, None, by=world.principal(world.officer)
    )
    (line,) = await export_csv(http, token, stage="CONTACTED", sessionId=gid(world.live))
    assert (line[0], line[10], line[11]) == (gid(contacted), "已联系", "已联系")
    assert await export_csv(http, token, stage="INTERESTED") == []
    assert await export_csv(http, token, sessionId=gid(world.ended)) == []
    assert await export_csv(http, token, postingId=gid(world.second)) == []


async def test_a_lead_of_the_board_has_an_empty_session(
    http: httpx.AsyncClient, world: World
) -> None:
    lead = replace(world.new_lead("李四", "+8613900139000"), session_id=None, owner_id=None)
    await world.running.store.leads.record([lead])
    found = await export_csv(http, world.token(world.recruiter))
    assert [line[:2] for line in found] == [
        [gid(lead), ""],
        [gid(world.lead), world.live.title],
    ]


async def test_people_who_withdrew_consent_or_were_erased_have_no_contact(
    http: httpx.AsyncClient, world: World
) -> None:
    at = world.lead.created_at
    withdrawn = replace(world.new_lead("李四", "+8613900139001"), withdrawn_at=at)
    erased = replace(world.new_lead("王五", "+8613900139002"), contact=None, erased_at=at)
    # Sealed for another lead, so it does not decrypt.
    damaged = replace(world.new_lead("赵六", "+8613900139003"), contact=withdrawn.contact)
    await world.running.store.leads.record([withdrawn, erased, damaged])
    asked = await export_csv(http, world.token(world.officer))
    contacts = {line[0]: (line[7], line[8]) for line in asked}
    assert contacts == {
        gid(world.lead): ("王**", "138****8000"),
        gid(withdrawn): ("", ""),
        gid(erased): ("", ""),
        gid(damaged): ("", ""),
    }
    handed = await export_csv(http, world.token(world.recruiter))
    assert [line[0] for line in handed] == [gid(damaged), gid(erased), gid(world.lead)]


@pytest.mark.parametrize(
    ("caller", "group"), [("officer", "零工"), ("officer above", "零工"), ("recruiter", "")]
)
async def test_only_unions_see_the_seeker_group(
    caller: str, group: str, http: httpx.AsyncClient, world: World
) -> None:
    lead = replace(world.new_lead("李四", "+8613900139000"), group=SeekerGroup.GIG_WORKER)
    await world.running.store.leads.record([lead])
    token = world.token_of(caller)
    assert token is not None
    found = await export_csv(http, token)
    assert [(line[0], line[-3]) for line in found] == [(gid(lead), group), (gid(world.lead), "")]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_missing_records_are_marked_and_drop_no_row(
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
        found = await export_csv(http, token)
    else:
        _, *found = read_sheet(
            (await http.get("/exports/leads.xlsx", headers=bearer_header(token))).content
        )
    assert [line[:3] for line in found] == [
        [gid(other), MISSING_RECORD, world.rival.name],
        [gid(world.lead), world.live.title, MISSING_RECORD],
    ]


async def test_names_are_read_again_when_the_name_cache_is_full(
    world: World,
) -> None:
    await store_leads(world, LEADS_PER_READ)
    async with serve_exports(world.running, ExportLimits(max_cached_names=0)) as http:
        found = await export_csv(http, world.token(world.officer))
    assert {tuple(line[1:3]) for line in found} == {(world.live.title, world.employer.name)}
    assert len(found) == LEADS_PER_READ + 1
