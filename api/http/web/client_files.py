"""The files of the browser client, which ``web/`` builds into the folder ``dist`` beside this."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from api.http.etags import make_etag
from schema.execution.persisted_documents import TrustedDocuments

DIST = Path(__file__).with_name("dist")
"""Where the build of ``web/`` puts the client; part of the wheel."""

_MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
}
_COMPRESSED = {"br": ".br", "gzip": ".gz"}
"""Content codings that the build writes beside each text, the smallest first."""


@dataclass(frozen=True, kw_only=True)
class ClientFile:
    """One file, with the forms in which it can be sent."""

    media_type: str
    content: bytes
    compressed: Mapping[str, bytes]
    """The content by content coding (RFC 9110, section 8.4.1), the smallest first."""

    @cached_property
    def etag(self) -> str:
        """A strong entity tag of the content."""
        return make_etag(self.content)


@dataclass(frozen=True, kw_only=True)
class WebClient:
    """The built client: its two pages, its assets, and its documents."""

    page: ClientFile
    """The page that all public addresses share."""
    console: ClientFile
    """The page that all addresses of the console share."""
    assets: Mapping[str, ClientFile]
    """By name; a name holds a hash of the content, so an asset never changes."""
    documents: TrustedDocuments
    """The documents of its operations, which it sends as digests."""
    parts: Mapping[str, tuple[str, ...]]
    """By part, such as ``job``, the assets that its first screen needs beside those of the page."""

    @cached_property
    def tags(self) -> str:
        """Its script and styles as HTML. The styles rest until the script runs: a page that the
        service rendered has its own.
        """
        html = self.page.content.decode()
        scripts = re.findall(r"<script [^>]*></script>", html)
        styles = [
            tag.replace("<link ", '<link media="not all" data-client ')
            for tag in re.findall(r"<link [^>]*>", html)
            if 'rel="stylesheet"' in tag
        ]
        return "\n".join((*scripts, *styles, ""))


def load_web_client(folder: Path = DIST) -> WebClient | None:
    """Return the client of a folder; None if it was not built.

    :raises ValueError: the folder holds a build that is not whole.
    """
    page, console, assets, documents, parts = (
        folder / "index.html",
        folder / "console.html",
        folder / "assets",
        folder / "persisted-documents.json",
        folder / "parts.json",
    )
    if not page.exists():
        return None
    try:
        texts: dict[str, str] = json.loads(documents.read_text("utf-8"))
        scripts: dict[str, list[str]] = json.loads(parts.read_text("utf-8"))
        return WebClient(
            page=_load_file(page),
            console=_load_file(console),
            assets={
                file.name: _load_file(file)
                for file in assets.iterdir()
                if file.suffix in _MEDIA_TYPES
            },
            documents=TrustedDocuments(texts.values()),
            parts={part: tuple(names) for part, names in scripts.items()},
        )
    except OSError as error:
        raise ValueError(f"{folder} is not whole ({error.strerror}): build web/ again") from None


def _load_file(path: Path) -> ClientFile:
    forms = {coding: path.with_name(path.name + ending) for coding, ending in _COMPRESSED.items()}
    return ClientFile(
        media_type=_MEDIA_TYPES[path.suffix],
        content=path.read_bytes(),
        compressed={coding: form.read_bytes() for coding, form in forms.items() if form.exists()},
    )
