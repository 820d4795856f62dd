"""Live sessions: pages and conditional writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.live.log_position import LogPosition
from domain.live.sessions import LiveSession, Segment, SessionStatus
from storage.live.sessions import LiveSessionQuery
from storage.mongo.client import Transaction
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records

LATER = records.FIXED_NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (LiveSessionQuery(), "dcba"),
        (LiveSessionQuery(status=SessionStatus.ENDED), "b"),
        (LiveSessionQuery(union_id="root"), "dba"),
        (LiveSessionQuery(owner_id="other"), "d"),
        (LiveSessionQuery(owner_id="other", status=SessionStatus.ENDED), ""),
    ],
)
async def test_sessions_are_listed_by_start_and_match_every_filter(
    store: Store, query: LiveSessionQuery, found: str
) -> None:
    await store.live_sessions.add(
        [
            records.live_session(id="a", starts_at=records.FIXED_NOW - timedelta(hours=1)),
            records.live_session(id="b", status=SessionStatus.ENDED),
            records.live_session(id="c", union_path=("elsewhere",)),
            records.live_session(id="d", owner_id="other"),
        ]
    )
    page = await store.live_sessions.page(query, PageRequest(limit=10))
    assert "".join(session.id for session in page.items) == found
    assert await store.live_sessions.count(query) == len(found)


async def test_an_unknown_session_is_none(store: Store) -> None:
    session = records.live_session()
    await store.live_sessions.add([session])
    assert await store.live_sessions.by_ids([session.id, "none"]) == {session.id: session}
    assert await store.live_sessions.by_id(session.id) == session
    assert await store.live_sessions.by_id("none") is None


async def move(store: Store, before: LiveSession, wanted: SessionStatus) -> LiveSession:
    async def body(transaction: Transaction) -> None:
        await store.live_sessions.change_status(before, wanted, at=LATER, transaction=transaction)

    await store.mongo.run_transaction(body)
    after = await store.live_sessions.by_id(before.id)
    assert after is not None
    return after


async def test_a_session_has_one_start_time_however_often_it_is_interrupted(store: Store) -> None:
    session = records.live_session(status=SessionStatus.SCHEDULED)
    await store.live_sessions.add([session])
    live = await move(store, session, SessionStatus.LIVE)
    assert live == replace(session, status=SessionStatus.LIVE, started_at=LATER)
    early = replace(live, status=SessionStatus.INTERRUPTED, started_at=records.FIXED_NOW)
    other = replace(early, id="other")
    await store.live_sessions.add([other])
    assert await move(store, other, SessionStatus.LIVE) == replace(other, status=SessionStatus.LIVE)


@pytest.mark.parametrize("wanted", [SessionStatus.ENDED, SessionStatus.CANCELLED])
async def test_ending_a_session_sets_the_time_and_clears_pin_and_segment(
    store: Store, wanted: SessionStatus
) -> None:
    session = records.live_session(
        pinned_posting_id="posting", segment=Segment.STORY, segment_title="三十年焊工"
    )
    await store.live_sessions.add([session])
    assert await move(store, session, wanted) == replace(
        session,
        status=wanted,
        ended_at=LATER,
        pinned_posting_id=None,
        segment=None,
        segment_title="",
    )


async def test_a_session_that_changed_meanwhile_is_not_changed(store: Store) -> None:
    session = records.live_session(status=SessionStatus.ENDED)
    await store.live_sessions.add([session])
    stale = replace(session, status=SessionStatus.INTERRUPTED)
    assert await move(store, stale, SessionStatus.LIVE) == session


async def test_a_posting_is_pinned_in_a_live_session_only(store: Store) -> None:
    live, ended = records.live_session(), records.live_session(status=SessionStatus.ENDED)
    await store.live_sessions.add([live, ended])

    position = LogPosition(seq=7, tag="abc")

    async def body(transaction: Transaction) -> None:
        for each in (live, ended):
            await store.live_sessions.pin(each.id, "posting", transaction=transaction)
        await store.live_sessions.set_position(live.id, position, transaction=transaction)

    await store.mongo.run_transaction(body)
    assert await store.live_sessions.by_ids([live.id, ended.id]) == {
        live.id: replace(live, pinned_posting_id="posting", seq=7, position=position),
        ended.id: ended,
    }


async def test_the_peak_only_rises(store: Store) -> None:
    session = records.live_session()
    await store.live_sessions.add([session])
    assert [
        await store.live_sessions.raise_peak_viewers(session.id, count) for count in (3, 9, 2)
    ] == [3, 9, 9]
    assert await store.live_sessions.by_id(session.id) == replace(session, peak_viewers=9)
    assert await store.live_sessions.raise_peak_viewers("none", 4) == 4


async def test_views_are_summed_per_session(store: Store) -> None:
    one, other = records.live_session(), records.live_session()
    await store.live_sessions.add([one, other])
    # Earlier sessions lack the field.
    await store.mongo["sessions"].update_one({"_id": one.id}, {"$unset": {"views": ""}})
    for views in ({one.id: 2, other.id: 1, "none": 4}, {one.id: 3}, {}):
        await store.live_sessions.add_views(views)
    assert await store.live_sessions.by_ids([one.id, other.id, "none"]) == {
        one.id: replace(one, views=5),
        other.id: replace(other, views=1),
    }


async def test_a_segment_is_set_in_a_live_session_only(store: Store) -> None:
    live, ended = records.live_session(), records.live_session(status=SessionStatus.ENDED)
    await store.live_sessions.add([live, ended])

    async def body(transaction: Transaction) -> None:
        for each in (live, ended):
            await store.live_sessions.set_segment(
                each.id, Segment.QA, "问答", transaction=transaction
            )

    await store.mongo.run_transaction(body)
    assert await store.live_sessions.by_ids([live.id, ended.id]) == {
        live.id: replace(live, segment=Segment.QA, segment_title="问答"),
        ended.id: ended,
    }


async def test_a_posting_is_found_and_unpinned_in_the_sessions_that_show_it(store: Store) -> None:
    live = records.live_session(pinned_posting_id="posting")
    interrupted = replace(live, id="interrupted", status=SessionStatus.INTERRUPTED)
    other = records.live_session(pinned_posting_id="other")
    await store.live_sessions.add([live, interrupted, other])
    assert sorted(await store.live_sessions.ids_showing("posting")) == sorted(
        [live.id, "interrupted"]
    )

    async def body(transaction: Transaction) -> None:
        for each in (live, interrupted, other):
            await store.live_sessions.unpin(each.id, "posting", transaction=transaction)

    await store.mongo.run_transaction(body)
    assert await store.live_sessions.ids_showing("posting") == []
    assert await store.live_sessions.ids_showing("other") == [other.id]
