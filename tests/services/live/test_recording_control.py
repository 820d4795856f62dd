"""Consent and deletion over the database: who may, what the audit log keeps, and what is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.identity.accounts import Principal, Role
from domain.live.media_servers import CameraServer
from domain.live.sessions import SessionStatus
from domain.refusals import ConsentRequired, InvalidInput, NotPermitted
from realtime.group_commit import GroupCommit
from services.live.recording_control import RecordingControl
from storage.store import Store
from tests.support import records
from tests.support.records import FIXED_NOW, HOST_ID, UNION_ID, ManualClock
from tests.support.stored_streams import stored_session

HOST = Principal(role=Role.HOST, subject=HOST_ID, union_id=UNION_ID)
OTHER_HOST = Principal(role=Role.HOST, subject="another host", union_id=UNION_ID)
OFFICER = Principal(role=Role.OFFICER, subject="an officer", union_id="root")
CAMERAS = CameraServer(
    url="https://live.example.org/media", internal_url="http://127.0.0.1:9", key="the key of both"
)
REASON = "主播撤回了同意"


@pytest.fixture
def control(store: Store, commit: GroupCommit) -> RecordingControl:
    return RecordingControl(store, commit, CAMERAS, ManualClock(), kept=timedelta(days=30))


async def read_audit(store: Store) -> list[tuple[str, str, str]]:
    rows = await store.mongo["audit"].find({}, sort=[("_id", 1)]).to_list(None)
    return [(row["action"], row["actor_id"], row["detail"]) for row in rows]


async def test_a_consent_is_stored_once_and_its_deletion_with_the_reason(
    store: Store, control: RecordingControl
) -> None:
    session = await stored_session(store)
    given = await control.record_consent(HOST, session.id, control.consent_text.version)
    assert given.recording is not None
    assert (given.recording.person, given.recording.consented_at) == ("王师傅", FIXED_NOW)
    assert given.recording.consent_recorded_by == HOST_ID
    assert len(given.recording.name) == 32
    assert await control.record_consent(OFFICER, session.id, "1") == given

    deleted = await control.delete(OFFICER, session.id, REASON)
    assert deleted.recording is not None
    assert deleted.recording.deleted_at == FIXED_NOW
    assert await control.delete(HOST, session.id, REASON) == deleted
    assert await read_audit(store) == [
        ("CONSENT_TO_RECORDING", HOST_ID, "version 1"),
        ("DELETE_RECORDING", OFFICER.subject, REASON),
    ]


async def test_without_a_recording_nothing_is_deleted_and_nothing_logged(
    store: Store, control: RecordingControl
) -> None:
    session = await stored_session(store)
    assert await control.delete(HOST, session.id, REASON) == session
    assert await read_audit(store) == []


async def test_only_who_directs_the_session_decides_and_only_on_the_text_in_force(
    store: Store, commit: GroupCommit, control: RecordingControl
) -> None:
    session = await stored_session(store)
    with pytest.raises(NotPermitted):
        await control.record_consent(OTHER_HOST, session.id, "1")
    with pytest.raises(NotPermitted):
        await control.delete(OTHER_HOST, session.id, REASON)
    with pytest.raises(ConsentRequired):
        await control.record_consent(HOST, session.id, "0")
    without = RecordingControl(store, commit, None, ManualClock(), kept=timedelta(days=30))
    with pytest.raises(InvalidInput, match="takes none"):
        await without.record_consent(HOST, session.id, "1")
    assert await store.live_sessions.by_id(session.id) == session


async def test_a_consent_is_that_of_who_is_the_host_now(
    store: Store, control: RecordingControl
) -> None:
    session = await stored_session(store)
    with pytest.raises(ConsentRequired):
        await control.record_consent(HOST, session.id, "1", "李师傅")
    given = await control.record_consent(HOST, session.id, "1", "王师傅")
    assert given.recording is not None
    assert given.recording.person == "王师傅"


async def test_a_replay_has_the_address_of_the_media_process(
    store: Store, control: RecordingControl
) -> None:
    recording = records.session_recording(found_at=FIXED_NOW, duration_seconds=60)
    session = await stored_session(
        store, SessionStatus.ENDED, ended_at=FIXED_NOW, recording=recording
    )
    replay = control.find_replay(session)
    assert replay is not None
    assert control.address_of(replay) == (
        f"https://live.example.org/media/recordings/{recording.name}/index.m3u8"
    )


def test_the_text_names_the_days_in_both_languages(control: RecordingControl) -> None:
    text = control.consent_text
    assert "30天" in text.zh
    assert "30 days" in text.en
    assert "（第1版）" in text.zh
