"""The public page of a job: its content, structured data, escaping, caching and style."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from api.http.public.job_pages import render_page as written
from domain.live.qr_codes import make_page_code
from domain.postings.postings import Posting
from storage.mongo.client import new_id
from tests.api.http.public.open_postings import HOSTILE, add_posting
from tests.support import records
from tests.support.services import PUBLIC_URL
from tests.support.world import World, gid


class Page(HTMLParser):
    """A parsed HTML page: its tags, texts and scripts; every element must be closed."""

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
        return [attributes["href"] or "" for tag, attributes in self.tags if tag == "a"]


async def fetch_page(http: httpx.AsyncClient, posting: Posting) -> Page:
    answer = await http.get(f"/jobs/{gid(posting)}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


async def test_an_open_job_has_a_page_with_its_structured_data(
    http: httpx.AsyncClient, world: World
) -> None:
    found = await fetch_page(http, world.open)
    page_text = "".join(found.texts)
    for text in (world.open.terms.title, world.employer.name, "6000元/月", "上海市浦东新区"):
        assert text in page_text
    (script,) = found.scripts
    data = json.loads(script)
    assert data["@type"] == "JobPosting"
    assert data["url"] == f"{PUBLIC_URL}/jobs/{gid(world.open)}"
    kinds = [attributes.get("type") for tag, attributes in found.tags if tag == "script"]
    assert kinds == ["application/ld+json"]
    assert ("html", {"lang": "zh-CN"}) in found.tags
    assert not any(name.startswith("on") or name == "style" for _, a in found.tags for name in a)


async def test_the_page_links_to_its_live_sessions_and_to_the_board(
    http: httpx.AsyncClient, world: World
) -> None:
    *rooms, board, front = (await fetch_page(http, world.open)).links()
    assert board == f"../?posting={gid(world.open)}"
    assert front == "../"
    assert rooms == [f"../?posting={gid(world.open)}&session={gid(world.live)}"]
    assert len((await fetch_page(http, world.absent)).links()) == 2


async def test_hostile_text_in_a_posting_is_escaped(http: httpx.AsyncClient, world: World) -> None:
    hostile = await add_posting(
        world, title=HOSTILE, duties=HOSTILE, conditions=HOSTILE, address=HOSTILE
    )
    found = await fetch_page(http, hostile)
    assert page_structure(found) == page_structure(await fetch_page(http, await add_posting(world)))
    assert len(found.scripts) == 1
    assert json.loads(found.scripts[0])["title"] == HOSTILE


def page_structure(found: Page) -> list[tuple[str, tuple[str, ...]]]:
    """Return the elements of a page with the names of their attributes, without ``br``."""
    return [(tag, tuple(attributes)) for tag, attributes in found.tags if tag != "br"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["</script>", "<!--", '"', "'>", "&lt;", "</title>", "<img src=x>", "{x}"])
        | st.text(max_size=6),
        max_size=6,
    ).map("".join)
)
def test_no_text_of_a_posting_or_employer_changes_the_page_structure(text: str) -> None:
    def made(text_of_terms: str) -> Page:
        terms = replace(
            posting.terms,
            title=text_of_terms,
            duties=text_of_terms,
            conditions=text_of_terms,
            address=text_of_terms,
            repost_source=text_of_terms,
        )
        named = replace(employer, name=text_of_terms)
        return Page(written(replace(posting, terms=terms), named, [], token="t", site="https://x"))

    posting, employer = records.posting(), records.employer()
    found = made(text or "x")
    assert page_structure(found) == page_structure(made("x"))
    assert json.loads(found.scripts[0])["title"] == (text or "x")


async def test_the_page_has_a_link_preview(http: httpx.AsyncClient, world: World) -> None:
    preview = {
        of["property"] or of["name"]: of["content"]
        for tag, of in (await fetch_page(http, world.open)).tags
        if tag == "meta" and "content" in of and ({"property", "name"} & of.keys())
        for of in [{"property": None, "name": None} | of]
    }
    token = world.running.store.qr_codes.sign_token(make_page_code(world.open))
    title = world.open.terms.title
    assert preview["og:title"] == f"{title} - {world.employer.name}"
    assert preview["og:url"] == f"{PUBLIC_URL}/jobs/{gid(world.open)}"
    assert preview["og:image"] == f"{PUBLIC_URL}/codes/{token}.png"
    assert preview["og:type"] == "website"
    assert preview["description"] == preview["og:description"]
    assert (preview["description"] or "").startswith(f"{world.employer.name}，上海市浦东新区")


async def test_a_job_without_its_employer_has_a_page_that_says_so(
    http: httpx.AsyncClient, world: World
) -> None:
    orphan = await add_posting(world)
    postings = world.running.store.mongo["postings"]
    await postings.update_one({"_id": orphan.id}, {"$set": {"employer_id": "none"}})
    answer = await http.get(f"/jobs/{gid(orphan)}")
    assert answer.status_code == 404
    assert "找不到用人单位的资料" in answer.text
    assert Page(answer.text).scripts == []
    await postings.delete_one({"_id": orphan.id})


async def test_a_demo_posting_is_excluded_from_search_engines(
    http: httpx.AsyncClient, world: World
) -> None:
    robots = ("meta", {"name": "robots", "content": "noindex"})
    assert robots not in (await fetch_page(http, world.open)).tags
    synthetic = replace(world.open, id=new_id(), synthetic=True)
    await world.running.store.postings.add([synthetic])
    assert robots in (await fetch_page(http, synthetic)).tags


async def test_a_closed_posting_is_a_410_and_an_unknown_one_a_404(
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


async def test_an_unchanged_page_is_a_304_and_a_closed_one_is_gone_at_once(
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


async def test_the_style_sheet_has_the_content_security_policy(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("/jobs.css")
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    known = {"if-none-match": answer.headers["etag"]}
    assert (await http.get("/jobs.css", headers=known)).status_code == 304
