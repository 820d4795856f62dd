"""The front page at ``/``: what this service is, and links to its parts."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

_FRONT_PAGE = Path(__file__).with_name("front.html").read_text("utf-8")


async def serve_front_page(_request: Request) -> Response:
    """Answer with the front page."""
    return HTMLResponse(_FRONT_PAGE)
