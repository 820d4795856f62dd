"""``/codes/{token}``: QR code images, and ``/q/{token}``: the URL that a code holds."""

from __future__ import annotations

import asyncio
import io
from collections import OrderedDict
from contextlib import suppress
from urllib.parse import urlencode

import segno
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.client_address import peer_of
from api.http.web.client_pages import ClientPages
from domain.live.qr_codes import QrCode, make_page_code
from domain.refusals import CodeInvalid
from schema.context import Services
from schema.relay import global_id
from storage.mongo.client import Duplicate
from storage.mongo.errors import StorageUnavailable
from workers.scan_counts import ScanCounter

MEDIA_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
DEFAULT_SCALE_PIXELS, MAX_SCALE_PIXELS = 8, 20
"""Pixels per module; a code has 45 to 69 modules with its margin, so at most 1,380 pixels."""
MAX_CACHED_IMAGES = 1_000
"""Images kept in memory, 1 to 6 KB each."""
MAX_WAITING_IMAGES = 64
"""Images that may wait to be drawn, one after the other, 20 to 50 ms each."""
_CACHE_ONE_DAY = "public, max-age=86400"


class QrCodePages:
    """Answers ``/q/{token}``, ``/codes/{token}.svg`` and ``/codes/{token}.png``."""

    def __init__(self, services: Services, scans: ScanCounter) -> None:
        self._services = services
        self._scans = scans
        self._images: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()
        self._drawing_lock = asyncio.Lock()
        self._waiting = 0

    async def redirect_scan(self, token: str, *, peer: str, counts: bool) -> Response:
        """Redirect a scan to the front page; ``counts`` says whether it counts as a scan.

        Of one address (``peer``) some scans a minute count; the others are redirected only.

        The parameters are the global ids ``session`` and ``posting`` and the token as ``code``, to
        be sent with an interest.
        """
        code_id = self._code_id(token)
        try:
            code = await self._services.cached_codes.get(code_id)
            if code is None:
                code = await self._load_page_code(code_id, kept=counts)
        except StorageUnavailable:
            raise HTTPException(503, "Try again in a moment.") from None
        if counts and self._services.device_usage.counts_scan(code.id, peer):
            self._scans.count(code.id)
        headers = {"cache-control": "no-store"}
        # A relative URL works below any path that a proxy serves the application at.
        return RedirectResponse(f"../?{_parameters(code, token)}", 302, headers=headers)

    async def _load_page_code(self, posting_id: str, *, kept: bool) -> QrCode:
        """Return the code of a job page, whose id is that of the posting.

        It is stored only if ``kept``, with its first scan.
        """
        store = self._services.store
        posting = (await store.postings.by_ids([posting_id])).get(posting_id)
        if posting is None:
            raise _code_not_found()
        code = make_page_code(posting)
        if kept:
            with suppress(Duplicate):
                await store.qr_codes.add(code)
        return code

    async def render_image(self, token: str, form: str, scale: str | None) -> Response:
        """Return the QR code image of the token's URL; ``scale`` is in pixels per module."""
        self._code_id(token)
        pixels = _parse_scale(scale)
        wanted = (token, form, pixels)
        content = self._images.get(wanted) or await self._draw_cached(*wanted)
        headers = {"cache-control": _CACHE_ONE_DAY}
        return Response(content, media_type=MEDIA_TYPES[form], headers=headers)

    def _code_id(self, token: str) -> str:
        try:
            return self._services.store.qr_codes.verify_token(token, field=("token",))
        except CodeInvalid:
            raise _code_not_found() from None

    async def _draw_cached(self, token: str, form: str, pixels: int) -> bytes:
        if self._waiting >= MAX_WAITING_IMAGES:
            raise HTTPException(503, "Try again in a moment.")
        self._waiting += 1
        try:
            async with self._drawing_lock:
                wanted = (token, form, pixels)
                if wanted not in self._images:
                    url = f"{self._services.public_url}/q/{token}"
                    self._images[wanted] = await asyncio.to_thread(draw_qr_code, url, form, pixels)
                if len(self._images) > MAX_CACHED_IMAGES:
                    self._images.popitem(last=False)
                return self._images[wanted]
        finally:
            self._waiting -= 1


def draw_qr_code(url: str, form: str, pixels: int) -> bytes:
    """Return the QR code of a URL as an image.

    Error correction level M restores 15 % of damage (ISO/IEC 18004).
    """
    image = io.BytesIO()
    segno.make(url, error="m", micro=False).save(image, kind=form, scale=pixels)
    return image.getvalue()


def _parameters(code: QrCode, token: str) -> str:
    given = {"code": token}
    if code.session_id is not None:
        given["session"] = global_id("LiveSession", code.session_id)
    if code.posting_id is not None:
        given["posting"] = global_id("Posting", code.posting_id)
    return urlencode(given)


def _parse_scale(given: str | None) -> int:
    if given is None:
        return DEFAULT_SCALE_PIXELS
    pixels = int(given) if given.isascii() and given.isdigit() and len(given) <= 2 else 0
    if not 1 <= pixels <= MAX_SCALE_PIXELS:
        raise HTTPException(400, f"scale is a whole number from 1 to {MAX_SCALE_PIXELS}.")
    return pixels


def _code_not_found() -> HTTPException:
    return HTTPException(
        404, "This is not a code of this service, or it is damaged. Scan it again."
    )


async def serve_code_redirect(request: Request) -> Response:
    """Answer ``/q/{token}``; only a GET counts as a scan.

    Who scans with a phone and cannot be led on gets a page that says so, never JSON.
    """
    node = request.app.state.node
    pages: QrCodePages = node.code_pages
    client: ClientPages = node.client_pages
    try:
        return await pages.redirect_scan(
            request.path_params["token"],
            peer=peer_of(request.scope),
            counts=request.method == "GET",
        )
    except HTTPException as error:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        return client.respond_page(request, status=error.status_code)


async def serve_code_image(request: Request) -> Response:
    """Answer ``/codes/{token}.svg`` or ``.png``; ``scale`` is in pixels per module."""
    token, _, form = request.path_params["name"].rpartition(".")
    if form not in MEDIA_TYPES:
        raise HTTPException(404, "A QR code image ends with .svg or .png.")
    pages: QrCodePages = request.app.state.node.code_pages
    return await pages.render_image(token, form, request.query_params.get("scale"))
