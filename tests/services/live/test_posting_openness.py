"""Viewers learn once when a posting of their session closes, and once when it opens again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.live.events import (
    LoggedEvent,
    PostingUnpinned,
    SessionPostingClosed,
    SessionPostingOpened,
    SessionStarted,
)
from domain.live.log_topics import session_topic
from domain.live.sessions import LiveSession, SessionStatus
from domain.postings.postings import Posting, PostingStatus
from realtime.group_commit import GroupCommit
from services.live.sessions import LiveSessionControl
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.records import FIXED_NOW, ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def control(store: Store, commit: GroupCommit, clock: ManualClock) -> LiveSessionControl:
    return LiveSessionControl(store, commit, clock)


async def logged(store: Store, session: LiveSession) -> list[object]:
    read = await store.event_log.read(session_topic(session.id), after=0, limit=100)
    return [each.event for each in read]


async def set_status(store: Store, posting: Posting, status: PostingStatus) -> Posting:
    (before,) = (await store.postings.by_ids([posting.id])).values()
    after = replace(before, status=status, version=before.version + 1)
    assert await store.postings.update_if_unchanged(before, after)
    return after


async def start(
    control: LiveSessionControl, store: Store, *postings: Posting
) -> tuple[LiveSession, LoggedEvent]:
    session = records.live_session(
        status=SessionStatus.SCHEDULED, posting_ids=tuple(each.id for each in postings)
    )
    await store.postings.add(postings)
    await store.live_sessions.add([session])
    await control.change_status(session.id, SessionStatus.LIVE)
    return session, SessionStarted(session_id=session.id)


async def test_closing_and_opening_are_logged_once_each_with_the_state(
    control: LiveSessionControl, store: Store
) -> None:
    kept, changed = records.posting(), records.posting()
    refused = records.posting(status=PostingStatus.REFUSED)
    session, started = await start(control, store, kept, changed, refused)
    ids = {"session_id": session.id, "posting_id": changed.id}
    await set_status(store, changed, PostingStatus.CLOSED)
    await asyncio.gather(*(control.refresh_openness(changed.id) for _ in range(5)))
    assert await logged(store, session) == [started, SessionPostingClosed(**ids)]
    found = await store.live_sessions.by_id(session.id)
    assert found is not None
    assert found.closed_posting_ids == (refused.id, changed.id)
    await set_status(store, changed, PostingStatus.OPEN)
    for _ in range(2):
        await control.refresh_posting(changed.id)
    assert await logged(store, session) == [
        started,
        SessionPostingClosed(**ids),
        SessionPostingOpened(**ids),
    ]


async def test_a_posting_that_was_closed_at_the_start_is_reported_when_it_opens(
    control: LiveSessionControl, store: Store
) -> None:
    held = records.posting(status=PostingStatus.IN_REVIEW)
    session, started = await start(control, store, held)
    await control.refresh_openness(held.id)
    assert await logged(store, session) == [started]
    await set_status(store, held, PostingStatus.OPEN)
    await control.refresh_openness(held.id)
    opened = SessionPostingOpened(session_id=session.id, posting_id=held.id)
    assert await logged(store, session) == [started, opened]


async def test_the_pinned_posting_is_unpinned_and_closed_in_one_transaction(
    control: LiveSessionControl, store: Store
) -> None:
    posting = records.posting()
    session, _ = await start(control, store, posting)
    await control.pin(session.id, posting.id)
    await set_status(store, posting, PostingStatus.CLOSED)
    await control.refresh_openness(posting.id)
    ids = {"session_id": session.id, "posting_id": posting.id}
    assert (await logged(store, session))[-2:] == [
        PostingUnpinned(**ids),
        SessionPostingClosed(**ids),
    ]


async def test_a_posting_that_ends_by_its_date_is_found_in_every_session_on_air(
    control: LiveSessionControl, store: Store, clock: ManualClock
) -> None:
    last_day = FIXED_NOW.date() + timedelta(days=1)
    ending = records.posting(terms=posting_terms(valid_until=last_day))
    session, started = await start(control, store, ending, records.posting())
    # A node of the version before started this one: it is noted as it is.
    unnoted = records.live_session(posting_ids=(ending.id,))
    ended = records.live_session(status=SessionStatus.ENDED, posting_ids=(ending.id,))
    await store.live_sessions.add([unnoted, ended])
    await control.refresh_all_openness()
    assert await logged(store, session) == [started]
    clock.advance(days=3)
    for _ in range(2):
        await control.refresh_all_openness()
    closed = SessionPostingClosed(session_id=session.id, posting_id=ending.id)
    assert await logged(store, session) == [started, closed]
    assert await logged(store, unnoted) == [replace(closed, session_id=unnoted.id)]
    assert await logged(store, ended) == []
