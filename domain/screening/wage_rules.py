"""The rules on pay: its period, the minimum wage, and the pay of a probation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.postings.pay import PayPeriod, PayRate, convert_to_hourly, convert_to_monthly
from domain.postings.postings import EmploymentType, Finding, PostingTerms
from domain.postings.term_bounds import has_valid_daily_hours
from domain.reference.regions import is_place_code
from domain.screening import posting_findings
from domain.screening.employment_rules import EMPLOYEE_TYPES, find_legal_type
from domain.screening.wage_comparison import (
    WageBasis,
    WageComparison,
    WageVerdict,
    compare_with_minimum,
    find_passing_pay,
)
from domain.screening.wage_findings import (
    BASIC_PAY,
    PROBATION_PAY,
    ComparedPay,
    build_wage_finding,
)
from domain.screening.wage_table import WageTable

_WORST_FIRST = (WageComparison.BELOW, WageComparison.UNDECIDED, WageComparison.PASS)


def check_pay(terms: PostingTerms, table: WageTable, on: date) -> Iterator[Finding]:
    """Part-time work is paid by the hour; no pay is below the minimum wage.

    Part time and gig work that is full time by law is compared like full time.
    """
    certain = terms.pay.certain
    is_part_time = find_legal_type(terms) is EmploymentType.PART_TIME
    if terms.pay.from_fen < 1:
        # Another rule refuses a pay that is missing.
        return
    if certain is None:
        yield posting_findings.PIECE_PAY_NOT_GUARANTEED
    elif is_part_time and certain.period is not PayPeriod.HOUR:
        yield posting_findings.PART_TIME_PAY_NOT_HOURLY
    else:
        yield from _check_minimum_wage(terms, table, on, certain, BASIC_PAY)


def check_probation_pay(terms: PostingTerms, table: WageTable, on: date) -> Iterator[Finding]:
    """At least 80 % of the pay and not below the minimum wage (劳动合同法 art. 20)."""
    fen = terms.probation_fen
    if fen is None:
        return
    if find_legal_type(terms) is EmploymentType.PART_TIME:
        yield posting_findings.PART_TIME_PROBATION
        return
    if fen * 5 < terms.pay.from_fen * 4:
        yield posting_findings.PROBATION_PAY_TOO_LOW
    pay = PayRate(fen=fen, period=terms.pay.period)
    yield from _check_minimum_wage(terms, table, on, pay, PROBATION_PAY)


def find_coming_findings(
    terms: PostingTerms, table: WageTable, on: date, *, assumed: WageTable | None = None
) -> tuple[date, tuple[Finding, ...]] | None:
    """Return what rows that take effect later will find, with the first day on which they do.

    That is a finding on the pay that there is none of on the day ``on``, or a worse one, while the
    posting is valid. None if no row takes it down. With ``assumed``, a table with more rows than
    are stored, what these would find from the day ``on`` on.
    """
    now = {finding.code for finding in _find_on_pay(terms, table, on)}
    coming_table = table if assumed is None else assumed
    places = [place.place_code for place in terms.places]
    days = {day for place in places for day in coming_table.start_days(place) if day > on}
    if assumed is not None:
        days.add(on)
    for day in sorted(day for day in days if day <= terms.valid_until):
        found = _find_on_pay(terms, coming_table, day)
        coming = [each for each in found if each.code not in now]
        if coming:
            return day, tuple(coming)
    return None


def compare_basic_pay(
    terms: PostingTerms, table: WageTable, on: date
) -> tuple[WageVerdict, str] | None:
    """Compare the pay that is certain with the minimum wage, and describe the figures.

    The place of work with the worst comparison counts. None if there is no pay to compare.
    """
    certain = terms.pay.certain
    return None if certain is None else _compare(terms, table, on, certain)


def find_missing_pay(terms: PostingTerms, table: WageTable, on: date) -> PayRate | None:
    """Return how much a month or an hour the pay lacks to pass in all places of work on a day.

    The worst of basic pay and probation pay counts. None if it lacks nothing, or if no figure is
    known that passes.
    """
    lacking: list[PayRate] = []
    for pay in _list_compared_pay(terms):
        compared = _convert_to_minimum_wage_period(terms, pay)
        if compared is None or terms.employment_type is EmploymentType.INTERNSHIP:
            continue
        for place in terms.places:
            if is_place_code(place.place_code) and has_valid_daily_hours(terms):
                passing = find_passing_pay(table, place.place_code, compared.period, on)
                if passing is not None and passing.fen > compared.fen:
                    fen = passing.fen - compared.fen
                    lacking.append(PayRate(fen=fen, period=compared.period))
    return max(lacking, key=lambda each: each.fen, default=None)


def _list_compared_pay(terms: PostingTerms) -> Iterator[PayRate]:
    if terms.pay.certain is not None:
        yield terms.pay.certain
    if terms.probation_fen is not None:
        yield PayRate(fen=terms.probation_fen, period=terms.pay.period)


def _find_on_pay(terms: PostingTerms, table: WageTable, on: date) -> Iterator[Finding]:
    yield from check_pay(terms, table, on)
    yield from check_probation_pay(terms, table, on)


def _check_minimum_wage(
    terms: PostingTerms, table: WageTable, on: date, pay: PayRate, kind: ComparedPay
) -> Iterator[Finding]:
    """At most one finding, about the place of work with the worst comparison."""
    compared = _compare(terms, table, on, pay)
    if compared is not None:
        verdict, detail = compared
        period = _period_of_minimum(terms, pay)
        finding = build_wage_finding(kind, verdict, table.national_pass(period, on), detail)
        if finding is not None:
            yield finding


def _compare(
    terms: PostingTerms, table: WageTable, on: date, pay: PayRate
) -> tuple[WageVerdict, str] | None:
    """Return the worst comparison of all places of work, and the figures of that place.

    None if pay, place or hours are missing, which other rules refuse. Students in placements have
    no minimum wage: a person compares their pay with that of the probation.
    """
    if terms.employment_type is EmploymentType.INTERNSHIP:
        return None
    if pay.fen < 1 or not is_place_code(terms.place_code) or not has_valid_daily_hours(terms):
        return None
    compared = _convert_to_minimum_wage_period(terms, pay)
    if compared is None:
        return None
    codes = dict.fromkeys(place.place_code for place in terms.places)
    verdicts = [
        (compare_with_minimum(table, code, compared, on), code)
        for code in codes
        if is_place_code(code)
    ]
    worst, code = min(verdicts, key=lambda each: _WORST_FIRST.index(each[0].comparison))
    national = table.national_pass(compared.period, on)
    if worst.basis is WageBasis.NATIONAL_PASS and national is not None:
        return worst, national.describe()
    return worst, table.describe_figures(code, compared.period, on)


def _convert_to_minimum_wage_period(terms: PostingTerms, pay: PayRate) -> PayRate | None:
    """Return a pay per month or hour, the periods of minimum wages; None for piece work.

    Employees have a monthly minimum wage, whatever their pay is counted by.
    """
    if _period_of_minimum(terms, pay) is PayPeriod.MONTH:
        return convert_to_monthly(pay, terms.hours_per_day)
    return convert_to_hourly(pay, terms.hours_per_day)


def _period_of_minimum(terms: PostingTerms, pay: PayRate) -> PayPeriod:
    is_monthly = pay.period in {PayPeriod.MONTH, PayPeriod.YEAR}
    is_employed = find_legal_type(terms) in EMPLOYEE_TYPES
    return PayPeriod.MONTH if is_employed or is_monthly else PayPeriod.HOUR
