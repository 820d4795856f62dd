"""The timeline of a lead has one entry for each version, whatever order of changes made it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.identity.accounts import Principal, Role
from domain.leads.follow_up import start_follow_up
from domain.leads.leads import Contact, HireSide, Lead, LeadStage, RefusalReason
from domain.leads.personal_data import ReceiptHolder, RetentionPeriods
from domain.leads.timeline import TimelineEntryKind
from domain.refusals import Refusal
from realtime.group_commit import GroupCommit
from services.leads.follow_up import LeadFollowUp
from services.leads.own_leads import OwnLeads
from storage.mongo.client import new_id
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock
from workers.retention import RetentionWorker

OFFICER = Principal(role=Role.OFFICER, subject="officer", union_id="root")
PATH = ("national", "root", records.UNION_ID)
SPOKEN = "张三说的话"


class LeadHistory:
    """One lead, and methods for every change to it."""

    def __init__(self, store: Store, commit: GroupCommit) -> None:
        self.store, self.clock = store, ManualClock()
        self.follow_up = LeadFollowUp(store, commit, self.clock)
        self.own_leads = OwnLeads(store, commit, self.clock)
        lead_id = new_id()
        self.holder = ReceiptHolder(person=f"person of {lead_id}", giver="giver")
        self.lead = start_follow_up(
            records.lead(
                id=lead_id,
                union_path=PATH,
                person=self.holder.person,
                giver=self.holder.giver,
                contact=store.keyring.seal_contact(
                    lead_id, Contact(name="张三", phone="+8613800138000")
                ),
            )
        )

    async def step(self, name: str) -> None:
        """Make one change. A refused one leaves the lead as it was."""
        self.clock.advance(days=8)
        lead = await self.current()
        steps: Mapping[str, Callable[[], Awaitable[object]]] = {
            "assign": lambda: self.follow_up.assign(lead, f"account {lead.version}", by="officer"),
            "assign nobody": lambda: self.follow_up.assign(lead, None, by="officer"),
            "note": lambda: self.follow_up.add_note(lead, SPOKEN, None, by="officer"),
            "advance": lambda: self.advance(lead),
            "escalate": lambda: self.follow_up.escalate(lead),
            "hired": lambda: self.follow_up.record_hire_answer(
                lead, HireSide.SEEKER, hired=True, by=None
            ),
            "denied": lambda: self.follow_up.record_hire_answer(
                lead, HireSide.EMPLOYER, hired=False, by="r"
            ),
            "withdraw": lambda: self.own_leads.withdraw_consent(self.holder, lead.id),
            "correct": lambda: self.own_leads.correct_name(self.holder, f"张{lead.version}"),
            "erase": lambda: self.own_leads.erase(self.holder),
            "retain": self.retain,
        }
        try:
            await steps[name]()
        except Refusal:
            assert await self.current() == lead

    async def advance(self, lead: Lead) -> None:
        following = [stage for stage in LeadStage if stage in _FOLLOWING.get(lead.stage, ())]
        for stage in following:
            reason = RefusalReason.OTHER if stage is LeadStage.REFUSED else None
            await self.follow_up.advance(lead, stage, reason, by=OFFICER)

    async def retain(self) -> None:
        periods = RetentionPeriods(contacts=timedelta(days=20), records=timedelta(days=300))
        await RetentionWorker(self.store, self.clock, periods).run()

    async def current(self) -> Lead:
        lead = await self.store.leads.by_id(self.lead.id)
        assert lead is not None  # leads are not deleted
        return lead


_FOLLOWING = {
    LeadStage.INTERESTED: {LeadStage.CONTACTED},
    LeadStage.CONTACTED: {LeadStage.INTERVIEWED},
    LeadStage.INTERVIEWED: {LeadStage.OFFERED},
    LeadStage.OFFERED: {LeadStage.HIRED},
    LeadStage.HIRED: {LeadStage.RETAINED_30},
    LeadStage.RETAINED_30: {LeadStage.WITHDRAWN},
}
STEPS = (
    "assign",
    "assign nobody",
    "note",
    "advance",
    "escalate",
    "hired",
    "denied",
    "withdraw",
    "correct",
    "erase",
    "retain",
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=14))
async def test_the_timeline_has_one_entry_for_each_version(
    steps: list[str], store: Store, commit: GroupCommit
) -> None:
    history = LeadHistory(store, commit)
    await store.leads.record([history.lead])
    for name in steps:
        await history.step(name)
        lead = await history.current()
        entries = (await store.lead_timelines.page(lead, PageRequest(limit=100))).items
        assert [entry.version for entry in entries] == list(range(lead.version, 0, -1))
        if lead.erased_at is not None:
            assert {entry.body for entry in entries} == {None}


async def test_withdrawal_correction_and_erasure_each_leave_an_entry(
    store: Store, commit: GroupCommit
) -> None:
    history = LeadHistory(store, commit)
    await store.leads.record([history.lead])
    for name in ("note", "correct", "withdraw", "erase"):
        await history.step(name)
    lead = await history.current()
    entries = (await store.lead_timelines.page(lead, PageRequest(limit=100))).items
    assert [(entry.kind, entry.by) for entry in reversed(entries)] == [
        (TimelineEntryKind.RECORDED, None),
        (TimelineEntryKind.NOTED, "officer"),
        (TimelineEntryKind.CORRECTED, None),
        (TimelineEntryKind.CONSENT_WITHDRAWN, None),
        (TimelineEntryKind.ERASED, None),
    ]
    withdrawn = entries[1]
    assert (withdrawn.from_stage, withdrawn.to_stage) == (
        LeadStage.INTERESTED,
        LeadStage.WITHDRAWN,
    )


async def test_a_timeline_with_missing_versions_stays_readable(
    store: Store, commit: GroupCommit
) -> None:
    history = LeadHistory(store, commit)
    await store.leads.record([history.lead])
    await store.mongo["leads"].update_one({"_id": history.lead.id}, {"$inc": {"version": 1}})
    await history.step("note")
    lead = await history.current()
    entries = (await store.lead_timelines.page(lead, PageRequest(limit=100))).items
    assert [entry.version for entry in entries] == [3, 1]
