"""The names under which classes are stored.

Reading and writing go through these tables, so that renaming a class changes no stored data. A
name in a table never changes; a class that goes keeps its line as long as data may hold the name.

Enumerations are stored by their values, which are written out in their definitions, and topics
begin with a fixed prefix (``domain.live.log_topics``). ``tests/storage/mongo/test_stored_names.py``
lists all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.live import events
from domain.live.events import LoggedEvent, Unrecognised
from domain.live.own_room_events import QuestionDeclined, QuestionReceived
from domain.seekers.call_campaigns import CallEntry
from domain.seekers.seekers import Seeker

EVENT_NAMES: Mapping[type[Any], str] = {
    events.SessionStarted: "SessionStarted",
    events.SessionInterrupted: "SessionInterrupted",
    events.SessionResumed: "SessionResumed",
    events.SessionEnded: "SessionEnded",
    events.SessionCancelled: "SessionCancelled",
    events.SessionEdited: "SessionEdited",
    events.PostingPinned: "PostingPinned",
    events.PostingUnpinned: "PostingUnpinned",
    events.SessionPostingClosed: "SessionPostingClosed",
    events.SessionPostingOpened: "SessionPostingOpened",
    events.Announcement: "Announcement",
    events.SegmentChanged: "SegmentChanged",
    events.StreamChanged: "StreamChanged",
    events.SlowModeChanged: "SlowModeChanged",
    QuestionReceived: "QuestionReceived",
    events.QuestionPublished: "QuestionPublished",
    events.QuestionAnswered: "QuestionAnswered",
    events.QuestionHidden: "QuestionHidden",
    QuestionDeclined: "QuestionDeclined",
    events.LeadRecorded: "LeadRecorded",
    events.LeadAdvanced: "LeadAdvanced",
    events.LeadAssigned: "LeadAssigned",
    events.LeadNoted: "LeadNoted",
    events.LeadEscalated: "LeadEscalated",
    events.HireConfirmed: "HireConfirmed",
    events.LeadConfirmed: "LeadConfirmed",
    events.LeadSuperseded: "LeadSuperseded",
    events.PostingMatched: "PostingMatched",
}
"""The ``kind`` of each logged event in the collection ``events``."""

CONTACT_HOLDER_NAMES: Mapping[type[Any], str] = {
    Seeker: "Seeker",
    CallEntry: "CallEntry",
}
"""The name of a record in the associated data of its sealed contact. A lead has none there."""

_EVENT_CLASSES: Mapping[str, type[LoggedEvent]] = {
    name: event_class for event_class, name in EVENT_NAMES.items()
}


class UnnamedEvent(TypeError):
    """An event cannot be stored, because its class has no name in ``EVENT_NAMES``."""

    def __init__(self, event_class: type[Any]) -> None:
        super().__init__(f"{event_class.__name__} has no stored name: add it to EVENT_NAMES")


def name_of_event(event: Any) -> str:
    """The name under which an event is stored.

    :raises UnnamedEvent: its class is not in the table; ephemeral events are not.
    """
    try:
        return EVENT_NAMES[type(event)]
    except KeyError:
        raise UnnamedEvent(type(event)) from None


def event_class_of(name: str) -> type[LoggedEvent | Unrecognised]:
    """The class of the events stored under ``name``; ``Unrecognised`` for an unknown name.

    A newer version of the service may have logged such an event.
    """
    return _EVENT_CLASSES.get(name, Unrecognised)
