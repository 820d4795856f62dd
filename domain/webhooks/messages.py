"""Webhook events and messages: which record changed, and its state. Never personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domain import cursors
from domain.labels import Labelled
from domain.leads.confirmation import EMPLOYER_CONFIRMATIONS
from domain.leads.leads import HireSide, Lead, LeadSource, LeadStage, RefusalReason
from domain.leads.timeline import LeadChange, TimelineEntryKind
from domain.live.sessions import LiveSession, SessionStatus
from domain.postings.postings import Posting, PostingStatus
from domain.seekers.seeker_groups import SeekerGroup


class WebhookEvent(Labelled):
    """The events that a webhook can subscribe to, and the test message."""

    LEAD_RECORDED = "LEAD_RECORDED", "登记意向"
    LEAD_ADVANCED = "LEAD_ADVANCED", "推进阶段"
    LEAD_ASSIGNED = "LEAD_ASSIGNED", "指派跟进"
    LEAD_HIRE_CONFIRMED = "LEAD_HIRE_CONFIRMED", "录用确认"
    LEAD_CONSENT_WITHDRAWN = "LEAD_CONSENT_WITHDRAWN", "撤回同意"
    LEAD_ERASED = "LEAD_ERASED", "删除个人信息"
    POSTING_OPENED = "POSTING_OPENED", "岗位发布"
    POSTING_HELD = "POSTING_HELD", "岗位待审"
    POSTING_REFUSED = "POSTING_REFUSED", "岗位退回"
    POSTING_CLOSED = "POSTING_CLOSED", "岗位关闭"
    SESSION_STARTED = "SESSION_STARTED", "开播"
    SESSION_ENDED = "SESSION_ENDED", "结束"
    WEBHOOK_TEST = "WEBHOOK_TEST", "测试"

    @property
    def message_type(self) -> str:
        """The ``type`` of the message, such as ``lead.hire_confirmed``."""
        return self.value.lower().replace("_", ".", 1)

    @property
    def is_session_event(self) -> bool:
        """Whether this is an event of a session. Employers cannot subscribe to those."""
        return self in {WebhookEvent.SESSION_STARTED, WebhookEvent.SESSION_ENDED}


@dataclass(frozen=True, kw_only=True)
class WebhookNotice:
    """Something that happened to the record ``subject_id``.

    ``turn`` orders the notices of one record: a higher turn happened later. The unions of
    ``union_path`` may receive the notice, and the employer unless ``union_only`` is set; ``group``
    is never sent to employers. The fields from ``version`` on are the state of the record at that
    time, None where they do not apply.
    """

    event: WebhookEvent
    at: datetime
    subject_id: str
    turn: int
    union_path: tuple[str, ...] = ()
    employer_id: str | None = None
    union_only: bool = False
    version: int | None = None
    lead_id: str | None = None
    posting_id: str | None = None
    session_id: str | None = None
    stage: LeadStage | None = None
    from_stage: LeadStage | None = None
    reason: RefusalReason | None = None
    source: LeadSource | None = None
    group: SeekerGroup | None = None
    assigned: bool | None = None
    side: HireSide | None = None
    hired: bool | None = None
    status: str | None = None

    def to_message(self) -> dict[str, Any]:
        """Return the message for a receiver. Ids are global ids of the GraphQL API."""
        ids: Mapping[str, tuple[str, str | None]] = {
            "lead": ("Lead", self.lead_id),
            "posting": ("Posting", self.posting_id),
            "session": ("LiveSession", self.session_id),
            "employer": ("Employer", self.employer_id),
        }
        state: Mapping[str, object] = {
            "version": self.version,
            "stage": self.stage,
            "fromStage": self.from_stage,
            "reason": self.reason,
            "source": self.source,
            "group": self.group,
            "assigned": self.assigned,
            "side": self.side,
            "hired": self.hired,
            "status": self.status,
        }
        return {
            "type": self.event.message_type,
            "timestamp": self.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "data": {
                name: cursors.encode(kind, record_id)
                for name, (kind, record_id) in ids.items()
                if record_id
            }
            | {name: value for name, value in state.items() if value is not None},
        }


_EVENT_OF_ENTRY_KIND: Mapping[TimelineEntryKind, WebhookEvent] = {
    TimelineEntryKind.ADVANCED: WebhookEvent.LEAD_ADVANCED,
    TimelineEntryKind.ASSIGNED: WebhookEvent.LEAD_ASSIGNED,
    TimelineEntryKind.CONFIRMED: WebhookEvent.LEAD_HIRE_CONFIRMED,
    TimelineEntryKind.CONSENT_WITHDRAWN: WebhookEvent.LEAD_CONSENT_WITHDRAWN,
    TimelineEntryKind.ERASED: WebhookEvent.LEAD_ERASED,
    TimelineEntryKind.SUPERSEDED: WebhookEvent.LEAD_CONSENT_WITHDRAWN,
}
_EVENT_OF_POSTING_STATUS: Mapping[PostingStatus, WebhookEvent] = {
    PostingStatus.OPEN: WebhookEvent.POSTING_OPENED,
    PostingStatus.IN_REVIEW: WebhookEvent.POSTING_HELD,
    PostingStatus.REFUSED: WebhookEvent.POSTING_REFUSED,
    PostingStatus.CLOSED: WebhookEvent.POSTING_CLOSED,
}
_EVENT_OF_SESSION_STATUS: Mapping[SessionStatus, WebhookEvent] = {
    SessionStatus.LIVE: WebhookEvent.SESSION_STARTED,
    SessionStatus.ENDED: WebhookEvent.SESSION_ENDED,
}


def build_lead_recorded_notice(lead: Lead) -> WebhookNotice:
    """Return the notice that a lead was recorded, with its state at that time.

    The employer gets it only if the lead is confirmed.
    """
    return WebhookNotice(
        event=WebhookEvent.LEAD_RECORDED,
        at=lead.created_at,
        turn=1,
        version=1,
        union_only=lead.confirmation not in EMPLOYER_CONFIRMATIONS,
        stage=LeadStage.INTERESTED,
        source=lead.source,
        group=lead.group,
        **_lead_fields(lead),
    )


def build_lead_change_notice(before: Lead, change: LeadChange) -> WebhookNotice | None:
    """Return the notice of a change of a lead, or None for a change that only staff see.

    To the employer a lead is recorded when its phone is confirmed, and nothing is sent before.
    After a withdrawal of consent the employer receives the withdrawal and the erasure, and nothing
    else about the lead.
    """
    lead, entry = change.lead, change.entry
    if entry.kind is TimelineEntryKind.PHONE_CONFIRMED:
        return _build_handover_notice(before, change)
    event = _EVENT_OF_ENTRY_KIND.get(entry.kind)
    if event is None:
        return None
    ends_employer_access = entry.kind in {
        TimelineEntryKind.CONSENT_WITHDRAWN,
        TimelineEntryKind.ERASED,
        TimelineEntryKind.SUPERSEDED,
    }
    has_reached_employer = before.confirmation in EMPLOYER_CONFIRMATIONS
    return WebhookNotice(
        event=event,
        at=entry.at,
        turn=lead.version,
        version=lead.version,
        union_only=not has_reached_employer
        or (lead.withdrawn_at is not None and not ends_employer_access),
        stage=lead.stage,
        from_stage=entry.from_stage,
        reason=entry.reason,
        assigned=entry.assignee_id is not None
        if entry.kind is TimelineEntryKind.ASSIGNED
        else None,
        side=entry.side,
        hired=entry.hired,
        **_lead_fields(lead),
    )


def _build_handover_notice(before: Lead, change: LeadChange) -> WebhookNotice | None:
    """Return the notice that a lead was recorded, for the employer alone.

    The unions got theirs when it was stored, and an employer theirs for a lead from before phones
    were confirmed.
    """
    lead = change.lead
    if before.confirmation in EMPLOYER_CONFIRMATIONS or not lead.reaches_employer:
        return None
    return WebhookNotice(
        event=WebhookEvent.LEAD_RECORDED,
        at=change.entry.at,
        turn=lead.version,
        version=lead.version,
        stage=lead.stage,
        source=lead.source,
        **(_lead_fields(lead) | {"union_path": ()}),
    )


def build_posting_notice(
    posting: Posting, union_path: tuple[str, ...], *, at: datetime
) -> WebhookNotice | None:
    """Return the notice of a posting's new status, or None for a status without an event."""
    event = _EVENT_OF_POSTING_STATUS.get(posting.status)
    if event is None:
        return None
    return WebhookNotice(
        event=event,
        at=at,
        subject_id=posting.id,
        turn=_epoch_millis(at),
        union_path=union_path,
        employer_id=posting.employer_id,
        posting_id=posting.id,
        version=posting.revision,
        status=posting.status.value,
    )


