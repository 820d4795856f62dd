"""Reports on postings by the public, and the decisions of officers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.free_text import check_text
from domain.identity.persons import holds_mobile_number
from domain.labels import Labelled
from domain.postings.appeals import awaits_appeal_decision
from domain.postings.deferral import is_refused_by_text
from domain.postings.officer_review import Appeal, Review
from domain.postings.postings import Finding, Posting, PostingStatus
from domain.refusals import InvalidInput, PostingConflict

MAX_REPORTS_PER_VIEWER_HOUR = 10
MAX_REPORTS_PER_ADDRESS_HOUR = 60
"""Higher than for one viewer: a whole office or mobile network may share one IP address."""
PROVEN_REPORT_WEIGHT = 4
"""What the report of a person weighs whose device has confirmed a phone: a phone costs money."""
MAX_UNPROVEN_REPORT_WEIGHT = 4
"""What all reports without a phone weigh at most, one for each address: addresses cost nothing."""
MIN_WEIGHT_TO_HOLD = 12
"""The weight of reports that hides a posting until an officer has decided.

That is three persons with a confirmed phone, or two and four addresses. One or two reports may be a
mistake or come from a competitor. An officer looks at every report, but less than this hides no job
from people who want it, however many addresses somebody has.
"""
MAX_COUNTED_REPORTERS = 1_000
"""Independent reporters of a posting that are counted; more change nothing."""
MAX_REPORT_LENGTH = 500
MAX_REASON_LENGTH = 500


class DecisionKind(Labelled):
    """The outcome of an officer's decision about a posting."""

    APPROVED = "APPROVED", "审核通过"
    REFUSED = "REFUSED", "审核不通过"
    REPORT_DISMISSED = "REPORT_DISMISSED", "举报不成立"


class ReportReason(Labelled):
    """Why a viewer reports a posting."""

    FEES_TAKEN = "FEES_TAKEN", "收费或扣押证件"
    FALSE_TERMS = "FALSE_TERMS", "待遇与描述不符"
    DISCRIMINATION = "DISCRIMINATION", "就业歧视"
    FRAUD = "FRAUD", "虚假招聘"
    FILLED = "FILLED", "已停止招聘"
    OTHER = "OTHER", "其他"


class ReportState(Labelled):
    """Where a report stands: not decided yet, or upheld or dismissed by an officer."""

    OPEN = "OPEN", "待处理"
    UPHELD = "UPHELD", "属实"
    DISMISSED = "DISMISSED", "不属实"


@dataclass(frozen=True, kw_only=True)
class PriorState:
    """What a decision on many postings replaced in one of them, so that it can be undone.

    ``decided_version`` is the version of the posting that the decision made.
    """

    status: PostingStatus
    review: Review | None
    reports: int
    waiting_since: datetime | None
    job_key: str | None
    decided_version: int
    report_weight: int | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """An officer's decision about one revision of a posting's terms; never deleted.

    ``findings`` are those that the officer saw, ``by`` is the officer's account id. ``batch_id``
    and ``prior`` are those of a decision on many postings at once. One that was undone stays, with
    ``undone_by`` and ``undone_at``. ``appeal`` is the appeal that it answers, if there is one.
    """

    id: str
    posting_id: str
    revision: int
    kind: DecisionKind
    by: str
    at: datetime
    reason: str
    findings: tuple[Finding, ...]
    report_id: str | None = None
    batch_id: str | None = None
    prior: PriorState | None = None
    undone_by: str | None = None
    undone_at: datetime | None = None
    appeal: Appeal | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """One viewer's report on a posting.

    ``by`` is the id of the anonymous viewer. ``origin`` is a keyed hash of the address that the
    report came from. ``reporter`` recognises a person whose device has confirmed a phone, among the
    reports of this posting only; None without a confirmed phone. Reports of the same reporter count
    as one, and so do those without a phone that have the same origin.
    """

    id: str
    posting_id: str
    revision: int
    reason: ReportReason
    body: str
    by: str
    origin: str
    at: datetime
    state: ReportState = ReportState.OPEN
    resolved_by: str | None = None
    resolved_at: datetime | None = None
    reporter: str | None = None


