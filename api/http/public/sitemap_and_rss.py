"""The sitemap, the RSS feed and ``/robots.txt``, for search engines and feed readers.

Sources: https://www.sitemaps.org/protocol.html, https://www.rssboard.org/rss-specification,
RFC 9309.
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
from api.http.etags import with_etag
from api.http.limits import FeedLimits
from api.http.public.open_postings import read_open_postings
from domain.employers.employers import Employer
from domain.exchange.schema_org import summarise_posting
from domain.postings.postings import Posting
from domain.refusals import Refusal
from schema.context import Services
from schema.relay import global_id
from storage.mongo.errors import StorageError, StorageUnavailable
from storage.postings.postings import SitemapEntry

_XML = "application/xml; charset=utf-8"
_NO_CACHE = {"cache-control": "no-cache"}
# Characters that XML 1.0 does not allow, even escaped.
_INVALID_XML_CHARACTERS = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PART = re.compile(r"(0|[0-9a-f]{24})\.xml")


class PublicFeeds:
    """Answers with lists of all open postings."""

    def __init__(self, services: Services, limits: FeedLimits) -> None:
        self._services = services
        self._limits = limits
        self._sitemap_slots = ConcurrencyLimit(limits.max_concurrent_sitemaps)
        self._boundaries: tuple[str, ...] = ()
        self._boundaries_read_at = float("-inf")
        self._boundaries_lock = asyncio.Lock()

    def robots(self) -> Response:
        """Return robots.txt: it allows the public pages, and nothing of a demo."""
        lines = ["User-agent: *"]
        if self._services.demo:
            lines += ["Disallow: /"]
        else:
            closed = ("/graphql", "/exports/", "/imports", "/q/", "/health/", "/metrics")
            lines += [f"Disallow: {path}" for path in closed]
            lines += ["", f"Sitemap: {self._services.public_url}/sitemap.xml"]
        return PlainTextResponse("\n".join(lines) + "\n", headers=_NO_CACHE)

    async def sitemap_index(self, known: str | None) -> Response:
        """Return the sitemap index; each part runs from one boundary to the next."""
        async with self._boundaries_lock:
            # Finding the boundaries reads every open posting, and anybody may request it.
            if time.monotonic() - self._boundaries_read_at > self._limits.boundary_cache_seconds:
                self._boundaries = await self._services.store.postings.sitemap_boundaries(
                    self._services.today(), every=self._limits.urls_per_sitemap
                )
                self._boundaries_read_at = time.monotonic()
        parts = "".join(
            f"<sitemap><loc>{self._url(f'sitemaps/{boundary}.xml')}</loc></sitemap>\n"
            for boundary in ("0", *self._boundaries)
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
        """Send one part of the sitemap while it is read.

        :raises HTTPException: 404, the name is not that of a part.
        :raises TooManyAttempts: the peer has a download already, or too many are running.
        """
        found = _PART.fullmatch(name)
        if found is None:
            raise HTTPException(404, "The parts are listed in /sitemap.xml.")
        with self._sitemap_slots.acquire(peer):
            pages = self._pages(found[1])
            first = await anext(pages)
            pieces = self._write_urlset(first, pages)
            answer = StreamingResponse(pieces, media_type=_XML, headers=_NO_CACHE)
            await answer(scope, receive, send)

    async def _pages(self, boundary: str) -> AsyncGenerator[Sequence[SitemapEntry], None]:
        """Yield at least one page, and no more URLs than a part may hold."""
        postings, on = self._services.store.postings, self._services.today()
        after, left = boundary, self._limits.urls_per_sitemap
        while True:
            page = await postings.sitemap_entries(
                on, after=after, limit=min(self._limits.urls_per_read, left)
            )
            yield page
            left -= len(page)
            if len(page) < self._limits.urls_per_read or not left:
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
            # The status is sent already; without the end tag the reader sees that it is incomplete.
            return
        yield "</urlset>\n"

    def _url_elements(self, page: Sequence[SitemapEntry]) -> str:
        return "".join(
            f"<url><loc>{self._job_url(one.id)}</loc>"
            f"<lastmod>{one.changed_at.isoformat(timespec='seconds')}</lastmod></url>\n"
            for one in page
        )

    async def rss_feed(self, known: str | None) -> Response:
        """Return the newest open postings as RSS 2.0."""
        services = self._services
        pairs, _ = await read_open_postings(
            services.store, services.today(), limit=self._limits.rss_postings
        )
        items = "".join(self._rss_item(posting, employer) for posting, employer in pairs)
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

    def _rss_item(self, posting: Posting, employer: Employer) -> str:
        terms = posting.terms
        summary = summarise_posting(posting, employer)
        return (
            f"<item><title>{escape_xml(terms.title)}</title><link>{self._job_url(posting.id)}</link>"
            f'<guid isPermaLink="false">{global_id("Posting", posting.id)}</guid>'
            f"<pubDate>{format_datetime(posting.created_at)}</pubDate>"
            f"<category>{terms.occupation.zh}</category>"
            f"<description>{escape_xml(summary)}</description></item>\n"
        )

    def _job_url(self, posting_id: str) -> str:
        return self._url(f"jobs/{global_id('Posting', posting_id)}")

    def _url(self, path: str) -> str:
        return escape_xml(f"{self._services.public_url}/{path}")


def escape_xml(text: str) -> str:
    """Return the text escaped for XML 1.0, without the characters that XML does not allow."""
    return escape(_INVALID_XML_CHARACTERS.sub("", text), {'"': "&quot;"})


async def serve_robots(request: Request) -> Response:
    """Answer ``/robots.txt``."""
    feeds: PublicFeeds = request.app.state.node.feeds
    return feeds.robots()


async def serve_sitemap_index(request: Request) -> Response:
    """Answer ``/sitemap.xml``."""
    feeds: PublicFeeds = request.app.state.node.feeds
    try:
        return await feeds.sitemap_index(request.headers.get("if-none-match"))
    except StorageUnavailable:
        raise HTTPException(503, "Try again in a moment.") from None


async def serve_rss_feed(request: Request) -> Response:
    """Answer ``/feed.xml``."""
    feeds: PublicFeeds = request.app.state.node.feeds
    try:
        return await feeds.rss_feed(request.headers.get("if-none-match"))
    except StorageUnavailable:
        raise HTTPException(503, "Try again in a moment.") from None


class SitemapPartRoute:
    """Answers ``/sitemaps/{name}``."""

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
