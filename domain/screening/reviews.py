"""What people say of postings: reports from the public, and the decisions of officers on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.errors import InvalidInput, PostingConflict
from domain.free_text import check_text
from domain.identity.persons import holds_mobile_number
from domain.labels import Labelled
from domain.postings.postings import Finding, Posting, PostingStatus

MAX_REPORTS_PER_VIEWER_HOUR = 10
"""Of one viewer."""
MAX_REPORTS_PER_ADDRESS_HOUR = 60
"""A whole office, or a telephone network, may have one address."""
MAX_REPORT_LENGTH = 500
MAX_REASON_LENGTH = 500


class DecisionKind(Labelled):
    """What an officer decided about a posting."""

    APPROVED = "APPROVED", "审核通过"
    REFUSED = "REFUSED", "审核不通过"
    REPORT_DISMISSED = "REPORT_DISMISSED", "举报不成立"


class ReportReason(Labelled):
    """What somebody reports a posting for."""

    FEES_TAKEN = "FEES_TAKEN", "收费或扣押证件"
    FALSE_TERMS = "FALSE_TERMS", "待遇与描述不符"
    DISCRIMINATION = "DISCRIMINATION", "就业歧视"
    FRAUD = "FRAUD", "虚假招聘"
    FILLED = "FILLED", "已停止招聘"
    OTHER = "OTHER", "其他"


class ReportState(Labelled):
    OPEN = "OPEN", "待处理"
    UPHELD = "UPHELD", "属实"
    DISMISSED = "DISMISSED", "不属实"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One decision, kept for ever: who, when, on which terms, what had been found, and why."""

    id: str
    posting_id: str
    revision: int
    kind: DecisionKind
    by: str
    at: datetime
    reason: str
    findings: tuple[Finding, ...]
    report_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a viewer reports of a posting, once.

    ``by`` is the viewer, who is nobody in particular; ``origin`` a keyed hash of where the report
    came from. Reports of one origin count as one.
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


def check_report_text(body: str, reason: ReportReason, field: tuple[str, ...]) -> str:
    """The text of a report without blanks around it; OTHER needs one.

    :raises InvalidInput: over 500 characters, unreadable, with somebody's number, or missing.
    """
    body = body.strip()
    check_text(body, MAX_REPORT_LENGTH, field)
    if holds_mobile_number(body):
        raise InvalidInput("Take the phone number out: it is not needed here.", field=field)
    if reason is ReportReason.OTHER and not body:
        raise InvalidInput("Say what is wrong with it.", field=field)
    return body


def check_decision_reason(reason: str, field: tuple[str, ...]) -> str:
    """The reason of a decision without blanks around it.

    :raises InvalidInput: missing, over 500 characters or unreadable.
    """
    reason = reason.strip()
    if not reason:
        raise InvalidInput("Say why; it is kept with the posting.", field=field)
    check_text(reason, MAX_REASON_LENGTH, field)
    return reason


def awaits_decision(posting: Posting) -> bool:
    """Whether a person is to look at it: it is held, or somebody has reported it."""
    return posting.waiting_since is not None or posting.status is PostingStatus.IN_REVIEW


def check_unchanged(posting: Posting, seen: Posting) -> None:
    """Pass when the posting is, in all that a decision rests on, as it was when it was looked at.

    :raises PostingConflict: its terms or what was found in it have changed since.
    """
    now, then = ([finding.key for finding in each.findings] for each in (posting, seen))
    if posting.revision != seen.revision or now != then:
        raise PostingConflict("The posting has changed. Reload it and decide again.")


def resolve_report(report: Report, state: ReportState, *, by: str, at: datetime) -> Report:
    """The report after somebody has looked into it.

    :raises PostingConflict: somebody has done so before.
    """
    if report.state is not ReportState.OPEN:
        raise PostingConflict("Somebody has decided on this report already.")
    return replace(report, state=state, resolved_by=by, resolved_at=at)
