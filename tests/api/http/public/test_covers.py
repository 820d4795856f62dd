"""Covers of sessions: drawn from what everybody may see, safe against every text."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from api.http.public.covers import SessionCovers, draw_cover, serve_cover
from api.http.security_headers import SecurityHeaders
from domain.live.sessions import Host
from tests.support import records
from tests.support.services import PUBLIC_URL
from tests.support.world import World, gid

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>&\"'"


@pytest.fixture
def http(world: World) -> httpx.AsyncClient:
    class Node:
        covers = SessionCovers(world.running.services)

    app = Starlette(routes=[Route("/covers/{name}", serve_cover)])
    app.state.node = Node()
    transport = httpx.ASGITransport(SecurityHeaders(app))
    return httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL)


def read_texts(svg: str) -> list[str]:
    return [each.text or "" for each in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - drawn by us


async def test_a_cover_shows_title_union_host_and_start(
    http: httpx.AsyncClient, world: World
) -> None:
    answer = await http.get(f"/covers/{gid(world.live)}.svg")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    texts = read_texts(answer.text)
    assert texts[:2] == ["送岗 · 劳模送岗", world.live.title]
    assert texts[2] == "王师傅 · 市工匠"
    assert texts[-1] == world.union.name
    again = await http.get(
        f"/covers/{gid(world.live)}.svg", headers={"if-none-match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_there_is_no_cover_of_a_draft_or_of_nothing(
    http: httpx.AsyncClient, world: World
) -> None:
    for name in (
        f"{gid(world.draft)}.svg",
        f"{gid(world.open)}.svg",
        f"{gid(world.live)}.png",
        gid(world.live),
        ".svg",
        "x.svg",
    ):
        assert (await http.get(f"/covers/{name}")).status_code == 404, name


def test_the_start_is_that_of_china() -> None:
    late = records.live_session(starts_at=datetime(2026, 12, 31, 17, 30, tzinfo=UTC))
    assert "1月1日 周五 01:30" in read_texts(draw_cover(late, "上海市总工会"))


@pytest.mark.parametrize(
    "text", [HOSTILE, "]]>", "{title}", "%s", "字" * 120, "a" * 120, "𬬻" * 120]
)
def test_every_text_stays_a_text_and_fits(text: str) -> None:
    session = records.live_session(title=text, host=Host(name=text))
    svg = draw_cover(session, text)
    tree = ET.fromstring(svg)  # noqa: S314 - drawn by us
    assert {each.tag for each in tree.iter()} == {
        f"{SVG}{name}" for name in ("svg", "title", "rect", "path", "circle", "g", "text")
    }
    texts = read_texts(svg)
    title = texts[1:-3]
    assert 1 <= len(title) <= 3
    assert "".join(title).removesuffix("…") == text[: len("".join(title).removesuffix("…"))]
    assert all(sum(2 - each.isascii() for each in line) <= 28 for line in title)
