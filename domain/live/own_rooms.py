"""What one visitor has in a live session: interests, questions, and when the next may be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.leads.confirmation import ConfirmationMethod
from domain.leads.leads import Lead
from domain.live import events
from domain.live.events import Event
from domain.live.own_room_events import QuestionDeclined
from domain.live.questions import Question

MAX_OWN_INTERESTS = 100
"""Interests of one visitor that a room shows, newest first: more than a session presents."""
MAX_OWN_QUESTIONS = 20
"""Questions of one visitor that a room shows, newest first."""


@dataclass(frozen=True)
class RoomOwner:
    """A visitor in a session. ``visitor`` is the subject of the token: a device's random id."""

    session_id: str
    visitor: str


@dataclass(frozen=True)
class ChangedRecord:
    """A lead or a question of a session that an event reports."""

    session_id: str
    record_id: str
    is_lead: bool
    is_by_staff: bool = False
    """Staff may have made the change: an unproven giver must not even learn when it happened."""


_QUESTION_EVENTS = (
    events.QuestionPublished,
    events.QuestionAnswered,
    events.QuestionHidden,
    QuestionDeclined,
)


def find_changed_record(event: Event) -> ChangedRecord | None:
    """Return the record whose owner sees something else since the event; None if nobody does.

    Assignments, notes and escalations are never shown to the giver of a lead. That an unconfirmed
    lead gave way to the phone's owner is not, either.
    """
    if isinstance(event, _QUESTION_EVENTS):
        return ChangedRecord(event.session_id, event.question_id, is_lead=False)
    if isinstance(event, events.LeadRecorded | events.LeadConfirmed):
        return ChangedRecord(event.session_id, event.lead_id, is_lead=True)
    if isinstance(event, events.LeadAdvanced | events.HireConfirmed):
        return ChangedRecord(event.session_id, event.lead_id, is_lead=True, is_by_staff=True)
    return None


def shows_staff_changes(lead: Lead) -> bool:
    """Whether the giver may learn that staff changed the lead.

    The giver has to have confirmed the phone with a code: whoever only typed it is shown the lead
    as typed (``domain.leads.personal_data.as_typed``). A withdrawal is shown to every giver.
    """
    return lead.confirmed_by is ConfirmationMethod.CODE or lead.withdrawn_at is not None


@dataclass(frozen=True, kw_only=True)
class QuestionAllowance:
    """How many more questions a visitor may ask, and after how many seconds; None for now."""

    left: int
    retry_after: int | None


@dataclass(frozen=True, kw_only=True)
class OwnRoom:
    """A session as one visitor has it. ``leads`` are those that the visitor's device gave in it."""

    leads: Sequence[Lead]
    questions: Sequence[Question]
    allowance: QuestionAllowance
