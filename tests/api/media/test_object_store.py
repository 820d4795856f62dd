"""Players that read from object storage: a real S3 server, which goes away and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from api.media.limits import MediaLimits
from api.media.object_store import ObjectStore, StoreAddress, StoreAway
from api.media.recording_folder import RecordingFolder
from api.media.stored_recordings import StoredRecordings
from domain.live.media_servers import name_picture
from tests.support.camera_parts import (
    KEY,
    MP4,
    MediaStudio,
    decode_frames,
    end_of,
    record,
    running_media,
)
from tests.support.s3_servers import BUCKET, CREDENTIALS, S3Server, find_s3rver, running_s3
from tests.support.waiting import wait_until
from tests.web.cables import Cable, laid_cable

LIMITS = MediaLimits(
    key_check_seconds=0.1,
    silence_seconds=60.0,
    folder_check_seconds=0.1,
    store_check_seconds=0.05,
    # A request that a test holds back ends by itself, and is made again.
    store_timeout_seconds=3.0,
)
ADDRESS = StoreAddress(bucket=BUCKET, prefix="songgang/one")
LEFT = "0" * 32
"""A picture that a process before has left in the store."""
SERVICE = {"authorization": f"Bearer {KEY}"}
DAY = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A media process that writes to an S3 server over ``cable``, and a player that reads there."""

    studio: MediaStudio
    s3: S3Server
    cable: Cable
    player: httpx.AsyncClient

    def names(self, folder: str) -> list[str]:
        """Return the names of what is stored in a folder."""
        return self.s3.list_names(f"{ADDRESS.prefix}/{folder}")

    async def read(self, path: str) -> httpx.Response:
        """Read from the store, as a page of another origin does."""
        origin = {"origin": "https://jobs.example.org"}
        return await self.player.get(f"{self.s3.url}/{ADDRESS.prefix}/{path}", headers=origin)

    async def lists(self, folder: str, segments: int) -> bool:
        """Return whether the stored playlist of a folder names so many segments."""
        return (await self.read(f"{folder}/index.m3u8")).text.count(".ts") == segments

    async def ask(self, path: str, method: str = "GET") -> httpx.Response:
        """Ask the media process, as the service does."""
        return await self.studio.http.request(method, path, headers=SERVICE)

    async def film(self, session: str) -> str:
        """Publish three seconds as a camera does; return the folder of the picture."""
        async with self.studio.camera(session) as socket:
            await socket.recv()
            await socket.send(record(MP4))
            await socket.send('{"type":"end"}')
            assert await end_of(socket) == (1000, "")
        return f"live/{name_picture(KEY, session)}"


@pytest.fixture(scope="module")
async def setup(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Setup]:
    if find_s3rver() is None:
        pytest.skip("s3rver is not here: scripts/s3rver.sh")
    folder: Path = tmp_path_factory.mktemp("stored")
    with pytest.MonkeyPatch.context() as environment:
        async with running_s3(folder) as s3, laid_cable(s3.url) as cable:
            for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": cable.url}.items():
                environment.setenv(name, value)
            store = ObjectStore(ADDRESS, LIMITS)
            await store.put(f"live/{LEFT}", "0123abcd-1.ts", b"left", {})
            await store.put("live/of-the-operator", "film.mp4", b"content", {})
            given = {
                "SONGGANG_MEDIA_STORE": f"s3://{BUCKET}/{ADDRESS.prefix}",
                "SONGGANG_MEDIA_STORE_URL": f"{s3.url}/{ADDRESS.prefix}",
            }
            async with (
                running_media(folder / "media", LIMITS, **given) as studio,
                httpx.AsyncClient() as player,
            ):
                setup = Setup(studio=studio, s3=s3, cable=cable, player=player)
                # Before anything else it looks at what a process before has left.
                await wait_until(lambda: not setup.names(f"live/{LEFT}"), 60)
                yield setup


async def test_players_read_a_picture_from_the_store(setup: Setup) -> None:
    folder = await setup.film("whole")
    await wait_until(lambda: setup.lists(folder, 3), 60, every=0.05)
    index = await setup.read(f"{folder}/index.m3u8")
    assert index.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert index.headers["cache-control"] == "public, max-age=1"
    assert index.headers["access-control-allow-origin"] == "*"
    names = [line for line in index.text.splitlines() if line.endswith(".ts")]
    segments = [await setup.read(f"{folder}/{name}") for name in names]
    assert sum(decode_frames(each.content) for each in segments) == 15
    for each in segments:
        assert each.headers["content-type"] == "video/mp2t"
        assert each.headers["cache-control"] == "public, max-age=300, immutable"
        assert each.headers["access-control-allow-origin"] == "*"
    part = await setup.player.get(str(segments[0].url), headers={"range": "bytes=188-375"})
    assert (part.status_code, part.content) == (206, segments[0].content[188:376])
    # The service looks at what players get.
    assert (await setup.ask(f"/{folder}/index.m3u8")).text == index.text
    assert (await setup.ask("/health/live")).json()["store"] == "OK"


async def test_a_picture_that_a_process_before_has_left_is_deleted(setup: Setup) -> None:
    assert setup.names(f"live/{LEFT}") == []
    assert setup.names("live/of-the-operator") == ["film.mp4"]


