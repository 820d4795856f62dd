"""Builders of records: valid in every field, with the changes that a test gives by keyword."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.employers.employers import CheckMethod, Employer, EmployerCheck
from domain.exchange.imports import Import, ImportKind, ImportRow, ImportStatus, RowOutcome
from domain.identity.accounts import Account, Role
from domain.identity.unions import Union, UnionLevel
from domain.leads.leads import ConsentGiven, Lead, LeadSource, SealedContact
from domain.live.qr_codes import CodeKind, QrCode
from domain.live.questions import Question
from domain.live.sessions import Honour, Host, LiveSession, SessionFormat, SessionStatus
from domain.postings.postings import Occupation, Posting, PostingStatus
from domain.screening.minimum_wages import Grade, MinimumWage
from domain.screening.rescreening import RescreeningTask, RescreenScope
from domain.screening.reviews import Decision, DecisionKind, Report, ReportReason
from domain.seekers.call_campaigns import CallCampaign, CallEntry
from domain.seekers.profile import Profile, Wants
from domain.seekers.profile_consent import make_profile_consent
from domain.seekers.referrals import Referral, ReferralKind, ReferralStatus, ReferralStep
from domain.seekers.seeker_groups import SeekerGroup
from domain.seekers.seekers import SavedSearch, Seeker
from domain.webhooks.messages import WebhookEvent
from domain.webhooks.webhooks import Webhook, WebhookSecret
from storage.mongo.client import new_id
from tests.domain.posting_terms_samples import posting_terms

FIXED_NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
UNION_ID = "union"
VERIFIED_UNTIL = date(2099, 12, 31)
HOST_ID = "host"


class ManualClock:
    """A clock that stands still until a test advances it."""

    def __init__(self) -> None:
        self.at = FIXED_NOW

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


def account(**changes: Any) -> Account:
    made = Account(
        id=new_id(),
        username="host",
        display_name="王主席",
        role=Role.HOST,
        password_hash="not a hash",
        union_id=UNION_ID,
        created_at=FIXED_NOW,
    )
    return replace(made, **changes)


def union(**changes: Any) -> Union:
    made = Union(
        id=UNION_ID,
        name="嘉兴市总工会",
        level=UnionLevel.CITY,
        place_code="330400",
        path=("root", UNION_ID),
    )
    return replace(made, **changes)


def employer(**changes: Any) -> Employer:
    made = Employer(
        id=new_id(),
        name="合成电机有限公司",
        credit_code=new_id()[-18:],
        place_code="330402",
        union_id=UNION_ID,
        created_by="officer",
        created_at=FIXED_NOW,
        verified_until=VERIFIED_UNTIL,
        checks=1,
    )
    return replace(made, **changes)


def employer_check(**changes: Any) -> EmployerCheck:
    made = EmployerCheck(
        id=new_id(),
        employer_id="employer",
        licence=True,
        handler_identity=True,
        handler_authority=True,
        method=CheckMethod.ON_SITE,
        note="",
        by="officer",
        at=FIXED_NOW,
        valid_until=VERIFIED_UNTIL,
    )
    return replace(made, **changes)


def rescreen(**changes: Any) -> RescreeningTask:
    made = RescreeningTask(
        id=new_id(),
        scope=RescreenScope.EMPLOYER,
        key="employer",
        due_at=FIXED_NOW,
        requested_at=FIXED_NOW,
    )
    return replace(made, **changes)


def report(**changes: Any) -> Report:
    made = Report(
        id=new_id(),
        posting_id="posting",
        revision=1,
        reason=ReportReason.FEES_TAKEN,
        body="面试时要求交押金",
        by=new_id(),
        origin=new_id(),
        at=FIXED_NOW,
    )
    return replace(made, **changes)


def decision(**changes: Any) -> Decision:
    made = Decision(
        id=new_id(),
        posting_id="posting",
        revision=1,
        kind=DecisionKind.APPROVED,
        by="officer",
        at=FIXED_NOW,
        reason="已核实",
        findings=(),
    )
    return replace(made, **changes)


def minimum_wage(**changes: Any) -> MinimumWage:
    """An unverified row of a province that no posting of the tests is in."""
    made = MinimumWage(
        id=new_id(),
        region="330000",
        tier=1,
        monthly=2_660,
        hourly=Decimal(25),
        effective_from=date(2027, 1, 1),
        doc_no="浙政发〔2026〕1号",
        source_url="https://www.zj.gov.cn/",
        grade=Grade.UNVERIFIED,
        added_by="officer",
        added_at=FIXED_NOW,
    )
    return replace(made, **changes)


def posting(**changes: Any) -> Posting:
    made = Posting(
        id=new_id(),
        employer_id="employer",
        terms=posting_terms(),
        status=PostingStatus.OPEN,
        union_id=UNION_ID,
        union_path=("root", UNION_ID),
        created_by="officer",
        created_at=FIXED_NOW,
        verified_until=VERIFIED_UNTIL,
    )
    return replace(made, **changes)


def question(**changes: Any) -> Question:
    made = Question(
        id=new_id(),
        session_id="session",
        posting_id=None,
        asker=new_id(),
        body="有宿舍吗？",
        asked_at=FIXED_NOW,
    )
    return replace(made, **changes)


def live_session(**changes: Any) -> LiveSession:
    made = LiveSession(
        id=new_id(),
        title="劳模送岗",
        format=SessionFormat.MODEL_WORKER_LIVE,
        status=SessionStatus.LIVE,
        union_id=UNION_ID,
        union_path=("root", UNION_ID),
        host=Host(name="王师傅", honour=Honour.CITY_CRAFTSMAN),
        owner_id=HOST_ID,
        starts_at=FIXED_NOW,
        posting_ids=(),
        created_at=FIXED_NOW,
    )
    return replace(made, **changes)


def lead(**changes: Any) -> Lead:
    made = Lead(
        id=new_id(),
        session_id="session",
        posting_id="posting",
        employer_id="employer",
        union_path=("root", UNION_ID),
        owner_id=HOST_ID,
        person=new_id(),
        contact=SealedContact(key_version=1, name=b"name", phone=b"phone"),
        consent=ConsentGiven(text_version="1", text_sha256="0" * 64, at=FIXED_NOW),
        source=LeadSource.LIVE_TAP,
        terms=posting_terms(),
        created_at=FIXED_NOW,
        updated_at=FIXED_NOW,
    )
    return replace(made, **changes)


def code(**changes: Any) -> QrCode:
    made = QrCode(
        id=new_id(),
        kind=CodeKind.SESSION,
        session_id="session",
        posting_id=None,
        place="",
        label="电梯海报",
        union_path=("root", UNION_ID),
        owner_id=HOST_ID,
        created_by=HOST_ID,
        created_at=FIXED_NOW,
    )
    return replace(made, **changes)


def import_record(**changes: Any) -> Import:
    """An import of an officer's that is done."""
    made = Import(
        id=new_id(),
        kind=ImportKind.POSTINGS,
        dry_run=False,
        file_name="岗位.xlsx",
        scope=f"union/{UNION_ID}",
        account_id="officer",
        role=Role.OFFICER,
        union_id=UNION_ID,
        employer_id=None,
        columns=("externalId", "title"),
        headings=("岗位编号", "岗位名称"),
        total=1,
        chunks=1,
        next_chunk=1,
        status=ImportStatus.DONE,
        active=False,
        accepted=1,
        created_at=FIXED_NOW,
        updated_at=FIXED_NOW,
    )
    return replace(made, **changes)


