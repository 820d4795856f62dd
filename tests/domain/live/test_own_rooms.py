"""Which logged events concern the visitor who gave a lead or asked a question."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from domain.leads.confirmation import ConfirmationMethod, LeadConfirmation
from domain.live import events
from domain.live.own_room_events import QuestionDeclined
from domain.live.own_rooms import find_changed_record, shows_staff_changes
from tests.support import records
from tests.support.records import FIXED_NOW

CONCERNED = {
    events.QuestionPublished,
    events.QuestionAnswered,
    events.QuestionHidden,
    QuestionDeclined,
    events.LeadRecorded,
    events.LeadConfirmed,
    events.LeadAdvanced,
    events.HireConfirmed,
}
_FIELDS: dict[str, Any] = {"stage": None, "body": "", "title": "", "segment": None, "seconds": 0}


@pytest.mark.parametrize("event_class", get_args(events.LoggedEvent))
def test_notes_assignments_and_leads_that_gave_way_are_nobodys_news(
    event_class: type[events.LoggedEvent],
) -> None:
    names = event_class.__dataclass_fields__
    fields: dict[str, Any] = {name: _FIELDS.get(name, name) for name in names}
    changed = find_changed_record(event_class(**fields))
    assert (changed is not None) is (event_class in CONCERNED)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"confirmation": LeadConfirmation.UNCONFIRMED, "confirmed_by": None}, False),
        ({"confirmed_by": ConfirmationMethod.CALL}, False),
        ({"confirmed_by": ConfirmationMethod.CODE}, True),
        ({"confirmed_by": None, "withdrawn_at": FIXED_NOW}, True),
    ],
)
def test_a_giver_who_only_typed_the_phone_learns_nothing_of_staff(
    changes: dict[str, object], shown: bool
) -> None:
    assert shows_staff_changes(records.lead(**changes)) is shown
