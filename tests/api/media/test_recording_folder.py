"""The folder of recordings: gaps, bounds, and half an hour that plays from any second."""

from __future__ import annotations

import os
import re
import subprocess
from asyncio import create_subprocess_exec
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.media.hls_encoder import find_ffmpeg
from api.media.limits import MediaLimits
from api.media.recording_folder import RecordingFolder
from tests.support.camera_parts import KEY, MediaStudio, running_media
from tests.support.mongod import temporary_folder

NAME, OTHER = "a" * 32, "b" * 32
NOW = 1_000_000.0
DAY = 86_400.0
SERVICE = {"authorization": f"Bearer {KEY}"}
LIMITS = MediaLimits(min_free_bytes=0, recorded_days=30, max_recorded_bytes=1_000)


def write_picture(folder: Path, *segments: str, size: int = 100) -> Path:
    """Write a picture with a playlist that lists these segments, of a second each."""
    folder.mkdir(exist_ok=True)
    lines = ["#EXTM3U"]
    for name in segments:
        (folder / name).write_bytes(bytes(size))
        os.utime(folder / name, (NOW, NOW))
        lines += ["#EXTINF:1.000000,", name]
    (folder / "live.m3u8").write_text("\n".join([*lines, ""]))
    return folder


def keep_all(segment: str) -> bool:
    """Every segment may be kept."""
    return bool(segment)


def media_lines(folder: RecordingFolder, name: str = NAME) -> list[str]:
    playlist = folder.render_playlist(name)
    assert playlist is not None
    return [each for each in playlist.splitlines() if each.endswith(".ts") or "DISC" in each]


def test_what_a_playlist_loses_stays_in_the_recording_and_gaps_are_marked(tmp_path: Path) -> None:
    folder = RecordingFolder(tmp_path / "recordings", LIMITS)
    picture = write_picture(tmp_path / "picture", "0123abcd-1.ts", "0123abcd-2.ts")
    folder.keep(NAME, picture, keep_all)
    folder.keep(NAME, picture, keep_all)
    (picture / "0123abcd-1.ts").unlink()
    # Another camera, whose segments are numbered anew; then one that was missed.
    write_picture(picture, "0123abcd-2.ts", "0123abcd-3.ts", "89abcdef-4.ts", "89abcdef-6.ts")
    folder.keep(NAME, picture, keep_all)
    assert media_lines(folder) == [
        *("0123abcd-1.ts", "0123abcd-2.ts", "0123abcd-3.ts"),
        *("#EXT-X-DISCONTINUITY", "89abcdef-4.ts", "#EXT-X-DISCONTINUITY", "89abcdef-6.ts"),
    ]
    assert folder.measure(NAME) == (5, 500)
    # A start reads what is there.
    again = RecordingFolder(tmp_path / "recordings", LIMITS)
    assert (again.byte_count, again.measure(NAME)) == (500, (5, 500))


def test_recordings_go_by_date_and_the_oldest_for_space_but_none_on_air(tmp_path: Path) -> None:
    folder = RecordingFolder(tmp_path / "recordings", LIMITS)
    picture = write_picture(tmp_path / "old", "0123abcd-1.ts", size=600)
    folder.keep(NAME, picture, keep_all)
    folder.sweep(NOW + 30 * DAY, ())
    assert folder.measure(NAME) == (1, 600)
    folder.keep(OTHER, write_picture(tmp_path / "new", "0123abcd-7.ts", size=600), keep_all)
    assert folder.byte_count == 1_200
    # It is full: no more is kept until the oldest is gone.
    more = write_picture(tmp_path / "new", "0123abcd-7.ts", "0123abcd-8.ts")
    folder.keep(OTHER, more, keep_all)
    assert folder.measure(OTHER) == (1, 600)
    folder.sweep(NOW, {NAME, OTHER})
    assert folder.byte_count == 1_200
    folder.sweep(NOW, {OTHER})
    assert (folder.measure(NAME), folder.measure(OTHER)) == (None, (1, 600))
    folder.sweep(NOW + 31 * DAY, ())
    assert folder.byte_count == 0
    assert list((tmp_path / "recordings").iterdir()) == []


