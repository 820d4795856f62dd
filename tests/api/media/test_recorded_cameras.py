"""Cameras whose picture may be kept: from the consent to the end, and not a segment without it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.media.limits import MediaLimits
from domain.live.media_servers import name_picture
from tests.support.camera_parts import KEY, MP4, MediaStudio, end_of, record, running_media
from tests.support.waiting import wait_until

SERVICE = {"authorization": f"Bearer {KEY}"}


@pytest.fixture(scope="module")
async def studio(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MediaStudio]:
    limits = MediaLimits(key_check_seconds=0.1, folder_check_seconds=0.1)
    async with running_media(tmp_path_factory.mktemp("media"), limits) as running:
        yield running


async def measure(studio: MediaStudio, name: str) -> int | None:
    """Return the seconds of a recording, as the service asks for them."""
    answer = await studio.http.get(f"/recordings/{name}", headers=SERVICE)
    return answer.json()["durationSeconds"] if answer.status_code == 200 else None


async def is_on_air(studio: MediaStudio, session: str) -> bool:
    """Return whether players get a picture of a session."""
    return (await studio.http.get(f"{studio.picture(session)}/index.m3u8")).status_code == 200


async def film(studio: MediaStudio, session: str) -> None:
    """Publish three seconds as a camera does."""
    async with studio.camera(session) as socket:
        await socket.recv()
        await socket.send(record(MP4))
        await socket.send('{"type":"end"}')
        assert await end_of(socket) == (1000, "")


async def test_without_a_consent_nothing_is_kept(studio: MediaStudio) -> None:
    recordings = studio.node.folder.path_of("recordings")
    before = sorted(recordings.rglob("*"))  # other tests keep theirs here
    studio.service.recording = ""
    await film(studio, "without")
    assert sorted(recordings.rglob("*")) == before


async def test_all_that_players_got_is_kept_also_of_a_camera_that_came_back(
    studio: MediaStudio,
) -> None:
    studio.service.recording = name = "1" * 32
    await film(studio, "kept")
    once = await measure(studio, name)
    assert once == 3
    await film(studio, "kept")
    assert await measure(studio, name) == 6
    playlist = (await studio.http.get(f"/recordings/{name}/index.m3u8")).text
    assert playlist.count("#EXT-X-DISCONTINUITY") == 1


async def test_the_end_of_the_session_keeps_the_recording_and_nothing_of_the_picture(
    studio: MediaStudio,
) -> None:
    studio.service.recording = name = "2" * 32
    async with studio.camera("ended") as socket:
        await socket.recv()
        await socket.send(record(MP4))
        await wait_until(lambda: measure(studio, name), 60, every=0.05)
        studio.service.admits = False
        assert await end_of(socket) == (4600, "KEY_NOT_VALID")
    studio.service.admits = True
    assert await measure(studio, name) == 3
    assert not studio.node.folder.path_of(name_picture(KEY, "ended")).exists()


async def test_a_consent_on_air_keeps_what_begins_after_it_only(studio: MediaStudio) -> None:
    studio.service.recording = ""
    whole = record(MP4)
    last = whole.rindex(b"moof") - 4
    async with studio.camera("later") as socket:
        await socket.recv()
        await socket.send(whole[:last])
        await wait_until(lambda: is_on_air(studio, "later"), 60, every=0.05)
        studio.service.recording = name = "4" * 32
        asked = len(studio.service.calls)
        await wait_until(lambda: len(studio.service.calls) > asked + 1, 60)
        await socket.send(whole[last:])
        await socket.send('{"type":"end"}')
        assert await end_of(socket) == (1000, "")
    # Of the three seconds the first was listed, and the second being made, when it was given.
    assert await measure(studio, name) == 1


async def test_a_consent_that_is_withdrawn_on_air_ends_the_recording_at_once(
    studio: MediaStudio,
) -> None:
    studio.service.recording = name = "3" * 32
    async with studio.camera("withdrawn") as socket:
        await socket.recv()
        await socket.send(record(MP4))
        await wait_until(lambda: measure(studio, name), 60, every=0.05)
        studio.service.recording = ""
        asked = len(studio.service.calls)
        await wait_until(lambda: len(studio.service.calls) > asked + 1, 60)
        deleted = await studio.http.delete(f"/recordings/{name}", headers=SERVICE)
        assert deleted.status_code == 204
        await socket.send('{"type":"end"}')
        assert await end_of(socket) == (1000, "")
    assert await measure(studio, name) is None
