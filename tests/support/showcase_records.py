"""The records of a showcase: every field has a value, every kind of lead is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from domain.identity.accounts import Role
from domain.leads.confirmation import LeadConfirmation
from domain.leads.follow_up import start_follow_up
from domain.leads.leads import Lead, LeadSource, LeadStage
from domain.live.qr_codes import CodeKind
from domain.live.questions import QuestionStatus
from domain.live.sessions import Segment, SessionStatus
from domain.live.streams import Stream, StreamState
from domain.postings.officer_review import Appeal
from domain.postings.postings import (
    CloseReason,
    Finding,
    Intensity,
    Mark,
    PostingTerms,
)
from domain.screening.minimum_wages import verify_wage
from domain.screening.reviews import ReportState
from domain.seekers.call_campaigns import Call, CallOutcome, MatchRun, RunStatus
from domain.seekers.referrals import ReferralStatus, ReferralStep
from domain.seekers.seeker_groups import SeekerGroup
from domain.webhooks.webhooks import FailureKind
from storage.clock import utc_now
from storage.mongo.client import new_id
from tests.support import records
from tests.support.full_profile import SHANGHAI, make_full_profile
from tests.support.full_terms import DAY_SHIFT, FULL_PARTS
from tests.support.services import STREAM_ORIGIN, RunningServices
from tests.support.world import FINDING, World, today

LEAD_AGE = timedelta(days=10)

CONTACTS = {
    "lead": ("王小明", "+8613800138000"),
    "offered": ("李小红", "+8613900139000"),
    "refused_lead": ("钱多多", "+8613500135000"),
    "withdrawn_lead": ("周小兰", "+8613400134000"),
    "erased_lead": ("吴天", "+8613300133000"),
    "unconfirmed_lead": ("蒋一", "+8613300133001"),
    "confirmed_lead": ("沈二妹", "+8613300133002"),
    "superseded_lead": ("韩三郎", "+8613300133002"),
    "handed_lead": ("郑成功", "+8613200132000"),
    "entry": ("赵大勇", "+8613700137000"),
    "seeker": ("孙丽", "+8613600136000"),
    "withdrawn_seeker": ("冯春", "+8613100131000"),
    "other_seeker": ("何芳", "+8613000130000"),
}
"""The names and phones by record."""


class ShowcaseRecords(World):
    """A world with a value in every field, and leads in every state. No record is stored.

    ``visitor`` is a viewer who gave some of the leads. One lead is assigned to ``handed_host``, a
    host of the branch. The webhooks of union and employer have failed.
    """

    def __init__(self, running: RunningServices) -> None:
        super().__init__(running)
        self.visitor = running.tokens.issue_for_viewer()
        self.other_seeker = self._seeker(*CONTACTS["other_seeker"])
        self.handed_host = self._account(Role.HOST, union_id=self.branch.id)
        self._furnish_postings()
        self._furnish_sessions()
        self._furnish_leads()
        self._furnish_seekers()
        self._furnish_webhooks()
        self.upload = replace(self.upload, started_at=utc_now(), finished_at=utc_now())
        self.vouched = verify_wage(self.wage, new_id(), by=self.upper_officer.id, at=utc_now())
        self.adopted = self._adopted_proposal(self.vouched.id)

    def _furnish_postings(self) -> None:
        self.employer = replace(self.employer, description="电机制造")
        found = (make_finding("duties"),)
        appeal = Appeal(by=self.recruiter.id, at=utc_now(), reason="押金由公司代付", revision=1)
        self.spring = records.recruitment_campaign(union_id=self.union.id)
        self.open = replace(
            self.open,
            terms=self._rich_terms(),
            revision=2,
            findings=found,
            campaign_id=self.spring.id,
            appeal=appeal,
        )
        self.held = replace(self.held, waiting_since=utc_now(), findings=found)
        self.closed = replace(self.closed, close_reason=CloseReason.WITHDRAWN, closed_at=utc_now())
        theirs = replace(appeal, by=self.other_recruiter.id)
        self.third = replace(self.third, appeal=theirs)
        changed = {each.id: each for each in (self.open, self.held, self.closed, self.third)}
        self.running_order = tuple(changed.get(each.id, each) for each in self.running_order)
        self.upheld = records.report(
            posting_id=self.open.id,
            at=utc_now(),
            state=ReportState.UPHELD,
            resolved_by=self.officer.id,
            resolved_at=utc_now(),
        )
        self.decision = records.decision(
            posting_id=self.open.id,
            by=self.officer.id,
            at=utc_now(),
            findings=found,
            undone_by=self.officer.id,
            undone_at=utc_now(),
            appeal=appeal,
        )
        self.check = records.employer_check(
            employer_id=self.employer.id, by=self.officer.id, at=utc_now(), note="已核对"
        )

    def _furnish_sessions(self) -> None:
        self.live = replace(
            self.live,
            pinned_posting_id=self.open.id,
            segment=Segment.STORY,
            segment_title="三十年焊工",
            started_at=utc_now(),
            campaign_id=self.spring.id,
        )
        self.ended = replace(
            self.ended,
            started_at=utc_now(),
            ended_at=utc_now(),
            recording=records.session_recording(found_at=utc_now(), duration_seconds=1_800),
        )
        self.interrupted = replace(
            self.interrupted,
            description="三十年焊工的故事",
            recording=records.session_recording(deleted_at=utc_now(), removed_at=utc_now()),
            stream=Stream(
                hls_url=f"{STREAM_ORIGIN}/hls/1.m3u8",
                state=StreamState.LIVE,
                started_at=utc_now(),
                latency_seconds=6,
            ),
        )
        self.scheduled = replace(
            self.scheduled,
            stream=Stream(cut_off_at=utc_now(), cut_off_reason="画面播放了无关广告"),
        )
        self.planned = self._session(SessionStatus.SCHEDULED)
        self.called_off = self._session(SessionStatus.SCHEDULED)
        self.followed = (self.live, self.planned, self.called_off)
        self.sessions = (
            *(self.scheduled, self.interrupted, self.ended, self.draft),
            *self.followed,
        )
        self.question = replace(self.question, asker=self.visitor.principal.subject)
        self.answered = self.new_question(
            posting_id=self.open.id,
            status=QuestionStatus.ANSWERED,
            answer="有，四人间。",
            published_at=utc_now(),
            answered_at=utc_now(),
        )
        self.published, self.declined = self.new_question(), self.new_question()
        self.code = records.code(
            kind=CodeKind.POSTING,
            session_id=self.live.id,
            posting_id=self.open.id,
            place="东门",
            union_path=self.union.path,
            owner_id=self.host.id,
            created_by=self.host.id,
        )

    def _furnish_leads(self) -> None:
        self.lead = self._lead_of_visitor(
            "lead", source=LeadSource.POSTING_QR, code_id=self.code.id
        )
        self.offered = self._lead_of_visitor("offered", stage=LeadStage.OFFERED)
        self.refused_lead = self._lead_of_visitor("refused_lead")
        self.withdrawn_lead = self._lead_of_visitor("withdrawn_lead", assignee_id=self.recruiter.id)
        self.erased_lead = self._lead_of_visitor("erased_lead", giver=new_id())
        self.handed_lead = self._lead_of_visitor(
            "handed_lead", assignee_id=self.handed_host.id, posting_id=self.closed.id
        )
        # A stranger sent the phone of the confirmed lead before its owner did.
        unconfirmed = LeadConfirmation.UNCONFIRMED
        self.unconfirmed_lead = self._lead_of_visitor("unconfirmed_lead", confirmation=unconfirmed)
        self.superseded_lead = self._lead_of_visitor(
            "superseded_lead", giver=new_id(), confirmation=unconfirmed
        )
        self.confirmed_lead = self._lead_of_visitor("confirmed_lead", confirmation=unconfirmed)
        self.leads = (
            *(self.lead, self.offered, self.refused_lead),
            *(self.unconfirmed_lead, self.superseded_lead, self.confirmed_lead),
            *(self.withdrawn_lead, self.erased_lead, self.handed_lead),
        )

    def _furnish_seekers(self) -> None:
        run = MatchRun(
            status=RunStatus.DONE,
            requested_by=self.officer.id,
            requested_at=utc_now(),
            finished_at=utc_now(),
        )
        self.campaign = replace(self.campaign, run=run)
        self.seeker = replace(
            self.seeker, profile=make_full_profile(), campaign_id=self.campaign.id
        )
        self.withdrawn_seeker = replace(
            self._seeker(*CONTACTS["withdrawn_seeker"]), withdrawn_at=utc_now()
        )
        call = Call(at=utc_now(), by=self.officer.id, outcome=CallOutcome.CALL_BACK, note="周五打")
        self.entry = replace(
            self.entry, calls=(call,), seeker_id=self.seeker.id, next_call_on=today()
        )
        step = ReferralStep(
            status=ReferralStatus.ACCEPTED, at=utc_now(), by=self.officer.id, note="已报名"
        )
        self.referral = replace(
            self.referral, steps=(*self.referral.steps, step), status=ReferralStatus.ACCEPTED
        )

    def _furnish_webhooks(self) -> None:
        failing: dict[str, Any] = {
            "failing_since": utc_now(),
            "last_status": 500,
            "last_failure": FailureKind.STATUS,
        }
        self.webhook = replace(self.webhook, **failing)
        self.firm_webhook = replace(
            self._webhook(),
            owner=f"employer/{self.employer.id}",
            union_path=(),
            employer_id=self.employer.id,
            created_by=self.recruiter.id,
            **failing,
        )

    def _lead_of_visitor(self, who: str, **changes: Any) -> Lead:
        """Return an overdue lead that the viewer gave in the live session."""
        lead = self.new_lead(*CONTACTS[who])
        made: dict[str, Any] = {
            "segment": Segment.STORY,
            "group": SeekerGroup.LAID_OFF,
            "giver": self.visitor.principal.subject,
            "terms": self._rich_terms(headcount=1),
            "created_at": utc_now() - LEAD_AGE,
            "updated_at": utc_now() - LEAD_AGE,
        }
        return start_follow_up(replace(lead, **(made | changes)))

    def _rich_terms(self, **changes: Any) -> PostingTerms:
        # Both shifts are by day, so that the posting is a match of the full profile.
        late = replace(DAY_SHIFT, starts_at=time(9), name="晚到班", days=())
        schedule = replace(FULL_PARTS["schedule"], shifts=(DAY_SHIFT, late))
        terms: PostingTerms = self._terms(
            address="浦东新区金海路1号",
            intensity=Intensity.HEAVY,
            repost_source="上海市总工会",
            starts_at=time(8, 30),
            ends_at=time(17),
            min_age=18,
            friendly_to=(SeekerGroup.LAID_OFF,),
            point=SHANGHAI,
            **(FULL_PARTS | {"schedule": schedule} | changes),
        )
        return terms


def make_finding(field: str) -> Finding:
    return replace(FINDING, field=field, marks=(Mark(text="电工", start=0, end=2),), detail="2690")
