"""Leads: one interest of one person in one posting, and the way to a kept job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.errors import InvalidInput, LeadStageConflict
from domain.labels import Labelled
from domain.live.sessions import Segment
from domain.postings.postings import PostingTerms
from domain.seekers.groups import SeekerGroup


class LeadStage(Labelled):
    INTERESTED = "INTERESTED", "有意向"
    CONTACTED = "CONTACTED", "已联系"
    INTERVIEWED = "INTERVIEWED", "已面试"
    OFFERED = "OFFERED", "已发录用通知"
    HIRED = "HIRED", "已录用"
    RETAINED_30 = "RETAINED_30", "在岗30天"
    RETAINED_90 = "RETAINED_90", "在岗90天"
    WITHDRAWN = "WITHDRAWN", "本人放弃"
    REFUSED = "REFUSED", "未录用"
    UNREACHABLE = "UNREACHABLE", "联系不上"


class RefusalReason(Labelled):
    """Why an employer did not take somebody: always one of these, never free text alone."""

    SKILL_MISMATCH = "SKILL_MISMATCH", "技能不符"
    EXPERIENCE_SHORT = "EXPERIENCE_SHORT", "经验不足"
    POSITION_FILLED = "POSITION_FILLED", "岗位已满"
    POSITION_WITHDRAWN = "POSITION_WITHDRAWN", "岗位取消"
    NO_SHOW = "NO_SHOW", "未到场"
    TERMS_NOT_AGREED = "TERMS_NOT_AGREED", "待遇未谈妥"
    OTHER = "OTHER", "其他"


class HireSide(Labelled):
    """Who can say whether somebody was hired."""

    EMPLOYER = "EMPLOYER", "用人单位"
    SEEKER = "SEEKER", "求职者"


class LeadSource(Labelled):
    """Where the tap came from."""

    LIVE_TAP = "LIVE_TAP", "直播间"
    SESSION_QR = "SESSION_QR", "场次二维码"
    POSTING_QR = "POSTING_QR", "岗位二维码"
    REPLAY = "REPLAY", "回放"
    BOARD = "BOARD", "招聘栏"


PIPELINE_STAGES = (
    LeadStage.INTERESTED,
    LeadStage.CONTACTED,
    LeadStage.INTERVIEWED,
    LeadStage.OFFERED,
    LeadStage.HIRED,
    LeadStage.RETAINED_30,
    LeadStage.RETAINED_90,
)
CLOSED_STAGES = frozenset({LeadStage.WITHDRAWN, LeadStage.REFUSED, LeadStage.UNREACHABLE})
_STAGES_BEFORE_HIRE = frozenset(PIPELINE_STAGES[:4])
HIRED_STAGES = PIPELINE_STAGES[4:]
"""The stages of somebody who has the job."""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Name and phone as they were given; the phone is E.164. Never logged, never in an event."""

    name: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class ConsentGiven:
    """The proof that the person agreed to this hand-over (PIPL art. 14 and 23)."""

    text_version: str
    text_sha256: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SealedContact:
    """Encrypted name and phone, and the version of the key that opens them."""

    key_version: int
    name: bytes
    phone: bytes


@dataclass(frozen=True, kw_only=True)
class HireProof:
    """What each side last said of the hire, None where it said nothing yet.

    ``disagreement`` is kept beside them because storage finds the disputed leads by it.
    """

    employer: bool | None
    seeker: bool | None
    disagreement: bool

    @property
    def is_agreed(self) -> bool:
        """Whether both sides say that the person was hired."""
        return self.employer is True and self.seeker is True

    def with_statement(self, side: HireSide, *, hired: bool) -> HireProof:
        """The proof once ``side`` has said so; it takes the place of what it said before."""
        employer = hired if side is HireSide.EMPLOYER else self.employer
        seeker = hired if side is HireSide.SEEKER else self.seeker
        disagreement = None not in {employer, seeker} and employer is not seeker
        return HireProof(employer=employer, seeker=seeker, disagreement=disagreement)


NO_HIRE_PROOF = HireProof(employer=None, seeker=None, disagreement=False)


