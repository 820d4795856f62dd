"""Histories of one phone: taps of owner and squatters, codes, calls, retries, withdrawals."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from domain.identity.accounts import Principal, Role
from domain.identity.devices import PhonePair
from domain.leads.confirmation import ConfirmationMethod, LeadConfirmation
from domain.leads.lead_identity import place_beside
from domain.leads.leads import STANDING_STAGES, Contact, Lead
from domain.leads.personal_data import ReceiptHolder
from realtime.group_commit import GroupCommit
from services.leads.lead_capture import LeadCapture
from services.leads.lead_confirmation import PhoneConfirmation
from services.leads.lead_log_writer import LeadLogWriter
from services.leads.own_leads import OwnLeads
from storage.mongo.client import new_id
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock
from tests.support.waiting import wait_until

OWNER_DEVICES = ("own phone", "own tablet")
DEVICES = (*OWNER_DEVICES, "squatter", "other squatter")
POSTINGS = ("a", "b")
LOGGED_WITHIN_SECONDS = 60.0
OFFICER = Principal(role=Role.OFFICER, subject="officer", union_id="root")


@dataclass(frozen=True)
class Step:
    """One thing that happens. ``device`` and ``posting`` are what it is about, if they matter."""

    kind: str
    device: str = ""
    posting: str = ""


def steps() -> st.SearchStrategy[Step]:
    """Any step; squatters cannot read a code, and do not answer the owner's phone."""
    device, posting = st.sampled_from(DEVICES), st.sampled_from(POSTINGS)
    owner = st.sampled_from(OWNER_DEVICES)
    return st.one_of(
        st.builds(Step, st.just("tap"), device, posting),
        st.builds(Step, st.just("tap twice at once"), device, posting),
        st.builds(Step, st.just("retry"), device, posting),
        st.builds(Step, st.just("all tap at once"), st.just(""), posting),
        st.builds(Step, st.just("code"), owner),
        st.builds(Step, st.just("code while tapping"), owner, posting),
        st.builds(Step, st.just("call"), owner, posting),
        st.builds(Step, st.just("withdraw"), device, posting),
    )


class CaptureNode:
    """What one node does with leads; its sweep logs those that a busy MongoDB has refused."""

    def __init__(self, store: Store, commit: GroupCommit) -> None:
        clock = ManualClock()
        self.log = LeadLogWriter(store, commit, clock)
        self.log.start()
        self.capture = LeadCapture(store, self.log, clock)
        self.confirmation = PhoneConfirmation(store, commit, clock)
        self.own_leads = OwnLeads(store, commit, clock)

    async def close(self) -> None:
        await self.capture.close()
        await self.log.close()


@dataclass
class PostingModel:
    """Who has a standing lead for one posting, as the rules want it."""

    unconfirmed: set[str] = field(default_factory=set)
    confirmed: str | None = None

    def tap(self, device: str, *, is_proven: bool) -> None:
        if self.confirmed == device or device in self.unconfirmed:
            return
        if not is_proven:
            self.unconfirmed.add(device)
        elif self.confirmed is None:
            self.confirmed = device
            self.unconfirmed.clear()

    def confirm(self, device: str) -> None:
        if device in self.unconfirmed:
            self.confirmed = self.confirmed or device
            self.unconfirmed.clear()

    def withdraw(self, device: str) -> None:
        self.unconfirmed.discard(device)
        if self.confirmed == device:
            self.confirmed = None


