"""Matching follows the terms of version 2: several places and shifts, remote work, pay ranges."""

from __future__ import annotations

from datetime import time

import pytest

from domain.matching.constraints import explain_satisfied, find_violations
from domain.matching.job_index import JobIndex
from domain.matching.jobs import build_job
from domain.matching.match_reasons import distance_to_job
from domain.postings.pay import Pay, PayPeriod, PayRate
from domain.postings.postings import PostingTerms, Shift
from domain.postings.work_schedule import ShiftTimes, WorkMode, Workplace, WorkSchedule
from domain.reference.geo import Point
from domain.seekers.profile import LowestPay, Near, Wants
from tests.domain.matching_samples import profile
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records

JIAXING = Point(latitude=30.75, longitude=120.78)
TWO_PLACES = posting_terms(further_places=(Workplace(place_code="330402", point=JIAXING),))
EARLY = ShiftTimes(starts_at=time(6), ends_at=time(14))
LATE = ShiftTimes(starts_at=time(14), ends_at=time(22))
NIGHT = ShiftTimes(starts_at=time(22), ends_at=time(6))


def excluded(wants: Wants, terms: PostingTerms) -> list[str]:
    job = build_job(records.posting(terms=terms))
    return [reason.code.value for reason in find_violations(wants, job)]


def rota(*shifts: ShiftTimes) -> PostingTerms:
    return posting_terms(
        shift=Shift.TWO_SHIFT,
        starts_at=shifts[0].starts_at,
        ends_at=shifts[0].ends_at,
        schedule=WorkSchedule(shifts=shifts),
    )


def test_any_of_the_places_is_enough_and_the_nearest_counts() -> None:
    job = build_job(records.posting(terms=TWO_PLACES))
    assert distance_to_job(JIAXING, job) == pytest.approx(0)
    assert excluded(Wants(places=("330000",)), TWO_PLACES) == []
    assert excluded(Wants(places=("310115",)), TWO_PLACES) == []
    assert excluded(Wants(places=("110000",)), TWO_PLACES) == ["PLACE"]
    near = Wants(near=Near(point=JIAXING, kilometres=1))
    assert excluded(near, TWO_PLACES) == []
    assert [reason.text for reason in explain_satisfied(near, job)] == ["0 km"]


def test_remote_work_is_everywhere() -> None:
    remote = posting_terms(work_mode=WorkMode.REMOTE)
    wants = Wants(places=("110000",), near=Near(point=JIAXING, kilometres=1))
    assert excluded(wants, remote) == []
    index = JobIndex([build_job(records.posting(terms=remote))])
    assert len(index.find_matches(profile(places=("110000",)))) == 1


def test_a_job_with_two_places_is_matched_once() -> None:
    index = JobIndex([build_job(records.posting(terms=TWO_PLACES))])
    assert len(index.find_matches(profile(places=("310000", "330000")))) == 1


@pytest.mark.parametrize(
    ("shifts", "wants", "codes"),
    [
        ((EARLY, LATE), Wants(no_nights=True), []),
        ((EARLY, NIGHT), Wants(no_nights=True), ["NIGHTS"]),
        ((EARLY, LATE), Wants(ends_by=time(22)), []),
        ((EARLY, LATE), Wants(ends_by=time(18)), ["ENDS_BY"]),
        ((LATE, EARLY), Wants(starts_from=time(6)), []),
        ((LATE, EARLY), Wants(starts_from=time(8)), ["STARTS_FROM"]),
        ((EARLY,), Wants(no_nights=True), ["NIGHTS"]),
    ],
)
def test_every_stated_shift_keeps_a_limit_of_time(
    shifts: tuple[ShiftTimes, ...], wants: Wants, codes: list[str]
) -> None:
    assert excluded(wants, rota(*shifts)) == codes


def test_the_lower_end_of_a_range_keeps_the_lowest_pay() -> None:
    terms = posting_terms(pay=Pay(from_fen=500_000, to_fen=800_000, period=PayPeriod.MONTH))
    assert excluded(Wants(lowest_pay=LowestPay(amount=5_000, period=PayPeriod.MONTH)), terms) == []
    high = Wants(lowest_pay=LowestPay(amount=5_001, period=PayPeriod.MONTH))
    (reason,) = find_violations(high, build_job(records.posting(terms=terms)))
    assert reason.text == "5000 to 8000 yuan per month, less than you asked for"


def test_piece_work_counts_with_its_guaranteed_pay() -> None:
    piece = Pay(from_fen=50, to_fen=50, period=PayPeriod.PIECE)
    basic = PayRate(fen=350_000, period=PayPeriod.MONTH)
    wants = Wants(lowest_pay=LowestPay(amount=3_500, period=PayPeriod.MONTH))
    assert excluded(wants, posting_terms(pay=piece)) == ["PAY"]
    guaranteed = Pay(from_fen=50, to_fen=50, period=PayPeriod.PIECE, guaranteed=basic)
    assert excluded(wants, posting_terms(pay=guaranteed)) == []
