"""The public routes: job pages, sitemap, RSS feed, robots.txt and open data."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.http.limits import DownloadLimits, FeedLimits
from api.http.public.job_pages import render_page as written
from api.http.public.sitemap_and_rss import PublicFeeds, escape_xml
from domain.exchange.open_data_columns import COLUMNS
from domain.live.qr_codes import make_page_code
from domain.postings.postings import Posting
from storage.clock import utc_now
from storage.mongo.client import new_id
from storage.postings.posting_query import visibility_condition
from tests.support import records
from tests.support.public_routes import serve_public_routes
from tests.support.services import PUBLIC_URL, RunningServices
from tests.support.world import World, gid, today

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOSTILE = "</script><img src=x onerror=alert(1)>&\"'\n]]>\ufffe"


@pytest.fixture
async def http(running: RunningServices) -> AsyncIterator[httpx.AsyncClient]:
    async with serve_public_routes(running.services) as http:
        yield http


class Page(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "br", "img"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.scripts if self._open[-1:] == ["script"] else self.texts).append(data)

    def links(self) -> list[str]:
        return [said["href"] or "" for tag, said in self.tags if tag == "a"]


async def page(http: httpx.AsyncClient, posting: Posting) -> Page:
    answer = await http.get(f"/jobs/{gid(posting)}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


async def add(world: World, **terms: Any) -> Posting:
    """One more open posting."""
    posting = replace(world.open, id=new_id(), terms=replace(world.open.terms, **terms))
    await world.running.store.postings.add([posting])
    return posting


async def test_an_open_job_has_a_page_with_its_structured_data(
    http: httpx.AsyncClient, world: World
) -> None:
    found = await page(http, world.open)
    said = "".join(found.texts)
    for text in (world.open.terms.title, world.employer.name, "6000元/月", "上海市浦东新区"):
        assert text in said
    (script,) = found.scripts
    data = json.loads(script)
    assert data["@type"] == "JobPosting"
    assert data["url"] == f"{PUBLIC_URL}/jobs/{gid(world.open)}"
    kinds = [attributes.get("type") for tag, attributes in found.tags if tag == "script"]
    assert kinds == ["application/ld+json"]
    assert ("html", {"lang": "zh-CN"}) in found.tags
    assert not any(name.startswith("on") or name == "style" for _, a in found.tags for name in a)


async def test_the_page_leads_into_the_rooms_that_present_it_and_to_the_board(
    http: httpx.AsyncClient, world: World
) -> None:
    *rooms, board, front = (await page(http, world.open)).links()
    assert board == f"../?posting={gid(world.open)}"
    assert front == "../"
    assert rooms == [f"../?posting={gid(world.open)}&session={gid(world.live)}"]
    assert len((await page(http, world.absent)).links()) == 2


async def test_nothing_that_is_written_in_a_posting_breaks_out_of_its_page(
    http: httpx.AsyncClient, world: World
) -> None:
    hostile = await add(world, title=HOSTILE, duties=HOSTILE, conditions=HOSTILE, address=HOSTILE)
    found = await page(http, hostile)
    assert shape(found) == shape(await page(http, await add(world)))
    assert len(found.scripts) == 1
    assert json.loads(found.scripts[0])["title"] == HOSTILE


def shape(found: Page) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page with the names of their attributes, but for the ends of lines."""
    return [(tag, tuple(said)) for tag, said in found.tags if tag != "br"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["</script>", "<!--", '"', "'>", "&lt;", "</title>", "<img src=x>", "{x}"])
        | st.text(max_size=6),
        max_size=6,
    ).map("".join)
)
def test_no_text_of_a_posting_or_its_employer_changes_the_shape_of_the_page(text: str) -> None:
    def made(said: str) -> Page:
        terms = replace(
            posting.terms,
            title=said,
            duties=said,
            conditions=said,
            address=said,
            repost_source=said,
        )
        named = replace(employer, name=said)
        return Page(written(replace(posting, terms=terms), named, [], token="t", site="https://x"))

    posting, employer = records.posting(), records.employer()
    found = made(text or "x")
    assert shape(found) == shape(made("x"))
    assert json.loads(found.scripts[0])["title"] == (text or "x")