def test_a_line_that_the_disk_took_in_part_costs_its_own_segment_only(tmp_path: Path) -> None:
    folder = RecordingFolder(tmp_path / "recordings", LIMITS)
    picture = write_picture(tmp_path / "picture", "0123abcd-1.ts")
    folder.keep(NAME, picture, keep_all)
    with (tmp_path / "recordings" / NAME / "segments").open("a") as file:
        file.write("#EXTINF:1.0000")  # the process was killed here
    again = RecordingFolder(tmp_path / "recordings", LIMITS)
    write_picture(picture, "0123abcd-3.ts", "0123abcd-4.ts")
    again.keep(NAME, picture, keep_all)
    assert media_lines(again) == [
        *("0123abcd-1.ts", "#EXT-X-DISCONTINUITY", "0123abcd-3.ts", "0123abcd-4.ts"),
    ]


def test_a_segment_that_could_not_be_listed_is_tried_again(tmp_path: Path) -> None:
    folder = RecordingFolder(tmp_path / "recordings", LIMITS)
    picture = write_picture(tmp_path / "picture", "0123abcd-1.ts")
    full = tmp_path / "recordings" / NAME / "segments"
    full.mkdir(parents=True)  # the list cannot be written
    folder.keep(NAME, picture, keep_all)
    assert (folder.measure(NAME), folder.byte_count) == (None, 0)
    full.rmdir()
    folder.keep(NAME, picture, keep_all)
    assert folder.measure(NAME) == (1, 100)


def test_a_name_that_was_deleted_takes_no_late_segment(tmp_path: Path) -> None:
    folder = RecordingFolder(tmp_path / "recordings", LIMITS)
    picture = write_picture(tmp_path / "picture", "0123abcd-1.ts")
    folder.keep(NAME, picture, keep_all)
    assert folder.delete(NAME)
    folder.keep(NAME, picture, keep_all)
    assert not folder.delete(NAME)
    assert list((tmp_path / "recordings").iterdir()) == []


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("film"), st.integers(1, 12)),
            st.tuples(st.just("tear"), st.integers(1, 30)),
            st.tuples(st.sampled_from(("restart", "delete")), st.just(0)),
        ),
        max_size=12,
    )
)
@settings(max_examples=40, deadline=None)
def test_whatever_happens_to_it_a_playlist_lists_segments_that_are_there_once_and_in_order(
    steps: list[tuple[str, int]],
) -> None:
    with temporary_folder() as root:
        recordings, picture, last = root / "recordings", root / "picture", 0
        folder, names = RecordingFolder(recordings, LIMITS), [f"{each:032x}" for each in range(20)]
        for step, count in steps:
            listed = recordings / names[0] / "segments"
            if step == "film":
                numbers = range(max(last + count - 9, last + 1), last + count + 1)
                write_picture(picture, *(f"0123abcd-{each}.ts" for each in numbers), size=1)
                last += count
                folder.keep(names[0], picture, keep_all)
            elif step == "tear" and listed.exists():
                whole = listed.read_bytes()
                listed.write_bytes(whole[: max(0, len(whole) - count)])
            elif step == "restart":
                folder = RecordingFolder(recordings, LIMITS)
            elif step == "delete":
                folder.delete(names[0])
                assert folder.measure(names.pop(0)) is None
            shown = media_lines(folder, names[0]) if folder.measure(names[0]) else []
            found = [each for each in shown if each.endswith(".ts")]
            assert found == sorted(set(found), key=lambda each: int(each[9:-3]))
            assert all((recordings / names[0] / each).exists() for each in found)
            # Each gap is marked, and nothing else is.
            steps_of = [int(each[9:-3]) for each in found]
            gaps = sum(after != before + 1 for before, after in pairwise(steps_of))
            assert len(shown) - len(found) == gaps


