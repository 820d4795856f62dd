"""Shorthand for social insurance as adverts write it: 五险 and 五险一金."""

from __future__ import annotations

from domain.labels import Labelled
from domain.postings.postings import Benefit, InsuranceKind


class InsurancePackage(Labelled):
    """All five kinds of social insurance, without or with the housing fund."""

    FIVE = "FIVE", "五险", "Five kinds"
    FIVE_AND_FUND = "FIVE_AND_FUND", "五险一金", "Five kinds and housing fund"


def expand_package(
    package: InsurancePackage | None,
    insurance: tuple[InsuranceKind, ...],
    benefits: tuple[Benefit, ...],
    *,
    housing_fund: bool,
) -> tuple[tuple[InsuranceKind, ...], tuple[Benefit, ...]]:
    """Return kinds of insurance and benefits with what a package and the housing fund add."""
    if package is not None:
        insurance = (*insurance, *(kind for kind in InsuranceKind if kind not in insurance))
    if housing_fund or package is InsurancePackage.FIVE_AND_FUND:
        fund = (Benefit.HOUSING_FUND,)
        benefits = benefits if Benefit.HOUSING_FUND in benefits else (*benefits, *fund)
    return insurance, benefits


def find_package(
    insurance: tuple[InsuranceKind, ...], benefits: tuple[Benefit, ...]
) -> InsurancePackage | None:
    """Return the package that says what insurance and benefits provide; None without all kinds."""
    if not set(InsuranceKind) <= set(insurance):
        return None
    has_fund = Benefit.HOUSING_FUND in benefits
    return InsurancePackage.FIVE_AND_FUND if has_fund else InsurancePackage.FIVE
