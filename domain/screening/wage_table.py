"""The table of minimum wages: which rows are in force for a place on a day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from domain.postings.pay import PayPeriod
from domain.reference.regions import city_of, is_within, province_of
from domain.screening.minimum_wages import MinimumWage

NATIONAL_MARGIN = Decimal("1.1")
"""A pay this many times the highest verified minimum of the nation is lawful in every place.

The margin is what a place may be ahead of the rows: a raise that nobody has entered yet.
"""
_PERIODS = (PayPeriod.MONTH, PayPeriod.HOUR)
_MAX_REMEMBERED_PLACES = 5_000
"""There are about 3,200 place codes in force; what is no code is not worth more."""


@dataclass(frozen=True, kw_only=True)
class NationalPass:
    """The pay that passes everywhere, in yuan a ``period``, and the row that it rests on."""

    yuan: Decimal
    period: PayPeriod
    highest: MinimumWage

    def describe(self) -> str:
        """Describe the figure with its origin: ``310000 2740×1.1=3014元/月``."""
        figure = self.highest.minimum(self.period)
        return f"{self.highest.region} {figure}×{NATIONAL_MARGIN}={self.yuan:f}{self.period.zh}"


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
        found = self._relevant_regions.get(place_code)
        if found is None:
            found = self._find_relevant_regions(place_code)
            if len(self._relevant_regions) < _MAX_REMEMBERED_PLACES:
                self._relevant_regions[place_code] = found
        return found

    def _find_relevant_regions(self, place_code: str) -> tuple[str, ...]:
        rows = self._rows_by_region
        containing = (place_code, city_of(place_code), province_of(place_code))
        own = next((region for region in containing if region in rows), containing[-1])
        return own, *(region for region in rows if region != own and is_within(region, place_code))

    def start_days(self, place_code: str) -> tuple[date, ...]:
        """Return the days, in order, on which a row that may matter to a place takes effect.

        These are the rows of its regions, and those that raise or lower the national pass.
        """
        own = {
            row.first_day
            for region in self.relevant_regions(place_code)
            for row in self._rows_by_region.get(region, ())
        }
        nation = {day for steps in self._national_steps.values() for day, _ in steps}
        return tuple(sorted(own | nation))

    def national_pass(self, period: PayPeriod, on: date) -> NationalPass | None:
        """Return the pay of a month or an hour that passes in every place on a day.

        It is 10 % above the highest verified minimum in force. Rows that nobody has verified never
        change it. None if no row is verified, or the period is neither month nor hour.
        """
        steps = self._national_steps.get(period, ())
        index = bisect_right(steps, on, key=lambda step: step[0])
        return steps[index - 1][1] if index else None

    def national_changes(self, added: Iterable[MinimumWage], since: date) -> tuple[date, ...]:
        """Return the days from ``since`` on from which more rows change the national pass."""
        after = WageTable(rows=(*self.rows, *added))
        steps = (day for steps in after._national_steps.values() for day, _ in steps)
        return tuple(
            day
            for day in sorted({since, *(day for day in steps if day > since)})
            if any(
                _yuan(self.national_pass(period, day)) != _yuan(after.national_pass(period, day))
                for period in _PERIODS
            )
        )

    def coming_days(self, on: date) -> tuple[date, ...]:
        """Return the days after ``on``, in order, on which any row takes effect."""
        return tuple(sorted({row.first_day for row in self.rows if row.first_day > on}))

    def find_row(self, row_id: str) -> MinimumWage | None:
        """Return the row with this id; None if there is none."""
        return self._rows_by_id.get(row_id)

    def find_verified(self, row: MinimumWage) -> MinimumWage | None:
        """Return the verified version of a row; None if there is none."""
        versions = self._rows_by_region.get(row.region, ())
        return next((each for each in versions if each.version_of == row.id), None)

    def describe_figures(self, place_code: str, period: PayPeriod, on: date) -> str:
        """Describe the figures for a place: each region with its tiers, ? for an unknown figure.

        Example: ``440000 25.4/21.9/20.2/?元/小时；440300 25.4元/小时``.
        """
        return "；".join(
            f"{region} {_join_figures(self.tiers_in_force(region, on), period)}{period.zh}"
            for region in self.relevant_regions(place_code)
        )

    @cached_property
    def _relevant_regions(self) -> dict[str, tuple[str, ...]]:
        """The regions of each place that was asked for; each needs a look at all regions."""
        return {}

    @cached_property
    def _rows_by_id(self) -> Mapping[str, MinimumWage]:
        return {row.id: row for row in self.rows}

    @cached_property
    def _rows_by_region(self) -> Mapping[str, tuple[MinimumWage, ...]]:
        """The rows of each region in ascending precedence."""
        regions: dict[str, list[MinimumWage]] = {}
        for row in sorted(self.rows, key=_precedence):
            regions.setdefault(row.region, []).append(row)
        return {region: tuple(rows) for region, rows in regions.items()}

    @cached_property
    def _national_steps(self) -> Mapping[PayPeriod, tuple[tuple[date, NationalPass], ...]]:
        """For each period the days on which the highest verified row changes, with its pass."""
        return {period: tuple(_list_passes(self.rows, period)) for period in _PERIODS}


def _list_passes(
    rows: tuple[MinimumWage, ...], period: PayPeriod
) -> Iterator[tuple[date, NationalPass]]:
    figures = [
        (row, figure)
        for row in sorted(rows, key=_precedence)
        if (figure := row.trusted_minimum(period)) is not None
    ]
    latest: dict[tuple[str, int], tuple[MinimumWage, Decimal]] = {}
    before: MinimumWage | None = None
    for day, starting in groupby(figures, key=lambda each: each[0].first_day):
        latest |= {(row.region, row.tier): (row, figure) for row, figure in starting}
        highest, figure = max(latest.values(), key=lambda each: each[1])
        if highest is not before:
            yuan = (figure * NATIONAL_MARGIN).normalize()
            yield day, NationalPass(yuan=yuan, period=period, highest=highest)
        before = highest


def _yuan(national: NationalPass | None) -> Decimal | None:
    return None if national is None else national.yuan


def _join_figures(tiers: tuple[MinimumWage, ...], period: PayPeriod) -> str:
    figures = (tier.minimum(period) for tier in tiers)
    return "/".join("?" if figure is None else str(figure) for figure in figures) or "?"


def _precedence(row: MinimumWage) -> tuple[date, bool]:
    return row.first_day, row.is_trusted