@dataclass(frozen=True, kw_only=True)
class IndependentReports:
    """The open reports of a posting: persons with a confirmed phone, and addresses of others."""

    proven: int
    unproven: int

    @property
    def count(self) -> int:
        """How many independent reports there are."""
        return self.proven + self.unproven

    @property
    def weight(self) -> int:
        """What they weigh together; ``MIN_WEIGHT_TO_HOLD`` holds the posting."""
        unproven = min(self.unproven, MAX_UNPROVEN_REPORT_WEIGHT)
        return self.proven * PROVEN_REPORT_WEIGHT + unproven


def check_report_text(body: str, reason: ReportReason, field: tuple[str, ...]) -> str:
    """Return the text of a report, stripped; it may be empty unless the reason is OTHER.

    :raises InvalidInput: longer than 500 characters, with control characters, an identity-card
        number or a mobile number, or empty although the reason is OTHER.
    """
    body = body.strip()
    check_text(body, MAX_REPORT_LENGTH, field)
    if holds_mobile_number(body):
        raise InvalidInput(
            "Remove the phone number: a report needs none.",
            "请删除手机号码，举报内容无需填写电话。",
            field=field,
        )
    if reason is ReportReason.OTHER and not body:
        raise InvalidInput(
            "Describe what is wrong with the posting.", "请说明该岗位存在的问题。", field=field
        )
    return body


def check_decision_reason(reason: str, field: tuple[str, ...]) -> str:
    """Return the reason for a decision, stripped.

    :raises InvalidInput: empty, longer than 500 characters, or with control characters or an
        identity-card number.
    """
    reason = reason.strip()
    if not reason:
        raise InvalidInput(
            "Enter the reason for the decision; it is kept with the posting.",
            "请填写审核理由，理由将随岗位信息一并留存。",
            field=field,
        )
    check_text(reason, MAX_REASON_LENGTH, field)
    return reason


def make_decision(
    decision_id: str,
    posting: Posting,
    kind: DecisionKind,
    reason: str,
    *,
    by: str,
    at: datetime,
    report_id: str | None = None,
) -> Decision:
    """Return a decision about a posting as it is now, with the findings that it has."""
    return Decision(
        id=decision_id,
        posting_id=posting.id,
        revision=posting.revision,
        kind=kind,
        by=by,
        at=at,
        reason=reason,
        findings=posting.findings,
        report_id=report_id,
        appeal=posting.appeal if awaits_appeal_decision(posting) else None,
    )


def awaits_decision(posting: Posting) -> bool:
    """Whether an officer may decide: it is in review or reported, or words in a text refused it."""
    return (
        posting.waiting_since is not None
        or posting.status is PostingStatus.IN_REVIEW
        or is_refused_by_text(posting)
    )


def check_unchanged(posting: Posting, seen: Posting) -> None:
    """Check that the posting still has the terms and findings that the officer saw.

    :raises PostingConflict: its terms or findings have changed since.
    """
    keys, seen_keys = ([finding.key for finding in each.findings] for each in (posting, seen))
    if posting.revision != seen.revision or keys != seen_keys:
        raise PostingConflict(
            "The posting has changed. Reload it and decide again.",
            "岗位信息已发生变化，请刷新后重新审核。",
        )


def resolve_report(report: Report, state: ReportState, *, by: str, at: datetime) -> Report:
    """Return the report with the officer's decision on it.

    :raises PostingConflict: the report is already decided.
    """
    if report.state is not ReportState.OPEN:
        raise PostingConflict(
            "This report is already decided. Reload it to see the decision.",
            "该举报已处理，请刷新后查看处理结果。",
        )
    return replace(report, state=state, resolved_by=by, resolved_at=at)
