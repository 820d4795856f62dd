"""Minimum wages: rows by region and tier, and the comparison of a pay with them.

A province sets one to four tiers and assigns each county to one. That assignment is not known
here, so only the highest and the lowest tier decide automatically, and only with trusted figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from domain.free_text import check_text
from domain.labels import Labelled
from domain.postings.pay import PayPeriod, PayRate
from domain.reference.calendar import add_months
from domain.reference.regions import check_place_code, city_of, is_within, province_of
from domain.refusals import AlreadyExists, InvalidInput


class Grade(Labelled):
    """How reliable a figure is: A is verified against its notice."""

    A = "A", "已核实"
    UNVERIFIED = "UNVERIFIED", "未核实"


class WageComparison(Labelled):
    """The result of comparing a pay with the minimum wages of its place."""

    PASS = "PASS", "达标"
    BELOW = "BELOW", "低于最低工资"
    UNDECIDED = "UNDECIDED", "需人工核对"


@dataclass(frozen=True, kw_only=True)
class MinimumWage:
    """The minimum wage of one tier of one region; tier 1 is the highest.

    ``monthly`` and ``hourly`` are in yuan; None means that the tier exists but its figure is not
    known. ``effective_from`` None means in force since an unknown day. A row is never changed: a
    later row replaces it.
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
        """Whether the figure may decide automatically: it is verified and its date is known.

        A figure without a date may be last year's, so it applies but is not trusted.
        """
        return self.grade is Grade.A and self.effective_from is not None

    def has_taken_effect(self, on: date) -> bool:
        """Whether its first day has come; a later row may have replaced it."""
        return self.effective_from is None or self.effective_from <= on

    def trusted_minimum(self, period: PayPeriod) -> Decimal | None:
        """The minimum for a period in yuan; None if it is not known or not trusted."""
        figure = self.monthly if period is PayPeriod.MONTH else self.hourly
        return Decimal(figure) if figure is not None and self.is_trusted else None


@dataclass(frozen=True)
class WageTable:
    """All rows of minimum wages.

    A region's rows are taken as all its tiers. A tier whose figure is not known therefore needs a
    row without a figure; otherwise the next higher tier would count as the lowest.
    """

    rows: tuple[MinimumWage, ...]

    def tiers_in_force(self, region: str, on: date) -> tuple[MinimumWage, ...]:
        """Return the region's own tiers on a day, highest first.

        Of several rows for a tier the one with the latest start counts; of those with the same
        start one of grade A, then the one further down the table.
        """
        latest: dict[int, MinimumWage] = {}
        for row in self._rows_by_region.get(region, ()):
            if row.has_taken_effect(on):
                latest[row.tier] = row
        return tuple(latest[tier] for tier in sorted(latest))

    def relevant_regions(self, place_code: str) -> tuple[str, ...]:
        """Return the regions whose tiers apply to a place.

        These are the smallest region with rows that contains the place (else its province), and
        every region with rows inside the place: a job "in Guangdong" may be in Shenzhen.
        """
        rows = self._rows_by_region
        containing = (place_code, city_of(place_code), province_of(place_code))
        own = next((region for region in containing if region in rows), containing[-1])
        return own, *(region for region in rows if region != own and is_within(region, place_code))

    def describe_figures(self, place_code: str, period: PayPeriod, on: date) -> str:
        """Describe the figures for a place: each region with its tiers, ? for an unknown figure.

        Example: ``440000 25.4/21.9/20.2/?元/小时；440300 25.4元/小时``.
        """
        return "；".join(
            f"{region} {_join_figures(self.tiers_in_force(region, on), period)}{period.zh}"
            for region in self.relevant_regions(place_code)
        )

    @cached_property
    def _rows_by_region(self) -> Mapping[str, tuple[MinimumWage, ...]]:
        """The rows of each region in ascending precedence."""
        regions: dict[str, list[MinimumWage]] = {}
        for row in sorted(self.rows, key=_precedence):
            regions.setdefault(row.region, []).append(row)
        return {region: tuple(rows) for region, rows in regions.items()}


def _join_figures(tiers: tuple[MinimumWage, ...], period: PayPeriod) -> str:
    figures = (tier.monthly if period is PayPeriod.MONTH else tier.hourly for tier in tiers)
    return "/".join("?" if figure is None else str(figure) for figure in figures) or "?"


