"""Bounds of the terms of a posting."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from domain.postings.postings import Benefit, InsuranceKind, PostingTerms
from domain.postings.term_bounds import check_terms
from domain.reference.geo import Point
from domain.refusals import InvalidInput
from domain.seekers.seeker_groups import SeekerGroup
from tests.domain.posting_terms_samples import FIXED_TODAY, any_terms, monthly_pay, posting_terms


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "岗" * 121}, ("title",)),
        ({"duties": "a" * 4001}, ("duties",)),
        ({"conditions": "a" * 4001}, ("conditions",)),
        ({"address": "a" * 201}, ("address",)),
        ({"repost_source": "a" * 201}, ("repostSource",)),
        ({"title": "电\x00工"}, ("title",)),
        ({"title": "电\ud800工"}, ("title",)),
        ({"duties": "联系人身份证 11010519491231002X。"}, ("duties",)),
        ({"headcount": 100_001}, ("headcount",)),
        ({"pay": monthly_pay(1_000_001)}, ("pay", "amount")),
        ({"probation_fen": 100_000_001}, ("probationPay",)),
        ({"hours_per_day": Decimal(25)}, ("hoursPerDay",)),
        ({"hours_per_day": Decimal("sNaN")}, ("hoursPerDay",)),
        ({"hours_per_week": Decimal(0)}, ("hoursPerWeek",)),
        ({"place_code": "99"}, ("placeCode",)),
        ({"insurance": (InsuranceKind.PENSION,) * 2}, ("insurance",)),
        ({"benefits": (Benefit.MEALS,) * 2}, ("benefits",)),
        ({"valid_until": FIXED_TODAY + timedelta(days=367)}, ("validUntil",)),
        ({"friendly_to": (SeekerGroup.GRADUATE,) * 2}, ("friendlyTo",)),
        ({"starts_at": time(8)}, ("endsAt",)),
        ({"ends_at": time(17)}, ("startsAt",)),
        ({"starts_at": time(8, 0, 1), "ends_at": time(17)}, ("startsAt",)),
        ({"starts_at": time(8), "ends_at": time(17, tzinfo=UTC)}, ("endsAt",)),
        ({"min_age": 101}, ("minAge",)),
        ({"point": Point(latitude=121.5, longitude=31.2)}, ("point",)),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_its_field(
    changes: dict[str, Any], field: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_terms(posting_terms(**changes), FIXED_TODAY, path=("input", "terms"))
    assert caught.value.field == ("input", "terms", *field)
    assert "11010519491231002X" not in caught.value.message


def test_values_at_their_bounds_pass() -> None:
    check_terms(
        posting_terms(
            title="岗" * 120,
            duties="第一行\n第二行\t" + "a" * 3992,
            address="a" * 200,
            headcount=100_000,
            pay=monthly_pay(1_000_000),
            probation_fen=100_000_000,
            hours_per_day=Decimal(24),
            hours_per_week=Decimal(168),
            valid_until=FIXED_TODAY + timedelta(days=366),
            benefits=tuple(Benefit),
            friendly_to=tuple(SeekerGroup),
            starts_at=time(22),
            ends_at=time(6),
            min_age=100,
            point=Point(latitude=54, longitude=136),
        ),
        FIXED_TODAY,
    )


def test_missing_values_pass_the_bounds() -> None:
    check_terms(
        posting_terms(title="", place_code="", headcount=0, pay=monthly_pay(0)), FIXED_TODAY
    )


@given(any_terms)
def test_any_terms_pass_the_bounds_or_are_refused(offer: PostingTerms) -> None:
    with suppress(InvalidInput):
        check_terms(offer, FIXED_TODAY)
        assert offer.hours_per_day <= 24
        assert offer.hours_per_week <= 168
        assert offer.headcount <= 100_000
        assert offer.valid_until <= date(2027, 10, 2)
