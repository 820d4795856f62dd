"""Search terms for benefits."""

from __future__ import annotations

from collections import Counter

import pytest

from domain.postings.postings import Benefit, EmploymentType, InsuranceKind, PostingTerms, Shift
from domain.reference.occupations import Occupation, occupation_names
from domain.search.benefit_terms import BENEFIT_TERMS, find_benefit_terms
from tests.domain.posting_terms_samples import FULL_COVER, posting_terms


def test_each_name_belongs_to_one_term() -> None:
    offers = [name for offer in BENEFIT_TERMS for name in offer.names]
    jobs = [name for occupation in Occupation for name in occupation_names(occupation)]
    # 钟点工 is a form of work and an occupation: a search finds both.
    assert [name for name, times in Counter(offers + jobs).items() if times > 1] == ["钟点工"]


@pytest.mark.parametrize(
    ("offered", "names"),
    [
        (
            posting_terms(benefits=(Benefit.MEALS,), insurance=FULL_COVER),
            {"包吃", "五险", "白班", "全职"},
        ),
        (
            posting_terms(
                benefits=(Benefit.MEALS, Benefit.DORMITORY, Benefit.HOUSING_FUND),
                insurance=FULL_COVER,
            ),
            {"包吃", "包住", "包吃住", "公积金", "五险", "五险一金", "白班", "全职"},
        ),
        (
            posting_terms(
                employment_type=EmploymentType.PART_TIME,
                shift=Shift.FLEXIBLE,
                insurance=(InsuranceKind.WORK_INJURY,),
                benefits=(),
            ),
            {"非全日制", "弹性"},
        ),
    ],
)
def test_a_posting_offers_a_benefit_if_it_has_all_its_codes(
    offered: PostingTerms, names: set[str]
) -> None:
    assert {offer.names[0] for offer in find_benefit_terms(offered)} == names
