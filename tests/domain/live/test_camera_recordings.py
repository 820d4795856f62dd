"""Heads of recordings, in any cut, and what pages may claim about them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.live.camera_recordings import (
    MAX_HEAD_BYTES,
    CameraRecording,
    Container,
    RecordingUnknown,
    RecordingWithoutHead,
    may_be_recorded,
    read_head,
)


def mp4(*codecs: bytes, brand: bytes = b"isomavc1") -> bytes:
    """The head of an MP4 with these codecs, and the beginning of its first fragment."""
    tracks = b"".join(
        b"\0\0\0\x40stsd\0\0\0\0\0\0\0\1\0\0\0\x30" + codec + bytes(40) for codec in codecs
    )
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\2\0moov" + tracks + b"\0\0\0\x40moof" + bytes(20)


def webm(*codecs: bytes) -> bytes:
    """The head of a WebM with these codecs, and the beginning of its first cluster."""
    tracks = b"".join(b"\x86" + bytes([0x80 | len(codec)]) + codec for codec in codecs)
    return b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + tracks + b"\x1f\x43\xb6\x75" + bytes(20)


HEADS = [
    (mp4(b"avc1"), CameraRecording(container=Container.MP4, is_h264=True)),
    (mp4(b"mp4a", b"avc3"), CameraRecording(container=Container.MP4, is_h264=True)),
    (mp4(b"vp09", b"Opus"), CameraRecording(container=Container.MP4, is_h264=False)),
    (webm(b"V_VP8", b"A_OPUS"), CameraRecording(container=Container.WEBM, is_h264=False)),
    (webm(b"A_OPUS", b"V_VP9"), CameraRecording(container=Container.WEBM, is_h264=False)),
    (webm(b"V_MPEG4/ISO/AVC"), CameraRecording(container=Container.WEBM, is_h264=True)),
]


@pytest.mark.parametrize(("head", "recording"), HEADS)
def test_a_head_is_read_at_the_first_cut_that_says_it(
    head: bytes, recording: CameraRecording
) -> None:
    answers = [read_head(head[:length]) for length in range(len(head) + 1)]
    first = answers.index(recording)
    assert answers == [None] * first + [recording] * (len(answers) - first)
    assert read_head(head + bytes(MAX_HEAD_BYTES)) == recording


@pytest.mark.parametrize(
    "head", [mp4(b"hvc1"), mp4(b"mp4a"), mp4(), webm(b"V_AV1"), webm(b"A_OPUS")]
)
def test_a_recording_without_a_known_picture_is_refused_when_its_head_ends(head: bytes) -> None:
    with pytest.raises(RecordingUnknown):
        read_head(head)
    assert read_head(head[:12]) is None


@pytest.mark.parametrize("opening", [mp4()[:24], webm()[:12]])
def test_a_head_that_does_not_end_is_refused(opening: bytes) -> None:
    assert read_head(opening + bytes(MAX_HEAD_BYTES - len(opening))) is None
    with pytest.raises(RecordingUnknown):
        read_head(opening + bytes(MAX_HEAD_BYTES))


@pytest.mark.parametrize(
    "begun", [mp4(b"avc1")[40:], webm(b"V_VP8")[8:], b"GIF89a..", b"#EXTM3U\nfile", bytes(9)]
)
def test_bytes_from_the_middle_are_no_recording(begun: bytes) -> None:
    with pytest.raises(RecordingWithoutHead):
        read_head(begun)


@settings(max_examples=60, deadline=None)
@given(begun=st.binary(max_size=200), opening=st.sampled_from([b"", b"\0\0\0\x18ftyp", b"\x1aE"]))
def test_any_bytes_have_an_answer(begun: bytes, opening: bytes) -> None:
    with contextlib.suppress(RecordingUnknown, RecordingWithoutHead):
        assert isinstance(read_head(opening + begun), (CameraRecording, type(None)))


@pytest.mark.parametrize(
    ("mime_type", "may"),
    [
        ("video/mp4", True),
        ("video/webm", True),
        ("video/mp4;codecs=avc1.42E01F,mp4a.40.2", True),
        ('video/webm; codecs="vp8, opus"', True),
        ("VIDEO/WEBM;CODECS=H264", True),
        ("video/x-matroska;codecs=avc1", True),
        ("video/mp4;codecs=hvc1", False),
        ("video/webm;codecs=av01.0.04M.08", False),
        ("audio/webm;codecs=opus", False),
        ("video/ogg", False),
        ("", False),
        ("video/mp4;codecs=" + "avc1," * 60, False),
    ],
)
def test_what_a_page_may_record(mime_type: str, *, may: bool) -> None:
    assert may_be_recorded(mime_type) is may
