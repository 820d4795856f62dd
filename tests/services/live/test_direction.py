"""Directing a session: only its host and the officers of its union may change it."""

from __future__ import annotations

import pytest

from domain.identity.accounts import Principal, Role
from domain.live.events import Announcement, SlowModeChanged
from domain.live.log_topics import session_topic
from domain.live.sessions import LiveSession, Segment, SessionStatus
from domain.refusals import InvalidInput, NotFound, NotPermitted
from realtime.group_commit import GroupCommit
from services.live.direction import SessionDirection
from services.live.sessions import LiveSessionControl
from services.postings.posting_gate import PostingGate
from services.screening.minimum_wages import MinimumWages
from storage.mongo.client import new_id
from storage.store import Store
from tests.support import records
from tests.support.records import HOST_ID, UNION_ID, ManualClock

HOST = Principal(role=Role.HOST, subject=HOST_ID, union_id=UNION_ID)
OFFICER = Principal(role=Role.OFFICER, subject="an officer", union_id="root")


@pytest.fixture
def direction(store: Store, commit: GroupCommit) -> SessionDirection:
    clock = ManualClock()
    control = LiveSessionControl(store, commit, clock)
    return SessionDirection(store, control, PostingGate(store, control, MinimumWages(store), clock))


async def stored_session(store: Store, status: SessionStatus = SessionStatus.LIVE) -> LiveSession:
    session = records.live_session(status=status, posting_ids=("posting",))
    await store.live_sessions.add([session])
    await store.postings.add([records.posting(id="posting")])
    return session


async def try_everything(
    direction: SessionDirection, caller: Principal, session_id: str, refusal: type[Exception]
) -> None:
    for change in (
        direction.change_status(caller, session_id, SessionStatus.ENDED),
        direction.pin(caller, session_id, "posting"),
        direction.unpin(caller, session_id),
        direction.set_segment(caller, session_id, Segment.POSTING, "岗位介绍"),
        direction.set_slow_mode(caller, session_id, 30),
        direction.announce(caller, session_id, "欢迎"),
    ):
        with pytest.raises(refusal):
            await change


@pytest.mark.parametrize(
    "caller",
    [
        Principal(role=Role.HOST, subject="another host", union_id=UNION_ID),
        Principal(role=Role.OFFICER, subject="an officer", union_id="another union"),
        Principal(role=Role.RECRUITER, subject="a recruiter", employer_id="employer"),
        Principal(role=Role.VIEWER, subject="a viewer"),
    ],
)
async def test_a_caller_who_does_not_direct_the_session_changes_nothing(
    store: Store, direction: SessionDirection, caller: Principal
) -> None:
    session = await stored_session(store)
    await try_everything(direction, caller, session.id, NotPermitted)
    assert await store.live_sessions.by_id(session.id) == session
    assert await store.event_log.read(session_topic(session.id), after=0, limit=1) == []


async def test_an_unknown_session_and_a_draft_of_others_are_not_found(
    store: Store, direction: SessionDirection
) -> None:
    draft = await stored_session(store, SessionStatus.DRAFT)
    other_host = Principal(role=Role.HOST, subject="another host", union_id=UNION_ID)
    await try_everything(direction, HOST, new_id(), NotFound)
    await try_everything(direction, other_host, draft.id, NotFound)


@pytest.mark.parametrize("caller", [HOST, OFFICER])
async def test_host_and_officer_announce_and_unpin(
    store: Store, direction: SessionDirection, caller: Principal
) -> None:
    session = await stored_session(store)
    await direction.announce(caller, session.id, " 欢迎 ")
    logged = await store.event_log.read(session_topic(session.id), after=0, limit=1)
    assert [each.event for each in logged] == [Announcement(session_id=session.id, body="欢迎")]
    assert (await direction.unpin(caller, session.id)).pinned_posting_id is None


async def test_slow_mode_is_logged_once_for_each_change(
    store: Store, direction: SessionDirection
) -> None:
    session = await stored_session(store)
    for seconds in (30, 30, 600, 0):
        changed = await direction.set_slow_mode(HOST, session.id, seconds)
        assert changed.slow_mode_seconds == seconds
    logged = await store.event_log.read(session_topic(session.id), after=0, limit=9)
    assert [each.event for each in logged] == [
        SlowModeChanged(session_id=session.id, seconds=seconds) for seconds in (30, 600, 0)
    ]
    for seconds in (-1, 601):
        with pytest.raises(InvalidInput) as refusal:
            await direction.set_slow_mode(HOST, session.id, seconds)
        assert refusal.value.field == ("input", "seconds")


@pytest.mark.parametrize("body", ["", "  ", "字" * 501])
async def test_an_empty_or_overlong_announcement_is_refused(
    store: Store, direction: SessionDirection, body: str
) -> None:
    session = await stored_session(store)
    with pytest.raises(InvalidInput) as refusal:
        await direction.announce(HOST, session.id, body)
    assert refusal.value.field == ("input", "body")
