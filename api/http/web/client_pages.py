"""Answers the addresses of the browser client: its two pages, and ``/assets/``.

Without a built client every page says why it is missing, and the API works as always.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.http.content_negotiation import parse_accepted_codings
from api.http.etags import is_known
from api.http.web.client_files import ClientFile, WebClient

_MISSING_PAGE = Path(__file__).with_name("missing.html").read_text("utf-8")
_PARTS = {"/": "home", "/jobs": "board", "/me": "me", "/me/wishes": "wishes"}
_FOREVER = "public, max-age=31536000, immutable"


class ClientPages:
    """Serves the client from memory, or sends people to the client of somebody else.

    ``elsewhere`` is the address of that client (``SONGGANG_WEB_URL``), without a slash at its end.
    ``media`` are the origins that pictures and posters come from, ``cameras`` those of sockets
    that a host's camera sends to: only the console may open a camera, and such a socket.
    """

    def __init__(
        self,
        client: WebClient | None,
        *,
        elsewhere: str | None = None,
        media: Sequence[str] = (),
        cameras: Sequence[str] = (),
    ) -> None:
        self._client = client
        self._elsewhere = elsewhere
        self._headers = {"content-security-policy": _content_security_policy(media)}
        self._console_headers = {
            "content-security-policy": _content_security_policy(media, cameras),
            "permissions-policy": "camera=(self), microphone=(self)",
        }

    @property
    def content_security_policy(self) -> str:
        """The policy of every public page on which the client runs."""
        return self._headers["content-security-policy"]

    @property
    def tags(self) -> str:
        """The tags with which a page of ours becomes the client; empty if it runs elsewhere."""
        return self._client.tags if self._client and self._elsewhere is None else ""

    def preload_headers(self, part: str) -> dict[str, str]:
        """Return the headers by which a browser loads a part of the client together with the page.

        Without them it would find the scripts of the part only after it ran that of the page.
        They come first in the order of the build, before the tags of the page itself.
        """
        names = self._client.parts.get(part, ()) if self._client and not self._elsewhere else ()
        if not names:
            return {}
        return {"link": ", ".join(map(_preload, names))}

    def respond_page(self, request: Request, status: int = 200) -> Response:
        """Return the page of the client; browsers ask each time whether it has changed."""
        if self._elsewhere is not None:
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"{self._elsewhere}{request.url.path}{query}", 302)
        if self._client is None:
            headers = {**self._headers, "cache-control": "no-store"}
            return HTMLResponse(_MISSING_PAGE, status, headers=headers)
        headers = {**self._headers, "cache-control": "no-cache"}
        if status == HTTPStatus.OK:
            headers |= self.preload_headers(_part_of(request))
            return _send(self._client.page, request.headers, headers)
        # A page in the place of an error is never "not modified".
        accepted = {"accept-encoding": request.headers.get("accept-encoding", "")}
        answer = _send(self._client.page, accepted, headers | {"cache-control": "no-store"})
        answer.status_code = status
        return answer

    def respond_console(self, request: Request) -> Response:
        """Return the page of the console, which stays here when the public pages are elsewhere."""
        if self._client is None:
            headers = {**self._console_headers, "cache-control": "no-store"}
            return HTMLResponse(_MISSING_PAGE, headers=headers)
        headers = {**self._console_headers, "cache-control": "no-cache"}
        return _send(self._client.console, request.headers, headers)

    def respond_asset(self, request: Request) -> Response:
        """Return an asset, which browsers and proxies may keep for good.

        :raises HTTPException: 404, there is no such asset.
        """
        asset = self._client.assets.get(request.path_params["name"]) if self._client else None
        if asset is None:
            raise HTTPException(404)
        return _send(asset, request.headers, {"cache-control": _FOREVER})


def _preload(name: str) -> str:
    """Return the link of one file; styles say so, and that the page asks for them with CORS."""
    how = "preload; as=style; crossorigin" if name.endswith(".css") else "modulepreload"
    return f"</assets/{name}>; rel={how}"


def _part_of(request: Request) -> str:
    """Return the part of the client that an address shows, as ``web/src/shell/routes.ts`` does."""
    path = request.url.path
    if path == "/" and "posting" in request.query_params:
        return "job"
    if path.startswith("/live/") or (path == "/" and "session" in request.query_params):
        return "room"
    return _PARTS.get(path, "")


def _send(file: ClientFile, asked: Mapping[str, str], headers: dict[str, str]) -> Response:
    headers = {**headers, "etag": file.etag, "vary": "Accept-Encoding"}
    if is_known(file.etag, asked.get("if-none-match")):
        return Response(status_code=304, headers=headers)
    accepted = parse_accepted_codings(asked.get("accept-encoding", ""))
    for coding, content in file.compressed.items():
        if coding in accepted:
            headers["content-encoding"] = coding
            return Response(content, media_type=file.media_type, headers=headers)
    return Response(file.content, media_type=file.media_type, headers=headers)


def _content_security_policy(media: Sequence[str], cameras: Sequence[str] = ()) -> str:
    """The policy of the pages: our own files, pictures and posters of media servers, cameras."""
    origins = "".join(f" {origin}" for origin in media)
    sockets = "".join(f" {origin}" for origin in cameras)
    return (
        "default-src 'self'; worker-src 'self'; "
        f"media-src 'self' blob:{origins}; connect-src 'self'{origins}{sockets}; "
        f"img-src 'self'{origins}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
