"""Every public list follows the postings: closed, expired and orphaned ones are in none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx

from storage.clock import utc_now
from tests.api.http.public.open_postings import add_posting, sitemap_locations
from tests.support.public_routes import serve_public_routes
from tests.support.services import PUBLIC_URL, RunningServices
from tests.support.world import World, gid, today


async def test_a_posting_without_its_employer_is_skipped_by_the_lists(
    http: httpx.AsyncClient, world: World
) -> None:
    store = world.running.store
    orphan, other = await add_posting(world), await add_posting(world)
    await store.mongo["postings"].update_one({"_id": orphan.id}, {"$set": {"employer_id": "none"}})
    for path in ("feed.xml", "open-data/postings.json", "open-data/postings.csv"):
        listed = (await http.get(f"/{path}")).text
        assert [gid(one) in listed for one in (orphan, other)] == [False, True], path
    await store.mongo["postings"].delete_one({"_id": orphan.id})


async def test_without_open_postings_every_list_is_empty_and_well_formed(
    running: RunningServices,
) -> None:
    later = utc_now() + timedelta(days=9_000)
    services = replace(running.services, clock=lambda: later)
    async with serve_public_routes(services) as http:
        assert (await http.get("/open-data/postings.json")).json() == []
        assert (await http.get("/open-data/postings.csv")).text.count("\n") == 1
        assert sitemap_locations((await http.get("/sitemaps/0.xml")).text) == []
        assert sitemap_locations((await http.get("/sitemap.xml")).text) == [
            f"{PUBLIC_URL}/sitemaps/0.xml"
        ]
        assert "<item>" not in (await http.get("/feed.xml")).text


async def test_a_posting_is_in_no_list_after_its_last_day(
    http: httpx.AsyncClient, world: World
) -> None:
    late = await add_posting(world, valid_until=today() - timedelta(days=1))
    assert (await http.get(f"/jobs/{gid(late)}")).status_code == 410
    for path in ("/sitemaps/0.xml", "/feed.xml", "/open-data/postings.json"):
        assert gid(late) not in (await http.get(path)).text


async def test_a_closed_posting_leaves_the_lists_with_the_next_request(
    http: httpx.AsyncClient, world: World
) -> None:
    posting = await add_posting(world)
    lists = ("/feed.xml", "/sitemaps/0.xml", "/open-data/postings.json")
    for path in lists:
        assert gid(posting) in (await http.get(path)).text
    known = {"if-none-match": (await http.get("/feed.xml")).headers["etag"]}
    assert (await http.get("/feed.xml", headers=known)).status_code == 304
    await world.running.services.posting_gate.close(posting)
    for path in lists:
        answer = await http.get(path, headers=known)
        assert (answer.status_code, gid(posting) in answer.text) == (200, False)
        assert answer.headers["cache-control"] == "no-cache"
