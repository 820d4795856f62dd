"""The follow-up over two nodes: concurrent steps are applied one after another, each once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from domain.identity.accounts import Principal, Role
from domain.leads.follow_up import ESCALATION_INTERVAL, start_follow_up
from domain.leads.leads import Lead, LeadStage
from domain.leads.timeline import TimelineEntryKind
from domain.live.events import LeadAdvanced, LeadAssigned, LeadEscalated, LeadNoted
from domain.live.log_topics import lead_topic
from domain.refusals import LeadStageConflict, NotFound
from realtime.group_commit import GroupCommit
from services.leads.follow_up import LeadFollowUp
from storage.mongo.client import StorageUnavailable
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock
from tests.support.waiting import wait_until
from workers import escalation
from workers.escalation import LeadEscalator

OFFICER = Principal(role=Role.OFFICER, subject="officer", union_id="root")
PATH = ("national", "root", records.UNION_ID)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def follow_up(store: Store, commit: GroupCommit, clock: ManualClock) -> LeadFollowUp:
    return LeadFollowUp(store, commit, clock)


@pytest.fixture
def other_follow_up(
    other_store: Store, other_commit: GroupCommit, clock: ManualClock
) -> LeadFollowUp:
    return LeadFollowUp(other_store, other_commit, clock)


async def store_leads(store: Store, number: int) -> list[Lead]:
    made = [start_follow_up(records.lead(union_path=PATH)) for _ in range(number)]
    await store.leads.record(made)
    return made


async def entry_kinds(store: Store, lead: Lead) -> list[str]:
    page = await store.lead_timelines.page(lead, PageRequest(limit=100))
    return [entry.kind.value for entry in reversed(page.items)]


async def test_each_change_is_one_entry_and_one_event(
    store: Store, follow_up: LeadFollowUp, clock: ManualClock
) -> None:
    (lead,) = await store_leads(store, 1)
    await follow_up.assign(lead, "host", by="officer")
    await follow_up.assign(lead, "host", by="officer")
    await follow_up.add_note(lead, "已约面试", None, by="host")
    await follow_up.advance(lead, LeadStage.CONTACTED, None, by=OFFICER)
    clock.advance(days=7)
    after = await follow_up.escalate(lead)
    assert (after.version, after.assignee_id, after.escalated_to) == (5, "host", "root")
    assert await entry_kinds(store, lead) == [
        "RECORDED",
        "ASSIGNED",
        "NOTED",
        "ADVANCED",
        "ESCALATED",
    ]
    logged = await store.event_log.read(lead_topic("session"), after=0, limit=10)
    of_it = {"session_id": "session", "lead_id": lead.id}
    assert [placed.event for placed in logged] == [
        LeadAssigned(**of_it),
        LeadNoted(**of_it),
        LeadAdvanced(**of_it, stage=LeadStage.CONTACTED),
        LeadEscalated(**of_it),
    ]


async def test_concurrent_notes_on_two_nodes_are_all_stored(
    store: Store, follow_up: LeadFollowUp, other_follow_up: LeadFollowUp
) -> None:
    (lead,) = await store_leads(store, 1)
    notes = [
        node.add_note(lead, f"记录{number}", None, by="officer")
        for number in range(10)
        for node in (follow_up, other_follow_up)
    ]
    versions = {noted.version for noted in await asyncio.gather(*notes)}
    assert versions == set(range(2, 22))
    assert await entry_kinds(store, lead) == ["RECORDED"] + ["NOTED"] * 20


async def test_of_two_concurrent_advances_one_is_refused(
    store: Store, follow_up: LeadFollowUp, other_follow_up: LeadFollowUp
) -> None:
    (lead,) = await store_leads(store, 1)
    outcomes = await asyncio.gather(
        *(
            node.advance(lead, LeadStage.CONTACTED, None, by=OFFICER)
            for node in (follow_up, other_follow_up)
        ),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert [type(outcome) for outcome in refused] == [LeadStageConflict]
    assert await entry_kinds(store, lead) == ["RECORDED", "ADVANCED"]


async def test_each_union_level_is_notified_once_over_all_nodes(
    store: Store,
    other_store: Store,
    follow_up: LeadFollowUp,
    other_follow_up: LeadFollowUp,
    clock: ManualClock,
) -> None:
    made = await store_leads(store, 30)
    nodes = [
        LeadEscalator(store, follow_up, clock, node="one"),
        LeadEscalator(other_store, other_follow_up, clock, node="two"),
    ]
    assert await asyncio.gather(*(node.run() for node in nodes)) == [0, 0]
    for days, union, expected in (
        (3, "root", 30),
        (ESCALATION_INTERVAL.days, "national", 30),
        (9, "national", 0),
    ):
        clock.advance(days=days)
        assert sum(await asyncio.gather(*(node.run() for node in nodes))) == expected
        assert sum([await node.run() for node in nodes]) == 0
        stored = await store.leads.by_ids([lead.id for lead in made])
        assert {lead.escalated_to for lead in stored.values()} == {union}
    for lead in made:
        assert await entry_kinds(store, lead) == ["RECORDED", "ESCALATED", "ESCALATED"]


async def test_concurrent_escalations_without_a_lease_happen_once(
    store: Store, follow_up: LeadFollowUp, other_follow_up: LeadFollowUp, clock: ManualClock
) -> None:
    (lead,) = await store_leads(store, 1)
    clock.advance(days=3)
    await asyncio.gather(follow_up.escalate(lead), other_follow_up.escalate(lead))
    assert await entry_kinds(store, lead) == ["RECORDED", TimelineEntryKind.ESCALATED]


async def test_more_than_one_batch_is_escalated_in_one_round(
    store: Store, follow_up: LeadFollowUp, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escalation, "LEADS_PER_BATCH", 10)
    await store_leads(store, 25)
    clock.advance(days=3)
    assert await LeadEscalator(store, follow_up, clock, node="one").run() == 25


async def test_a_stopping_node_hands_its_lease_to_the_next_immediately(
    store: Store,
    other_store: Store,
    follow_up: LeadFollowUp,
    other_follow_up: LeadFollowUp,
    clock: ManualClock,
) -> None:
    (lead,) = await store_leads(store, 1)
    clock.advance(days=3)
    one = LeadEscalator(store, follow_up, clock, node="one")
    one.start()

    async def is_notified() -> bool:
        return await entry_kinds(store, lead) == ["RECORDED", "ESCALATED"]

    await wait_until(is_notified)
    (late,) = await store_leads(store, 1)
    clock.advance(seconds=1)
    two = LeadEscalator(other_store, other_follow_up, clock, node="two")
    assert await store.leases.acquire(
        "escalation", "one", at=clock(), until=clock() + timedelta(days=9)
    )
    clock.advance(days=3)
    assert await two.run() == 0
    await one.close()
    assert await two.run() == 2
    assert await entry_kinds(store, late) == ["RECORDED", "ESCALATED"]


async def test_a_lead_that_cannot_be_escalated_does_not_block_others(
    store: Store, follow_up: LeadFollowUp, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await store_leads(store, 3)
    clock.advance(days=7)
    worker = LeadEscalator(store, follow_up, clock, node="one")
    escalate = follow_up.escalate

    async def failing(lead: Lead) -> Lead:
        if lead.id == made[1].id:
            raise StorageUnavailable("no primary")
        return await escalate(lead)

    monkeypatch.setattr(follow_up, "escalate", failing)
    assert await worker.run() == 2
    monkeypatch.setattr(follow_up, "escalate", escalate)
    assert await worker.run() == 1
    for lead in made:
        assert (await entry_kinds(store, lead))[-1] == "ESCALATED"


async def test_a_fault_in_an_escalation_is_not_hidden(
    store: Store, follow_up: LeadFollowUp, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_leads(store, 1)
    clock.advance(days=7)

    async def broken(lead: Lead) -> Lead:
        raise LookupError(lead.id)

    monkeypatch.setattr(follow_up, "escalate", broken)
    with pytest.raises(LookupError):
        await LeadEscalator(store, follow_up, clock, node="one").run()


async def test_a_deleted_lead_cannot_be_followed_up(follow_up: LeadFollowUp) -> None:
    with pytest.raises(NotFound):
        await follow_up.add_note(records.lead(), "已联系", None, by="host")


async def test_a_hire_for_an_unknown_posting_is_stored(
    store: Store, follow_up: LeadFollowUp
) -> None:
    lead = start_follow_up(records.lead(union_path=PATH, stage=LeadStage.OFFERED))
    await store.leads.record([lead])
    assert (await follow_up.advance(lead, LeadStage.HIRED, None, by=OFFICER)).stage == "HIRED"
