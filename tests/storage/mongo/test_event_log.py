"""The event log has no gap and no repeat."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.leads.leads import LeadStage
from domain.live import events
from domain.live.events import Announcement, EventEnvelope, LoggedEvent
from storage.clock import utc_now
from storage.mongo.client import Document, Transaction
from storage.mongo.event_log import EventLog, envelope_from_document, envelope_to_document
from storage.store import Store
from tests.support.records import FIXED_NOW

session_ids = st.text(max_size=24)
any_event = st.one_of(
    *(
        st.builds(kind, session_id=session_ids)
        for kind in (
            events.SessionStarted,
            events.SessionInterrupted,
            events.SessionResumed,
            events.SessionEnded,
            events.SessionCancelled,
        )
    ),
    *(
        st.builds(kind, session_id=session_ids, posting_id=session_ids)
        for kind in (events.PostingPinned, events.PostingUnpinned)
    ),
    st.builds(Announcement, session_id=session_ids, body=st.text()),
    st.builds(events.LeadRecorded, session_id=session_ids, lead_id=session_ids),
    st.builds(
        events.LeadAdvanced,
        session_id=session_ids,
        lead_id=session_ids,
        stage=st.sampled_from(LeadStage),
    ),
)


def announcement(number: int) -> Announcement:
    return Announcement(session_id="a", body=str(number))


async def append(
    store: Store, topic: str, *happened: LoggedEvent, at: datetime = FIXED_NOW
) -> list[EventEnvelope]:
    async def body(transaction: Transaction) -> list[EventEnvelope]:
        return await store.event_log.append(topic, happened, at=at, transaction=transaction)

    return await store.mongo.run_transaction(body)


@given(event=any_event, seq=st.integers(1, 10**15 - 1))
def test_every_kind_of_event_is_read_from_its_document(event: LoggedEvent, seq: int) -> None:
    placed = EventEnvelope(topic="session/a", seq=seq, tag="b", at=FIXED_NOW, event=event)
    assert envelope_from_document(envelope_to_document(placed)) == placed


async def test_each_topic_counts_its_own_events_from_one(either_store: Store) -> None:
    log = either_store.event_log
    assert await append(either_store, "session/a") == []
    assert await log.last_seq("session/a") == 0
    first = await append(either_store, "session/a", announcement(1), announcement(2))
    assert [placed.seq for placed in first] == [1, 2]
    await append(either_store, "session/ab", announcement(1))
    await append(either_store, "session/", announcement(1))
    await append(either_store, "leads/a", announcement(1))
    second = await append(either_store, "session/a", announcement(3))
    assert [placed.seq for placed in second] == [3]
    assert await log.last_seq("session/a") == 3
    assert await log.read("session/a", after=0, limit=10) == [*first, *second]
    assert await log.read("session/a", after=1, limit=1) == first[1:]
    assert await log.read("session/a", after=3, limit=10) == []


async def test_the_time_of_a_topic_never_goes_back(either_store: Store) -> None:
    seconds = [5, 3, 5, 9, -100, 10]
    for second in seconds:
        at = FIXED_NOW + timedelta(seconds=second)
        placed = await append(either_store, "session/a", announcement(1), announcement(2), at=at)
        assert len({envelope.at for envelope in placed}) == 1
    (other,) = await append(either_store, "session/b", announcement(1))
    assert other.at == FIXED_NOW
    read = await either_store.event_log.read("session/a", after=0, limit=100)
    after = [(envelope.at - FIXED_NOW).total_seconds() for envelope in read]
    assert after == [5, 5, 5, 5, 5, 5, 9, 9, 9, 9, 10, 10]


async def test_a_topic_of_the_version_before_goes_on(store: Store) -> None:
    await store.mongo["logs"].insert_one({"_id": "session/a", "seq": 7})
    (placed,) = await append(store, "session/a", announcement(1))
    assert (placed.seq, placed.at) == (8, FIXED_NOW)


async def test_events_are_read_in_seq_order(store: Store) -> None:
    await append(store, "session/a", *(announcement(number) for number in range(1, 121)))
    read = await store.event_log.read("session/a", after=8, limit=1000)
    assert [placed.seq for placed in read] == list(range(9, 121))


async def test_each_event_has_a_tag_of_its_own(either_store: Store) -> None:
    placed = await append(either_store, "session/a", *map(announcement, range(40)))
    tags = {each.tag for each in placed}
    assert len(tags) == 40
    assert all(len(tag) == 12 and ":" not in tag for tag in tags)
    log = either_store.event_log
    assert await log.read("session/a", after=0, limit=40) == placed
    assert await log.find_position("session/a", 7) == placed[6].position
    assert await log.find_position("session/a", 41) is None
    assert await log.find_positions([("session/a", 1), ("session/b", 1)]) == {
        ("session/a", 1): placed[0].position
    }


async def test_an_event_without_a_tag_has_one_that_every_node_derives(
    store: Store,
) -> None:
    """A version without tags wrote it."""
    placed = await append(store, "session/a", announcement(1), announcement(2))
    await store.mongo["events"].update_many({}, {"$unset": {"tag": ""}})
    first, second = await store.event_log.read("session/a", after=0, limit=2)
    assert len({first.tag, second.tag, *(each.tag for each in placed)}) == 4
    assert len(first.tag) == 12
    other = EventLog(store.mongo)
    assert await other.read("session/a", after=0, limit=2) == [first, second]
    assert await other.find_position("session/a", 2) == second.position
    # The same seq in another history: its event came at another time.
    await store.mongo["events"].update_one({"seq": 2}, {"$set": {"at": utc_now()}})
    assert await other.find_position("session/a", 2) != second.position


async def test_an_aborted_transaction_leaves_no_gap(store: Store) -> None:
    async def body(transaction: Transaction) -> None:
        await store.event_log.append(
            "session/a", [announcement(1)], at=FIXED_NOW, transaction=transaction
        )
        raise LookupError

    outcomes = await asyncio.gather(
        append(store, "session/a", announcement(1)),
        store.mongo.run_transaction(body),
        append(store, "session/a", announcement(2)),
        return_exceptions=True,
    )
    assert Counter(type(each) for each in outcomes) == {list: 2, LookupError: 1}
    read = await store.event_log.read("session/a", after=0, limit=10)
    assert [placed.seq for placed in read] == [1, 2]


@pytest.mark.parametrize("topic", ["session/a", "leads/a", "seeker/a"])
@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("HostWaved", {"session_id": "a", "hand": "L"}),
        ("HostWaved", {"seeker_id": "a"}),
        ("LeadAdvanced", {"session_id": "a", "lead_id": "b", "stage": "A_STAGE_OF_TOMORROW"}),
        ("PostingMatched", {"profile_id": "a", "posting_id": "b"}),
        ("Announcement", None),
    ],
)
def test_an_event_of_a_newer_version_keeps_its_place(
    topic: str, kind: str, event: Document
) -> None:
    placed = EventEnvelope(
        topic=topic, seq=1, at=FIXED_NOW, event=events.SessionEnded(session_id="a")
    )
    newer = envelope_to_document(placed) | {"kind": kind, "event": event}
    assert envelope_from_document(newer) == replace(
        placed, event=events.Unrecognised(session_id="a")
    )
