"""Which seekers may be matched, and the names of saved searches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.refusals import InvalidInput, StatusConflict
from domain.seekers.match_keys import (
    list_seeker_match_keys,
)
from domain.seekers.seekers import SeekerStatus, check_matchable, check_search_name, prove_phone
from tests.domain.matching_samples import FIXED_NOW, seeker


def test_a_saved_search_needs_a_name() -> None:
    assert check_search_name(" 开发区的文员 ") == "开发区的文员"
    with pytest.raises(InvalidInput) as refused:
        check_search_name(" ")
    assert refused.value.field == ("input", "name")


NOT_MATCHED: list[dict[str, Any]] = [
    {"status": SeekerStatus.NOT_SEEKING},
    {"status": SeekerStatus.EMPLOYED},
    {"status": SeekerStatus.PAUSED},
    {"matching": False},
    {"withdrawn_at": FIXED_NOW},
]


@pytest.mark.parametrize("changes", NOT_MATCHED)
def test_a_seeker_who_is_not_matchable_has_no_keys(changes: dict[str, Any]) -> None:
    person = seeker(**changes)
    assert not person.is_matchable
    assert list_seeker_match_keys(person) == ()
    with pytest.raises(StatusConflict):
        check_matchable(person)


def test_a_phone_is_proven_once_and_only_that_of_the_profile() -> None:
    person = seeker(person="hash")
    proven = prove_phone(person, "hash", at=FIXED_NOW)
    assert proven.phone_proven_at == FIXED_NOW
    assert prove_phone(proven, "hash", at=FIXED_NOW + timedelta(days=1)) is proven
    assert prove_phone(person, "another", at=FIXED_NOW) is person
    without = seeker(person=None)
    assert prove_phone(without, "hash", at=FIXED_NOW) is without