async def test_a_playlist_names_no_segment_that_is_not_known_to_be_stored(setup: Setup) -> None:
    setup.cable.hold_answers()
    try:
        folder = await setup.film("held")
        await wait_until(lambda: setup.names(folder), 60)
        assert not [name for name in setup.names(folder) if not name.endswith(".ts")]
        assert (await setup.ask(f"/{folder}/index.m3u8")).status_code == 404
    finally:
        setup.cable.release_answers()
    await wait_until(lambda: "index.m3u8" in setup.names(folder), 60)


async def test_a_picture_that_is_cut_off_goes_from_the_store(setup: Setup) -> None:
    folder = f"live/{name_picture(KEY, 'cut')}"
    async with setup.studio.camera("cut") as socket:
        await socket.recv()
        await socket.send(record(MP4))
        await wait_until(lambda: "index.m3u8" in setup.names(folder), 60)
        setup.studio.service.admits = False
        try:
            assert await end_of(socket) == (4600, "KEY_NOT_VALID")
        finally:
            setup.studio.service.admits = True
    await wait_until(lambda: not setup.names(folder), 60)
    assert (await setup.read(f"{folder}/index.m3u8")).status_code == 404
    assert (await setup.ask(f"/{folder}/index.m3u8")).status_code == 404


async def test_a_recording_is_played_from_the_store_and_deleted_there(setup: Setup) -> None:
    setup.studio.service.recording = name = "1" * 32
    await setup.film("recorded")
    setup.studio.service.recording = ""
    folder = f"recordings/{name}"

    async def measured() -> object:
        answer = await setup.ask(f"/{folder}")
        return answer.status_code == 200 and answer.json()["durationSeconds"] == 3

    await wait_until(measured, 60, every=0.05)
    playlist = (await setup.read(f"{folder}/index.m3u8")).text
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in playlist
    assert "#EXT-X-ENDLIST" in playlist
    names = [line for line in playlist.splitlines() if line.endswith(".ts")]
    segments = [(await setup.read(f"{folder}/{each}")).content for each in names]
    assert sum(map(decode_frames, segments)) == 15

    assert (await setup.ask(f"/{folder}", "DELETE")).status_code == 204
    assert setup.names(folder) == []
    assert (await setup.ask(f"/{folder}")).status_code == 404
    assert (await setup.ask(f"/{folder}", "DELETE")).status_code == 404


async def test_a_store_that_is_away_is_named_and_gets_all_when_it_is_back(setup: Setup) -> None:
    setup.studio.service.recording = name = "2" * 32
    setup.cable.unplug()
    try:
        folder = await setup.film("away")  # the camera is taken as always
        assert await setup.studio.read_segments("away")
        assert (await setup.ask(f"/{folder}/index.m3u8")).status_code == 404

        async def is_away() -> bool:
            return bool((await setup.ask("/health/live")).json()["store"] == "AWAY")

        await wait_until(is_away, 60, every=0.05)
        # Nobody may take it for lost: it will be there.
        assert (await setup.ask(f"/recordings/{name}")).status_code == 503
        gone = f"/recordings/{'3' * 32}"
        assert (await setup.ask(gone, "DELETE")).status_code == 503
    finally:
        setup.studio.service.recording = ""
        setup.cable.plug()
    await wait_until(lambda: setup.lists(folder, 3), 60, every=0.05)
    await wait_until(lambda: setup.lists(f"recordings/{name}", 3), 60, every=0.05)
    assert (await setup.ask(gone, "DELETE")).status_code == 404
    assert (await setup.ask(f"/{folder}/index.m3u8")).status_code == 200


async def test_no_more_requests_at_once_than_the_limit(setup: Setup) -> None:
    async with laid_cable(setup.s3.url) as cable:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("AWS_ENDPOINT_URL", cable.url)
            store = ObjectStore(ADDRESS, LIMITS)
        cable.hold_answers()
        work = [store.put("many", f"{number}.ts", b"content", {}) for number in range(30)]
        tasks = [asyncio.ensure_future(each) for each in work]
        await wait_until(lambda: len(setup.names("many")) == LIMITS.max_store_requests, 60)
        cable.release_answers()
        await asyncio.gather(*tasks)
        assert cable.connections == LIMITS.max_store_requests
        assert len(setup.names("many")) == 30
        assert await store.delete_folder("many", first="0.ts")
        assert setup.names("many") == []


async def test_what_a_lost_folder_has_left_is_deleted_by_date(setup: Setup, tmp_path: Path) -> None:
    store = ObjectStore(StoreAddress(bucket=BUCKET, prefix="lost"), LIMITS)
    folder = f"recordings/{'4' * 32}"
    await store.put(folder, "0123abcd-1.ts", b"content", {})
    (stored,) = await store.list_objects(folder)
    now = stored.changed_at.timestamp()

    async def look(at: float) -> int:
        recordings = RecordingFolder(tmp_path, LIMITS)
        mirror = StoredRecordings(recordings, store, LIMITS, on_air=frozenset, clock=lambda: at)
        await mirror.run_once()
        return len(await store.list_objects(folder))

    assert await look(now + 30 * DAY) == 1
    assert await look(now + 31 * DAY) == 0


async def test_a_store_that_does_not_answer_in_time_is_away(setup: Setup) -> None:
    async with laid_cable(setup.s3.url) as cable:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("AWS_ENDPOINT_URL", cable.url)
            store = ObjectStore(ADDRESS, MediaLimits(store_timeout_seconds=0.2))
        cable.hold_answers()
        with pytest.raises(StoreAway):
            await store.list_objects("slow")
        assert store.is_away
