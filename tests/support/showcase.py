"""A stored showcase: records with a value in every field, full logs, and every caller's token."""

from __future__ import annotations

from datetime import timedelta

from domain.exchange.imports import make_row_id
from domain.identity.accounts import Account
from domain.leads.confirmation import ConfirmationMethod
from domain.leads.leads import HireSide, Lead, LeadStage, RefusalReason
from domain.leads.personal_data import ReceiptHolder
from domain.live.events import (
    LoggedEvent,
    PostingMatched,
    SessionEdited,
    SessionPostingClosed,
    SessionPostingOpened,
)
from domain.live.log_topics import question_topic, seeker_topic, session_topic
from domain.live.own_room_events import QuestionReceived
from domain.live.sessions import Segment, SessionStatus
from domain.screening.minimum_wages import Grade
from domain.webhooks.deliveries import Delivery
from domain.webhooks.messages import build_lead_recorded_notice
from domain.webhooks.webhooks import FailureKind, Webhook
from storage.clock import utc_now
from storage.mongo.client import Transaction, new_id
from storage.mongo.codec import to_document
from storage.seekers.call_campaigns import CampaignMatch
from tests.support import records
from tests.support.services import STREAM_ORIGIN, hash_collections
from tests.support.showcase_records import ShowcaseRecords, make_finding
from tests.support.world import today

CORRECTED_NAME = "郑大成"
"""The corrected name of the person behind the assigned lead."""

MASKED_CONTACTS = {
    "lead": ("王**", "138****8000"),
    "offered": ("李**", "139****9000"),
    "refused_lead": ("钱**", "135****5000"),
    "unconfirmed_lead": ("蒋*", "133****3001"),
    "confirmed_lead": ("沈**", "133****3002"),
    "handed_lead": ("郑**", "132****2000"),
    "entry": ("赵**", "137****7000"),
    "seeker": ("孙*", "136****6000"),
    "other_seeker": ("何*", "130****0000"),
}
"""The masked names and phones of the records whose contact is not erased."""