async def test_the_page_says_in_short_what_it_is_where_its_address_is_sent_on(
    http: httpx.AsyncClient, world: World
) -> None:
    said = {
        of["property"] or of["name"]: of["content"]
        for tag, of in (await page(http, world.open)).tags
        if tag == "meta" and "content" in of and ({"property", "name"} & of.keys())
        for of in [{"property": None, "name": None} | of]
    }
    token = world.running.store.qr_codes.sign_token(make_page_code(world.open))
    title = world.open.terms.title
    assert said["og:title"] == f"{title} - {world.employer.name}"
    assert said["og:url"] == f"{PUBLIC_URL}/jobs/{gid(world.open)}"
    assert said["og:image"] == f"{PUBLIC_URL}/codes/{token}.png"
    assert said["og:type"] == "website"
    assert said["description"] == said["og:description"]
    assert (said["description"] or "").startswith(f"{world.employer.name}，上海市浦东新区")


async def test_a_job_whose_employer_is_not_there_has_a_page_that_says_so(
    http: httpx.AsyncClient, world: World
) -> None:
    orphan = await add(world)
    postings = world.running.store.mongo["postings"]
    await postings.update_one({"_id": orphan.id}, {"$set": {"employer_id": "none"}})
    answer = await http.get(f"/jobs/{gid(orphan)}")
    assert answer.status_code == 404
    assert "找不到用人单位的资料" in answer.text
    assert Page(answer.text).scripts == []
    await postings.delete_one({"_id": orphan.id})


async def test_a_posting_of_the_demo_is_not_to_be_found_by_search_engines(
    http: httpx.AsyncClient, world: World
) -> None:
    robots = ("meta", {"name": "robots", "content": "noindex"})
    assert robots not in (await page(http, world.open)).tags
    synthetic = replace(world.open, id=new_id(), synthetic=True)
    await world.running.store.postings.add([synthetic])
    assert robots in (await page(http, synthetic)).tags


async def test_what_is_not_open_is_gone_and_what_never_was_is_unknown(
    http: httpx.AsyncClient, world: World
) -> None:
    for posting in world.hidden:
        answer = await http.get(f"/jobs/{gid(posting)}")
        assert answer.status_code == 410
        assert posting.terms.title not in answer.text.replace("岗位", "")
        assert "已经结束招聘" in answer.text
        Page(answer.text)
    for wanted in (gid(records.posting()), gid(world.live), "x", "岗"):
        answer = await http.get(f"/jobs/{wanted}")
        assert answer.status_code == 404
        assert "没有这个岗位" in answer.text


