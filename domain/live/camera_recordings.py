"""The recordings that a browser's camera sends: what their head says, and which of them are taken.

Browsers record MP4 (ISO/IEC 14496-12) or WebM (Matroska, RFC 9559). Only the beginning of a
recording, its head, says what the rest means. What a page claims about it is not relied on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

MAX_HEAD_BYTES = 64 * 1024
"""Bytes in which the head must end. Browsers write 1 to 4 KiB."""
_MAX_MIME_TYPE_LENGTH = 200
_MIME_TYPE = re.compile(
    r"video/(?:mp4|webm|x-matroska)(?:\s*;\s*codecs\s*=\s*\"?([a-z0-9.,\s-]*)\"?)?", re.ASCII
)
_KNOWN_CODECS = re.compile(r"(?:avc1|avc3|h264|vp8|vp08|vp9|vp09|mp4a|aac|opus)(?:\..*)?")
_EBML = b"\x1a\x45\xdf\xa3"
_CLUSTER = b"\x1f\x43\xb6\x75"
_WEBM_CODECS = {b"V_MPEG4/ISO/AVC": True, b"V_VP8": False, b"V_VP9": False}
_MP4_CODECS = {b"avc1": True, b"avc3": True, b"vp08": False, b"vp09": False}
_FILE_TYPE = b"ftyp"
_SAMPLE_DESCRIPTION = b"stsd"
_CODEC_OFFSET = 16
"""Bytes from the name of a sample description box to the name of its first codec."""


class RecordingWithoutHead(ValueError):
    """The bytes are not the beginning of an MP4 or WebM recording."""


class RecordingUnknown(ValueError):
    """The recording has no picture in H.264, VP8 or VP9."""


class Container(Enum):
    """The container of a recording."""

    MP4 = "mp4"
    WEBM = "webm"


@dataclass(frozen=True, kw_only=True)
class CameraRecording:
    """What the head of a recording says. ``is_h264``: players take its picture as it is."""

    container: Container
    is_h264: bool


def may_be_recorded(mime_type: str) -> bool:
    """Return whether recordings of this type, as MediaRecorder names it, may be taken."""
    if len(mime_type) > _MAX_MIME_TYPE_LENGTH:
        return False
    found = _MIME_TYPE.fullmatch(mime_type.strip().lower())
    if found is None:
        return False
    named = [each.strip() for each in (found[1] or "").split(",") if each.strip()]
    return all(map(_KNOWN_CODECS.fullmatch, named))


def read_head(begun: bytes) -> CameraRecording | None:
    """Return what the head of a recording says; None while it needs more bytes.

    ``begun`` are all bytes from the first one on.

    :raises RecordingWithoutHead: it is not the beginning of a recording.
    :raises RecordingUnknown: its picture has a codec that nobody here knows, or there is none.
    """
    if begun[: len(_EBML)] == _EBML[: len(begun)]:
        return _read_webm(begun)
    if begun[4:8] == _FILE_TYPE[: max(len(begun) - 4, 0)]:
        return _read_mp4(begun)
    raise RecordingWithoutHead


def _read_webm(begun: bytes) -> CameraRecording | None:
    end = begun.find(_CLUSTER)
    head = begun if end < 0 else begun[:end]
    for name, is_h264 in _WEBM_CODECS.items():
        if name in head:
            return CameraRecording(container=Container.WEBM, is_h264=is_h264)
    _check_may_go_on(begun, has_ended=end >= 0)
    return None


def _read_mp4(begun: bytes) -> CameraRecording | None:
    for name in _sample_descriptions(begun):
        if name in _MP4_CODECS:
            return CameraRecording(container=Container.MP4, is_h264=_MP4_CODECS[name])
    _check_may_go_on(begun, has_ended=b"moof" in begun or b"mdat" in begun)
    return None


def _sample_descriptions(begun: bytes) -> Iterator[bytes]:
    """Yield the names of the codecs of all tracks."""
    at = begun.find(_SAMPLE_DESCRIPTION)
    while at >= 0:
        yield begun[at + _CODEC_OFFSET : at + _CODEC_OFFSET + 4]
        at = begun.find(_SAMPLE_DESCRIPTION, at + 4)


def _check_may_go_on(begun: bytes, *, has_ended: bool) -> None:
    if has_ended or len(begun) > MAX_HEAD_BYTES:
        raise RecordingUnknown
