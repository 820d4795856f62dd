"""The reader of HLS playlists (RFC 8216), for the little that tells whether new media arrives.

It takes any text: what it does not know is ignored, as section 6.3.1 asks of clients.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_PLAYLIST_BYTES = 256 * 1024
"""Bytes of a playlist that are read. A window of an hour in segments of one second has 150 KB."""
_HOLD_BACK_SEGMENTS = 3
"""Target durations that a player stays behind the end of the playlist (section 6.3.3)."""
_WHOLE_NUMBER = re.compile(r"[0-9]{1,15}")
_MAX_TARGET_SECONDS = 60


class PlaylistInvalid(Exception):
    """The text is no HLS playlist."""


@dataclass(frozen=True, kw_only=True)
class Playlist:
    """A playlist: either one that lists ``variants`` (URIs), or one that lists segments.

    ``head`` changes whenever media was added: the number of the last segment and its URI.
    ``latency_seconds`` is how far players stay behind the camera, if a duration is named.
    """

    variants: tuple[str, ...] = ()
    head: tuple[int, str] = (0, "")
    latency_seconds: int | None = None
    has_ended: bool = False


def parse_playlist(text: str) -> Playlist:
    """Return what a playlist says.

    :raises PlaylistInvalid: it does not begin with #EXTM3U (section 4.3.1.1).
    """
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    if not lines or lines[0] != "#EXTM3U":
        raise PlaylistInvalid
    variants: list[str] = []
    sequence, target, segments, last = 0, 0, 0, ""
    has_ended = is_variant = False
    for line in lines[1:]:
        name, _, value = line.partition(":")
        if not line:
            continue
        if not line.startswith("#"):
            if is_variant:
                variants.append(line)
            else:
                segments, last = segments + 1, line
            is_variant = False
        elif name == "#EXT-X-STREAM-INF":
            is_variant = True
        elif name == "#EXT-X-MEDIA-SEQUENCE":
            sequence = _parse_number(value)
        elif name == "#EXT-X-TARGETDURATION":
            target = min(_parse_number(value), _MAX_TARGET_SECONDS)
        elif line == "#EXT-X-ENDLIST":
            has_ended = True
    return Playlist(
        variants=tuple(variants),
        head=(sequence + segments, last),
        latency_seconds=target * _HOLD_BACK_SEGMENTS or None,
        has_ended=has_ended,
    )


def _parse_number(value: str) -> int:
    found = _WHOLE_NUMBER.match(value)
    return int(found[0]) if found else 0
