"""Leads: one person's interest in one posting, and its stages until the person keeps the job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.labels import Labelled
from domain.leads.confirmation import (
    EMPLOYER_CONFIRMATIONS,
    ConfirmationMethod,
    LeadConfirmation,
)
from domain.live.sessions import Segment
from domain.postings.postings import PostingTerms
from domain.refusals import InvalidInput, LeadStageConflict
from domain.seekers.seeker_groups import SeekerGroup


class LeadStage(Labelled):
    """The stages of the pipeline in order, then the three closed stages."""

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
    """Why an employer did not hire the person. Never free text alone."""

    SKILL_MISMATCH = "SKILL_MISMATCH", "技能不符"
    EXPERIENCE_SHORT = "EXPERIENCE_SHORT", "经验不足"
    POSITION_FILLED = "POSITION_FILLED", "岗位已满"
    POSITION_WITHDRAWN = "POSITION_WITHDRAWN", "岗位取消"
    NO_SHOW = "NO_SHOW", "未到场"
    TERMS_NOT_AGREED = "TERMS_NOT_AGREED", "待遇未谈妥"
    OTHER = "OTHER", "其他"


class HireSide(Labelled):
    """The two sides that can state whether the person was hired."""

    EMPLOYER = "EMPLOYER", "用人单位"
    SEEKER = "SEEKER", "求职者"


class LeadSource(Labelled):
    """Where the interest was given."""

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
HIRED_STAGES = frozenset({LeadStage.HIRED, LeadStage.RETAINED_30, LeadStage.RETAINED_90})
"""The stages in which the person has the job."""
STANDING_STAGES = frozenset(LeadStage) - {LeadStage.WITHDRAWN}
"""The stages in which the interest stands: expressing it again is the same lead."""
_STAGES_BEFORE_HIRE = frozenset(PIPELINE_STAGES) - HIRED_STAGES


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Name and phone of a person; the phone is in E.164 form. Never logged, never in an event."""

    name: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class ConsentGiven:
    """The proof that the person agreed to pass their data to the employer (PIPL art. 14 and 23)."""

    text_version: str
    text_sha256: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SealedContact:
    """The encrypted name and phone, and the version of the key that decrypts them."""

    key_version: int
    name: bytes
    phone: bytes


@dataclass(frozen=True, kw_only=True)
class HireProof:
    """Each side's latest statement on the hire, None if there is none yet.

    ``disagreement`` is stored as well, because disputed leads are queried by it.
    """

    employer: bool | None
    seeker: bool | None
    disagreement: bool

    @property
    def is_agreed(self) -> bool:
        """Whether both sides state that the person was hired."""
        return self.employer is True and self.seeker is True

    def with_statement(self, side: HireSide, *, hired: bool) -> HireProof:
        """Return the proof with a new statement of ``side``, replacing its previous one."""
        employer = hired if side is HireSide.EMPLOYER else self.employer
        seeker = hired if side is HireSide.SEEKER else self.seeker
        disagreement = None not in {employer, seeker} and employer is not seeker
        return HireProof(employer=employer, seeker=seeker, disagreement=disagreement)


NO_HIRE_PROOF = HireProof(employer=None, seeker=None, disagreement=False)


