"""The media server that takes the picture of a camera program, and the keys that it asks for."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
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