def build_session_notice(
    session: LiveSession, before: SessionStatus, *, at: datetime
) -> WebhookNotice | None:
    """Return the notice that a session started or ended, or None for any other change.

    ``before`` is the previous status: resuming after an interruption is not a start.
    """
    event = _EVENT_OF_SESSION_STATUS.get(session.status)
    resumed = before is SessionStatus.INTERRUPTED and session.status is SessionStatus.LIVE
    if event is None or resumed:
        return None
    return WebhookNotice(
        event=event,
        at=at,
        subject_id=session.id,
        turn=_epoch_millis(at),
        union_path=session.union_path,
        session_id=session.id,
        status=session.status.value,
    )


def build_test_notice(webhook_id: str, *, at: datetime) -> WebhookNotice:
    """Return the notice of a test message, which has no content."""
    return WebhookNotice(
        event=WebhookEvent.WEBHOOK_TEST, at=at, subject_id=webhook_id, turn=_epoch_millis(at)
    )


def _lead_fields(lead: Lead) -> dict[str, Any]:
    return {
        "subject_id": lead.id,
        "union_path": lead.union_path,
        "employer_id": lead.employer_id,
        "lead_id": lead.id,
        "posting_id": lead.posting_id,
        "session_id": lead.session_id,
    }


def _epoch_millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)
