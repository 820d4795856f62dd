"""Which rows of minimum wages are in force, and the pay that passes everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.postings.pay import PayPeriod
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.minimum_wages import Grade, MinimumWage
from domain.screening.wage_table import WageTable
from tests.domain.posting_terms_samples import FIXED_TODAY
from tests.support.records import FIXED_NOW

START = date(2026, 1, 1)
LATER = date(2027, 1, 1)


def row(region: str = "360000", tier: int = 1, amount: int = 2000, **changes: Any) -> MinimumWage:
    values: dict[str, Any] = {"effective_from": START, "grade": Grade.A} | changes
    return MinimumWage(region=region, tier=tier, monthly=amount, **values)


def table(*rows: MinimumWage) -> WageTable:
    return WageTable(rows=rows)


def national(wages: WageTable, on: date = FIXED_TODAY) -> Decimal | None:
    found = wages.national_pass(PayPeriod.MONTH, on)
    return found.yuan if found else None


def test_the_latest_row_of_a_tier_counts() -> None:
    rows = [
        row(amount=1900, effective_from=None),
        row(amount=2000),
        row(amount=2200, effective_from=date(2026, 7, 1)),
        row(amount=2400, effective_from=LATER),
    ]
    for order in (rows, rows[::-1]):
        assert table(*order).tiers_in_force("360000", FIXED_TODAY) == (rows[2],)


def test_a_verified_row_precedes_others_of_the_same_day() -> None:
    rows = [row(amount=2000), row(amount=2500, grade=Grade.UNVERIFIED)]
    for order in (rows, rows[::-1]):
        assert table(*order).tiers_in_force("360000", FIXED_TODAY) == (rows[0],)


def test_a_later_row_replaces_one_for_the_same_day() -> None:
    old, new = row(amount=2000), row(amount=2100)
    assert table(old, new).tiers_in_force(old.region, FIXED_TODAY) == (new,)
    assert table(new, old).tiers_in_force(old.region, FIXED_TODAY) == (old,)


def test_a_row_without_a_date_counts_from_the_day_of_its_verification() -> None:
    dated = row(amount=2000)
    verified = row(amount=2300, effective_from=None, verified_by="officer", verified_at=FIXED_NOW)
    wages = table(verified, dated)
    assert wages.tiers_in_force("360000", FIXED_TODAY) == (verified,)
    assert wages.tiers_in_force("360000", FIXED_TODAY - timedelta(days=1)) == (dated,)
    assert verified.is_trusted


def test_the_national_pass_is_ten_percent_above_the_highest_figure_in_force() -> None:
    month, hour = (
        KNOWN_WAGES.national_pass(period, FIXED_TODAY)
        for period in (PayPeriod.MONTH, PayPeriod.HOUR)
    )
    assert month is not None
    assert hour is not None
    assert (month.yuan, month.highest.region) == (Decimal(3014), "310000")
    assert (hour.yuan, hour.highest.region) == (Decimal("30.47"), "110000")
    assert month.describe() == "310000 2740×1.1=3014元/月"
    assert hour.describe() == "110000 27.7×1.1=30.47元/小时"
    assert national(table(row(amount=2000, grade=Grade.UNVERIFIED))) is None


def test_only_verified_rows_change_the_national_pass_and_from_their_first_day() -> None:
    base = row(amount=2000)
    proposed = row(amount=1, effective_from=date(2026, 5, 1), grade=Grade.UNVERIFIED)
    high = row("110000", amount=3000, effective_from=LATER)
    wages = table(base, proposed, row("110000", amount=9000, grade=Grade.UNVERIFIED), high)
    assert national(wages) == 2200
    assert national(wages, LATER - timedelta(days=1)) == 2200
    assert national(wages, LATER) == 3300
    assert wages.start_days("360100") == (START, date(2026, 5, 1), LATER)
    # A later verified row lowers it, too: a wrong figure does not stay.
    assert national(table(high, replace(high, monthly=2100)), LATER) == 2310


def test_rows_that_change_the_national_pass_are_known_with_their_days() -> None:
    high = row("110000", amount=3000, effective_from=LATER)
    assert table(row()).national_changes([high], FIXED_TODAY) == (LATER,)
    assert table(row()).national_changes([row("110000", amount=1900)], FIXED_TODAY) == ()
    assert table(row()).national_changes([row("110000", amount=2500)], FIXED_TODAY) == (
        FIXED_TODAY,
    )
    doubtful = replace(high, grade=Grade.UNVERIFIED)
    assert table(row()).national_changes([doubtful], FIXED_TODAY) == ()


rows = st.builds(
    row,
    region=st.sampled_from(["110000", "310000", "360000", "360100"]),
    tier=st.integers(1, 3),
    amount=st.integers(1, 9_000),
    grade=st.sampled_from(Grade),
    effective_from=st.none() | st.dates(date(2025, 1, 1), date(2027, 12, 31)),
)


@given(st.lists(rows, max_size=12), st.dates(date(2024, 1, 1), date(2028, 12, 31)))
def test_no_verified_minimum_in_force_is_above_the_national_pass(
    listed: list[MinimumWage], on: date
) -> None:
    wages = table(*listed)
    figures = [
        tier.trusted_minimum(PayPeriod.MONTH) or 0
        for region in {each.region for each in listed}
        for tier in wages.tiers_in_force(region, on)
        if tier.is_trusted
    ]
    assert max(figures, default=Decimal(0)) * Decimal("1.1") <= (national(wages, on) or 0)


def test_a_verified_version_of_a_row_is_found() -> None:
    proposed = row(grade=Grade.UNVERIFIED, id="a")
    verified = row(id="b", verified_by="officer", verified_at=FIXED_NOW, version_of="a")
    assert table(proposed, verified).find_verified(proposed) == verified
    assert table(proposed, replace(verified, version_of="c")).find_verified(proposed) is None


def test_figures_are_described_by_region_and_tier() -> None:
    assert (
        KNOWN_WAGES.describe_figures("310115", PayPeriod.MONTH, FIXED_TODAY) == "310000 2740元/月"
    )
    assert KNOWN_WAGES.describe_figures("440000", PayPeriod.HOUR, FIXED_TODAY) == (
        "440000 25.4/21.9/20.2/?元/小时；440300 25.4元/小时"
    )
    assert KNOWN_WAGES.describe_figures("810000", PayPeriod.MONTH, FIXED_TODAY) == "810000 ?元/月"
