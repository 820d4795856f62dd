"""The key that a caller shows as a bearer token (RFC 6750, section 2.1)."""

from __future__ import annotations

import hmac

from starlette.requests import Request


def shows_bearer(request: Request, key: str) -> bool:
    """Return whether a request shows this key. The comparison takes no time that tells of it."""
    expected = f"Bearer {key}".encode()
    # A longer one is another key: no more of it is compared.
    shown = request.headers.get("authorization", "").encode()[: len(expected) + 1]
    return hmac.compare_digest(shown, expected)
