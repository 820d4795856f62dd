from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.live.sessions import LiveSession, Segment, SessionStatus
from storage.live.sessions import SessionQuery
from storage.mongo.client import Session
from storage.mongo.paging import Slice
from storage.store import Store
from tests.support import records

LATER = records.AT + timedelta(hours=1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (SessionQuery(), "dcba"),
        (SessionQuery(status=SessionStatus.ENDED), "b"),
        (SessionQuery(union_id="root"), "dba"),
        (SessionQuery(owner_id="other"), "d"),
        (SessionQuery(owner_id="other", status=SessionStatus.ENDED), ""),
    ],
)
async def test_sessions_are_listed_by_start_and_narrowed_by_all_that_is_named(
    store: Store, query: SessionQuery, found: str
) -> None:
    await store.sessions.add(
        [
            records.live_session(id="a", starts_at=records.AT - timedelta(hours=1)),
            records.live_session(id="b", status=SessionStatus.ENDED),
            records.live_session(id="c", union_path=("elsewhere",)),
            records.live_session(id="d", owner_id="other"),
        ]
    )
    page = await store.sessions.page(query, Slice(limit=10))
    assert "".join(session.id for session in page.items) == found
    assert await store.sessions.count(query) == len(found)


async def test_a_session_that_is_not_there_is_none(store: Store) -> None:
    session = records.live_session()
    await store.sessions.add([session])
    assert await store.sessions.by_ids([session.id, "none"]) == {session.id: session}
    assert await store.sessions.by_id(session.id) == session
    assert await store.sessions.by_id("none") is None


async def moved(store: Store, before: LiveSession, wanted: SessionStatus) -> LiveSession:
    async def body(session: Session) -> None:
        await store.sessions.move(before, wanted, at=LATER, session=session)

    await store.mongo.transaction(body)
    after = await store.sessions.by_id(before.id)
    assert after is not None
    return after


async def test_a_session_starts_once_however_often_it_is_interrupted(store: Store) -> None:
    session = records.live_session(status=SessionStatus.SCHEDULED)
    await store.sessions.add([session])
    live = await moved(store, session, SessionStatus.LIVE)
    assert live == replace(session, status=SessionStatus.LIVE, started_at=LATER)
    early = replace(live, status=SessionStatus.INTERRUPTED, started_at=records.AT)
    other = replace(early, id="other")
    await store.sessions.add([other])
    assert await moved(store, other, SessionStatus.LIVE) == replace(
        other, status=SessionStatus.LIVE
    )


@pytest.mark.parametrize("wanted", [SessionStatus.ENDED, SessionStatus.CANCELLED])
async def test_the_end_has_a_time_and_nothing_stays_pinned_or_on_air(
    store: Store, wanted: SessionStatus
) -> None:
    session = records.live_session(
        pinned_posting_id="posting", segment=Segment.STORY, segment_title="三十年焊工"
    )
    await store.sessions.add([session])
    assert await moved(store, session, wanted) == replace(
        session,
        status=wanted,
        ended_at=LATER,
        pinned_posting_id=None,
        segment=None,
        segment_title="",
    )


async def test_a_session_that_has_moved_on_is_not_moved(store: Store) -> None:
    session = records.live_session(status=SessionStatus.ENDED)
    await store.sessions.add([session])
    stale = replace(session, status=SessionStatus.INTERRUPTED)
    assert await moved(store, stale, SessionStatus.LIVE) == session


async def test_a_posting_is_pinned_in_a_live_session_only(store: Store) -> None:
    live, ended = records.live_session(), records.live_session(status=SessionStatus.ENDED)
    await store.sessions.add([live, ended])

    async def body(session: Session) -> None:
        for each in (live, ended):
            await store.sessions.pin(each.id, "posting", session=session)
        await store.sessions.note_seq(live.id, 7, session=session)

    await store.mongo.transaction(body)
    assert await store.sessions.by_ids([live.id, ended.id]) == {
        live.id: replace(live, pinned_posting_id="posting", seq=7),
        ended.id: ended,
    }


async def test_the_peak_only_rises(store: Store) -> None:
    session = records.live_session()
    await store.sessions.add([session])
    assert [await store.sessions.raise_peak(session.id, count) for count in (3, 9, 2)] == [3, 9, 9]
    assert await store.sessions.by_id(session.id) == replace(session, peak_viewers=9)
    assert await store.sessions.raise_peak("none", 4) == 4


async def test_views_are_added_up_for_each_session(store: Store) -> None:
    one, other = records.live_session(), records.live_session()
    await store.sessions.add([one, other])
    # Those of before have no field for it.
    await store.mongo["sessions"].update_one({"_id": one.id}, {"$unset": {"views": ""}})
    for views in ({one.id: 2, other.id: 1, "none": 4}, {one.id: 3}, {}):
        await store.sessions.add_views(views)
    assert await store.sessions.by_ids([one.id, other.id, "none"]) == {
        one.id: replace(one, views=5),
        other.id: replace(other, views=1),
    }


async def test_a_segment_is_set_in_a_live_session_only(store: Store) -> None:
    live, ended = records.live_session(), records.live_session(status=SessionStatus.ENDED)
    await store.sessions.add([live, ended])

    async def body(session: Session) -> None:
        for each in (live, ended):
            await store.sessions.set_segment(each.id, Segment.QA, "问答", session=session)

    await store.mongo.transaction(body)
    assert await store.sessions.by_ids([live.id, ended.id]) == {
        live.id: replace(live, segment=Segment.QA, segment_title="问答"),
        ended.id: ended,
    }


async def test_a_posting_is_found_where_it_is_shown_and_taken_away_there(store: Store) -> None:
    live = records.live_session(pinned_posting_id="posting")
    interrupted = replace(live, id="interrupted", status=SessionStatus.INTERRUPTED)
    other = records.live_session(pinned_posting_id="other")
    await store.sessions.add([live, interrupted, other])
    assert sorted(await store.sessions.showing("posting")) == sorted([live.id, "interrupted"])

    async def body(session: Session) -> None:
        for each in (live, interrupted, other):
            await store.sessions.unpin(each.id, "posting", session=session)

    await store.mongo.transaction(body)
    assert await store.sessions.showing("posting") == []
    assert await store.sessions.showing("other") == [other.id]
