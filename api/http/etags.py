"""Entity tags: a client that has the content already is answered with 304 (RFC 9110, 8.8.3)."""

from __future__ import annotations

from hashlib import sha256

from starlette.responses import Response


def make_etag(content: bytes | memoryview) -> str:
    """Return the strong entity tag of a content."""
    return f'"{sha256(content).hexdigest()[:32]}"'


def is_known(etag: str, known_etags: str | None) -> bool:
    """Return whether ``known_etags``, the header If-None-Match, holds the ETag."""
    # A proxy that compresses turns the ETag into a weak one.
    return known_etags is not None and etag in (
        each.strip().removeprefix("W/") for each in known_etags.split(",")
    )


def with_etag(
    answer: Response, known_etags: str | None, *, cache_control: str = "no-cache"
) -> Response:
    """Return the response with an ETag of its body, or 304 when ``known_etags`` holds that ETag."""
    etag = make_etag(answer.body)
    headers = {"cache-control": cache_control, "etag": etag}
    if is_known(etag, known_etags):
        return Response(status_code=304, headers=headers)
    answer.headers.update(headers)
    return answer
