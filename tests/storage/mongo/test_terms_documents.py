"""Terms of both versions are read, and nodes of the version before read what is written."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.postings.pay import Pay, PayPeriod, PayRate, fixed_pay
from domain.postings.postings import Benefit, PostingTerms
from domain.seekers.seeker_groups import SeekerGroup
from storage.mongo.codec import to_document, to_record
from tests.domain.posting_terms_samples import any_terms, posting_terms
from tests.support.full_terms import FULL_PARTS

FIRST_FIELDS = {
    *("title", "occupation", "headcount", "duties", "conditions", "place_code", "address", "pay"),
    *("probation_pay", "employment_type", "shift", "intensity", "hours_per_day", "hours_per_week"),
    *("insurance", "benefits", "valid_until", "is_repost", "repost_source", "starts_at", "ends_at"),
    *("min_age", "friendly_to", "point"),
}


def first_document(**changes: Any) -> dict[str, Any]:
    """Return terms as version 1 stores them."""
    document = to_document(posting_terms())
    kept = {name: value for name, value in document.items() if name in FIRST_FIELDS}
    return kept | {"pay": {"amount": 6000, "period": "MONTH"}, "probation_pay": 5000} | changes


@given(any_terms)
def test_terms_are_read_as_they_were_written(generated: PostingTerms) -> None:
    terms = replace(generated, hours_per_day=Decimal("7.5"), hours_per_week=Decimal(40))
    assert to_record(PostingTerms, to_document(terms)) == terms


def test_terms_of_version_1_are_read_with_their_version_and_written_unchanged() -> None:
    document = first_document()
    terms = to_record(PostingTerms, document)
    assert terms == posting_terms(probation_fen=500_000, version=1)
    assert to_document(terms) == document


def test_terms_of_version_2_have_all_that_version_1_reads() -> None:
    document = to_document(posting_terms(**FULL_PARTS))
    assert document.keys() >= FIRST_FIELDS
    assert (document["pay"]["amount"], document["pay"]["period"]) == (6000, "MONTH")
    assert (document["probation_pay"], document["probation_fen"]) == (5001, 500_050)
    assert document["version"] == 2


@pytest.mark.parametrize(
    ("pay", "amount", "period"),
    [
        (fixed_pay(Decimal("25.4"), PayPeriod.HOUR), 25, "HOUR"),
        (fixed_pay(200, PayPeriod.DAY), 4350, "MONTH"),
        (fixed_pay(72_000, PayPeriod.YEAR), 6000, "MONTH"),
        (fixed_pay(Decimal("0.5"), PayPeriod.PIECE), 0, "MONTH"),
        (
            Pay(
                from_fen=50,
                to_fen=80,
                period=PayPeriod.PIECE,
                guaranteed=PayRate(fen=300_000, period=PayPeriod.MONTH),
            ),
            3000,
            "MONTH",
        ),
    ],
)
def test_version_1_reads_the_pay_of_a_month_or_an_hour(pay: Pay, amount: int, period: str) -> None:
    stored = to_document(posting_terms(pay=pay))["pay"]
    assert (stored["amount"], stored["period"]) == (amount, period)


def test_codes_that_earlier_code_does_not_know_are_stored_under_names_of_their_own() -> None:
    terms = posting_terms(
        benefits=(Benefit.MEALS, Benefit.BARRIER_FREE),
        friendly_to=(SeekerGroup.DISABLED, SeekerGroup.MIGRANT_WORKER),
    )
    document = to_document(terms)
    assert document["benefits"] == ["MEALS"]
    assert document["benefits_codes"] == ["MEALS", "BARRIER_FREE"]
    assert document["friendly_to"] == ["MIGRANT_WORKER"]
    assert document["friendly_to_codes"] == ["DISABLED", "MIGRANT_WORKER"]
    assert to_record(PostingTerms, document) == terms
    plain = to_document(posting_terms(benefits=(Benefit.MEALS,)))
    assert not {name for name in plain if name.endswith("_codes")}


@given(st.integers(0, 1_000_000), st.sampled_from(["MONTH", "HOUR"]))
def test_any_pay_of_version_1_becomes_a_single_amount_in_fen(yuan: int, period: str) -> None:
    terms = to_record(PostingTerms, first_document(pay={"amount": yuan, "period": period}))
    assert terms.pay == fixed_pay(yuan, PayPeriod[period])
