"""What players get: types, ranges, caching, seats, and nothing outside the folder."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.media.limits import MediaLimits
from domain.live.media_servers import name_picture
from tests.support.camera_parts import KEY, MP4, MediaStudio, end_of, record, running_media


@pytest.fixture(scope="module")
async def studio(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MediaStudio]:
    """A process with two seats, one for each address, and one picture."""
    limits = MediaLimits(max_viewers=2)
    async with running_media(tmp_path_factory.mktemp("media"), limits) as running:
        async with running.camera() as socket:
            await socket.recv()
            await socket.send(record(MP4))
            await socket.send('{"type":"end"}')
            assert await end_of(socket) == (1000, "")
        yield running


async def test_a_player_reads_its_way_to_the_segments(studio: MediaStudio) -> None:
    picture = studio.picture()
    index = await studio.http.get(f"{picture}/index.m3u8")
    live = index.text.splitlines()[-1]
    listed = await studio.http.get(f"{picture}/{live}")
    for answer in (index, listed):
        assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["access-control-allow-origin"] == "*"
    name = listed.text.splitlines()[-1]
    whole = await studio.http.get(f"{picture}/{name}")
    assert whole.headers["content-type"] == "video/mp2t"
    assert whole.headers["cache-control"] == "public, max-age=300, immutable"
    assert whole.headers["access-control-allow-origin"] == "*"
    part = await studio.http.get(f"{picture}/{name}", headers={"range": "bytes=188-375"})
    assert (part.status_code, part.content) == (206, whole.content[188:376])
    assert part.headers["content-range"] == f"bytes 188-375/{len(whole.content)}"
    beyond = await studio.http.get(f"{picture}/{name}", headers={"range": "bytes=99999999-"})
    assert beyond.status_code == 416

    # The seat of this address is taken; it goes on reading, a second player is told.
    assert (await studio.http.get(f"{picture}/{live}")).status_code == 200
    full = await studio.http.get(f"{picture}/index.m3u8")
    assert (full.status_code, full.json()["code"]) == (503, "VIEWERS_FULL")
    assert full.headers["retry-after"] == "15"
    assert full.headers["access-control-allow-origin"] == "*"
    # The service itself takes no seat.
    shown = {"authorization": f"Bearer {KEY}"}
    watched = await studio.http.get(f"{picture}/index.m3u8", headers=shown)
    assert (watched.status_code, watched.text) == (200, listed.text)
    health = (await studio.http.get("/health/live")).json()
    assert (health["viewers"], health["maxViewers"]) == (1, 2)


async def test_a_segment_is_not_served_any_more_when_its_file_is_deleted(
    studio: MediaStudio,
) -> None:
    shown = {"authorization": f"Bearer {KEY}"}
    index = await studio.http.get(f"{studio.picture()}/index.m3u8", headers=shown)
    name = next(line for line in index.text.splitlines() if not line.startswith("#"))
    segment = f"{studio.picture()}/{name}"
    assert (await studio.http.get(segment)).status_code == 200
    path = studio.node.folder.locate(name_picture(KEY, "1"), name)
    assert path is not None
    path.unlink()
    await studio.node.files.forget_deleted()
    assert (await studio.http.get(segment)).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["x.ts", "live.mp4", "..%2f..%2fetc%2fpasswd", "%2e%2e", "00000000-1.ts", "live.m3u8.tmp", "é"],
)
async def test_nothing_else_is_found(studio: MediaStudio, path: str) -> None:
    for picture in (studio.picture(), "/live/..", f"/live/{'0' * 32}", "/live/%2e%2e"):
        assert (await studio.http.get(f"{picture}/{path}")).status_code == 404


@pytest.mark.parametrize("ticket", ["", "0" * 32, "%00", "é" * 40])
async def test_a_ticket_of_nobody_is_refused(studio: MediaStudio, ticket: str) -> None:
    answer = await studio.http.get(f"{studio.picture()}/live.m3u8?seat={ticket}")
    assert (answer.status_code, answer.json()["code"]) == (403, "SEAT_NOT_VALID")