@dataclass(frozen=True, kw_only=True)
class Lead:
    """One person's interest in one posting, with its follow-up.

    ``person`` is a keyed hash of the phone. ``giver`` is the id of the device that sent the lead: a
    typed phone does not prove who sent it. After an erasure (``erased_at``) there is no contact,
    and ``person`` and ``giver`` identify nobody.

    A lead from the job board or a poster may have no session: then ``session_id`` and ``owner_id``
    are None, and ``union_path`` is that of the posting's union. ``segment`` is what was on air,
    ``code_id`` the QR code that was scanned. ``group`` is stated by the person, never guessed; it
    identifies nobody, so it stays for statistics after an erasure.

    Several givers may send the same phone. Each has one standing lead for a session and posting,
    and only one of these leads is CONFIRMED. ``made_way`` is None for the lead that holds the place
    of the person, ``giver/<id>`` for a lead beside it, and the lead's own id once it is WITHDRAWN.

    ``confirmation`` is LEGACY for leads from before phones were confirmed. ``confirmed_at`` and
    ``confirmed_by`` say when and how the owner of the phone confirmed it. ``request_id`` is what
    the client called the tap: a retry with it is the same lead, even after a withdrawal.

    ``reached`` is the furthest pipeline stage so far; closing the lead does not change it.
    ``steps`` counts the stage changes by staff. ``domain.leads.follow_up`` sets the fields from
    ``assignee_id`` on.
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
    confirmation: LeadConfirmation = LeadConfirmation.LEGACY
    confirmed_at: datetime | None = None
    confirmed_by: ConfirmationMethod | None = None
    request_id: str | None = None
    crowded: bool = False
    """Sent by one of very many devices of one address, and not confirmed: it is called last."""

    @property
    def reaches_employer(self) -> bool:
        """Whether the employer may get the lead: confirmed, and the consent stands."""
        return self.withdrawn_at is None and self.confirmation in EMPLOYER_CONFIRMATIONS


def find_furthest_stage(*stages: LeadStage) -> LeadStage:
    """Return the stage that is last in the pipeline. Closed stages are ignored."""
    return max((stage for stage in stages if stage not in CLOSED_STAGES), key=PIPELINE_STAGES.index)


def list_next_stages(
    stage: LeadStage, confirmation: LeadConfirmation = LeadConfirmation.CONFIRMED
) -> frozenset[LeadStage]:
    """Return the stages that may follow: the next pipeline stage, or a closed stage.

    A lead that nobody has confirmed can only close as WITHDRAWN or UNREACHABLE: what follows
    concerns the employer.

    After the hire a lead can only close as WITHDRAWN. From UNREACHABLE it can return to CONTACTED,
    for a person who calls back.
    """
    following = _list_following_stages(stage)
    if confirmation is LeadConfirmation.UNCONFIRMED:
        return following & {LeadStage.WITHDRAWN, LeadStage.UNREACHABLE}
    return following


def _list_following_stages(stage: LeadStage) -> frozenset[LeadStage]:
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
    """Check that a lead may go to the stage ``wanted``, with or without a reason.

    :raises LeadStageConflict: the stage may not follow (the message names those that may), the
        lead is not at the expected version, or the person's data was erased.
    :raises InvalidInput: REFUSED without a reason, or a reason with another stage.
    """
    if expected_version is not None and lead.version != expected_version:
        raise LeadStageConflict(
            f"The lead is at version {lead.version} and {lead.stage}. Reload it and try again.",
            f"线索已更新（第{lead.version}版，“{lead.stage.zh}”），请刷新后重试。",
        )
    check_not_erased(lead)
    allowed = list_next_stages(lead.stage, lead.confirmation)
    if wanted not in allowed and wanted in _list_following_stages(lead.stage):
        raise LeadStageConflict(
            "Nobody has confirmed this phone. Speak with the person and confirm the lead first.",
            "该号码尚未核实，请先联系本人并核实线索。",
        )
    if wanted not in allowed:
        names = ", ".join(stage.value for stage in LeadStage if stage in allowed) or "nothing"
        names_zh = "、".join(stage.zh for stage in LeadStage if stage in allowed)
        raise LeadStageConflict(
            f"The lead is {lead.stage}; from there it can become {names}.",
            f"线索当前为“{lead.stage.zh}”，"
            + (f"只能变为：{names_zh}。" if names_zh else "不能再变更阶段。"),
        )
    if (wanted is LeadStage.REFUSED) != (reason is not None):
        raise InvalidInput(
            "Give a reason with a refusal, and with no other stage.",
            "阶段为“未录用”时请填写原因，其他阶段请勿填写。",
            field=("input", "reason"),
            hint="`reason` belongs to the stage REFUSED.",
        )


def check_not_erased(lead: Lead) -> None:
    """Check that the personal data of the lead was not erased.

    :raises LeadStageConflict: it was erased.
    """
    if lead.erased_at is not None:
        raise LeadStageConflict(
            "The person had their data erased; this lead can no longer change.",
            "本人的信息已删除，该线索不能再变更。",
        )
