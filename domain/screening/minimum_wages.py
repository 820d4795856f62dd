"""Minimum wages: what is known of them, how sure it is, and what they say of a pay.

A province sets one to four tiers and says which county is in which; that list is not known here.
So only the ends of the scale decide by themselves, and only when their figures are trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from math import floor

from domain.errors import AlreadyExists, InvalidInput
from domain.free_text import check_text
from domain.labels import Labelled
from domain.postings.pay import Pay, PayPeriod
from domain.reference.calendar import add_months
from domain.reference.regions import check_place_code, city_of, is_within, province_of

PAID_DAYS_PER_MONTH = Decimal("21.75")
"""A monthly wage is for 21.75 days (劳社部发〔2008〕3号, on the ground of 劳动法 art. 51)."""

NORMAL_HOURS_PER_DAY = Decimal(8)
"""劳动法 art. 36."""


class Grade(Labelled):
    """How sure a figure is."""

    A = "A", "已核实"
    UNVERIFIED = "UNVERIFIED", "未核实"


class WageComparison(Labelled):
    """What the minimum wages say of a pay."""

    PASS = "PASS", "达标"
    BELOW = "BELOW", "低于最低工资"
    TO_PERSON = "TO_PERSON", "需人工核对"


@dataclass(frozen=True, kw_only=True)
class MinimumWage:
    """One tier of one region, tier 1 the highest; ``monthly`` and ``hourly`` in yuan.

    A figure that is None is not known: the tier exists, but nobody has found its amount.
    ``effective_from`` None is in force since a day that nobody has found. Rows are versions: one is
    never changed, a later one takes its place.
    """

    region: str
    tier: int
    monthly: int | None = None
    hourly: Decimal | None = None
    effective_from: date | None = None
    doc_no: str | None = None
    source_url: str | None = None
    grade: Grade
    verified_by: str | None = None
    verified_at: datetime | None = None
    id: str = ""
    added_by: str | None = None
    added_at: datetime | None = None

    @property
    def is_trusted(self) -> bool:
        """Whether it may decide without a person: the notice is identified, and so is its date.

        A row without its date may be last year's figure, so it applies but is not trusted.
        """
        return self.grade is Grade.A and self.effective_from is not None

    def has_taken_effect(self, on: date) -> bool:
        """Whether it is in force on that day, unless a later row has taken its place."""
        return self.effective_from is None or self.effective_from <= on

    def trusted_minimum(self, period: PayPeriod) -> Decimal | None:
        """The trusted minimum for a period; None when it is not known or not trusted."""
        figure = self.monthly if period is PayPeriod.MONTH else self.hourly
        return Decimal(figure) if figure is not None and self.is_trusted else None


@dataclass(frozen=True)
class WageTable:
    """The rows that count. The rows of a region are taken as all its tiers.

    A tier whose figure is not known therefore needs a row without one, or the next higher tier
    would be taken for the lowest.
    """

    rows: tuple[MinimumWage, ...]

    def tiers_in_force(self, region: str, on: date) -> tuple[MinimumWage, ...]:
        """The region's own tiers on that day, the highest first.

        Of several rows for a tier the latest that has begun counts; of those that began on the
        same day one of grade A, and then the one further down the table.
        """
        latest: dict[int, MinimumWage] = {}
        for row in self._by_region.get(region, ()):
            if row.has_taken_effect(on):
                latest[row.tier] = row
        return tuple(latest[tier] for tier in sorted(latest))

    def relevant_regions(self, place_code: str) -> tuple[str, ...]:
        """The regions whose tiers bear on a place.

        The narrowest region with rows of its own that holds the place (the province when there
        is none), and those inside the place: a job "in Guangdong" may turn out to be in Shenzhen.
        """
        known = self._by_region
        around = (place_code, city_of(place_code), province_of(place_code))
        own = next((region for region in around if region in known), around[-1])
        return own, *(region for region in known if region != own and is_within(region, place_code))

    def describe_figures(self, place_code: str, period: PayPeriod, on: date) -> str:
        """The figures that bear on a place, as text: each region with its tiers, ? for unknown."""
        return "；".join(
            f"{region} {_join_figures(self.tiers_in_force(region, on), period)}{period.zh}"
            for region in self.relevant_regions(place_code)
        )

    @cached_property
    def _by_region(self) -> Mapping[str, tuple[MinimumWage, ...]]:
        """The rows of each region, those that count more further back."""
        regions: dict[str, list[MinimumWage]] = {}
        for row in sorted(self.rows, key=_precedence):
            regions.setdefault(row.region, []).append(row)
        return {region: tuple(rows) for region, rows in regions.items()}


def _join_figures(tiers: tuple[MinimumWage, ...], period: PayPeriod) -> str:
    figures = (tier.monthly if period is PayPeriod.MONTH else tier.hourly for tier in tiers)
    return "/".join("?" if figure is None else str(figure) for figure in figures) or "?"


def check_wage(row: MinimumWage, on: date, *, path: tuple[str, ...] = ("input",)) -> MinimumWage:
    """The row if it can be right: a real region, a tier from 1 to 6, up to 100,000 yuan a month and
    1,000 an hour in whole fen, from 2000 on and at most two years ahead.

    :raises InvalidInput: it cannot; ``field`` names the value.
    """
    check_place_code(row.region, (*path, "region"))
    for name, holds, wanted in (
        ("tier", 1 <= row.tier <= 6, "a tier from 1, the highest, to 6"),
        ("monthly", row.monthly is None or 1 <= row.monthly <= 100_000, "1 to 100,000 yuan"),
        ("hourly", row.hourly is None or _is_valid_hourly(row.hourly), "0.01 to 1,000 yuan"),
        ("monthly", (row.monthly, row.hourly) != (None, None), "a figure by the month or the hour"),
        ("effectiveFrom", _is_valid_start(row, on), "a day from 2000 on and within two years"),
    ):
        if not holds:
            raise InvalidInput(f"Give {wanted}.", field=(*path, name))
    check_text(row.doc_no or "", 100, (*path, "docNo"))
    check_text(row.source_url or "", 500, (*path, "sourceUrl"))
    if row.source_url and not row.source_url.startswith(("https://", "http://")):
        raise InvalidInput("Give the address of the notice.", field=(*path, "sourceUrl"))
    return row


def verify_wage(row: MinimumWage, row_id: str, *, by: str, at: datetime) -> MinimumWage:
    """The row that takes the place of an unverified one, of grade A.

    :raises AlreadyExists: it is of grade A already.
    :raises InvalidInput: nobody could look it up: its notice, address or day is not known.
    """
    if row.grade is Grade.A:
        raise AlreadyExists("This row is verified already.")
    if not (row.doc_no and row.source_url and row.effective_from):
        raise InvalidInput(
            "Add the row again with the number, address and day of its notice, and verify that.",
            field=("input", "minimumWageId"),
        )
    return replace(
        row, id=row_id, grade=Grade.A, verified_by=by, verified_at=at, added_by=by, added_at=at
    )


def _is_valid_hourly(figure: Decimal) -> bool:
    return figure.is_finite() and 0 < figure <= 1_000 and figure == round(figure, 2)


def _is_valid_start(row: MinimumWage, on: date) -> bool:
    begin = row.effective_from
    return begin is not None and date(2000, 1, 1) <= begin <= add_months(on, 24)


def _precedence(row: MinimumWage) -> tuple[date, bool]:
    return row.effective_from or date.min, row.grade is Grade.A


def convert_to_monthly(pay: Pay, hours_per_day: Decimal) -> Pay:
    """What full-time work paid by the hour comes to in a month, down to the whole yuan.

    Hour pay times the normal hours of a day times 21.75. Hours over eight are not counted: pay
    for overtime is no part of the minimum wage (最低工资规定 art. 12). Minimum wages are whole
    yuan, so that rounding down never changes the comparison.
    """
    if pay.period is PayPeriod.MONTH:
        return pay
    hours = min(hours_per_day, NORMAL_HOURS_PER_DAY)
    return Pay(amount=floor(pay.amount * hours * PAID_DAYS_PER_MONTH), period=PayPeriod.MONTH)


def compare_with_minimum(table: WageTable, place_code: str, pay: Pay, on: date) -> WageComparison:
    """Compare a basic pay with the minimum wage of its place on a day (劳动法 art. 48).

    At or above the highest tier it passes, below the lowest it is refused, and between them it
    goes to a person, because the county's tier is not known. A region with a single tier has
    nothing between. A figure that is missing, not verified or without a date decides nothing.
    Pay by the month is compared by the month (劳动合同法 art. 20), pay by the hour by the hour
    (劳动合同法 art. 72); where several regions bear on the place they must agree.
    """
    found = {
        _compare_with_tiers(table.tiers_in_force(region, on), pay)
        for region in table.relevant_regions(place_code)
    }
    return found.pop() if len(found) == 1 else WageComparison.TO_PERSON


def _compare_with_tiers(tiers: tuple[MinimumWage, ...], pay: Pay) -> WageComparison:
    if not tiers:
        return WageComparison.TO_PERSON
    highest, lowest = tiers[0].trusted_minimum(pay.period), tiers[-1].trusted_minimum(pay.period)
    if highest is not None and tiers[0].tier == 1 and pay.amount >= highest:
        return WageComparison.PASS
    if lowest is not None and pay.amount < lowest:
        return WageComparison.BELOW
    return WageComparison.TO_PERSON


def _seed_rows(
    code: str,
    grades: str,
    *,
    monthly: tuple[int | None, ...],
    hourly: tuple[str, ...] = (),
    since: date | None = None,
) -> tuple[MinimumWage, ...]:
    """Rows of one region from its highest tier down; ``grades`` has an A or a ? for each tier."""
    hours = [Decimal(figure) for figure in hourly]
    return tuple(
        MinimumWage(
            region=code,
            tier=place + 1,
            monthly=figure,
            hourly=hours[place] if place < len(hours) else None,
            effective_from=since,
            grade=Grade.A if grade == "A" else Grade.UNVERIFIED,
            id=f"seed{code}{place + 1}",
        )
        for place, (figure, grade) in enumerate(zip(monthly, grades, strict=True))
    )


_2026 = date(2026, 1, 1)
_GUANGDONG = date(2026, 9, 1)

KNOWN_WAGES = WageTable(
    rows=(
        *_seed_rows("310000", "A", monthly=(2740,), hourly=("25",), since=date(2025, 7, 1)),
        *_seed_rows("110000", "A", monthly=(2540,), hourly=("27.7",), since=date(2025, 9, 1)),
        # Guangdong has a fourth tier, but its figure was not found.
        *_seed_rows(
            "440000",
            "AAA?",
            monthly=(2680, 2300, 2040, None),
            hourly=("25.4", "21.9", "20.2"),
            since=_GUANGDONG,
        ),
        *_seed_rows("440300", "A", monthly=(2700,), hourly=("25.4",), since=_GUANGDONG),
        *_seed_rows("320000", "A??", monthly=(2660, 2430, 2180), since=_2026),
        *_seed_rows(
            "520000",
            "AAA",
            monthly=(2130, 1980, 1890),
            hourly=("22.4", "20.8", "19.8"),
            since=date(2025, 2, 1),
        ),
        *_seed_rows("420000", "A??", monthly=(2400, 2130, 1970)),
        *_seed_rows("430000", "AA?", monthly=(2200, 2000, 1800)),
        *_seed_rows(
            "330000", "???", monthly=(2660, 2430, 2180), hourly=("25", "23", "21"), since=_2026
        ),
        *_seed_rows("230000", "???", monthly=(2270, 2010, 1910), hourly=("21", "18.8", "18.2")),
        *_seed_rows(
            "610000", "???", monthly=(2376, 2250, 2140), hourly=("23", "21.7", "20.7"), since=_2026
        ),
        *_seed_rows("350000", "????", monthly=(2265, 2195, 2045, 1895)),
        *_seed_rows("510000", "??", monthly=(2330, 2200)),
        *_seed_rows("500000", "??", monthly=(2330, 2200)),
        *_seed_rows("410000", "???", monthly=(2350, 2150, 2000)),
        *_seed_rows("340000", "????", monthly=(2320, 2170, 2100, 2000)),
        *_seed_rows("370000", "???", monthly=(2400, 2210, 2020)),
    )
)
"""The figures gathered so far; grade A where the notice is identified and transcriptions agree."""
