"""A world: the records of one test, with at least one record of every kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from domain.employers.employers import Employer
from domain.identity.devices import PhonePair
from domain.identity.persons import normalise_phone
from domain.leads.leads import Contact, Lead, LeadStage
from domain.leads.personal_data import ReceiptHolder
from domain.live.questions import Question
from domain.live.sessions import LiveSession, SessionStatus
from domain.postings.postings import Finding, Mark, Posting, PostingStatus, Severity
from domain.reference.calendar import day_in_china
from domain.screening.decision_batches import prior_state
from domain.seekers.call_campaigns import CallEntry, CallOutcome
from domain.seekers.seekers import Seeker
from domain.webhooks.webhooks import Webhook
from schema.relay import global_id
from services.identity.tokens import TokenPair
from services.seekers.profile import receipt_holder
from storage.clock import utc_now
from storage.mongo.client import new_id
from storage.mongo.codec import to_document
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.codes import PROVABLE_PHONE, make_code
from tests.support.organisations import Organisations
from tests.support.services import RunningServices

FINDING = Finding(
    code="LURE",
    severity=Severity.REVIEW,
    field="duties",
    message="A secret of the staff.",
    message_zh="仅供工作人员查看。",
    basis="人力资源市场暂行条例",
)

WORDS_AT_FAULT = replace(
    FINDING, severity=Severity.REFUSE, marks=(Mark(text="押金", start=0, end=2),)
)


def today() -> date:
    return day_in_china(utc_now())


class World(Organisations):
    """A world: organisations with postings, sessions, leads and all other kinds of records.

    The live session belongs to ``host`` and ``union``. Its running order holds postings of every
    status.
    """

    def __init__(self, running: RunningServices) -> None:
        super().__init__(running)
        self.open = self._posting(self.employer)
        self.second = self._posting(self.employer, terms=self._terms(title="焊工"))
        self.third = self._posting(self.rival)
        self.absent = self._posting(self.employer)
        self.held = self._posting(
            self.employer, status=PostingStatus.IN_REVIEW, findings=(FINDING,)
        )
        self.refused = self._posting(
            self.employer, status=PostingStatus.REFUSED, findings=(FINDING,)
        )
        self.worded = self._posting(
            self.employer, status=PostingStatus.REFUSED, findings=(WORDS_AT_FAULT,)
        )
        self.closed = self._posting(self.employer, status=PostingStatus.CLOSED)
        self.expired = self._posting(
            self.employer, terms=self._terms(valid_until=today() - timedelta(days=1))
        )
        self.hidden = (self.held, self.refused, self.closed, self.expired)
        self.running_order: tuple[Posting, ...] = (
            self.open,
            self.held,
            self.second,
            self.refused,
            self.closed,
            self.third,
            self.expired,
        )
        self.report = records.report(posting_id=self.second.id, at=utc_now())
        self.batch_decision = records.decision(
            posting_id=self.third.id,
            by=self.officer.id,
            at=utc_now(),
            batch_id=new_id(),
            prior=prior_state(self.third, decided=self.third),
        )
        self.wage = records.minimum_wage(
            effective_from=today() + timedelta(days=300), added_at=utc_now()
        )
        self.proposal = self._proposal()
        self.live = self._session(SessionStatus.LIVE)
        self.scheduled = self._session(SessionStatus.SCHEDULED)
        self.interrupted = self._session(SessionStatus.INTERRUPTED)
        self.ended = self._session(SessionStatus.ENDED)
        self.draft = self._session(SessionStatus.DRAFT)
        self.sessions: tuple[LiveSession, ...] = (
            self.live,
            self.scheduled,
            self.interrupted,
            self.ended,
            self.draft,
        )
        self.lead = self.new_lead("王小明", "+8613800138000")
        self.offered = replace(
            self.new_lead("李小红", "+8613900139000"),
            session_id=self.ended.id,
            stage=LeadStage.OFFERED,
        )
        self.campaign = records.campaign(union_path=self.union.path)
        self.entry = self._call_entry("赵大勇", "+8613700137000", CallOutcome.REACHED)
        self.seeker = self._seeker("孙丽", "+8613600136000")
        self.referral = records.referral(seeker_id=self.seeker.id, union_path=self.union.path)
        self.question = self.new_question()
        self.upload = records.import_record(
            scope=f"union/{self.union.id}", account_id=self.officer.id, union_id=self.union.id
        )
        self.webhook = self._webhook()
        self.visitor_id = new_id()
        self._phones = iter(range(10**8))

    async def store_records(self, *, with_offered: bool = True) -> None:
        """Store all records; the lead at stage OFFERED only if ``with_offered``."""
        store = self.running.store
        await store.unions.add([self.province, self.union, self.branch, self.elsewhere])
        await store.employers.add([self.employer, self.rival, self.unverified])
        for account in self.staff.values():
            await store.accounts.add(account)
            await store.sign_ins.add(self.sign_in_of(account), most=1)
        await store.postings.add([*self.running_order, self.absent, self.worded])
        await store.mongo["reports"].insert_one(to_document(self.report))
        await store.mongo["decisions"].insert_one(to_document(self.batch_decision))
        await store.mongo["minimum_wages"].insert_one(to_document(self.wage))
        await store.mongo["wage_proposals"].insert_one(to_document(self.proposal))
        await store.live_sessions.add(self.sessions)
        await store.webhooks.add(self.webhook)
        await store.call_campaigns.add([self.campaign])
        await store.call_entries.add([self.entry])
        await store.seekers.add([self.seeker])
        await store.referrals.add([self.referral])
        await store.questions.add(self.question)
        await store.imports.add(self.upload)
        for device in (self.visitor_id, self.seeker.giver or ""):
            await store.phone_codes.replace(make_code(store, device, PROVABLE_PHONE))
        await store.leads.record([self.lead, *([self.offered] if with_offered else [])])
        for lead in (self.lead, self.offered):
            await self.prove_phone(lead)
        for session in (self.live, self.ended):
            self.running.services.lead_log.schedule(session.id)

    def token_of(self, caller: str) -> str | None:
        """Return the token of a caller, named as in ``mutation_roles``; None for nobody."""
        if caller == "nobody":
            return None
        if caller == "seeker":
            return self.seeker_token()
        if caller == "viewer":
            return self.running.tokens.issue_for_viewer(self.visitor_id).access
        return self.token(self.staff[caller])

    def seeker_token(self, seeker: Seeker | None = None) -> str:
        """Return the token of the person behind a profile; by default the world's own."""
        giver = (seeker or self.seeker).giver
        assert giver is not None  # it was saved by a seeker, and is not erased
        return self.running.tokens.issue_for_seeker(giver).access

    async def proven_viewer_token(self, phone: str) -> str:
        """Return the token of a new viewer whose device has confirmed this phone."""
        return (await self.proven_viewer(phone)).access

    async def proven_viewer(self, phone: str) -> TokenPair:
        """Return the tokens of a new viewer whose device has confirmed this phone."""
        store, token = self.running.store, self.running.tokens.issue_for_viewer()
        pair = PhonePair(
            device_id=token.principal.subject,
            person=store.keyring.hash_phone(normalise_phone(phone, demo=True)),
        )
        await store.phone_proofs.record(pair, at=self.running.services.clock())
        return token

    def profile_receipt(self) -> str:
        """Return the receipt of the world's profile."""
        return self.running.services.receipts.issue(receipt_holder(self.seeker))

    def next_phone(self) -> str:
        """Return a new phone number that the demo accepts."""
        return f"144{next(self._phones):08d}"

    def new_lead(self, name: str, phone: str) -> Lead:
        """Return a lead of the person for the first posting, not stored."""
        lead_id, now = new_id(), utc_now()
        seal = self.running.store.keyring
        return records.lead(
            id=lead_id,
            session_id=self.live.id,
            posting_id=self.open.id,
            employer_id=self.employer.id,
            union_path=self.union.path,
            owner_id=self.host.id,
            person=seal.hash_phone(phone),
            contact=seal.seal_contact(lead_id, Contact(name=name, phone=phone)),
            terms=self.open.terms,
            giver=new_id(),
            created_at=now,
            updated_at=now,
        )

    def new_question(self, **changes: Any) -> Question:
        """Return a pending question in the live session, not stored."""
        made = {"session_id": self.live.id, "asked_at": utc_now()}
        return records.question(**(made | changes))

    def lead_receipt(self, lead: Lead) -> str:
        """Return the receipt of the lead."""
        assert lead.giver is not None  # it is not erased
        return self.running.services.receipts.issue(
            ReceiptHolder(person=lead.person, giver=lead.giver)
        )

    async def prove_phone(self, lead: Lead) -> None:
        """Let the device that gave the lead have confirmed its phone."""
        assert lead.giver is not None  # it is not erased
        pair = PhonePair(device_id=lead.giver, person=lead.person)
        await self.running.store.phone_proofs.record(pair, at=utc_now())

    def _seeker(self, name: str, phone: str) -> Seeker:
        store = self.running.store
        made = records.seeker(union_path=self.union.path, person=store.keyring.hash_phone(phone))
        # A region without postings: the seeker does not match the postings of other worlds.
        nowhere = replace(made.profile.wants, places=("460300",))
        made = replace(
            made,
            profile=replace(made.profile, wants=nowhere),
            searches=(replace(made.searches[0], wants=nowhere),),
        )
        return replace(made, contact=store.seal_contact(made, Contact(name=name, phone=phone)))

    def _call_entry(self, name: str, phone: str, outcome: CallOutcome | None) -> CallEntry:
        store = self.running.store
        made = records.call_entry(
            campaign_id=self.campaign.id,
            union_path=self.union.path,
            person=store.keyring.hash_phone(phone),
            outcome=outcome,
        )
        return replace(made, contact=store.seal_contact(made, Contact(name=name, phone=phone)))

    def _webhook(self) -> Webhook:
        webhook_id = new_id()
        return records.webhook(
            id=webhook_id,
            owner=f"union/{self.union.id}",
            union_path=self.union.path,
            secrets=(self.running.store.keyring.seal_webhook_secret(webhook_id, b"0" * 32),),
            created_by=self.officer.id,
        )

    def _terms(self, **changes: Any) -> Any:
        return posting_terms(**({"valid_until": today() + timedelta(days=30)} | changes))

    def _posting(self, employer: Employer, **changes: Any) -> Posting:
        made = {
            "employer_id": employer.id,
            "union_id": self.union.id,
            "union_path": self.union.path,
            "terms": self._terms(),
            "created_at": utc_now(),
        }
        return records.posting(**(made | changes))

    def _session(self, status: SessionStatus) -> LiveSession:
        return records.live_session(
            status=status,
            union_id=self.union.id,
            union_path=self.union.path,
            owner_id=self.host.id,
            posting_ids=tuple(posting.id for posting in self.running_order),
        )


def gid_as(view: str, record: Any) -> str:
    """Return the global id of another type that shows a stored record, such as ``OwnLead``."""
    return global_id(view, record.id)


def gid(record: Any) -> str:
    """Return the global id of a stored record."""
    name = type(record).__name__
    return global_id({"QrCode": "Code"}.get(name, name), record.id)
