"""Open data: postings as JSON and CSV, their description, and the limits of downloads."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest

from api.http.limits import DownloadLimits
from domain.exchange.open_data_columns import COLUMNS
from domain.postings.postings import Posting
from tests.api.http.public.open_postings import add_posting
from tests.support.public_routes import serve_public_routes
from tests.support.services import PUBLIC_URL, RunningServices
from tests.support.world import World, gid


async def test_json_and_csv_hold_the_same_open_postings(
    world: World,
) -> None:
    hostile = await add_posting(world, title="=1+1", duties='"a",\nb')
    limits = DownloadLimits(postings_per_read=20)
    async with serve_public_routes(world.running.services, download_limits=limits) as http:
        await _check_open_data(http, world, hostile)


async def _check_open_data(http: httpx.AsyncClient, world: World, hostile: Posting) -> None:
    answer = await http.get("/open-data/postings.json")
    assert answer.headers["content-type"] == "application/json"
    rows = answer.json()
    ids = [row["id"] for row in rows]
    assert ids[0] == gid(hostile)
    assert len(ids) == len(set(ids))
    assert {gid(one) for one in (world.open, world.second, world.third)} <= set(ids)
    assert not {gid(one) for one in world.hidden} & set(ids)
    answer = await http.get("/open-data/postings.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text[0] == "\ufeff"
    lines = list(csv.DictReader(io.StringIO(answer.text[1:], newline=""), strict=True))
    assert list(lines[0]) == [column.name for column in COLUMNS]
    assert [line["id"] for line in lines] == ids
    assert (lines[0]["title"], lines[0]["duties"]) == ("'=1+1", '"a",\nb')
    assert (lines[0]["synthetic"], lines[0]["min_age"], lines[0]["pay"]) == ("false", "", "6000")
    assert (rows[0]["title"], rows[0]["min_age"], rows[0]["pay"]) == ("'=1+1", None, 6000)
    for line, row in zip(lines, rows, strict=True):
        texts = {name: value for name, value in row.items() if isinstance(value, str)}
        assert {name: line[name] for name in texts} == texts


async def test_open_data_has_a_machine_readable_description(http: httpx.AsyncClient) -> None:
    description = (await http.get("/open-data/")).json()
    assert description["url"] == f"{PUBLIC_URL}/open-data/postings.csv"
    lists = await http.get("/open-data/code-lists.json")
    assert lists.json()["PayPeriod"]["codes"][0]["code"] == "MONTH"
    known = {"if-none-match": lists.headers["etag"]}
    assert (await http.get("/open-data/code-lists.json", headers=known)).status_code == 304
    national = (await http.get("/open-data/national-codes.json")).json()
    places = next(each for each in national["mapped"] if "place_code" in each["columns"])
    assert (places["standard"], places["codes"]) == ("GB/T 2260", {})
    assert f"{PUBLIC_URL}/open-data/national-codes.json" in description["dc:references"]
    assert (await http.get("/open-data/postings.xml")).status_code == 404


async def test_downloads_are_limited_per_address_and_in_total(
    http: httpx.AsyncClient, running: RunningServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = iter(("/open-data/postings.csv", "/sitemaps/0.xml"))
    refused: list[httpx.Response] = []
    page = type(running.store.postings).page
    listed = type(running.store.postings).sitemap_entries

    async def again(self: Any, *given: Any, **more: Any) -> Any:
        refused.append(await http.get("/open-data/postings.csv"))
        return await page(self, *given, **more)

    async def again_part(self: Any, *given: Any, **more: Any) -> Any:
        refused.append(await http.get("/sitemaps/0.xml"))
        return await listed(self, *given, **more)

    with monkeypatch.context() as patched:
        patched.setattr(type(running.store.postings), "page", again)
        patched.setattr(type(running.store.postings), "sitemap_entries", again_part)
        for path in asked:
            assert (await http.get(path)).status_code == 200
    assert {(each.status_code, each.json()["code"]) for each in refused} == {
        (429, "TOO_MANY_ATTEMPTS")
    }
    assert (await http.get("/open-data/postings.csv")).status_code == 200
