"""The comparison of a pay with the minimum wages of its place (劳动法 art. 48)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil

from domain.labels import Labelled
from domain.postings.pay import FEN_PER_YUAN, PayPeriod, PayRate
from domain.reference.regions import city_of, is_within
from domain.screening.minimum_wages import MinimumWage
from domain.screening.wage_table import WageTable


class WageComparison(Labelled):
    """The result of comparing a pay with the minimum wages of its place."""

    PASS = "PASS", "达标"
    BELOW = "BELOW", "低于最低工资"
    UNDECIDED = "UNDECIDED", "需人工核对"


class WageBasis(Labelled):
    """What a comparison rests on, or why a person must compare; the least certain last."""

    NATIONAL_PASS = "NATIONAL_PASS", "高于全国最高标准10%以上", "10 % above the nation's highest"
    TIER = "TIER", "所在县（市、区）的档次", "The tier of the place"
    ALL_TIERS = "ALL_TIERS", "当地各档次", "All tiers of the region"
    TIER_UNKNOWN = "TIER_UNKNOWN", "适用档次不明"
    NOT_VERIFIED = "NOT_VERIFIED", "标准尚未核实"
    NO_FIGURE = "NO_FIGURE", "没有当地标准"


@dataclass(frozen=True, kw_only=True)
class WageVerdict:
    """A comparison and its basis."""

    comparison: WageComparison
    basis: WageBasis


def compare_with_minimum(table: WageTable, place_code: str, pay: PayRate, on: date) -> WageVerdict:
    """Compare a basic pay with the minimum wage of its place on a day.

    A pay at or above the national pass is lawful everywhere. Else the tiers that the place may be
    in decide: PASS at or above the highest of them, BELOW under the lowest, UNDECIDED between. A
    figure that is missing or not verified decides nothing. If several regions apply and differ:
    UNDECIDED. A monthly pay is compared with the monthly figures (劳动合同法 art. 20), an hourly
    pay with the hourly ones (劳动合同法 art. 72).
    """
    national = table.national_pass(pay.period, on)
    if national is not None and pay.yuan >= national.yuan:
        return WageVerdict(comparison=WageComparison.PASS, basis=WageBasis.NATIONAL_PASS)
    verdicts = [
        _compare_with_tiers(table.tiers_in_force(region, on), place_code, pay)
        for region in table.relevant_regions(place_code)
    ]
    if len({verdict.comparison for verdict in verdicts}) > 1:
        verdicts = [each for each in verdicts if each.comparison is WageComparison.UNDECIDED]
    return max(verdicts, key=_vagueness, default=_undecided(WageBasis.TIER_UNKNOWN))


def find_passing_pay(
    table: WageTable, place_code: str, period: PayPeriod, on: date
) -> PayRate | None:
    """Return the lowest figure of a month or an hour that passes in a place on a day.

    It is that of a tier, or the national pass; None if no figure passes.
    """
    national = table.national_pass(period, on)
    figures = [
        *(() if national is None else (national.yuan,)),
        *(
            figure
            for region in table.relevant_regions(place_code)
            for tier in table.tiers_in_force(region, on)
            if (figure := tier.trusted_minimum(period)) is not None
        ),
    ]
    for fen in sorted({ceil(figure * FEN_PER_YUAN) for figure in figures}):
        rate = PayRate(fen=fen, period=period)
        if compare_with_minimum(table, place_code, rate, on).comparison is WageComparison.PASS:
            return rate
    return None


def _vagueness(verdict: WageVerdict) -> int:
    return tuple(WageBasis).index(verdict.basis)


def _undecided(basis: WageBasis) -> WageVerdict:
    return WageVerdict(comparison=WageComparison.UNDECIDED, basis=basis)


def _compare_with_tiers(
    tiers: tuple[MinimumWage, ...], place_code: str, pay: PayRate
) -> WageVerdict:
    if not tiers:
        return _undecided(WageBasis.NO_FIGURE)
    own = _find_tier_of_place(tiers, place_code)
    basis = WageBasis.ALL_TIERS if own is None else WageBasis.TIER
    possible = tiers if own is None else (own,)
    highest, lowest = (each.trusted_minimum(pay.period) for each in (possible[0], possible[-1]))
    is_complete = own is not None or tiers[0].tier == 1
    if highest is not None and is_complete and pay.yuan >= highest:
        return WageVerdict(comparison=WageComparison.PASS, basis=basis)
    if lowest is not None and pay.yuan < lowest:
        return WageVerdict(comparison=WageComparison.BELOW, basis=basis)
    return _undecided(_explain_doubt(possible, pay))


def _find_tier_of_place(tiers: tuple[MinimumWage, ...], place_code: str) -> MinimumWage | None:
    """Return the tier that a verified row assigns the place to: the county, else its city.

    A city, some counties of which are in another tier, is in no single one.
    """
    assigned = [(code, tier) for tier in tiers if tier.places_verified for code in tier.places]
    for code in dict.fromkeys((place_code, city_of(place_code))):
        found = [tier for place, tier in assigned if place == code]
        if len(found) == 1:
            is_split = any(
                tier is not found[0] and place != place_code and is_within(place, place_code)
                for place, tier in assigned
            )
            return None if is_split else found[0]
    return None


def _explain_doubt(tiers: tuple[MinimumWage, ...], pay: PayRate) -> WageBasis:
    """Say why the tiers that the place may be in do not decide."""
    if any(not tier.is_trusted for tier in tiers):
        return WageBasis.NOT_VERIFIED
    if any(tier.trusted_minimum(pay.period) is None for tier in tiers):
        return WageBasis.NO_FIGURE
    return WageBasis.TIER_UNKNOWN
