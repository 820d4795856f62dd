"""The folder of segments: what goes by time, what goes for space, and what stays."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from api.media.limits import MediaLimits
from api.media.media_folder import MediaFolder

NOW = 1_000_000.0
LIMITS = MediaLimits(max_folder_bytes=1_000, min_free_bytes=0, keep_seconds=600.0)
OLD, LATER, NEW = "a" * 32, "b" * 32, "c" * 32


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three pictures of 300 bytes, the oldest 700 seconds old, and a folder of somebody else."""
    for name, age in ((OLD, 700), (LATER, 500), (NEW, 1), ("others", 9_000)):
        folder = tmp_path / name
        folder.mkdir()
        segment = folder / "0123abcd-1.ts"
        segment.write_bytes(bytes(300))
        playlist = folder / "live.m3u8"
        playlist.write_text(f"#EXTM3U\n{segment.name}\n")
        for path in (segment, playlist, folder):
            os.utime(path, (NOW - age, NOW - age))
    return tmp_path


def sweep(root: Path, limits: MediaLimits, *on_air: str) -> set[str]:
    folder = MediaFolder(root, limits)
    folder.sweep(NOW, on_air)
    return {each.name for each in root.iterdir()}


def test_pictures_of_cameras_that_stopped_long_ago_go(root: Path) -> None:
    roomy = replace(LIMITS, max_folder_bytes=1 << 30)
    assert sweep(root, roomy) == {LATER, NEW, "others"}


def test_a_picture_on_air_stays_whatever_its_age_and_space(root: Path) -> None:
    assert sweep(root, replace(LIMITS, max_folder_bytes=1), OLD) == {OLD, "others"}


def test_what_no_playlist_lists_goes_even_while_the_camera_is_on_air(root: Path) -> None:
    folder = root / OLD
    for name, age in (("0123abcd-0.ts", 61), ("0123abcd-2.ts.tmp", 60), ("0123abcd-3.ts", 59)):
        (folder / name).write_bytes(b"left")
        os.utime(folder / name, (NOW - age, NOW - age))
    sweep(root, replace(LIMITS, max_folder_bytes=1 << 30), OLD)
    left = {each.name for each in folder.iterdir()}
    assert left == {"live.m3u8", "0123abcd-1.ts", "0123abcd-3.ts"}


def test_for_space_the_oldest_go_and_no_more_than_needed(root: Path) -> None:
    limits = replace(LIMITS, keep_seconds=9_000.0, max_folder_bytes=14_000)
    before = MediaFolder(root, replace(limits, max_folder_bytes=1 << 30))
    before.sweep(NOW, ())
    bound = replace(limits, max_folder_bytes=before.byte_count)
    assert sweep(root, bound) == {LATER, NEW, "others"}


def test_a_disk_without_space_counts_as_full(root: Path) -> None:
    assert MediaFolder(root, replace(LIMITS, min_free_bytes=1 << 62)).is_full()
    assert not MediaFolder(root, LIMITS).is_full()
    assert not MediaFolder(root / "missing", replace(LIMITS, min_free_bytes=1 << 62)).is_full()


@pytest.mark.parametrize(
    ("picture", "name", "is_there"),
    [
        (OLD, "live.m3u8", True),
        (OLD, "0123abcd-1.ts", True),
        (OLD, "0123abcd-1.ts.tmp", False),
        (OLD, "../others/0123abcd-1.ts", False),
        ("..", "live.m3u8", False),
        ("others", "live.m3u8", False),
        (OLD, "", False),
    ],
)
def test_only_names_of_this_process_lead_to_files(
    root: Path, picture: str, name: str, *, is_there: bool
) -> None:
    assert (MediaFolder(root, LIMITS).locate(picture, name) is not None) is is_there
