"""The rules on pay, by the fields of a posting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import cycle, islice
from typing import Any

import pytest

from domain.postings.lifecycle import create_posting
from domain.postings.pay import Pay, PayPeriod, PayRate, fixed_pay, to_fen
from domain.postings.postings import EmploymentType, PostingStatus, PostingTerms
from domain.postings.work_schedule import Workplace
from domain.reference.regions import PROVINCES, list_counties
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.posting_rules import screen_terms
from domain.screening.wage_comparison import WageBasis, WageComparison
from domain.screening.wage_rules import compare_basic_pay, find_coming_findings
from tests.domain.posting_terms_samples import FIXED_TODAY, part_time_terms, posting_terms
from tests.domain.screening.coming_rows import LATER, TABLE
from tests.support import records

SHANGHAI, BEIJING, SHENZHEN, GUIYANG, JIAXING = "310115", "110101", "440305", "520100", "330402"
BELOW, TO_CHECK = "PAY_BELOW_MINIMUM_WAGE", "MINIMUM_WAGE_TO_CHECK"
PROBATION_BELOW = "PROBATION_PAY_BELOW_MINIMUM_WAGE"
PROBATION_TO_CHECK = "PROBATION_MINIMUM_WAGE_TO_CHECK"


def pay_of(
    yuan: float | str, period: PayPeriod = PayPeriod.MONTH, *, base: int | None = None
) -> Pay:
    pay = fixed_pay(Decimal(str(yuan)), period)
    if base is None:
        return pay
    return replace(pay, guaranteed=PayRate(fen=to_fen(base), period=PayPeriod.MONTH))


def job(place: str, yuan: float | str, **changes: Any) -> PostingTerms:
    period = changes.pop("period", PayPeriod.MONTH)
    pay = pay_of(yuan, period, base=changes.pop("base", None))
    return posting_terms(place_code=place, pay=pay, **changes)


def small_job(place: str, yuan: float | str, **changes: Any) -> PostingTerms:
    return part_time_terms(place_code=place, pay=pay_of(yuan, PayPeriod.HOUR), **changes)


def elsewhere(place: str) -> tuple[Workplace, ...]:
    return (Workplace(place_code=place),)


HOUR, DAY, YEAR = PayPeriod.HOUR, PayPeriod.DAY, PayPeriod.YEAR
SHORT = {"hours_per_day": Decimal(6), "hours_per_week": Decimal(30)}


@pytest.mark.parametrize(
    ("terms", "codes"),
    [
        # Boundaries by month, to the fen
        (job(SHANGHAI, 2740), []),
        (job(SHANGHAI, "2739.99"), [BELOW]),
        (job(BEIJING, 2540), []),
        (job(BEIJING, "2539.99"), [BELOW]),
        (job(SHENZHEN, 2700), []),
        (job(SHENZHEN, "2699.99"), [BELOW]),
        (job("440000", 2690), [TO_CHECK]),
        (job("440000", 2700), []),
        # Tiers
        (job(GUIYANG, 2130), []),
        (job(GUIYANG, 2129), [TO_CHECK]),
        (job(GUIYANG, 1890), [TO_CHECK]),
        (job(GUIYANG, 1889), [BELOW]),
        (job("320500", 2660), []),
        (job("320500", 2659), [TO_CHECK]),
        (job("440106", 2680), []),
        (job("440106", 2300), [TO_CHECK]),
        (job("440106", 1), [TO_CHECK]),
        # Nothing verified: the national pass alone decides
        (job(JIAXING, 3014), []),
        (job(JIAXING, "3013.99"), [TO_CHECK]),
        (job(JIAXING, 1000), [TO_CHECK]),
        (job("420100", 3014), []),
        (job("420100", 2400), [TO_CHECK]),
        (job("540100", 3014), []),
        (job("650100", 2500), [TO_CHECK]),
        (job("810000", 3014), []),
        (job("810000", 2500), [TO_CHECK]),
        # Hourly
        (small_job(SHANGHAI, 25), []),
        (small_job(SHANGHAI, "24.99"), [BELOW]),
        (small_job(BEIJING, "27.7"), []),
        (small_job(BEIJING, "27.69"), [BELOW]),
        (small_job(GUIYANG, "22.4"), []),
        (small_job(GUIYANG, 20), [TO_CHECK]),
        (small_job(GUIYANG, "19.79"), [BELOW]),
        (small_job("320500", "30.46"), [TO_CHECK]),
        (small_job("320500", "30.47"), []),
        (small_job("540100", 30), [TO_CHECK]),
        (small_job("540100", 31), []),
        # Full time by hour, day and year: 21.75 days of at most eight hours
        (job(SHANGHAI, "15.75", period=HOUR), []),
        (job(SHANGHAI, "15.74", period=HOUR), [BELOW]),
        (job(SHANGHAI, "20.99", period=HOUR, **SHORT), [BELOW]),
        (job(SHANGHAI, 21, period=HOUR, **SHORT), []),
        (job(SHANGHAI, 126, period=DAY), []),
        (job(SHANGHAI, "125.97", period=DAY), [BELOW]),
        (job(SHANGHAI, 32_880, period=YEAR), []),
        (job(SHANGHAI, 32_879, period=YEAR), [BELOW]),
        (job(JIAXING, 36_168, period=YEAR), []),
        (job(JIAXING, 36_167, period=YEAR), [TO_CHECK]),
        # The guaranteed pay counts, not what may come on top
        (job(SHANGHAI, 8000, base=2740), []),
        (job(SHANGHAI, 8000, base=2739), [BELOW]),
        (job(JIAXING, 8000, base=3014), []),
        (job(JIAXING, 8000, base=2000), [TO_CHECK]),
        (job(SHANGHAI, 2, period=PayPeriod.PIECE, base=2740), []),
        (job(SHANGHAI, 2, period=PayPeriod.PIECE), ["PIECE_PAY_NOT_GUARANTEED"]),
        # Probation: 80 % and not below the minimum
        (job(SHANGHAI, 6000, probation_fen=480_000), []),
        (job(SHANGHAI, 6000, probation_fen=479_999), ["PROBATION_PAY_TOO_LOW"]),
        (job(SHANGHAI, 3400, probation_fen=274_000), []),
        (job(SHANGHAI, 3400, probation_fen=273_999), [PROBATION_BELOW]),
        (job(JIAXING, 3500, probation_fen=301_400), []),
        (job(JIAXING, 3500, probation_fen=301_399), [PROBATION_TO_CHECK]),
        (job(GUIYANG, 2200, probation_fen=188_900), [PROBATION_BELOW]),
        # The worst of several places
        (job(SHANGHAI, 2740, further_places=elsewhere(GUIYANG)), []),
        (job(GUIYANG, 2700, further_places=elsewhere(SHANGHAI)), [BELOW]),
        (job(SHANGHAI, 2740, further_places=elsewhere(JIAXING)), [TO_CHECK]),
        (job(SHANGHAI, 3014, further_places=elsewhere(JIAXING)), []),
    ],
)
def test_pay_is_compared_with_the_minimum_of_its_place(
    terms: PostingTerms, codes: list[str]
) -> None:
    assert [finding.code for finding in screen_terms(terms, KNOWN_WAGES, FIXED_TODAY)] == codes


@pytest.mark.parametrize(
    ("terms", "today", "later"),
    [
        (job(SHANGHAI, 2899), [], [BELOW]),
        (job(SHANGHAI, 2900), [], []),
        (job(SHANGHAI, 2700), [BELOW], [BELOW]),
        (small_job(SHANGHAI, 26), [], [BELOW]),
        (small_job(SHANGHAI, 27), [], []),
        (job(SHANGHAI, 3500, probation_fen=280_000), [], [PROBATION_BELOW]),
        # The national pass rises with it.
        (job(JIAXING, 3189), [], [TO_CHECK]),
        (job(JIAXING, 3190), [], []),
    ],
)
def test_a_coming_row_counts_from_its_first_day_and_is_known_before(
    terms: PostingTerms, today: list[str], later: list[str]
) -> None:
    for day, codes in ((FIXED_TODAY, today), (LATER, later)):
        assert [finding.code for finding in screen_terms(terms, TABLE, day)] == codes
    coming = find_coming_findings(terms, TABLE, FIXED_TODAY)
    if today == later:
        assert coming is None
    else:
        assert coming is not None
        assert (coming[0], [finding.code for finding in coming[1]]) == (LATER, later)
        assert find_coming_findings(terms, TABLE, LATER) is None
        ended = replace(terms, valid_until=date(2026, 11, 14))
        assert find_coming_findings(ended, TABLE, FIXED_TODAY) is None


def test_the_basis_of_a_comparison_is_named() -> None:
    passed = compare_basic_pay(job(JIAXING, 5000), KNOWN_WAGES, FIXED_TODAY)
    assert passed is not None
    assert (passed[0].basis, passed[1]) == (
        WageBasis.NATIONAL_PASS,
        "310000 2740×1.1=3014元/月",
    )
    below = compare_basic_pay(job(SHANGHAI, 2000), KNOWN_WAGES, FIXED_TODAY)
    assert below is not None
    assert (below[0].comparison, below[1]) == (WageComparison.BELOW, "310000 2740元/月")
    piecework = job(SHANGHAI, 2, period=PayPeriod.PIECE)
    assert compare_basic_pay(piecework, KNOWN_WAGES, FIXED_TODAY) is None


@pytest.mark.parametrize(
    ("place", "is_unverified"), [(JIAXING, True), (GUIYANG, False), ("810000", False)]
)
def test_a_doubt_says_what_is_to_be_checked_and_what_passes_everywhere(
    place: str, is_unverified: bool
) -> None:
    (finding,) = screen_terms(job(place, 2000), KNOWN_WAGES, FIXED_TODAY)
    assert ("尚未核实" in finding.message_zh) is is_unverified
    assert ("not verified" in finding.message) is is_unverified
    for text in (finding.message, finding.message_zh):
        assert "3014" in text
    assert "等待" not in finding.message_zh
    assert "Wait" not in finding.message


EMPLOYERS_OFFERS: list[dict[str, Any]] = [
    {"yuan": 5000},
    {"yuan": 6500, "probation_fen": 520_000},
    {"yuan": 60_000, "period": YEAR},
    {"yuan": 240, "period": DAY},
    {"yuan": 30, "period": HOUR},
    {"yuan": 9000, "base": 5000},
    {"yuan": 7000, "employment_type": EmploymentType.DISPATCH},
]


def test_lawful_postings_of_5000_yuan_open_in_every_province_without_waiting() -> None:
    mainland = [code for code in PROVINCES if code[:2] not in {"71", "81", "82"}]
    statuses = []
    for province in mainland:
        counties = [county.code for county in list_counties() if county.code[:2] == province[:2]]
        for offer, place in zip(EMPLOYERS_OFFERS, islice(cycle(counties), 7), strict=True):
            made = create_posting(
                "p1",
                employer=records.employer(),
                union_path=("root",),
                terms=job(place, **offer),
                table=KNOWN_WAGES,
                by="officer",
                at=records.FIXED_NOW,
            )
            statuses.append(made.status)
    assert len(mainland) == 31
    assert statuses == [PostingStatus.OPEN] * 217
