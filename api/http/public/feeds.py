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
from api.http.concurrency_limits import ConcurrencyLimit
from api.http.error_responses import refusal_response
from api.http.public.job_pages import with_etag
from api.http.public.open_postings import read_open_postings
from domain.employers.employers import Employer
from domain.errors import Refusal
from domain.exchange.schema_org import summarise_posting
from domain.postings.postings import Posting
from schema.context import Services
from schema.relay import global_id
from storage.mongo.errors import StorageError, StorageUnavailable
from storage.postings.postings import SitemapEntry

URLS_PER_SITEMAP = 50_000
"""Addresses in one part of the sitemap: the most that the protocol allows."""
POSTINGS_PER_READ = 500
"""Addresses read at a time."""
RSS_POSTINGS = 50
"""Postings in the feed."""
SITEMAP_CACHE_SECONDS = 60.0
"""For which the borders between the parts are not looked for again."""
MAX_CONCURRENT_SITEMAPS = 4
"""Parts that one process writes at the same moment."""

_XML = "application/xml; charset=utf-8"
_NO_CACHE = {"cache-control": "no-cache"}
# What XML 1.0 cannot hold, even escaped.
_INVALID_XML_CHARACTERS = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PART = re.compile(r"(0|[0-9a-f]{24})\.xml")


class PublicFeeds:
    """Answers for all open postings; what the gate takes away is in none of them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._turns = ConcurrencyLimit(MAX_CONCURRENT_SITEMAPS)
        self._borders: tuple[str, ...] = ()
        self._borders_read_at = float("-inf")
        self._borders_lock = asyncio.Lock()

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

    async def sitemap_index(self, known: str | None) -> Response:
        """The parts, each from one border to the next."""
        async with self._borders_lock:
            # A look at all open postings is dear, and anybody may ask for it.
            if time.monotonic() - self._borders_read_at > SITEMAP_CACHE_SECONDS:
                self._borders = await self._services.store.postings.sitemap_boundaries(
                    self._services.today(), every=URLS_PER_SITEMAP
                )
                self._borders_read_at = time.monotonic()
        parts = "".join(
            f"<sitemap><loc>{self._url(f'sitemaps/{border}.xml')}</loc></sitemap>\n"
            for border in ("0", *self._borders)
        )
        return with_etag(
            Response(
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
                f"{parts}</sitemapindex>\n",
                media_type=_XML,
            ),
            known,
        )

    async def stream_sitemap_part(
        self, name: str, peer: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """The addresses behind a border, as they are read."""
        found = _PART.fullmatch(name)
        if found is None:
            raise HTTPException(404, "The parts are listed in /sitemap.xml.")
        with self._turns.acquire(peer):
            pages = self._pages(found[1])
            first = await anext(pages)
            pieces = self._write_urlset(first, pages)
            answer = StreamingResponse(pieces, media_type=_XML, headers=_NO_CACHE)
            await answer(scope, receive, send)

    async def _pages(self, border: str) -> AsyncGenerator[Sequence[SitemapEntry], None]:
        """At least one page, and no more addresses than a part may hold."""
        postings, on = self._services.store.postings, self._services.today()
        after, left = border, URLS_PER_SITEMAP
        while True:
            page = await postings.sitemap_entries(
                on, after=after, limit=min(POSTINGS_PER_READ, left)
            )
            yield page
            left -= len(page)
            if len(page) < POSTINGS_PER_READ or not left:
                return
            after = page[-1].id

    async def _write_urlset(
        self, first: Sequence[SitemapEntry], others: AsyncGenerator[Sequence[SitemapEntry], None]
    ) -> AsyncGenerator[str, None]:
        yield (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        )
        yield self._url_elements(first)
        try:
            async for page in others:
                yield self._url_elements(page)
        except StorageError:
            # The status is sent: without its end the reader sees that it is not whole.
            return
        yield "</urlset>\n"

    def _url_elements(self, page: Sequence[SitemapEntry]) -> str:
        return "".join(
            f"<url><loc>{self._job_url(one.id)}</loc>"
            f"<lastmod>{one.changed_at.isoformat(timespec='seconds')}</lastmod></url>\n"
            for one in page
        )

    async def rss_feed(self, known: str | None) -> Response:
        """The newest open postings as RSS 2.0."""
        services = self._services
        pairs, _ = await read_open_postings(services.store, services.today(), limit=RSS_POSTINGS)
        items = "".join(self._item(posting, employer) for posting, employer in pairs)
        return with_etag(
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
        said = summarise_posting(posting, employer)
        return (
            f"<item><title>{escape_xml(terms.title)}</title><link>{self._job_url(posting.id)}</link>"
            f'<guid isPermaLink="false">{global_id("Posting", posting.id)}</guid>'
            f"<pubDate>{format_datetime(posting.created_at)}</pubDate>"
            f"<category>{terms.occupation.zh}</category>"
            f"<description>{escape_xml(said)}</description></item>\n"
        )

    def _job_url(self, posting_id: str) -> str:
        return self._url(f"jobs/{global_id('Posting', posting_id)}")

    def _url(self, path: str) -> str:
        return escape_xml(f"{self._services.public_url}/{path}")


def escape_xml(text: str) -> str:
    """The text as it may stand in XML 1.0; what XML cannot hold is left out."""
    return escape(_INVALID_XML_CHARACTERS.sub("", text), {'"': "&quot;"})


async def serve_robots(request: Request) -> Response:
    """``/robots.txt``."""
    feeds: PublicFeeds = request.app.state.node.feeds
    return feeds.robots()


async def serve_sitemap_index(request: Request) -> Response:
    """``/sitemap.xml``."""
    feeds: PublicFeeds = request.app.state.node.feeds
    try:
        return await feeds.sitemap_index(request.headers.get("if-none-match"))
    except StorageUnavailable:
        raise HTTPException(503, "Try again in a moment.") from None


async def serve_rss_feed(request: Request) -> Response:
    """``/feed.xml``."""
    feeds: PublicFeeds = request.app.state.node.feeds
    try:
        return await feeds.rss_feed(request.headers.get("if-none-match"))
    except StorageUnavailable:
        raise HTTPException(503, "Try again in a moment.") from None


class SitemapPartRoute:
    """``/sitemaps/{name}``."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        feeds: PublicFeeds = scope["app"].state.node.feeds
        try:
            await feeds.stream_sitemap_part(
                request.path_params["name"], peer_of(scope), scope, receive, send
            )
        except Refusal as refusal:
            await refusal_response(refusal)(scope, receive, send)
        except StorageUnavailable:
            raise HTTPException(503, "Try again in a moment.") from None
