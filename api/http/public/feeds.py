"""For search engines and readers: ``/sitemap.xml`` with its parts, ``/feed.xml``, ``/robots.txt``.

https://www.sitemaps.org/protocol.html, https://www.rssboard.org/rss-specification, RFC 9309.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Sequence
from email.utils import format_datetime
from xml.sax.saxutils import escape

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from api.client_address import peer_of
from api.http.concurrency_limits import Turns
from api.http.public.job_pages import tagged
from api.http.public.open_postings import published
from api.http.refusals import answer_of
from domain.employers.employers import Employer
from domain.errors import Refusal
from domain.exchange.schema_org import in_short
from domain.postings.postings import Posting
from schema.context import Services
from schema.relay import global_id
from storage.mongo.errors import StorageError, StorageUnavailable
from storage.postings.postings import Listed

A_PART = 50_000
"""Addresses in one part of the sitemap: the most that the protocol allows."""
PAGE = 500
"""Addresses read at a time."""
NEWEST = 50
"""Postings in the feed."""
KEPT_SECONDS = 60.0
"""For which the borders between the parts are not looked for again."""
AT_ONCE = 4
"""Parts that one process writes at the same moment."""

_XML = "application/xml; charset=utf-8"
_NO_CACHE = {"cache-control": "no-cache"}
# What XML 1.0 cannot hold, even escaped.
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PART = re.compile(r"(0|[0-9a-f]{24})\.xml")


class Feeds:
    """Answers for all open postings; what the gate takes away is in none of them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._turns = Turns(AT_ONCE)
        self._borders: tuple[str, ...] = ()
        self._looked_at = float("-inf")
        self._look = asyncio.Lock()

    def robots(self) -> Response:
        """Everything may be read but what is for programs; nothing of a demo."""
        lines = ["User-agent: *"]
        if self._services.demo:
            lines += ["Disallow: /"]
        else:
            closed = ("/graphql", "/exports/", "/imports", "/q/", "/health/", "/metrics")
            lines += [f"Disallow: {path}" for path in closed]
            lines += ["", f"Sitemap: {self._services.public_url}/sitemap.xml"]
        return PlainTextResponse("\n".join(lines) + "\n", headers=_NO_CACHE)

    async def index(self, known: str | None) -> Response:
        """The parts, each from one border to the next."""
        async with self._look:
            # A look at all open postings is dear, and anybody may ask for it.
            if time.monotonic() - self._looked_at > KEPT_SECONDS:
                self._borders = await self._services.store.postings.borders(
                    self._services.today(), every=A_PART
                )
                self._looked_at = time.monotonic()
        parts = "".join(
            f"<sitemap><loc>{self._url(f'sitemaps/{border}.xml')}</loc></sitemap>\n"
            for border in ("0", *self._borders)
        )
        return tagged(
            Response(
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
                f"{parts}</sitemapindex>\n",
                media_type=_XML,
            ),
            known,
        )

    async def part(self, name: str, peer: str, scope: Scope, receive: Receive, send: Send) -> None:
        """The addresses behind a border, as they are read."""
        found = _PART.fullmatch(name)
        if found is None:
            raise HTTPException(404, "The parts are listed in /sitemap.xml.")
        with self._turns.taken_by(peer):
            pages = self._pages(found[1])
            first = await anext(pages)
            pieces = self._written(first, pages)
            answer = StreamingResponse(pieces, media_type=_XML, headers=_NO_CACHE)
            await answer(scope, receive, send)

    async def _pages(self, border: str) -> AsyncGenerator[Sequence[Listed], None]:
        """At least one page, and no more addresses than a part may hold."""
        postings, on = self._services.store.postings, self._services.today()
        after, left = border, A_PART
        while True:
            page = await postings.listed(on, after=after, limit=min(PAGE, left))
            yield page
            left -= len(page)
            if len(page) < PAGE or not left:
                return
            after = page[-1].id

    async def _written(
        self, first: Sequence[Listed], others: AsyncGenerator[Sequence[Listed], None]
    ) -> AsyncGenerator[str, None]:
        yield (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        )
        yield self._addresses(first)
        try:
            async for page in others:
                yield self._addresses(page)
        except StorageError:
            # The status is sent: without its end the reader sees that it is not whole.
            return
        yield "</urlset>\n"

    def _addresses(self, page: Sequence[Listed]) -> str:
        return "".join(
            f"<url><loc>{self._job(one.id)}</loc>"
            f"<lastmod>{one.changed_at.isoformat(timespec='seconds')}</lastmod></url>\n"
            for one in page
        )

    async def feed(self, known: str | None) -> Response:
        """The newest open postings as RSS 2.0."""
        services = self._services
        pairs, _ = await published(services.store, services.today(), limit=NEWEST)
        items = "".join(self._item(posting, employer) for posting, employer in pairs)
        return tagged(
            Response(
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>\n'
                "<title>送岗：最新岗位</title>\n"
                f"<link>{self._url('')}</link>\n"
                f'<atom:link href="{self._url("feed.xml")}" rel="self" '
                'type="application/rss+xml"/>\n'
                "<description>工会直播带岗，最新发布的招聘岗位</description>\n"
                f"<language>zh-cn</language>\n{items}</channel></rss>\n",
                media_type="application/rss+xml; charset=utf-8",
            ),
            known,
        )

    def _item(self, posting: Posting, employer: Employer) -> str:
        terms = posting.terms
        said = in_short(posting, employer)
        return (
            f"<item><title>{xml_text(terms.title)}</title><link>{self._job(posting.id)}</link>"
            f'<guid isPermaLink="false">{global_id("Posting", posting.id)}</guid>'
            f"<pubDate>{format_datetime(posting.created_at)}</pubDate>"
            f"<category>{terms.occupation.zh}</category>"
            f"<description>{xml_text(said)}</description></item>\n"
        )

    def _job(self, posting_id: str) -> str:
        return self._url(f"jobs/{global_id('Posting', posting_id)}")

    def _url(self, path: str) -> str:
        return xml_text(f"{self._services.public_url}/{path}")


def xml_text(text: str) -> str:
    """The text as it may stand in XML 1.0; what XML cannot hold is left out."""
    return escape(_NO_XML.sub("", text), {'"': "&quot;"})


async def robots(request: Request) -> Response:
    """``/robots.txt``."""
    feeds: Feeds = request.app.state.node.feeds
    return feeds.robots()


async def sitemap(request: Request) -> Response:
    """``/sitemap.xml``."""
    feeds: Feeds = request.app.state.node.feeds
    try:
        return await feeds.index(request.headers.get("if-none-match"))
    except StorageUnavailable:
        raise HTTPException(503, "Try again in a moment.") from None


async def feed(request: Request) -> Response:
    """``/feed.xml``."""
    feeds: Feeds = request.app.state.node.feeds
    try:
        return await feeds.feed(request.headers.get("if-none-match"))
    except StorageUnavailable:
        raise HTTPException(503, "Try again in a moment.") from None


class SitemapParts:
    """``/sitemaps/{name}``."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        feeds: Feeds = scope["app"].state.node.feeds
        try:
            await feeds.part(request.path_params["name"], peer_of(scope), scope, receive, send)
        except Refusal as refusal:
            await answer_of(refusal)(scope, receive, send)
        except StorageUnavailable:
            raise HTTPException(503, "Try again in a moment.") from None