async def test_a_page_is_sent_again_only_when_it_has_changed_and_vanishes_at_once(
    http: httpx.AsyncClient, world: World
) -> None:
    first = await http.get(f"/jobs/{gid(world.open)}")
    assert first.headers["cache-control"] == "no-cache"
    known = {"if-none-match": first.headers["etag"]}
    again = await http.get(f"/jobs/{gid(world.open)}", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    weak = {"if-none-match": f'"other", W/{first.headers["etag"]}'}
    assert (await http.get(f"/jobs/{gid(world.open)}", headers=weak)).status_code == 304
    await world.running.services.posting_gate.close(world.open)
    assert (await http.get(f"/jobs/{gid(world.open)}", headers=known)).status_code == 410


async def test_pages_have_a_style_and_the_policy_that_lets_nothing_else_in(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("/jobs.css")
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    known = {"if-none-match": answer.headers["etag"]}
    assert (await http.get("/jobs.css", headers=known)).status_code == 304


def located(text: str) -> list[str]:
    return [loc.text or "" for loc in ET.fromstring(text).iter(f"{SITEMAP}loc")]  # noqa: S314 - written by us


async def test_the_sitemap_names_each_open_posting_once_and_no_other(
    running: RunningServices, world: World
) -> None:
    number = await running.store.mongo["postings"].count_documents(visibility_condition(today()))
    # Two parts, and pages within them.
    limits = FeedLimits(urls_per_sitemap=number - 2, urls_per_read=50)
    async with serve_public_routes(running.services, feed_limits=limits) as http:
        await _check_sitemap(http, world, number)


async def _check_sitemap(http: httpx.AsyncClient, world: World, number: int) -> None:
    parts = located((await http.get("/sitemap.xml")).text)
    assert len(parts) == 2
    assert parts[0] == f"{PUBLIC_URL}/sitemaps/0.xml"
    contents = [await http.get(part.removeprefix(PUBLIC_URL)) for part in parts]
    for content, size in zip(contents, (number - 2, 2), strict=True):
        assert content.headers["content-type"] == "application/xml; charset=utf-8"
        assert content.text.count("<lastmod>") == size
    found = [url.rpartition("/")[2] for content in contents for url in located(content.text)]
    assert len(found) == len(set(found)) == number
    assert {gid(one) for one in (world.open, world.second, world.third)} <= set(found)
    assert not {gid(one) for one in world.hidden} & set(found)
    await world.running.services.posting_gate.close(world.open)
    again = [await http.get(part.removeprefix(PUBLIC_URL)) for part in parts]
    assert not any(gid(world.open) in content.text for content in again)


async def test_an_empty_part_is_whole_and_an_unknown_one_is_a_404(
    http: httpx.AsyncClient,
) -> None:
    assert located((await http.get(f"/sitemaps/{'f' * 24}.xml")).text) == []
    assert (await http.get("/sitemaps/1.xml")).status_code == 404
    assert (await http.get("/sitemaps/..%2f0.xml")).status_code == 404


async def test_the_feed_is_rss_with_the_newest_open_postings(
    http: httpx.AsyncClient, world: World
) -> None:
    hostile = await add(world, title=HOSTILE)
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


def test_what_xml_cannot_hold_is_left_out() -> None:
    assert escape_xml('a\x00\x0b<b>&"\ud800\ufffe\U0001f600') == "a&lt;b&gt;&amp;&quot;\U0001f600"


async def test_robots_are_kept_from_a_demo_and_led_to_the_sitemap_of_a_service(
    http: httpx.AsyncClient, running: RunningServices
) -> None:
    assert (await http.get("/robots.txt")).text == "User-agent: *\nDisallow: /\n"
    public = PublicFeeds(replace(running.services, demo=False), FeedLimits()).robots()
    said = bytes(public.body).decode()
    assert f"Sitemap: {PUBLIC_URL}/sitemap.xml" in said
    assert "Disallow: /graphql" in said
    assert "Disallow: /\n" not in said


async def test_open_data_holds_each_open_posting_the_same_in_both_forms(
    world: World,
) -> None:
    hostile = await add(world, title="=1+1", duties='"a",\nb')
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
    assert (rows[0]["title"], rows[0]["min_age"], rows[0]["pay"]) == ("=1+1", None, 6000)


async def test_a_posting_without_its_employer_does_not_end_the_lists_of_all_others(
    http: httpx.AsyncClient, world: World
) -> None:
    store = world.running.store
    orphan, other = await add(world), await add(world)
    await store.mongo["postings"].update_one({"_id": orphan.id}, {"$set": {"employer_id": "none"}})
    for path in ("feed.xml", "open-data/postings.json", "open-data/postings.csv"):
        listed = (await http.get(f"/{path}")).text
        assert [gid(one) in listed for one in (orphan, other)] == [False, True], path
    await store.mongo["postings"].delete_one({"_id": orphan.id})


async def test_when_nothing_is_open_everything_is_empty_and_whole(running: RunningServices) -> None:
    later = utc_now() + timedelta(days=9_000)
    services = replace(running.services, clock=lambda: later)
    async with serve_public_routes(services) as http:
        assert (await http.get("/open-data/postings.json")).json() == []
        assert (await http.get("/open-data/postings.csv")).text.count("\n") == 1
        assert located((await http.get("/sitemaps/0.xml")).text) == []
        assert located((await http.get("/sitemap.xml")).text) == [f"{PUBLIC_URL}/sitemaps/0.xml"]
        assert "<item>" not in (await http.get("/feed.xml")).text


async def test_open_data_is_described_for_programs(http: httpx.AsyncClient) -> None:
    said = (await http.get("/open-data/")).json()
    assert said["url"] == f"{PUBLIC_URL}/open-data/postings.csv"
    lists = await http.get("/open-data/code-lists.json")
    assert lists.json()["PayPeriod"]["codes"][0]["code"] == "MONTH"
    known = {"if-none-match": lists.headers["etag"]}
    assert (await http.get("/open-data/code-lists.json", headers=known)).status_code == 304
    assert (await http.get("/open-data/postings.xml")).status_code == 404


async def test_downloads_are_one_an_address_and_few_in_all(
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


async def test_the_day_after_its_last_a_posting_is_nowhere(
    http: httpx.AsyncClient, world: World
) -> None:
    late = await add(world, valid_until=today() - timedelta(days=1))
    assert (await http.get(f"/jobs/{gid(late)}")).status_code == 410
    for path in ("/sitemaps/0.xml", "/feed.xml", "/open-data/postings.json"):
        assert gid(late) not in (await http.get(path)).text


async def test_a_posting_that_is_closed_leaves_the_lists_with_the_next_request(
    http: httpx.AsyncClient, world: World
) -> None:
    posting = await add(world)
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
