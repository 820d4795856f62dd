"""Following up over two nodes: what is done at once is done in some order, and once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from domain.errors import LeadStageConflict, NotFound
from domain.identity.accounts import Principal, Role
from domain.leads.follow_up import ESCALATE_AGAIN, EntryKind, begun
from domain.leads.leads import Lead, LeadStage
from domain.live.events import LeadAdvanced, LeadAssigned, LeadEscalated, LeadNoted, lead_topic
from realtime.commit import GroupCommit
from services.leads.follow_up import Pipeline
from storage.mongo.client import StorageUnavailable
from storage.mongo.paging import Slice
from storage.store import Store
from tests.support import records
from tests.support.records import Watch
from tests.support.waiting import until
from workers import escalation
from workers.escalation import Escalation

OFFICER = Principal(role=Role.OFFICER, subject="officer", union_id="root")
PATH = ("national", "root", records.UNION_ID)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def pipeline(store: Store, commit: GroupCommit, watch: Watch) -> Pipeline:
    return Pipeline(store, commit, watch)


@pytest.fixture
def other_pipeline(other_store: Store, other_commit: GroupCommit, watch: Watch) -> Pipeline:
    return Pipeline(other_store, other_commit, watch)


async def leads(store: Store, number: int) -> list[Lead]:
    made = [begun(records.lead(union_path=PATH)) for _ in range(number)]
    await store.leads.record(made)
    return made


async def kinds(store: Store, lead: Lead) -> list[str]:
    page = await store.pipeline.timeline(lead, Slice(limit=100))
    return [entry.kind.value for entry in reversed(page.items)]


async def test_each_change_is_one_entry_and_one_event(
    store: Store, pipeline: Pipeline, watch: Watch
) -> None:
    (lead,) = await leads(store, 1)
    await pipeline.assign(lead, "host", by="officer")
    await pipeline.assign(lead, "host", by="officer")
    await pipeline.note(lead, "已约面试", None, by="host")
    await pipeline.advance(lead, LeadStage.CONTACTED, None, by=OFFICER)
    watch.forward(days=7)
    after = await pipeline.escalate(lead)
    assert (after.version, after.assignee_id, after.escalated_to) == (5, "host", "root")
    assert await kinds(store, lead) == ["RECORDED", "ASSIGNED", "NOTED", "ADVANCED", "ESCALATED"]
    logged = await store.log.read(lead_topic("session"), after=0, limit=10)
    of_it = {"session_id": "session", "lead_id": lead.id}
    assert [placed.event for placed in logged] == [
        LeadAssigned(**of_it),
        LeadNoted(**of_it),
        LeadAdvanced(**of_it, stage=LeadStage.CONTACTED),
        LeadEscalated(**of_it),
    ]


async def test_notes_that_two_nodes_take_at_once_are_all_kept(
    store: Store, pipeline: Pipeline, other_pipeline: Pipeline
) -> None:
    (lead,) = await leads(store, 1)
    notes = [
        node.note(lead, f"记录{number}", None, by="officer")
        for number in range(10)
        for node in (pipeline, other_pipeline)
    ]
    versions = {noted.version for noted in await asyncio.gather(*notes)}
    assert versions == set(range(2, 22))
    assert await kinds(store, lead) == ["RECORDED"] + ["NOTED"] * 20


async def test_of_two_who_advance_at_once_one_is_refused(
    store: Store, pipeline: Pipeline, other_pipeline: Pipeline
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
    pipeline: Pipeline,
    other_pipeline: Pipeline,
    watch: Watch,
) -> None:
    made = await leads(store, 30)
    nodes = [
        Escalation(store, pipeline, watch, node="one"),
        Escalation(other_store, other_pipeline, watch, node="two"),
    ]
    assert await asyncio.gather(*(node.run() for node in nodes)) == [0, 0]
    for days, union, expected in (
        (3, "root", 30),
        (ESCALATE_AGAIN.days, "national", 30),
        (9, "national", 0),
    ):
        watch.forward(days=days)
        assert sum(await asyncio.gather(*(node.run() for node in nodes))) == expected
        assert sum([await node.run() for node in nodes]) == 0
        stored = await store.leads.by_ids([lead.id for lead in made])
        assert {lead.escalated_to for lead in stored.values()} == {union}
    for lead in made:
        assert await kinds(store, lead) == ["RECORDED", "ESCALATED", "ESCALATED"]


async def test_even_without_a_lease_two_who_escalate_do_it_once(
    store: Store, pipeline: Pipeline, other_pipeline: Pipeline, watch: Watch
) -> None:
    (lead,) = await leads(store, 1)
    watch.forward(days=3)
    await asyncio.gather(pipeline.escalate(lead), other_pipeline.escalate(lead))
    assert await kinds(store, lead) == ["RECORDED", EntryKind.ESCALATED]


async def test_more_than_one_batch_is_escalated_in_one_round(
    store: Store, pipeline: Pipeline, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escalation, "AT_ONCE", 10)
    await leads(store, 25)
    watch.forward(days=3)
    assert await Escalation(store, pipeline, watch, node="one").run() == 25


async def test_a_node_that_stops_leaves_the_work_to_the_next_at_once(
    store: Store,
    other_store: Store,
    pipeline: Pipeline,
    other_pipeline: Pipeline,
    watch: Watch,
) -> None:
    (lead,) = await leads(store, 1)
    watch.forward(days=3)
    one = Escalation(store, pipeline, watch, node="one")
    one.start()

    async def told() -> bool:
        return await kinds(store, lead) == ["RECORDED", "ESCALATED"]

    await until(told)
    (late,) = await leads(store, 1)
    watch.forward(seconds=1)
    two = Escalation(other_store, other_pipeline, watch, node="two")
    assert await store.leases.take(
        "escalation", "one", at=watch(), until=watch() + timedelta(days=9)
    )
    watch.forward(days=3)
    assert await two.run() == 0
    await one.close()
    assert await two.run() == 2
    assert await kinds(store, late) == ["RECORDED", "ESCALATED"]


async def test_one_lead_that_cannot_be_escalated_holds_up_no_other(
    store: Store, pipeline: Pipeline, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await leads(store, 3)
    watch.forward(days=7)
    worker = Escalation(store, pipeline, watch, node="one")
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
    store: Store, pipeline: Pipeline, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    await leads(store, 1)
    watch.forward(days=7)

    async def broken(lead: Lead) -> Lead:
        raise LookupError(lead.id)

    monkeypatch.setattr(pipeline, "escalate", broken)
    with pytest.raises(LookupError):
        await Escalation(store, pipeline, watch, node="one").run()


async def test_a_lead_that_is_gone_cannot_be_followed_up(pipeline: Pipeline) -> None:
    with pytest.raises(NotFound):
        await pipeline.note(records.lead(), "已联系", None, by="host")


async def test_a_hire_for_a_posting_that_nobody_knows_is_noted_all_the_same(
    store: Store, pipeline: Pipeline
) -> None:
    lead = begun(records.lead(union_path=PATH, stage=LeadStage.OFFERED))
    await store.leads.record([lead])
    assert (await pipeline.advance(lead, LeadStage.HIRED, None, by=OFFICER)).stage == "HIRED"
