"""Editing a session: state, event and audit entry are one change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.identity.accounts import Principal, Role
from domain.live.events import SessionEdited
from domain.live.log_topics import session_topic
from domain.live.sessions import LiveSession, SessionStatus
from domain.postings.postings import PostingStatus
from domain.refusals import NotPermitted, PostingNotOpen, SessionStateConflict, TextRefused
from realtime.group_commit import GroupCommit
from services.live.session_edits import SessionChanges, SessionEditing
from storage.store import Store
from tests.support import records
from tests.support.records import HOST_ID, UNION_ID, ManualClock

HOST = Principal(role=Role.HOST, subject=HOST_ID, union_id=UNION_ID)


@pytest.fixture
def editing(store: Store, commit: GroupCommit) -> SessionEditing:
    return SessionEditing(store, commit, ManualClock())


async def stored_session(store: Store, status: SessionStatus) -> LiveSession:
    postings = [records.posting(), records.posting()]
    await store.postings.add(postings)
    session = records.live_session(status=status, posting_ids=tuple(each.id for each in postings))
    await store.live_sessions.add([session])
    return session


async def logged(store: Store, session: LiveSession) -> list[object]:
    found = await store.event_log.read(session_topic(session.id), after=0, limit=10)
    return [each.event for each in found]


async def audited(store: Store, session: LiveSession) -> list[tuple[str, str, str]]:
    rows = store.mongo["audit"].find({"subject_id": session.id}, sort=[("_id", 1)])
    return [(row["action"], row["actor_id"], row["detail"]) async for row in rows]


async def test_a_session_on_air_gets_another_posting_with_one_event_and_one_audit_entry(
    store: Store, editing: SessionEditing
) -> None:
    session = await stored_session(store, SessionStatus.LIVE)
    added = records.posting()
    await store.postings.add([added])
    wanted = SessionChanges(title="加一个岗位", added_posting_ids=[added.id])
    edited = await editing.edit(HOST, session.id, wanted)
    assert edited.posting_ids == (*session.posting_ids, added.id)
    assert edited.title == "加一个岗位"
    again = await editing.edit(HOST, session.id, wanted)
    assert again == await store.live_sessions.by_id(session.id)
    assert await logged(store, session) == [SessionEdited(session_id=session.id)]
    assert await audited(store, session) == [("EDIT_SESSION", HOST_ID, "title posting_ids")]


async def test_a_start_that_has_passed_stays_when_a_page_sends_all_fields(
    store: Store, editing: SessionEditing
) -> None:
    session = await stored_session(store, SessionStatus.SCHEDULED)
    early = replace(session, id=f"{session.id}-early", starts_at=session.starts_at - timedelta(9))
    await store.live_sessions.add([early])
    wanted = SessionChanges(title="晚些开始", starts_at=early.starts_at)
    assert (await editing.edit(HOST, early.id, wanted)).title == "晚些开始"


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (SessionChanges(title="月入过万专场"), TextRefused),
        (SessionChanges(added_posting_ids=["of nothing"]), PostingNotOpen),
        (SessionChanges(posting_ids=["of nothing"]), PostingNotOpen),
    ],
)
async def test_a_refused_edit_writes_nothing(
    store: Store,
    editing: SessionEditing,
    wanted: SessionChanges,
    refusal: type[Exception],
) -> None:
    session = await stored_session(store, SessionStatus.LIVE)
    with pytest.raises(refusal):
        await editing.edit(HOST, session.id, wanted)
    assert await store.live_sessions.by_id(session.id) == session
    assert await logged(store, session) == []
    assert await audited(store, session) == []


async def test_an_open_posting_stays_on_air_and_a_closed_one_moves_to_the_end(
    store: Store, editing: SessionEditing
) -> None:
    session = await stored_session(store, SessionStatus.LIVE)
    first, second = session.posting_ids
    with pytest.raises(SessionStateConflict):
        await editing.edit(HOST, session.id, SessionChanges(posting_ids=[second]))
    closed = {"$set": {"status": PostingStatus.CLOSED.value}}
    await store.mongo["postings"].update_one({"_id": first}, closed)
    edited = await editing.edit(HOST, session.id, SessionChanges(posting_ids=[second]))
    assert edited.posting_ids == (second, first)


async def test_another_host_may_not_edit(store: Store, editing: SessionEditing) -> None:
    session = await stored_session(store, SessionStatus.SCHEDULED)
    other = Principal(role=Role.HOST, subject="another host", union_id=UNION_ID)
    with pytest.raises(NotPermitted):
        await editing.edit(other, session.id, SessionChanges(title="别人的"))
