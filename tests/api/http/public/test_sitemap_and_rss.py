"""The sitemap, the RSS feed and robots.txt name the open postings and no other."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import httpx

from api.http.limits import FeedLimits
from api.http.public.sitemap_and_rss import PublicFeeds, escape_xml
from storage.postings.posting_query import visibility_condition
from tests.api.http.public.open_postings import HOSTILE, add_posting, sitemap_locations
from tests.support.public_routes import serve_public_routes
from tests.support.services import PUBLIC_URL, RunningServices
from tests.support.world import World, gid, today


async def test_the_sitemap_lists_each_open_posting_once_and_no_other(
    running: RunningServices, world: World
) -> None:
    number = await running.store.mongo["postings"].count_documents(visibility_condition(today()))
    # Small limits give two sitemap parts, each read in several pages.
    limits = FeedLimits(urls_per_sitemap=number - 2, urls_per_read=50)
    async with serve_public_routes(running.services, feed_limits=limits) as http:
        await _check_sitemap(http, world, number)


async def _check_sitemap(http: httpx.AsyncClient, world: World, number: int) -> None:
    parts = sitemap_locations((await http.get("/sitemap.xml")).text)
    assert len(parts) == 2
    assert parts[0] == f"{PUBLIC_URL}/sitemaps/0.xml"
    contents = [await http.get(part.removeprefix(PUBLIC_URL)) for part in parts]
    for content, size in zip(contents, (number - 2, 2), strict=True):
        assert content.headers["content-type"] == "application/xml; charset=utf-8"
        assert content.text.count("<lastmod>") == size
    found = [
        url.rpartition("/")[2] for content in contents for url in sitemap_locations(content.text)
    ]
    assert len(found) == len(set(found)) == number
    assert {gid(one) for one in (world.open, world.second, world.third)} <= set(found)
    assert not {gid(one) for one in world.hidden} & set(found)
    await world.running.services.posting_gate.close(world.open)
    again = [await http.get(part.removeprefix(PUBLIC_URL)) for part in parts]
    assert not any(gid(world.open) in content.text for content in again)


async def test_an_empty_sitemap_part_is_valid_and_an_unknown_one_is_a_404(
    http: httpx.AsyncClient,
) -> None:
    assert sitemap_locations((await http.get(f"/sitemaps/{'f' * 24}.xml")).text) == []
    assert (await http.get("/sitemaps/1.xml")).status_code == 404
    assert (await http.get("/sitemaps/..%2f0.xml")).status_code == 404


async def test_the_feed_is_rss_with_the_newest_open_postings(
    http: httpx.AsyncClient, world: World
) -> None:
    hostile = await add_posting(world, title=HOSTILE)
    answer = await http.get("/feed.xml")
    assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"
    channel = ET.fromstring(answer.text).find("channel")  # noqa: S314 - written by us
    assert channel is not None
    items = channel.findall("item")
    guids = [item.findtext("guid") for item in items]
    assert guids[0] == gid(hostile)
    assert items[0].findtext("title") == HOSTILE.removesuffix("\ufffe")
    assert items[0].findtext("link") == f"{PUBLIC_URL}/jobs/{gid(hostile)}"
    assert not {gid(one) for one in world.hidden} & set(guids)
    assert len(guids) == len(set(guids)) <= FeedLimits().rss_postings
    known = {"if-none-match": answer.headers["etag"]}
    assert (await http.get("/feed.xml", headers=known)).status_code == 304
    await world.running.services.posting_gate.close(hostile)
    assert gid(hostile) not in (await http.get("/feed.xml", headers=known)).text


def test_characters_that_xml_forbids_are_removed() -> None:
    assert escape_xml('a\x00\x0b<b>&"\ud800\ufffe\U0001f600') == "a&lt;b&gt;&amp;&quot;\U0001f600"


async def test_robots_txt_forbids_a_demo_and_names_the_sitemap_of_a_service(
    http: httpx.AsyncClient, running: RunningServices
) -> None:
    assert (await http.get("/robots.txt")).text == "User-agent: *\nDisallow: /\n"
    public = PublicFeeds(replace(running.services, demo=False), FeedLimits()).robots()
    text = bytes(public.body).decode()
    assert f"Sitemap: {PUBLIC_URL}/sitemap.xml" in text
    assert "Disallow: /graphql" in text
    assert "Disallow: /\n" not in text