@dataclass(frozen=True, kw_only=True)
class Lead:
    """``person`` is a keyed hash of the phone, so that one person is one lead a posting.

    One that was given without a session, on the board or at a poster, has no ``session_id`` and
    no ``owner_id``; its ``union_path`` is that of the posting's union. ``segment`` is what was on
    air when it was given, ``code_id`` the code that was scanned. ``group`` is what the person says
    of themselves, never a guess; it names nobody, so it stays for the counts after an erasure.

    ``giver`` is the viewer who sent it: a phone alone proves nothing about who sends it. With
    ``erased_at`` there is no contact, and ``person`` and ``giver`` stand for nobody.

    The fields from ``assignee_id`` on are of the follow-up: see ``domain.leads.follow_up``.

    ``made_way`` is the own id once it is WITHDRAWN: whoever is interested again gives a lead anew.
    Of those that have not made way there is one a session, posting and person.

    ``reached`` is the furthest stage of the pipeline that it ever came to, which a closing leaves
    as it is; ``steps`` counts the changes of stage that staff made.
    """

    id: str
    session_id: str | None
    posting_id: str
    employer_id: str
    union_path: tuple[str, ...]
    owner_id: str | None
    person: str
    contact: SealedContact | None
    consent: ConsentGiven
    source: LeadSource
    segment: Segment | None = None
    code_id: str | None = None
    group: SeekerGroup | None = None
    terms: PostingTerms
    stage: LeadStage = LeadStage.INTERESTED
    reason: RefusalReason | None = None
    version: int = 1
    reached: LeadStage = LeadStage.INTERESTED
    steps: int = 0
    created_at: datetime
    updated_at: datetime
    giver: str | None = None
    withdrawn_at: datetime | None = None
    erased_at: datetime | None = None
    made_way: str | None = None
    assignee_id: str | None = None
    next_action_on: date | None = None
    due_at: datetime | None = None
    escalate_at: datetime | None = None
    escalated_to: str | None = None
    hired_at: datetime | None = None
    hire: HireProof = NO_HIRE_PROOF


def find_furthest_stage(*stages: LeadStage) -> LeadStage:
    """The one that stands last in the pipeline; the closings stand nowhere in it."""
    return max((stage for stage in stages if stage not in CLOSED_STAGES), key=PIPELINE_STAGES.index)


def list_next_stages(stage: LeadStage) -> frozenset[LeadStage]:
    """The stages that may follow: the next step, or a closing that makes sense from here.

    Nobody is refused or unreachable after the hire; who leaves then has withdrawn. Somebody who
    calls back after all is contacted again.
    """
    if stage is LeadStage.UNREACHABLE:
        return frozenset({LeadStage.CONTACTED})
    if stage in CLOSED_STAGES or stage is LeadStage.RETAINED_90:
        return frozenset()
    following = PIPELINE_STAGES[PIPELINE_STAGES.index(stage) + 1]
    if stage in _STAGES_BEFORE_HIRE:
        return CLOSED_STAGES | {following}
    return frozenset({following, LeadStage.WITHDRAWN})


def check_advance(
    lead: Lead,
    wanted: LeadStage,
    reason: RefusalReason | None,
    *,
    expected_version: int | None = None,
) -> None:
    """Pass when the step is allowed and has the reason that it needs.

    :raises LeadStageConflict: the step is not allowed (the message names those that are), the
        lead is not at the version that the caller has seen, or its person was erased.
    :raises InvalidInput: REFUSED without a reason, or a reason with another stage.
    """
    if expected_version is not None and lead.version != expected_version:
        raise LeadStageConflict(
            f"The lead is at version {lead.version} and {lead.stage}. Reload it and try again."
        )
    check_not_erased(lead)
    allowed = list_next_stages(lead.stage)
    if wanted not in allowed:
        names = ", ".join(step.value for step in LeadStage if step in allowed) or "nothing"
        raise LeadStageConflict(f"The lead is {lead.stage}; from there it can become {names}.")
    if (wanted is LeadStage.REFUSED) != (reason is not None):
        raise InvalidInput(
            "Give a reason with REFUSED, and with no other stage.", field=("input", "reason")
        )


def check_not_erased(lead: Lead) -> None:
    """Pass when the lead is still of somebody.

    :raises LeadStageConflict: its person was erased.
    """
    if lead.erased_at is not None:
        raise LeadStageConflict("The person had their data erased; this lead stays as it is.")
