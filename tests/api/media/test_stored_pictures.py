"""The playlist of a picture that is partly stored: it ends before the first segment that is not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.media.stored_pictures import cut_playlist, segments_of
from domain.live.hls_playlists import parse_playlist

HEAD = ("#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:1", "#EXT-X-MEDIA-SEQUENCE:7")


@st.composite
def playlists(draw: st.DrawFn) -> tuple[list[str], set[str]]:
    """Lines of a playlist as ffmpeg writes it, and which of its segments are stored."""
    names = [f"0123abcd-{number}.ts" for number in range(7, 7 + draw(st.integers(0, 10)))]
    lines = list(HEAD)
    for name in names:
        lines += ["#EXT-X-DISCONTINUITY"] * draw(st.integers(0, 1)) + ["#EXTINF:1.000000,", name]
    return lines, set(draw(st.lists(st.sampled_from(names or ["none"]))))


@given(playlists())
def test_it_is_a_beginning_that_names_stored_segments_only(
    given_playlist: tuple[list[str], set[str]],
) -> None:
    lines, stored = given_playlist
    cut = cut_playlist(lines, stored).splitlines()
    assert cut == lines[: len(cut)]
    named, listed = segments_of(cut), segments_of(lines)
    assert set(named) <= stored
    assert listed[len(named) :][:1] == [] or listed[len(named)] not in stored
    if not named:
        assert cut == []
    else:
        assert cut[-1] == named[-1]  # no line of a segment that is not there
        assert parse_playlist("\n".join(cut)).head == (7 + len(named), named[-1])
