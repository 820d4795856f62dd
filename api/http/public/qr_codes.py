"""QR codes for people: the picture to print, and the address behind it."""

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

from domain.errors import CodeInvalid
from domain.live.qr_codes import Code, page_code
from schema.context import Services
from schema.relay import global_id
from storage.mongo.client import Duplicate
from storage.mongo.errors import StorageUnavailable
from workers.scan_counts import Scans

MEDIA_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
SCALE, LARGEST_SCALE = 8, 20
"""Pixels a module: a code has 45 to 69 modules with its margin, so at most 1,380 pixels a side."""
CACHED = 1_000
"""Pictures kept, 1 to 6 KB each."""
DRAWING = 64
"""Pictures that may wait to be drawn, 20 to 50 ms each and one after the other."""
_A_DAY = "public, max-age=86400"


class CodePages:
    """Answers ``/q/{token}``, ``/codes/{token}.svg`` and ``/codes/{token}.png``."""

    def __init__(self, services: Services, scans: Scans) -> None:
        self._services = services
        self._scans = scans
        self._pictures: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()
        self._pen = asyncio.Lock()
        self._waiting = 0

    async def open(self, token: str, *, counts: bool) -> Response:
        """Send whoever scanned a code to the front page with what it points at.

        Session and posting are global ids; ``code`` is the token, for the interest that follows.
        """
        code_id = self._id(token)
        try:
            code = await self._services.recent_codes.get(code_id)
            if code is None:
                code = await self._page_code(code_id, kept=counts)
        except StorageUnavailable:
            raise HTTPException(503, "Try again in a moment.") from None
        if counts:
            self._scans.count(code.id)
        headers = {"cache-control": "no-store"}
        # Relative, so that it holds below any path that a proxy puts the service at.
        return RedirectResponse(f"../?{_parameters(code, token)}", 302, headers=headers)

    async def _page_code(self, posting_id: str, *, kept: bool) -> Code:
        """The code on the page of a posting; ``kept`` with its first scan.

        Only its token is signed with the id of a posting.
        """
        store = self._services.store
        posting = (await store.postings.by_ids([posting_id])).get(posting_id)
        if posting is None:
            raise _no_code()
        code = page_code(posting)
        if kept:
            with suppress(Duplicate):
                await store.codes.add(code)
        return code

    async def picture(self, token: str, form: str, scale: str | None) -> Response:
        """The QR code of the address behind a token. It says nothing that the token does not."""
        self._id(token)
        pixels = _scale(scale)
        wanted = (token, form, pixels)
        content = self._pictures.get(wanted) or await self._drawn(*wanted)
        headers = {"cache-control": _A_DAY}
        return Response(content, media_type=MEDIA_TYPES[form], headers=headers)

    def _id(self, token: str) -> str:
        try:
            return self._services.store.codes.check_token(token, field=("token",))
        except CodeInvalid:
            raise _no_code() from None

    async def _drawn(self, token: str, form: str, pixels: int) -> bytes:
        if self._waiting >= DRAWING:
            raise HTTPException(503, "Try again in a moment.")
        self._waiting += 1
        try:
            async with self._pen:
                wanted = (token, form, pixels)
                if wanted not in self._pictures:
                    url = f"{self._services.public_url}/q/{token}"
                    self._pictures[wanted] = await asyncio.to_thread(draw, url, form, pixels)
                if len(self._pictures) > CACHED:
                    self._pictures.popitem(last=False)
                return self._pictures[wanted]
        finally:
            self._waiting -= 1


def draw(url: str, form: str, pixels: int) -> bytes:
    """The picture of a URL; error correction M, which survives 15 % of damage (ISO/IEC 18004)."""
    picture = io.BytesIO()
    segno.make(url, error="m", micro=False).save(picture, kind=form, scale=pixels)
    return picture.getvalue()


def _parameters(code: Code, token: str) -> str:
    given = {"code": token}
    if code.session_id is not None:
        given["session"] = global_id("LiveSession", code.session_id)
    if code.posting_id is not None:
        given["posting"] = global_id("Posting", code.posting_id)
    return urlencode(given)


def _scale(given: str | None) -> int:
    if given is None:
        return SCALE
    pixels = int(given) if given.isascii() and given.isdigit() and len(given) <= 2 else 0
    if not 1 <= pixels <= LARGEST_SCALE:
        raise HTTPException(400, f"scale is a whole number from 1 to {LARGEST_SCALE}.")
    return pixels


def _no_code() -> HTTPException:
    return HTTPException(404, "This is no code of ours, or a damaged one. Scan it again.")


async def opened(request: Request) -> Response:
    """``/q/{token}``. Only a GET is a scan."""
    pages: CodePages = request.app.state.node.codes
    return await pages.open(request.path_params["token"], counts=request.method == "GET")


async def pictured(request: Request) -> Response:
    """``/codes/{token}.svg`` or ``.png``, with ``scale`` pixels a module."""
    token, _, form = request.path_params["name"].rpartition(".")
    if form not in MEDIA_TYPES:
        raise HTTPException(404, "The picture of a code ends with .svg or .png.")
    pages: CodePages = request.app.state.node.codes
    return await pages.picture(token, form, request.query_params.get("scale"))
