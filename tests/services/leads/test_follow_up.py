"""Following up over two nodes: what is done at once is done in some order, and once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from domain.errors import LeadStageConflict, NotFound
from domain.identity.accounts import Principal, Role
from domain.leads.follow_up import ESCALATION_INTERVAL, start_follow_up
from domain.leads.leads import Lead, LeadStage
from domain.leads.timeline import TimelineEntryKind
from domain.live.events import LeadAdvanced, LeadAssigned, LeadEscalated, LeadNoted, lead_topic
from realtime.commit import GroupCommit
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
def watch() -> ManualClock:
    return ManualClock()


@pytest.fixture
def pipeline(store: Store, commit: GroupCommit, watch: ManualClock) -> LeadFollowUp:
    return LeadFollowUp(store, commit, watch)


@pytest.fixture
def other_pipeline(
    other_store: Store, other_commit: GroupCommit, watch: ManualClock
) -> LeadFollowUp:
    return LeadFollowUp(other_store, other_commit, watch)


async def leads(store: Store, number: int) -> list[Lead]:
    made = [start_follow_up(records.lead(union_path=PATH)) for _ in range(number)]
    await store.leads.record(made)
    return made


async def kinds(store: Store, lead: Lead) -> list[str]:
    page = await store.lead_timelines.page(lead, PageRequest(limit=100))
    return [entry.kind.value for entry in reversed(page.items)]


async def test_each_change_is_one_entry_and_one_event(
    store: Store, pipeline: LeadFollowUp, watch: ManualClock
) -> None:
    (lead,) = await leads(store, 1)
    await pipeline.assign(lead, "host", by="officer")
    await pipeline.assign(lead, "host", by="officer")
    await pipeline.add_note(lead, "已约面试", None, by="host")
    await pipeline.advance(lead, LeadStage.CONTACTED, None, by=OFFICER)
    watch.advance(days=7)
    after = await pipeline.escalate(lead)
    assert (after.version, after.assignee_id, after.escalated_to) == (5, "host", "root")
    assert await kinds(store, lead) == ["RECORDED", "ASSIGNED", "NOTED", "ADVANCED", "ESCALATED"]
    logged = await store.event_log.read(lead_topic("session"), after=0, limit=10)
    of_it = {"session_id": "session", "lead_id": lead.id}
    assert [placed.event for placed in logged] == [
        LeadAssigned(**of_it),
        LeadNoted(**of_it),
        LeadAdvanced(**of_it, stage=LeadStage.CONTACTED),
        LeadEscalated(**of_it),
    ]


async def test_notes_that_two_nodes_take_at_once_are_all_kept(
    store: Store, pipeline: LeadFollowUp, other_pipeline: LeadFollowUp
) -> None:
    (lead,) = await leads(store, 1)
    notes = [
        node.add_note(lead, f"记录{number}", None, by="officer")
        for number in range(10)
        for node in (pipeline, other_pipeline)
    ]
    versions = {noted.version for noted in await asyncio.gather(*notes)}
    assert versions == set(range(2, 22))
    assert await kinds(store, lead) == ["RECORDED"] + ["NOTED"] * 20


async def test_of_two_who_advance_at_once_one_is_refused(
    store: Store, pipeline: LeadFollowUp, other_pipeline: LeadFollowUp
) -> None:
    (lead,) = await leads(store, 1)
    outcomes = await asyncio.gather(
        *(
            node.advance(lead, LeadStage.CONTACTED, None, by=OFFICER)
            for node in (pipeline, other_pipeline)
        ),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert [type(outcome) for outcome in refused] == [LeadStageConflict]
    assert await kinds(store, lead) == ["RECORDED", "ADVANCED"]


async def test_a_level_is_told_once_however_many_nodes_look(
    store: Store,
    other_store: Store,
    pipeline: LeadFollowUp,
    other_pipeline: LeadFollowUp,
    watch: ManualClock,
) -> None:
    made = await leads(store, 30)
    nodes = [
        LeadEscalator(store, pipeline, watch, node="one"),
        LeadEscalator(other_store, other_pipeline, watch, node="two"),
    ]
    assert await asyncio.gather(*(node.run() for node in nodes)) == [0, 0]
    for days, union, expected in (
        (3, "root", 30),
        (ESCALATION_INTERVAL.days, "national", 30),
        (9, "national", 0),
    ):
        watch.advance(days=days)
        assert sum(await asyncio.gather(*(node.run() for node in nodes))) == expected
        assert sum([await node.run() for node in nodes]) == 0
        stored = await store.leads.by_ids([lead.id for lead in made])
        assert {lead.escalated_to for lead in stored.values()} == {union}
    for lead in made:
        assert await kinds(store, lead) == ["RECORDED", "ESCALATED", "ESCALATED"]


async def test_even_without_a_lease_two_who_escalate_do_it_once(
    store: Store, pipeline: LeadFollowUp, other_pipeline: LeadFollowUp, watch: ManualClock
) -> None:
    (lead,) = await leads(store, 1)
    watch.advance(days=3)
    await asyncio.gather(pipeline.escalate(lead), other_pipeline.escalate(lead))
    assert await kinds(store, lead) == ["RECORDED", TimelineEntryKind.ESCALATED]


async def test_more_than_one_batch_is_escalated_in_one_round(
    store: Store, pipeline: LeadFollowUp, watch: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escalation, "LEADS_PER_BATCH", 10)
    await leads(store, 25)
    watch.advance(days=3)
    assert await LeadEscalator(store, pipeline, watch, node="one").run() == 25


async def test_a_node_that_stops_leaves_the_work_to_the_next_at_once(
    store: Store,
    other_store: Store,
    pipeline: LeadFollowUp,
    other_pipeline: LeadFollowUp,
    watch: ManualClock,
) -> None:
    (lead,) = await leads(store, 1)
    watch.advance(days=3)
    one = LeadEscalator(store, pipeline, watch, node="one")
    one.start()

    async def told() -> bool:
        return await kinds(store, lead) == ["RECORDED", "ESCALATED"]

    await wait_until(told)
    (late,) = await leads(store, 1)
    watch.advance(seconds=1)
    two = LeadEscalator(other_store, other_pipeline, watch, node="two")
    assert await store.leases.acquire(
        "escalation", "one", at=watch(), until=watch() + timedelta(days=9)
    )
    watch.advance(days=3)
    assert await two.run() == 0
    await one.close()
    assert await two.run() == 2
    assert await kinds(store, late) == ["RECORDED", "ESCALATED"]


async def test_one_lead_that_cannot_be_escalated_holds_up_no_other(
    store: Store, pipeline: LeadFollowUp, watch: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await leads(store, 3)
    watch.advance(days=7)
    worker = LeadEscalator(store, pipeline, watch, node="one")
    escalate = pipeline.escalate

    async def failing(lead: Lead) -> Lead:
        if lead.id == made[1].id:
            raise StorageUnavailable("no primary")
        return await escalate(lead)

    monkeypatch.setattr(pipeline, "escalate", failing)
    assert await worker.run() == 2
    monkeypatch.setattr(pipeline, "escalate", escalate)
    assert await worker.run() == 1
    for lead in made:
        assert (await kinds(store, lead))[-1] == "ESCALATED"


async def test_a_fault_in_an_escalation_is_not_hidden(
    store: Store, pipeline: LeadFollowUp, watch: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await leads(store, 1)
    watch.advance(days=7)

    async def broken(lead: Lead) -> Lead:
        raise LookupError(lead.id)

    monkeypatch.setattr(pipeline, "escalate", broken)
    with pytest.raises(LookupError):
        await LeadEscalator(store, pipeline, watch, node="one").run()


async def test_a_lead_that_is_gone_cannot_be_followed_up(pipeline: LeadFollowUp) -> None:
    with pytest.raises(NotFound):
        await pipeline.add_note(records.lead(), "已联系", None, by="host")


async def test_a_hire_for_a_posting_that_nobody_knows_is_noted_all_the_same(
    store: Store, pipeline: LeadFollowUp
) -> None:
    lead = start_follow_up(records.lead(union_path=PATH, stage=LeadStage.OFFERED))
    await store.leads.record([lead])
    assert (await pipeline.advance(lead, LeadStage.HIRED, None, by=OFFICER)).stage == "HIRED"
