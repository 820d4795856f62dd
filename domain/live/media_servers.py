"""The media server that takes the picture of a camera program, and the keys that it asks for."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

NAME_PLACE = "{name}"
"""Where the name of a stream stands in the address of its playlist."""
MAX_STREAM_KEY_LENGTH = 200
MAX_PUBLISHER_LENGTH = 200
"""Characters of what a media server calls a connection; a longer one is cut."""


@dataclass(frozen=True, kw_only=True)
class MediaServer:
    """A media server of the operator: where cameras publish, and where players read.

    ``ingest_url`` is an address such as ``rtmp://live.example.org/live``, ``hls_url`` one such as
    ``https://live.example.org/hls/{name}.m3u8``.
    """

    ingest_url: str
    hls_url: str

    def playlist_of(self, session_id: str) -> str:
        """Return the address of the playlist of a session, whose name is its id."""
        return self.hls_url.replace(NAME_PLACE, session_id)


def format_stream_key(session_id: str, secret: str) -> str:
    """Return what is typed as the stream key: the name of the stream, and the secret behind it."""
    return f"{session_id}?key={secret}"


def digest_stream_key(secret: str) -> str:
    """Return the digest that is stored of a secret. It is drawn by chance, so it needs no salt."""
    return sha256(secret.encode()).hexdigest()


def is_stream_key(secret: str, digest: str) -> bool:
    """Return whether a secret is the one with the stored digest; an empty digest has none."""
    if not digest or len(secret) > MAX_STREAM_KEY_LENGTH:
        return False
    return hmac.compare_digest(digest_stream_key(secret), digest)


@dataclass(frozen=True, kw_only=True)
class CameraServer:
    """The media process, which takes the cameras of browsers.

    ``url`` is where browsers reach it, ``internal_url`` where this service does, both without a
    slash at the end. ``key`` is the secret that the two share. ``store_url`` is where players read
    what it makes, when that is an object store; empty otherwise.
    """

    url: str
    internal_url: str
    key: str = field(repr=False)
    store_url: str = ""

    @property
    def camera_url(self) -> str:
        """Where cameras open a WebSocket."""
        return f"{websocket_url(self.url)}/camera"

    @property
    def internal_camera_url(self) -> str:
        """Where a camera of this service opens one."""
        return f"{websocket_url(self.internal_url)}/camera"

    def playlist_of(self, session_id: str) -> str:
        """Return the address of the playlist of a session."""
        return f"{self._players_url}/live/{name_picture(self.key, session_id)}/index.m3u8"

    def recording_of(self, name: str) -> str:
        """Return the address of the playlist of a recording."""
        return f"{self._players_url}/recordings/{name}/index.m3u8"

    def internal_recording(self, name: str) -> str:
        """Return where this service asks for a recording, and deletes it."""
        return f"{self.internal_url}/recordings/{name}"

    def internal_playlist(self, url: str) -> str | None:
        """Return where this service reads a playlist of the media process; None for others."""
        for base in filter(None, (self.url, self.store_url)):
            path = url.removeprefix(f"{base}/live/")
            if path != url:
                return f"{self.internal_url}/live/{path}"
        return None

    @property
    def _players_url(self) -> str:
        return self.store_url or self.url


def name_picture(key: str, session_id: str) -> str:
    """Return the name of a session's picture, which nobody guesses who may only see the session.

    It stays the same, so a camera that comes back goes on in the same playlist.
    """
    return hmac.new(key.encode(), f"picture/{session_id}".encode(), sha256).hexdigest()[:32]


def websocket_url(url: str) -> str:
    """Return the address of a WebSocket below an http or https address."""
    return f"ws{url.removeprefix('http')}"


def parse_stream_key(shown: str) -> tuple[str, str]:
    """Return the name of the stream and the secret of a stream key; two empty texts for others."""
    if len(shown) > MAX_STREAM_KEY_LENGTH:
        return "", ""
    name, _, secret = shown.partition("?key=")
    return (name, secret) if name and secret else ("", "")
