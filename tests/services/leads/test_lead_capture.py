"""Each tap becomes one lead, and each lead one log event and one count in the tally."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.identity.accounts import Principal, Role
from domain.leads.leads import Lead, LeadStage, RefusalReason
from domain.live.events import LeadAdvanced, LeadRecorded
from domain.live.log_topics import lead_topic
from domain.refusals import Busy, InvalidInput, LeadStageConflict
from realtime.background import Schedule
from realtime.group_commit import GroupCommit
from services.leads.capture_limits import DEFAULT_LIMITS, CaptureLimits
from services.leads.follow_up import LeadFollowUp
from services.leads.lead_capture import LeadCapture
from services.leads.lead_log_writer import LeadLogWriter
from storage.leads.lead_query import LeadQuery
from storage.mongo.client import StorageError, new_id
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.captured_leads import record_lead
from tests.support.records import ManualClock
from tests.support.waiting import wait_until

TOPIC = lead_topic("session")
OFFICER = Principal(role=Role.OFFICER, subject="officer", union_id="root")


class CaptureNode:
    """Lead capture and the lead log writer of one node."""

    def __init__(
        self, store: Store, commit: GroupCommit, limits: CaptureLimits = DEFAULT_LIMITS
    ) -> None:
        self.store = store
        self.log = LeadLogWriter(store, commit, ManualClock(), limits)
        self.pipeline = LeadFollowUp(store, commit, ManualClock())
        self.capture = LeadCapture(store, self.log, ManualClock(), limits)

    async def close(self) -> None:
        await self.capture.close()
        await self.log.close()


@pytest.fixture
async def desk(store: Store, commit: GroupCommit) -> AsyncIterator[CaptureNode]:
    desk = CaptureNode(store, commit)
    yield desk
    await desk.close()


@pytest.fixture
async def other_desk(other_store: Store, other_commit: GroupCommit) -> AsyncIterator[CaptureNode]:
    desk = CaptureNode(other_store, other_commit)
    yield desk
    await desk.close()


async def logged_lead_ids(store: Store, session_id: str = "session") -> list[str]:
    placed = await store.event_log.read(lead_topic(session_id), after=0, limit=1000)
    assert [each.seq for each in placed] == list(range(1, len(placed) + 1))
    return [each.event.lead_id for each in placed if isinstance(each.event, LeadRecorded)]


async def all_leads(store: Store) -> list[Lead]:
    query = LeadQuery(union_id="root")
    return list((await store.leads.page(query, PageRequest(limit=1000))).items)


async def test_fifty_identical_taps_on_two_nodes_are_one_lead(
    store: Store, desk: CaptureNode, other_desk: CaptureNode
) -> None:
    taps = [records.lead(person="w") for _ in range(50)]
    answers = await asyncio.gather(
        *(record_lead((desk, other_desk)[n % 2], tap) for n, tap in enumerate(taps))
    )
    assert len({lead.id for lead, _ in answers}) == 1
    assert [created for _, created in answers].count(True) == 1
    stored = await all_leads(store)
    assert [lead for lead, created in answers if created] == stored
    assert all(lead == stored[0] for lead, _ in answers)
    await wait_until(lambda: store.event_log.last_seq(TOPIC))
    await desk.close()
    await other_desk.close()
    assert await logged_lead_ids(store) == [stored[0].id]
    assert await store.interest_counts.by_sessions(["session"]) == {"session": {"posting": 1}}


async def test_log_and_tally_are_exact_after_a_burst_on_two_nodes(
    store: Store, other_store: Store, commit: GroupCommit, other_commit: GroupCommit
) -> None:
    limits = CaptureLimits(leads_per_insert=16, leads_logged_per_transaction=7)
    desk, other_desk = (
        CaptureNode(store, commit, limits),
        CaptureNode(other_store, other_commit, limits),
    )
    taps = [
        records.lead(session_id=session, posting_id=posting, person=str(person))
        for session in ("session", "other")
        for posting in ("a", "b", "c")
        for person in range(20)
        for _ in range(3)
    ]
    answers = await asyncio.gather(
        *(record_lead((desk, other_desk)[n % 2], tap) for n, tap in enumerate(taps))
    )
    assert [created for _, created in answers].count(True) == 120
    stored = await all_leads(store)
    assert len(stored) == 120
    await wait_until(lambda: _all_logged(store))
    for session in ("session", "other"):
        of_session = Counter(lead.id for lead in stored if lead.session_id == session)
        assert Counter(await logged_lead_ids(store, session)) == of_session
    assert await store.interest_counts.by_sessions(["session", "other"]) == {
        session: {"a": 20, "b": 20, "c": 20} for session in ("session", "other")
    }
    await desk.close()
    await other_desk.close()


async def _all_logged(store: Store) -> bool:
    return await store.unlogged_leads.sessions() == []


async def test_the_answer_does_not_wait_for_the_log(
    store: Store, desk: CaptureNode, commit: GroupCommit
) -> None:
    holds, go = asyncio.Event(), asyncio.Event()

    async def hold(_: object) -> tuple[None, list[LeadRecorded]]:
        holds.set()
        await go.wait()
        return None, []

    held = asyncio.create_task(commit.append(TOPIC, hold))
    await holds.wait()
    first, second = records.lead(), records.lead()
    assert await record_lead(desk, first) == (first, True)
    assert await record_lead(desk, second) == (second, True)
    assert await logged_lead_ids(store) == []
    go.set()
    await held
    await desk.close()
    assert await logged_lead_ids(store) == [first.id, second.id]


async def test_the_sweep_logs_a_lead_that_a_crash_left_unlogged(
    store: Store, commit: GroupCommit
) -> None:
    desk = CaptureNode(store, commit, CaptureLimits(sweep=Schedule(interval_seconds=0.02)))
    before, during = records.lead(), records.lead(session_id="other")
    await store.leads.record([before])
    desk.log.start()
    await wait_until(lambda: store.event_log.last_seq(TOPIC))
    await store.leads.record([during])
    await wait_until(lambda: store.event_log.last_seq(lead_topic("other")))
    await desk.close()
    assert await logged_lead_ids(store) == [before.id]
    assert await logged_lead_ids(store, "other") == [during.id]
    assert await store.interest_counts.by_sessions(["session", "other"]) == {
        "session": {"posting": 1},
        "other": {"posting": 1},
    }


async def test_a_lead_is_refused_when_the_queue_is_full(store: Store, commit: GroupCommit) -> None:
    desk = CaptureNode(store, commit, CaptureLimits(max_waiting_leads=2))
    taps = [records.lead() for _ in range(3)]
    outcomes = await asyncio.gather(
        *(record_lead(desk, tap) for tap in taps), return_exceptions=True
    )
    assert outcomes[:2] == [(taps[0], True), (taps[1], True)]
    assert isinstance(outcomes[2], Busy)
    assert await record_lead(desk, taps[2]) == (taps[2], True)
    assert len(await all_leads(store)) == 3
    await desk.close()


async def test_a_lead_is_stored_although_its_caller_was_cancelled(
    store: Store, desk: CaptureNode
) -> None:
    cancelled, kept = records.lead(), records.lead()
    captures = [asyncio.create_task(record_lead(desk, each)) for each in (cancelled, kept)]
    await asyncio.sleep(0)
    captures[0].cancel()
    assert await captures[1] == (kept, True)
    assert captures[0].cancelled()
    await desk.close()
    assert await logged_lead_ids(store) == [cancelled.id, kept.id]


async def test_close_waits_for_the_accepted_changes(store: Store, desk: CaptureNode) -> None:
    taps = [records.lead() for _ in range(3)]
    captures = [asyncio.create_task(record_lead(desk, each)) for each in taps]
    await asyncio.sleep(0)
    await desk.close()
    assert [each.result() for each in captures] == [(each, True) for each in taps]
    assert await logged_lead_ids(store) == [each.id for each in taps]


async def test_an_invalid_lead_does_not_affect_others_in_its_batch(
    store: Store, desk: CaptureNode
) -> None:
    unstorable = records.lead(terms=posting_terms(headcount=2**70))
    refused = replace(records.lead(), person=7)  # type: ignore[arg-type] # this is what is broken
    good = [records.lead() for _ in range(3)]
    taps = [good[0], unstorable, good[1], refused, good[2]]
    outcomes = await asyncio.gather(
        *(record_lead(desk, tap) for tap in taps), return_exceptions=True
    )
    assert outcomes[::2] == [(each, True) for each in good]
    assert isinstance(outcomes[1], OverflowError)
    assert isinstance(outcomes[3], StorageError)
    await desk.close()
    assert await logged_lead_ids(store) == [each.id for each in good]


async def record_new_lead(desk: CaptureNode) -> Lead:
    lead, _ = await record_lead(desk, records.lead(id=new_id()))
    return lead


async def test_of_ten_concurrent_advances_one_succeeds(
    store: Store, desk: CaptureNode, other_desk: CaptureNode
) -> None:
    lead = await record_new_lead(desk)
    outcomes = await asyncio.gather(
        *(
            each.pipeline.advance(
                lead, LeadStage.CONTACTED, None, by=OFFICER, expected_version=version
            )
            for each, version in zip([desk, other_desk] * 5, [None, 1] * 5, strict=True)
        ),
        return_exceptions=True,
    )
    due = records.FIXED_NOW + timedelta(days=7)
    contacted = replace(
        lead,
        stage=LeadStage.CONTACTED,
        reached=LeadStage.CONTACTED,
        steps=1,
        version=2,
        due_at=due,
        escalate_at=due,
    )
    assert [each for each in outcomes if isinstance(each, Lead)] == [contacted]
    assert sum(isinstance(each, LeadStageConflict) for each in outcomes) == 9
    assert await store.leads.by_id(lead.id) == contacted
    await desk.close()
    events = [placed.event for placed in await store.event_log.read(TOPIC, after=0, limit=10)]
    advanced = LeadAdvanced(session_id="session", lead_id=lead.id, stage=LeadStage.CONTACTED)
    assert len(events) == 2
    assert advanced in events


async def test_a_refused_step_changes_and_logs_nothing(store: Store, desk: CaptureNode) -> None:
    lead = await record_new_lead(desk)
    with pytest.raises(LeadStageConflict, match="version 1"):
        await desk.pipeline.advance(lead, LeadStage.CONTACTED, None, by=OFFICER, expected_version=2)
    with pytest.raises(InvalidInput):
        await desk.pipeline.advance(lead, LeadStage.REFUSED, None, by=OFFICER)
    await desk.close()
    assert await store.leads.by_id(lead.id) == lead
    assert await store.event_log.last_seq(TOPIC) == 1


async def test_a_refusal_keeps_its_reason(desk: CaptureNode) -> None:
    lead = await record_new_lead(desk)
    reason = RefusalReason.POSITION_FILLED
    refused = await desk.pipeline.advance(
        lead, LeadStage.REFUSED, reason, by=OFFICER, expected_version=1
    )
    assert (refused.stage, refused.reason, refused.version) == (LeadStage.REFUSED, reason, 2)