class ClaimHistory:
    """One phone in one session of its own, over two nodes that take turns."""

    def __init__(self, store: Store, nodes: tuple[CaptureNode, CaptureNode]) -> None:
        self._store, self._nodes = store, nodes
        self._turn = 0
        self.session_id, self.person = new_id(), new_id()
        self.models = {posting: PostingModel() for posting in POSTINGS}
        self._proven: set[str] = set()
        self._requests: dict[tuple[str, str], tuple[str, str]] = {}

    async def run(self, history: list[Step]) -> None:
        """Take the steps, and compare with the model after each."""
        for step in history:
            await self._take(step)
            await wait_until(self._is_logged, LOGGED_WITHIN_SECONDS, every=0.002)
            await self.compare()

    async def read_leads(self) -> list[Lead]:
        """Return all leads of the session."""
        found = self._store.mongo["leads"].find({"session_id": self.session_id}, {"_id": 1})
        ids = [document["_id"] async for document in found]
        return list((await self._store.leads.by_ids(ids)).values())

    async def compare(self) -> None:
        """Compare what is stored with the model."""
        leads = await self.read_leads()
        for posting, model in self.models.items():
            standing = [
                lead
                for lead in leads
                if lead.posting_id == posting and lead.stage in STANDING_STAGES
            ]
            by_state = {
                state: sorted(lead.giver or "" for lead in standing if lead.confirmation is state)
                for state in LeadConfirmation
            }
            assert by_state == {
                LeadConfirmation.UNCONFIRMED: sorted(model.unconfirmed),
                LeadConfirmation.CONFIRMED: [model.confirmed] if model.confirmed else [],
                LeadConfirmation.SUPERSEDED: [],
                LeadConfirmation.LEGACY: [],
            }
        for lead in leads:
            # What an employer gets is the owner's own. What a squatter typed goes nowhere.
            assert not lead.reaches_employer or lead.giver in OWNER_DEVICES
            if lead.confirmation is LeadConfirmation.SUPERSEDED:
                assert lead.contact is None
                assert lead.person != self.person

    async def _take(self, step: Step) -> None:
        device, posting = step.device, step.posting
        if step.kind == "tap":
            await self._tap(device, posting)
            self._model_tap(device, posting)
        elif step.kind == "tap twice at once":
            one, two = await asyncio.gather(self._tap(device, posting), self._tap(device, posting))
            assert one == two
            self._model_tap(device, posting)
        elif step.kind == "retry":
            await self._retry(device, posting)
        elif step.kind == "all tap at once":
            await asyncio.gather(*(self._tap(each, posting) for each in DEVICES))
            # A proven device ends the leads that were there before, and others may follow it.
            await wait_until(self._is_logged, LOGGED_WITHIN_SECONDS, every=0.002)
            await self._adopt(posting)
        elif step.kind == "code":
            await self._enter_code(device)
            self._model_code(device)
        elif step.kind == "code while tapping":
            await asyncio.gather(self._tap(device, posting), self._enter_code(device))
            await wait_until(self._is_logged, LOGGED_WITHIN_SECONDS, every=0.002)
            others = await self._others_that_stayed(device, posting)
            self._model_tap(device, posting)
            self._model_code(device)
            self.models[posting].unconfirmed |= others
        elif step.kind == "call":
            await self._call(device, posting)
        else:
            await self._withdraw(device, posting)

    async def _tap(self, device: str, posting: str, request_id: str | None = None) -> str:
        lead = self._new_lead(device, posting, request_id or new_id())
        captured = await self._next_node().capture.record(lead)
        assert request_id is None or not captured.created
        if captured.created:
            assert lead.request_id is not None
            self._requests[device, posting] = lead.request_id, captured.lead.id
        return captured.lead.id

    async def _retry(self, device: str, posting: str) -> None:
        """Send the latest tap that made a lead again, whatever became of the lead."""
        if (device, posting) in self._requests:
            request_id, lead_id = self._requests[device, posting]
            assert await self._tap(device, posting, request_id) == lead_id

    async def _enter_code(self, device: str) -> None:
        pair = PhonePair(device_id=device, person=self.person)
        await self._store.phone_proofs.record(pair, at=records.FIXED_NOW)
        await self._next_node().confirmation.confirm(pair, records.FIXED_NOW)

    async def _call(self, device: str, posting: str) -> None:
        for lead in await self._standing(device, posting):
            if lead.confirmation is LeadConfirmation.UNCONFIRMED:
                await self._next_node().confirmation.confirm_by_staff(
                    OFFICER, lead.id, ConfirmationMethod.CALL
                )
                self.models[posting].confirm(device)

    async def _withdraw(self, device: str, posting: str) -> None:
        holder = ReceiptHolder(person=self.person, giver=device)
        for lead in await self._standing(device, posting):
            await self._next_node().own_leads.withdraw_consent(holder, lead.id)
        self.models[posting].withdraw(device)

    async def _standing(self, device: str, posting: str) -> list[Lead]:
        return [
            lead
            for lead in await self.read_leads()
            if (lead.giver, lead.posting_id) == (device, posting) and lead.stage in STANDING_STAGES
        ]

    async def _others_that_stayed(self, device: str, posting: str) -> set[str]:
        """The unconfirmed claims beside the confirmed lead of the owner's other device.

        A tap after the code finds that lead and changes nothing. One before the code is a claim,
        which the code ends with all others. Either order is right.
        """
        model = self.models[posting]
        if model.confirmed in (None, device) or device in model.unconfirmed:
            return set()
        stayed = {each for each in model.unconfirmed if await self._standing(each, posting)}
        assert stayed in (set(), model.unconfirmed)
        return stayed

    async def _adopt(self, posting: str) -> None:
        """Take over what squatters have after taps at one moment: it depends on their order.

        The rest does not: proven devices have one confirmed lead, others that are no squatters keep
        theirs or gave way to it.
        """
        model = self.models[posting]
        owners = [device for device in OWNER_DEVICES if device in self._proven]
        leads = [
            lead
            for lead in await self.read_leads()
            if lead.posting_id == posting and lead.stage in STANDING_STAGES
        ]
        confirmed = [
            lead.giver for lead in leads if lead.confirmation is LeadConfirmation.CONFIRMED
        ]
        if model.confirmed is not None:
            assert confirmed == [model.confirmed]
        elif owners:
            assert len(confirmed) == 1
            assert confirmed[0] in owners
            model.confirmed = confirmed[0]
        else:
            assert confirmed == []
            model.unconfirmed |= set(DEVICES)
            return
        standing = {
            lead.giver or "" for lead in leads if lead.confirmation is LeadConfirmation.UNCONFIRMED
        }
        assert standing.isdisjoint(owners)
        model.unconfirmed = standing

    def _model_tap(self, device: str, posting: str) -> None:
        self.models[posting].tap(device, is_proven=device in self._proven)

    def _model_code(self, device: str) -> None:
        self._proven.add(device)
        for model in self.models.values():
            model.confirm(device)

    def _new_lead(self, device: str, posting: str, request_id: str) -> Lead:
        lead_id = new_id()
        typed = Contact(name=device, phone="+8613800138000")
        return replace(
            records.lead(
                id=lead_id,
                session_id=self.session_id,
                posting_id=posting,
                person=self.person,
                giver=device,
                confirmation=LeadConfirmation.UNCONFIRMED,
                request_id=request_id,
                made_way=place_beside(device),
            ),
            contact=self._store.keyring.seal_contact(lead_id, typed),
        )

    def _next_node(self) -> CaptureNode:
        self._turn += 1
        return self._nodes[self._turn % 2]

    async def _is_logged(self) -> bool:
        unlogged = {"session_id": self.session_id, "awaits_log": True}
        return await self._store.mongo["leads"].count_documents(unlogged, limit=1) == 0