@pytest.mark.parametrize("line", ["../../etc/passwd.ts", "x.ts", "/etc/0123abcd-1.ts"])
def test_a_playlist_leads_nowhere_else(tmp_path: Path, line: str) -> None:
    folder = RecordingFolder(tmp_path / "recordings", LIMITS)
    (tmp_path / "picture").mkdir()
    (tmp_path / "picture" / "live.m3u8").write_text(f"#EXTM3U\n#EXTINF:1.0,\n{line}\n")
    folder.keep(NAME, tmp_path / "picture", keep_all)
    assert folder.render_playlist(NAME) is None
    assert folder.locate(NAME, line) is None


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[MediaStudio]:
    async with running_media(tmp_path / "media", MediaLimits(folder_check_seconds=60)) as running:
        yield running


async def test_half_an_hour_plays_from_any_second_and_is_deleted_by_the_service_only(
    studio: MediaStudio, tmp_path: Path
) -> None:
    _film_half_an_hour(tmp_path)
    folder = studio.node.recordings._folder
    folder.keep(NAME, tmp_path, keep_all)
    base = f"/recordings/{NAME}"
    told = await studio.http.get(base, headers=SERVICE)
    assert told.json() == {"durationSeconds": 1_800, "byteCount": folder.byte_count}

    index = await studio.http.get(f"{base}/index.m3u8")
    assert index.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert index.headers["cache-control"] == "no-store"
    lines = index.text.splitlines()
    assert (lines[4], lines[-1]) == ("#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-ENDLIST")
    assert sum(float(each) for each in re.findall(r"#EXTINF:([0-9.]+),", index.text)) == 1_800
    byte_count = 0
    for name in (line for line in lines if line.endswith(".ts")):
        part = await studio.http.get(f"{base}/{name}", headers={"range": "bytes=188-"})
        assert part.status_code == 206
        assert part.content[:1] == b"G"  # the mark of a packet of MPEG-TS
        byte_count += 188 + len(part.content)
    assert byte_count == folder.byte_count

    url = f"{studio.url}{base}/index.m3u8"
    greys = [await _grey_at(url, second) for second in (10, 890, 910, 1_790)]
    assert [grey > 128 for grey in greys] == [False, False, True, True]

    for headers in ({}, {"authorization": "Bearer another key of the same length"}):
        assert (await studio.http.delete(base, headers=headers)).status_code == 404
        assert (await studio.http.get(base, headers=headers)).status_code == 404
    assert (await studio.http.delete(base, headers=SERVICE)).status_code == 204
    assert (await studio.http.delete(base, headers=SERVICE)).status_code == 404
    assert (await studio.http.get(f"{base}/index.m3u8")).status_code == 404


def _film_half_an_hour(folder: Path) -> None:
    """Write a picture whose playlist lists half an hour: first black, then white."""
    halves = [f"color={colour}:size=64x36:rate=1:duration=900" for colour in ("black", "white")]
    subprocess.run(
        [
            *(find_ffmpeg(), "-loglevel", "error", "-f", "lavfi", "-i", halves[0]),
            *("-f", "lavfi", "-i", halves[1], "-filter_complex", "[0][1]concat=n=2"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-f", "hls"),
            *("-hls_time", "5", "-hls_list_size", "0"),
            *("-hls_segment_filename", folder / "0123abcd-%d.ts", folder / "live.m3u8"),
        ],
        check=True,
    )


async def _grey_at(url: str, second: int) -> int:
    """Seek in a recording as a player does, and return the grey of what it shows."""
    process = await create_subprocess_exec(
        *(find_ffmpeg(), "-loglevel", "error", "-ss", str(second), "-i", url, "-frames:v", "1"),
        *("-vf", "scale=1:1", "-pix_fmt", "gray", "-f", "rawvideo", "pipe:1"),
        stdin=DEVNULL,
        stdout=PIPE,
    )
    raw, _ = await process.communicate()
    return raw[0]
