"""A change of a session is stored together with its event, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from domain.live.events import (
    Announcement,
    LoggedEvent,
    PostingPinned,
    PostingUnpinned,
    SessionCancelled,
    SessionEnded,
    SessionInterrupted,
    SessionResumed,
    SessionStarted,
)
from domain.live.log_topics import session_topic
from domain.live.sessions import LiveSession, SessionStatus
from domain.postings.postings import PostingStatus
from domain.refusals import (
    NotFound,
    PostingNotInSession,
    PostingNotOpen,
    Refusal,
    SessionNotLive,
    SessionStateConflict,
)
from realtime.group_commit import GroupCommit
from services.live.sessions import LiveSessionControl
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.records import FIXED_NOW, ManualClock

DRAFT, SCHEDULED, LIVE, INTERRUPTED, ENDED, CANCELLED = SessionStatus
EVENTS: dict[tuple[SessionStatus, SessionStatus], Callable[..., LoggedEvent] | None] = {
    (DRAFT, SCHEDULED): None,
    (DRAFT, CANCELLED): SessionCancelled,
    (SCHEDULED, LIVE): SessionStarted,
    (SCHEDULED, CANCELLED): SessionCancelled,
    (LIVE, INTERRUPTED): SessionInterrupted,
    (LIVE, ENDED): SessionEnded,
    (INTERRUPTED, LIVE): SessionResumed,
    (INTERRUPTED, ENDED): SessionEnded,
}


@pytest.fixture
def control(store: Store, commit: GroupCommit) -> LiveSessionControl:
    return LiveSessionControl(store, commit, ManualClock())


async def stored(store: Store, session: LiveSession) -> LiveSession:
    """The session as it is stored, without the position of its log, whose tag is random."""
    found = await store.live_sessions.by_id(session.id)
    assert found is not None
    return replace(found, position=None)


async def logged_events(store: Store, session: LiveSession) -> list[LoggedEvent]:
    placed = await store.event_log.read(session_topic(session.id), after=0, limit=100)
    return [each.event for each in placed]  # type: ignore[misc] # only logged events are in a log


async def session_with(store: Store, *shown: str, status: SessionStatus = LIVE) -> LiveSession:
    """A session that presents open postings of these ids."""
    session = records.live_session(status=status, posting_ids=shown)
    await store.live_sessions.add([session])
    if shown:
        await store.postings.add([records.posting(id=each) for each in shown])
    return session


@pytest.mark.parametrize(("before", "wanted"), EVENTS)
async def test_an_allowed_transition_is_stored_and_logged(
    store: Store, control: LiveSessionControl, before: SessionStatus, wanted: SessionStatus
) -> None:
    session = await session_with(store, status=before)
    event = EVENTS[before, wanted]
    events = [event(session_id=session.id)] if event else []
    moved = await control.change_status(session.id, wanted)
    assert moved.status is wanted
    assert await stored(store, session) == replace(moved, seq=len(events))
    assert await logged_events(store, session) == events


FORBIDDEN = sorted(set(product(SessionStatus, SessionStatus)) - EVENTS.keys())


async def test_a_forbidden_transition_changes_and_logs_nothing(
    store: Store, control: LiveSessionControl
) -> None:
    for before, wanted in FORBIDDEN:
        session = await session_with(store, status=before)
        with pytest.raises(SessionStateConflict):
            await control.change_status(session.id, wanted)
        assert await stored(store, session) == session
        assert await logged_events(store, session) == []


async def test_of_two_concurrent_starts_one_is_refused(
    store: Store, control: LiveSessionControl, other_store: Store, other_commit: GroupCommit
) -> None:
    session = await session_with(store, status=SCHEDULED)
    other = LiveSessionControl(other_store, other_commit, ManualClock())
    outcomes = await asyncio.gather(
        *(each.change_status(session.id, LIVE) for each in (control, other, control, other)),
        return_exceptions=True,
    )
    kinds = sorted(type(each).__name__ for each in outcomes)
    assert kinds == ["LiveSession", *["SessionStateConflict"] * 3]
    assert await logged_events(store, session) == [SessionStarted(session_id=session.id)]


async def test_a_pinned_posting_replaces_the_one_before(
    store: Store, control: LiveSessionControl
) -> None:
    session = await session_with(store, "a", "b")
    assert (await control.pin(session.id, "a")).pinned_posting_id == "a"
    assert (await control.pin(session.id, "b")).pinned_posting_id == "b"
    assert await stored(store, session) == replace(session, pinned_posting_id="b", seq=2)
    assert (await control.unpin(session.id)).pinned_posting_id is None
    assert (await control.unpin(session.id)).pinned_posting_id is None
    assert await stored(store, session) == replace(session, seq=3)
    assert await logged_events(store, session) == [
        PostingPinned(session_id=session.id, posting_id="a"),
        PostingPinned(session_id=session.id, posting_id="b"),
        PostingUnpinned(session_id=session.id, posting_id="b"),
    ]


async def test_an_announcement_is_logged(store: Store, control: LiveSessionControl) -> None:
    session = await session_with(store)
    assert await control.announce(session.id, "马上开始") == session
    assert await stored(store, session) == replace(session, seq=1)
    assert await logged_events(store, session) == [
        Announcement(session_id=session.id, body="马上开始")
    ]


@pytest.mark.parametrize("status", [each for each in SessionStatus if each is not LIVE])
async def test_a_session_that_is_not_on_air_is_not_changed(
    store: Store, control: LiveSessionControl, status: SessionStatus
) -> None:
    session = await session_with(store, "a", status=status)
    for refused in (
        control.pin(session.id, "a"),
        control.unpin(session.id),
        control.announce(session.id, "你好"),
    ):
        with pytest.raises(SessionNotLive):
            await refused
    assert await stored(store, session) == session
    assert await logged_events(store, session) == []


async def test_a_posting_that_is_not_open_or_not_presented_is_not_pinned(
    store: Store, control: LiveSessionControl
) -> None:
    held = records.posting(id="held", status=PostingStatus.IN_REVIEW)
    past = records.posting(id="past", terms=posting_terms(valid_until=date(2026, 9, 30)))
    foreign = records.posting(id="foreign")
    await store.postings.add([held, past, foreign])
    session = records.live_session(posting_ids=("held", "past", "none"))
    await store.live_sessions.add([session])
    refusals: dict[str, type[Refusal]] = {
        "held": PostingNotOpen,
        "past": PostingNotOpen,
        "foreign": PostingNotInSession,
        "none": NotFound,
    }
    for posting_id, refusal in refusals.items():
        with pytest.raises(refusal):
            await control.pin(session.id, posting_id)
    assert await stored(store, session) == session
    assert await logged_events(store, session) == []


async def test_an_unknown_session_is_not_found(store: Store, control: LiveSessionControl) -> None:
    for refused in (
        control.change_status("none", LIVE),
        control.pin("none", "a"),
        control.announce("none", "a"),
    ):
        with pytest.raises(NotFound):
            await refused
    assert await store.event_log.last_seq(session_topic("none")) == 0


def state_after(session: LiveSession, events: list[LoggedEvent]) -> LiveSession:
    """The state of a client that read ``session`` and then received ``events``."""
    for event in events:
        match event:
            case PostingPinned(posting_id=posting_id):
                session = replace(session, pinned_posting_id=posting_id)
            case PostingUnpinned():
                session = replace(session, pinned_posting_id=None)
            case SessionStarted() | SessionResumed():
                session = replace(session, status=LIVE)
            case SessionInterrupted():
                session = replace(session, status=INTERRUPTED)
            case SessionEnded():
                session = replace(session, status=ENDED, pinned_posting_id=None)
    return session


async def test_a_snapshot_and_the_later_events_give_the_present_state(
    store: Store, control: LiveSessionControl, other_store: Store, other_commit: GroupCommit
) -> None:
    session = await session_with(store, "a", "b", "c", status=SCHEDULED)
    desks = [control, LiveSessionControl(other_store, other_commit, ManualClock())]
    seen = [session]

    async def direct(number: int) -> None:
        acting = desks[number % 2]
        for posting_id in "abcabc":
            for acted in (acting.pin(session.id, posting_id), acting.unpin(session.id)):
                try:
                    await acted
                except SessionNotLive:
                    continue
                seen.append(await stored(store, session))

    await control.change_status(session.id, LIVE)
    await asyncio.gather(*(direct(number) for number in range(3)))
    for wanted in (INTERRUPTED, LIVE, ENDED):
        await control.change_status(session.id, wanted)
    now = await stored(store, session)
    events = await logged_events(store, session)
    assert now.seq == len(events)
    assert (now.status, now.ended_at) == (ENDED, FIXED_NOW)
    for each in seen:
        known = state_after(each, events[each.seq :])
        assert (known.status, known.pinned_posting_id) == (now.status, now.pinned_posting_id)
        assert state_after(session, events[: each.seq]).pinned_posting_id == each.pinned_posting_id


@pytest.mark.parametrize("status", [LIVE, INTERRUPTED])
async def test_every_session_that_shows_a_posting_logs_its_change(
    control: LiveSessionControl, store: Store, status: SessionStatus
) -> None:
    posting, other = records.posting(), records.posting()
    shows = records.live_session(status=status, pinned_posting_id=posting.id)
    does_not = records.live_session(pinned_posting_id=other.id)
    await store.postings.add([posting, other])
    await store.live_sessions.add([shows, does_not])
    pinned = PostingPinned(session_id=shows.id, posting_id=posting.id)
    unpinned = PostingUnpinned(session_id=shows.id, posting_id=posting.id)
    await control.refresh_posting(posting.id)
    assert await logged_events(store, shows) == [pinned]
    closed = replace(posting, status=PostingStatus.CLOSED, version=2)
    assert await store.postings.update_if_unchanged(posting, closed)
    for _ in range(2):
        await control.refresh_posting(posting.id)
    assert await logged_events(store, shows) == [pinned, unpinned]
    assert (await stored(store, shows)).pinned_posting_id is None
    assert await logged_events(store, does_not) == []
