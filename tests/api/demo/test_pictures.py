"""Pictures of demo sessions, through a real media process: they follow the room, and come back."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.demo.pictures import DemoPictures
from api.media.hls_encoder import PLAYLIST, find_ffmpeg
from api.media.limits import MediaLimits
from domain.live.media_servers import CameraServer, name_picture
from domain.live.sessions import LiveSession, SessionStatus
from domain.live.streams import choose_source, cut_off
from realtime.group_commit import GroupCommit
from services.live.stream_control import StreamControl
from storage.mongo.client import new_id
from storage.store import Store
from tests.support import records
from tests.support.camera_parts import KEY, MediaStudio, find_darkest, running_media
from tests.support.records import FIXED_NOW, ManualClock
from tests.support.stored_streams import read_stream
from tests.support.waiting import wait_until

PAY = "1000:90:120:395"
WHITE = 230


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[MediaStudio]:
    limits = MediaLimits(key_check_seconds=0.1, folder_check_seconds=0.1)
    async with running_media(tmp_path / "media", limits) as running:
        running.service.secret = None
        yield running


@pytest.fixture
def control(store: Store, commit: GroupCommit) -> StreamControl:
    return StreamControl(store, commit, ManualClock())


@pytest.fixture
async def pictures(
    store: Store, control: StreamControl, studio: MediaStudio, tmp_path: Path
) -> AsyncIterator[DemoPictures]:
    """Pictures whose rounds the test does."""
    pictures = create_pictures(store, control, studio.url, tmp_path, node="one")
    yield pictures
    await pictures.close()
    assert pictures.encoder_pids == ()


def create_pictures(
    store: Store, control: StreamControl, url: str, folder: Path, *, node: str
) -> DemoPictures:
    return DemoPictures(
        store,
        control,
        CameraServer(url=url, internal_url=url, key=KEY),
        ManualClock(),
        node=node,
        folder=folder,
        program=find_ffmpeg(),
    )


async def stored_room(store: Store, *, synthetic: bool = True) -> LiveSession:
    """A session on air with a job to pin."""
    employer = records.employer(id=new_id())
    posting = records.posting(employer_id=employer.id)
    session = records.live_session(
        status=SessionStatus.LIVE, synthetic=synthetic, posting_ids=(posting.id,)
    )
    await store.employers.add([employer])
    await store.postings.add([posting])
    await store.live_sessions.add([session])
    return session


async def pin(store: Store, session: LiveSession) -> None:
    await store.mongo["sessions"].update_one(
        {"_id": session.id}, {"$set": {"pinned_posting_id": session.posting_ids[0]}}
    )


async def wait_for_pay(studio: MediaStudio, session: LiveSession, *, is_shown: bool) -> None:
    """Wait for a new segment whose first frame shows a pay, or shows none."""
    path = studio.node.folder.path_of(name_picture(KEY, session.id)) / PLAYLIST

    def listed() -> list[str]:
        lines = path.read_text("ascii").splitlines() if path.exists() else []
        return [line for line in lines if line.endswith(".ts")]

    before = listed()[-1:]

    async def is_drawn() -> bool:
        last = listed()[-1:]
        if last == before:
            return False
        darkest = find_darkest((path.parent / last[0]).read_bytes(), PAY)
        return (darkest < WHITE) == is_shown

    # Frames that were drawn before are still on their way.
    await wait_until(is_drawn, 60, every=0.1)


async def test_the_card_follows_the_pinned_job_and_comes_back_after_a_kill(
    store: Store, studio: MediaStudio, pictures: DemoPictures
) -> None:
    session = await stored_room(store)
    await pictures.run_once()
    stream = await read_stream(store, session)
    assert stream.hls_url == f"{studio.url}{studio.picture(session.id)}/index.m3u8"
    await wait_for_pay(studio, session, is_shown=False)

    await pin(store, session)
    await pictures.run_once()
    await wait_for_pay(studio, session, is_shown=True)

    (killed,) = pictures.encoder_pids
    os.kill(killed, signal.SIGKILL)
    await wait_until(lambda: pictures.encoder_pids not in {(), (killed,)}, 60)
    await wait_for_pay(studio, session, is_shown=True)

    # A visitor of the demo takes over; afterwards the card is not forced on them.
    chosen = choose_source(
        stream, hls_url="https://live.example.org/1.m3u8", link_url="", poster_url=""
    )
    await pictures._control.change(session.id, lambda _: chosen)
    await pictures.run_once()
    assert pictures.encoder_pids == ()
    assert await read_stream(store, session) == chosen


async def test_only_demo_sessions_whose_picture_nobody_decided_get_one(
    store: Store, control: StreamControl, tmp_path: Path, pictures: DemoPictures
) -> None:
    real, off = await stored_room(store, synthetic=False), await stored_room(store)
    await control.change(off.id, lambda s: cut_off(s.stream, at=FIXED_NOW, reason="画面无关"))
    before = await read_stream(store, off)
    await pictures.run_once()
    assert (await read_stream(store, real)).key_digest == ""
    assert await read_stream(store, off) == before


async def test_one_node_shows_them_and_a_start_at_another_address_goes_on(
    store: Store, control: StreamControl, tmp_path: Path, pictures: DemoPictures
) -> None:
    session = await stored_room(store)
    await pictures.run_once()
    first = await read_stream(store, session)
    other = create_pictures(store, control, "http://127.0.0.1:9", tmp_path, node="two")
    try:
        await other.run_once()
        assert await read_stream(store, session) == first
        await store.leases.release("demo_pictures", "one")
        await other.run_once()
        after = await read_stream(store, session)
        assert after.key_digest == first.key_digest
        assert after.hls_url.startswith("http://127.0.0.1:9/live/")
    finally:
        await other.close()