def check_wage(row: MinimumWage, on: date, *, path: tuple[str, ...] = ("input",)) -> MinimumWage:
    """Return the row if its values are possible.

    The region exists, the tier is 1 to 6, the figures are up to 100,000 yuan a month and 1,000
    yuan an hour in whole fen (0.01 yuan), and the first day is from 2000 on and at most 24 months
    after ``on``.

    :raises InvalidInput: the first value that is not possible; ``field`` names it.
    """
    check_place_code(row.region, (*path, "region"))
    for name, is_valid, message, message_zh in (
        (
            "tier",
            1 <= row.tier <= 6,
            "Give a tier from 1, the highest, to 6.",
            "档次请填写1至6，1为最高档。",
        ),
        (
            "monthly",
            row.monthly is None or 1 <= row.monthly <= 100_000,
            "Give 1 to 100,000 yuan.",
            "月最低工资请填写1至100000元。",
        ),
        (
            "hourly",
            row.hourly is None or _is_valid_hourly(row.hourly),
            "Give 0.01 to 1,000 yuan.",
            "小时最低工资请填写0.01至1000元。",
        ),
        (
            "monthly",
            (row.monthly, row.hourly) != (None, None),
            "Give a figure per month, per hour, or both.",
            "月最低工资和小时最低工资请至少填写一项。",
        ),
        (
            "effectiveFrom",
            _is_valid_start(row, on),
            "Give a first day from the year 2000 on and at most two years ahead.",
            "执行日期应在2000年以后，且不晚于今后两年。",
        ),
    ):
        if not is_valid:
            raise InvalidInput(message, message_zh, field=(*path, name))
    check_text(row.doc_no or "", 100, (*path, "docNo"))
    check_text(row.source_url or "", 500, (*path, "sourceUrl"))
    if row.source_url and not row.source_url.startswith(("https://", "http://")):
        raise InvalidInput(
            "Give the web address of the notice, starting with https:// or http://.",
            "请填写文件的网址，以https://或http://开头。",
            field=(*path, "sourceUrl"),
        )
    return row


def verify_wage(row: MinimumWage, row_id: str, *, by: str, at: datetime) -> MinimumWage:
    """Return a new row of grade A that replaces an unverified one.

    :raises AlreadyExists: the row is verified already.
    :raises InvalidInput: the number, web address or first day of its notice is missing, so
        nobody can check it.
    """
    if row.grade is Grade.A:
        raise AlreadyExists(
            "This row is verified already; nothing needs to be done.",
            "该最低工资标准已核实，无需重复操作。",
        )
    if not (row.doc_no and row.source_url and row.effective_from):
        raise InvalidInput(
            "Add the row again with the number, web address and first day of its notice, then "
            "verify the new row.",
            "请补全文号、网址和执行日期后重新添加，再核实新添加的标准。",
            field=("input", "minimumWageId"),
        )
    return replace(
        row, id=row_id, grade=Grade.A, verified_by=by, verified_at=at, added_by=by, added_at=at
    )


def _is_valid_hourly(figure: Decimal) -> bool:
    return figure.is_finite() and 0 < figure <= 1_000 and figure == round(figure, 2)


def _is_valid_start(row: MinimumWage, on: date) -> bool:
    start = row.effective_from
    return start is not None and date(2000, 1, 1) <= start <= add_months(on, 24)


def _precedence(row: MinimumWage) -> tuple[date, bool]:
    return row.effective_from or date.min, row.grade is Grade.A


def compare_with_minimum(
    table: WageTable, place_code: str, pay: PayRate, on: date
) -> WageComparison:
    """Compare a basic pay with the minimum wage of its place on a day (劳动法 art. 48).

    PASS at or above the highest tier, BELOW under the lowest, UNDECIDED between them, because the
    county's tier is not known. A figure that is missing, unverified or without a date decides
    nothing. A monthly pay is compared with the monthly figures (劳动合同法 art. 20), an hourly pay
    with the hourly ones (劳动合同法 art. 72). If several regions apply and differ: UNDECIDED.
    """
    comparisons = {
        _compare_with_tiers(table.tiers_in_force(region, on), pay)
        for region in table.relevant_regions(place_code)
    }
    return comparisons.pop() if len(comparisons) == 1 else WageComparison.UNDECIDED


def _compare_with_tiers(tiers: tuple[MinimumWage, ...], pay: PayRate) -> WageComparison:
    if not tiers:
        return WageComparison.UNDECIDED
    highest, lowest = tiers[0].trusted_minimum(pay.period), tiers[-1].trusted_minimum(pay.period)
    if highest is not None and tiers[0].tier == 1 and pay.yuan >= highest:
        return WageComparison.PASS
    if lowest is not None and pay.yuan < lowest:
        return WageComparison.BELOW
    return WageComparison.UNDECIDED
