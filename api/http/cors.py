"""Cross-origin requests (https://fetch.spec.whatwg.org/#http-cors-protocol).

A page of another origin may call the API when ``SONGGANG_ORIGINS`` names its origin. There are no
cookies: a page that has no token can do what everybody can.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

PREFLIGHT_SECONDS = 7200
"""How long a browser remembers a preflight: the most that Chromium takes."""
EXPOSED_HEADERS = ("content-disposition", "etag", "retry-after")
"""Headers of answers that foreign pages may read, beside those that are always readable."""


def allow_origins(origins: Sequence[str]) -> Middleware:
    """The middleware that lets pages of these origins read answers. Others get no CORS header."""
    return Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=("GET", "POST"),
        # GraphQL clients add headers of their own; none of them is a right.
        allow_headers=("*",),
        expose_headers=EXPOSED_HEADERS,
        max_age=PREFLIGHT_SECONDS,
    )
