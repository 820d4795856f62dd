"""The recording watch: what is stored follows the media process, and deletions reach it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.live.media_servers import CameraServer
from domain.live.sessions import LiveSession, SessionRecording, SessionStatus
from realtime.group_commit import GroupCommit
from services.live.recording_control import RecordingControl
from storage.store import Store
from tests.support import records
from tests.support.records import FIXED_NOW, ManualClock
from tests.support.stored_streams import stored_session
from workers.recording_server import FoundRecording, RecordingServerAway
from workers.recording_watch import RecordingWatch

KEPT = timedelta(days=30)
CAMERAS = CameraServer(url="http://127.0.0.1:9", internal_url="http://127.0.0.1:9", key="the key")
MINUTE = FoundRecording(duration_seconds=60, byte_count=6_000)


class MediaProcess:
    """Plays the part of the media process: what it has, by name."""

    def __init__(self) -> None:
        self.kept: dict[str, FoundRecording] = {}
        self.is_away = False

    async def find(self, name: str) -> FoundRecording | None:
        if self.is_away:
            raise RecordingServerAway
        return self.kept.get(name)

    async def delete(self, name: str) -> bool:
        if self.is_away:
            raise RecordingServerAway
        return self.kept.pop(name, None) is not None

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def media() -> MediaProcess:
    return MediaProcess()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def watch(
    store: Store, commit: GroupCommit, media: MediaProcess, clock: ManualClock
) -> RecordingWatch:
    control = RecordingControl(store, commit, CAMERAS, clock, kept=KEPT)
    return RecordingWatch(store, control, media, clock, node="one")


async def ended_session(store: Store, media: MediaProcess, **recording: object) -> LiveSession:
    session = await stored_session(
        store,
        SessionStatus.ENDED,
        ended_at=FIXED_NOW,
        recording=records.session_recording(**recording),
    )
    assert session.recording is not None
    media.kept[session.recording.name] = MINUTE
    return session


async def read_recording(store: Store, session: LiveSession) -> SessionRecording:
    found = await store.live_sessions.by_id(session.id)
    assert found is not None
    assert found.recording is not None
    return found.recording


async def test_a_recording_is_found_after_the_end_and_deleted_when_its_days_are_over(
    store: Store, watch: RecordingWatch, media: MediaProcess, clock: ManualClock
) -> None:
    session = await ended_session(store, media)
    await watch.run_once()
    found = await read_recording(store, session)
    assert (found.found_at, found.duration_seconds, found.byte_count) == (FIXED_NOW, 60, 6_000)

    clock.advance(days=30)
    await watch.run_once()
    assert media.kept == {}
    deleted = await read_recording(store, session)
    assert (deleted.deleted_at, deleted.removed_at) == (clock(), None)
    await watch.run_once()
    assert (await read_recording(store, session)).removed_at == clock()
    assert await store.live_sessions.with_recording(limit=10) == []


async def test_a_deletion_reaches_a_media_process_that_was_away(
    store: Store, watch: RecordingWatch, media: MediaProcess
) -> None:
    session = await ended_session(store, media, deleted_at=FIXED_NOW)
    other = await ended_session(store, media)
    media.is_away = True
    await watch.run_once()
    assert (await read_recording(store, session)).removed_at is None
    assert (await read_recording(store, other)).found_at is None
    media.is_away = False
    await watch.run_once()
    # A camera that had not heard of it has added a segment.
    media.kept[(await read_recording(store, session)).name] = MINUTE
    await watch.run_once()
    assert (await read_recording(store, session)).removed_at is None
    await watch.run_once()
    assert (await read_recording(store, session)).removed_at == FIXED_NOW
    assert (await read_recording(store, other)).found_at == FIXED_NOW


async def test_what_the_media_process_lost_is_not_shown_any_more(
    store: Store, watch: RecordingWatch, media: MediaProcess, clock: ManualClock
) -> None:
    session = await ended_session(store, media)
    await watch.run_once()
    media.kept.clear()
    clock.advance(minutes=1)
    await watch.run_once()
    gone = await read_recording(store, session)
    assert (gone.deleted_at, gone.removed_at) == (clock(), clock())


async def test_a_round_looks_at_so_many_and_the_next_one_goes_on_behind_them(
    store: Store, commit: GroupCommit, media: MediaProcess, clock: ManualClock
) -> None:
    control = RecordingControl(store, commit, CAMERAS, clock, kept=KEPT)
    watch = RecordingWatch(store, control, media, clock, node="one", max_looked_at=2)
    sessions = [await ended_session(store, media, name=str(each) * 32) for each in range(3)]
    for _ in range(3):
        await watch.run_once()
    found = [(await read_recording(store, each)).found_at for each in sessions]
    assert found == [FIXED_NOW] * 3


async def test_on_air_it_says_how_much_there_is_and_that_it_is_no_replay_yet(
    store: Store, watch: RecordingWatch, media: MediaProcess
) -> None:
    session = await stored_session(store, SessionStatus.LIVE, recording=records.session_recording())
    assert session.recording is not None
    media.kept[session.recording.name] = MINUTE
    await watch.run_once()
    so_far = await read_recording(store, session)
    assert (so_far.duration_seconds, so_far.byte_count, so_far.found_at) == (60, 6_000, None)


async def test_what_the_service_deletes_by_itself_is_in_the_audit_log(
    store: Store, watch: RecordingWatch, media: MediaProcess, clock: ManualClock
) -> None:
    over = await ended_session(store, media)
    lost = await ended_session(store, media, name="1" * 32)
    media.kept.pop("1" * 32)
    clock.advance(minutes=1)
    await watch.run_once()
    clock.advance(days=30)
    await watch.run_once()
    await watch.run_once()
    rows = await store.mongo["audit"].find({}, sort=[("_id", 1)]).to_list(None)
    assert [
        (row["action"], row["actor_role"], row["subject_id"], row["detail"]) for row in rows
    ] == [
        (
            *("DELETE_RECORDING", "SERVICE", lost.id),
            "the media process has nothing of it, or not any more",
        ),
        (
            *("DELETE_RECORDING", "SERVICE", over.id),
            "its days are over, or somebody else is the host",
        ),
    ]


async def test_another_host_ends_the_consent_of_the_one_before(
    store: Store, watch: RecordingWatch, media: MediaProcess
) -> None:
    session = await stored_session(store, recording=records.session_recording(person="李师傅"))
    await watch.run_once()
    assert (await read_recording(store, session)).deleted_at == FIXED_NOW