def import_row(**changes: Any) -> ImportRow:
    made = ImportRow(
        id="import/0000002", import_id="import", number=2, outcome=RowOutcome.ACCEPTED, at=FIXED_NOW
    )
    return replace(made, **changes)


def seeker(**changes: Any) -> Seeker:
    made = Seeker(
        id=new_id(),
        profile=Profile(
            group=SeekerGroup.LAID_OFF,
            wants=Wants(occupations=(Occupation.ELECTRICIAN,), places=("310000",)),
            skills=(Occupation.ELECTRICIAN,),
        ),
        union_path=("root", UNION_ID),
        giver=new_id(),
        person=new_id(),
        contact=SealedContact(key_version=1, name=b"name", phone=b"phone"),
        consent=make_profile_consent("1", at=FIXED_NOW),
        searches=(
            SavedSearch(
                key=new_id(),
                name="上海的文员",
                wants=Wants(occupations=(Occupation.CLERK,)),
                created_at=FIXED_NOW,
            ),
        ),
        created_at=FIXED_NOW,
        updated_at=FIXED_NOW,
    )
    return replace(made, **changes)


def campaign(**changes: Any) -> CallCampaign:
    made = CallCampaign(
        id=new_id(),
        title="下岗职工回访",
        union_path=("root", UNION_ID),
        created_by="officer",
        created_at=FIXED_NOW,
    )
    return replace(made, **changes)


def call_entry(**changes: Any) -> CallEntry:
    made = CallEntry(
        id=new_id(),
        campaign_id="campaign",
        union_path=("root", UNION_ID),
        person=new_id(),
        contact=SealedContact(key_version=1, name=b"name", phone=b"phone"),
        group=SeekerGroup.LAID_OFF,
        remark="下午五点前要接孩子",
        next_call_on=FIXED_NOW.date(),
        created_by="officer",
        created_at=FIXED_NOW,
        updated_at=FIXED_NOW,
    )
    return replace(made, **changes)


def referral(**changes: Any) -> Referral:
    step = ReferralStep(status=ReferralStatus.OPEN, at=FIXED_NOW, by="officer", note="想学焊工")
    made = Referral(
        id=new_id(),
        seeker_id="seeker",
        kind=ReferralKind.TRAINING,
        steps=(step,),
        union_path=("root", UNION_ID),
        created_at=FIXED_NOW,
        updated_at=FIXED_NOW,
    )
    return replace(made, **changes)


def webhook(**changes: Any) -> Webhook:
    made = Webhook(
        id=new_id(),
        owner=f"union/{UNION_ID}",
        slot=0,
        union_path=("root", UNION_ID),
        employer_id=None,
        url="https://partner.example/songgang",
        events=tuple(event for event in WebhookEvent if event is not WebhookEvent.WEBHOOK_TEST),
        secrets=(WebhookSecret(key_version=1, sealed=b"secret"),),
        created_by="officer",
        created_at=FIXED_NOW,
    )
    return replace(made, **changes)