class Showcase(ShowcaseRecords):
    """Stores its records, then follows up leads and directs sessions until every log is full."""

    @property
    def staff(self) -> dict[str, Account]:
        return super().staff | {"host in hand": self.handed_host}

    def token_of(self, caller: str) -> str | None:
        if caller == "giver":
            return self.visitor.access
        if caller == "other seeker":
            return self.seeker_token(self.other_seeker)
        return super().token_of(caller)

    async def store_records(self, *, with_offered: bool = True) -> None:
        store = self.running.store
        await super().store_records(with_offered=with_offered)
        await store.leads.record(self.leads[2:])
        await self.prove_phone(self.withdrawn_lead)
        await store.qr_codes.add(self.code)
        coming = records.minimum_wage(
            # Above the pay of every posting of the showcase.
            region="310000",
            monthly=7_000,
            grade=Grade.A,
            effective_from=today() + timedelta(days=30),
        )
        await store.mongo["minimum_wages"].insert_one(to_document(coming))
        await store.recruitment_campaigns.add(self.spring)
        await store.seekers.add([self.other_seeker, self.withdrawn_seeker])
        for question in (self.answered, self.published, self.declined):
            await store.questions.add(question)
        await store.webhooks.add(self.firm_webhook)
        row = records.import_row(
            id=make_row_id(self.upload.id, 2),
            import_id=self.upload.id,
            external_id="A-1",
            posting_id=self.held.id,
            employer_id=self.employer.id,
            findings=(make_finding("title"),),
            at=utc_now(),
        )
        match = CampaignMatch(
            id=self.seeker.id,
            campaign_id=self.campaign.id,
            seeker_id=self.seeker.id,
            posting_ids=(self.open.id,),
            at=utc_now(),
        )
        for collection, record in {
            "reports": self.upheld,
            "decisions": self.decision,
            "employer_checks": self.check,
            "minimum_wages": self.vouched,
            "wage_proposals": self.adopted,
            "import_rows": row,
            "campaign_matches": match,
        }.items():
            await store.mongo[collection].insert_one(to_document(record))
        await self._follow_up()
        await self._run_session()
        await self._log_match()
        for webhook in (self.webhook, self.firm_webhook):
            await store.deliveries.add(self._delivery(webhook))
        await hash_collections(self.running)

    async def _follow_up(self) -> None:
        """Fill timelines with every kind of entry a lead can have."""
        services = self.running.services
        pipeline, officer = services.lead_follow_up, self.officer.id
        own_leads = services.own_leads
        lead = await pipeline.assign(self.lead, self.officer.id, by=officer)
        await pipeline.escalate(lead)
        await pipeline.add_note(lead, "周五面试", today() + timedelta(days=1), by=officer)
        await pipeline.add_note(self.handed_lead, "已联系", None, by=self.handed_host.id)
        await pipeline.record_hire_answer(
            self.offered, HireSide.EMPLOYER, hired=True, by=self.recruiter.id
        )
        await pipeline.record_hire_answer(self.offered, HireSide.SEEKER, hired=True, by=None)
        await pipeline.advance(
            self.refused_lead,
            LeadStage.REFUSED,
            RefusalReason.SKILL_MISMATCH,
            by=self.principal(self.officer),
        )
        await services.phone_confirmation.confirm_by_staff(
            self.principal(self.officer), self.confirmed_lead.id, ConfirmationMethod.CALL
        )
        await services.contact_disclosure.reveal(
            self.lead.id, self.principal(self.officer), "电话通知面试时间"
        )
        await own_leads.withdraw_consent(self.holder(self.withdrawn_lead), self.withdrawn_lead.id)
        await own_leads.erase(self.holder(self.erased_lead))
        await own_leads.correct_name(self.holder(self.handed_lead), CORRECTED_NAME)

    async def _run_session(self) -> None:
        """Fill the log of a session with every kind of event."""
        desk, questions = self.running.services.session_control, self.running.services.questions
        for status in (
            *(SessionStatus.LIVE, SessionStatus.INTERRUPTED, SessionStatus.LIVE),
            SessionStatus.ENDED,
        ):
            await desk.change_status(self.planned.id, status)
        await desk.change_status(self.called_off.id, SessionStatus.CANCELLED)
        await desk.announce(self.live.id, "欢迎")
        await desk.unpin(self.live.id)
        await desk.pin(self.live.id, self.open.id)
        await desk.set_segment(self.live.id, Segment.POSTING, "岗位介绍")
        await self.running.services.stream_direction.set_source(
            self.principal(self.host),
            self.live.id,
            hls_url=None,
            link_url="https://v.douyin.com/iRNBho6u/",
            poster_url=f"{STREAM_ORIGIN}/poster.jpg",
        )
        await desk.set_slow_mode(self.live.id, 60)
        await desk.set_slow_mode(self.live.id, 0)
        of_open = {"session_id": self.live.id, "posting_id": self.open.id}
        await self._log(
            session_topic(self.live.id),
            SessionPostingClosed(**of_open),
            SessionPostingOpened(**of_open),
            SessionEdited(session_id=self.live.id),
        )
        await self._log(
            question_topic(self.live.id),
            QuestionReceived(session_id=self.live.id, question_id=self.question.id),
        )
        host = self.principal(self.host)
        await questions.answer(host, self.answered.id, "有，两人间。")
        await questions.publish(host, self.published.id)
        await questions.publish(host, self.declined.id)
        await questions.decline(host, self.declined.id)

    async def _log_match(self) -> None:
        event = PostingMatched(seeker_id=self.seeker.id, posting_id=self.open.id)
        await self._log(seeker_topic(self.seeker.id), event)

    async def _log(self, topic: str, *events: LoggedEvent) -> None:
        log = self.running.store.event_log

        async def body(transaction: Transaction) -> None:
            await log.append(topic, events, at=utc_now(), transaction=transaction)

        await self.running.store.mongo.run_transaction(body)

    def holder(self, lead: Lead) -> ReceiptHolder:
        """Return the receipt holder of the lead."""
        assert lead.giver is not None  # nobody has erased it yet
        return ReceiptHolder(person=lead.person, giver=lead.giver)

    def _delivery(self, webhook: Webhook) -> Delivery:
        return Delivery(
            id=new_id(),
            webhook_id=webhook.id,
            notice=build_lead_recorded_notice(self.lead),
            attempts=1,
            next_at=utc_now() + timedelta(days=1),
            created_at=utc_now(),
            tried_at=utc_now(),
            last_status=500,
            last_failure=FailureKind.STATUS,
        )
