"""The demo's people are synthetic, and their calls, profiles and referrals fit together."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from api.demo.people import DemoPeople, create_demo_people
from api.demo.records import create_demo_records
from domain.free_text import check_remark
from domain.identity.persons import normalise_phone
from domain.screening.known_wages import KNOWN_WAGES
from domain.seekers.call_campaigns import CallOutcome
from domain.seekers.profile import check_profile

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)


def make() -> DemoPeople:
    numbers = count(1)

    def new_id() -> str:
        return f"id{next(numbers):04}"

    demo = create_demo_records(
        owner_id="host", officer_id="officer", at=AT, new_id=new_id, table=KNOWN_WAGES
    )
    return create_demo_people(
        demo.unions, officer_id="officer", at=AT, new_id=new_id, person=lambda phone: f"of {phone}"
    )


@pytest.fixture(scope="module")
def people() -> DemoPeople:
    return make()


def test_the_same_arguments_give_the_same_people(people: DemoPeople) -> None:
    assert make() == people


def test_there_are_24_on_the_list_27_profiles_and_6_referrals(people: DemoPeople) -> None:
    outcomes = Counter(entry.outcome for entry, _ in people.call_entries)
    assert outcomes == {
        CallOutcome.REACHED: 15,
        CallOutcome.NO_ANSWER: 3,
        CallOutcome.NOT_SEEKING: 3,
        None: 3,
    }
    assert (len(people.seekers), len(people.referrals)) == (27, 6)
    assert len({referral.kind for referral in people.referrals}) == 6


def test_every_person_is_marked_synthetic_and_cannot_be_called(people: DemoPeople) -> None:
    entries = [entry for entry, _ in people.call_entries]
    made: list[Any] = [people.campaign, *entries, *people.seekers, *people.referrals]
    assert all(each.synthetic for each in made)
    assert len({each.id for each in made}) == len(made)
    for entry, contact in people.call_entries:
        assert contact.phone == normalise_phone(contact.phone, demo=True)
        assert contact.phone.startswith("+86144")
        assert entry.person == f"of {contact.phone}"
        assert "合成" in contact.name


def test_wishes_are_valid_and_remarks_may_be_stored(people: DemoPeople) -> None:
    for seeker in people.seekers:
        assert check_profile(seeker.profile, ("input",)) == seeker.profile
        assert seeker.is_matchable
    for entry, _ in people.call_entries:
        assert check_remark(entry.remark, ("remark",)) == entry.remark
        assert all(check_remark(call.note, ("note",)) == call.note for call in entry.calls)


def test_profiles_belong_to_the_people_who_were_reached(people: DemoPeople) -> None:
    reached = {entry.seeker_id for entry, _ in people.call_entries} - {None}
    behalf = {seeker.id for seeker in people.seekers if seeker.campaign_id == people.campaign.id}
    assert behalf == reached
    own = [seeker for seeker in people.seekers if seeker.campaign_id is None]
    assert all(seeker.giver and seeker.person is None for seeker in own)
    assert all(referral.seeker_id in behalf for referral in people.referrals)
