"""Officers and employers see which open postings coming minimum wages will hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.identity.accounts import Principal, Role
from domain.postings.postings import Posting, PostingStatus
from domain.screening.minimum_wages import Grade
from services.screening.coming_wages import ComingCounts, ComingWageEffects
from services.screening.minimum_wages import MinimumWages
from storage.mongo.codec import to_document
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.domain.posting_terms_samples import monthly_pay, posting_terms
from tests.support import records
from tests.support.records import UNION_ID, ManualClock

OFFICER = Principal(subject="officer", role=Role.OFFICER, union_id=UNION_ID)
RECRUITER = Principal(subject="recruiter", role=Role.RECRUITER, employer_id="employer")
STRANGER = Principal(subject="stranger", role=Role.RECRUITER, employer_id="rival")
LATER = date(2026, 11, 15)


def posting(number: int, yuan: int, **changes: Any) -> Posting:
    terms = posting_terms(place_code="310115", pay=monthly_pay(yuan))
    given = {"verified_until": date(2027, 1, 1), "terms": terms} | changes
    return records.posting(id=f"{number:024x}", **given)


POSTINGS = [
    posting(1, 2_740),
    posting(2, 2_900),
    posting(3, 2_800),
    posting(4, 6_000),
    posting(5, 2_800, status=PostingStatus.CLOSED),
    posting(6, 2_800, union_path=("elsewhere",)),
    posting(7, 2_850, employer_id="rival"),
    posting(8, 3_050),
]


@pytest.fixture
async def wages(store: Store) -> MinimumWages:
    await store.unions.add([records.union(place_code="310100")])
    await store.postings.add(POSTINGS)
    for year, monthly, start in ((0, 2_740, date(2025, 7, 1)), (1, 2_900, LATER)):
        row = records.minimum_wage(
            region="310000", monthly=monthly, hourly=Decimal(25 + year), effective_from=start
        )
        await store.mongo["minimum_wages"].insert_one(to_document(replace(row, grade=Grade.A)))
    made = MinimumWages(store)
    await made.refresh()
    return made


async def numbers(
    effects: ComingWageEffects, caller: Principal, *, limit: int = 10, proposals: bool = False
) -> list[list[int]]:
    """Return the numbers of the postings on each page."""
    pages: list[list[int]] = []
    after: tuple[Any, ...] | None = None
    while True:
        wanted = PageRequest(limit=limit, after=after)
        page = await effects.page(caller, wanted, with_proposals=proposals)
        pages.append([int(each.posting.id, 16) for each in page.items])
        if not page.has_next:
            return pages
        after = page.next_after or (page.items[-1].posting.id,)


async def test_the_scope_of_the_caller_is_listed_and_counted(
    store: Store, wages: MinimumWages
) -> None:
    effects = ComingWageEffects(store, wages, ManualClock())
    for caller, expected, open_now in (
        (OFFICER, [1, 3, 7], 6),
        (RECRUITER, [1, 3, 6], 6),
        (STRANGER, [7], 1),
    ):
        assert await numbers(effects, caller) == [expected]
        assert await effects.count(caller, with_proposals=False) == ComingCounts(
            open_now=open_now, affected=len(expected), is_complete=True
        )
    page = await effects.page(OFFICER, PageRequest(limit=1), with_proposals=False)
    (first,) = page.items
    assert (first.starts_on, first.findings[0].code) == (LATER, "PAY_BELOW_MINIMUM_WAGE")
    assert first.missing is not None
    assert first.missing.yuan == 160


async def test_pages_and_the_budget_of_screening_lose_and_repeat_nothing(
    store: Store, wages: MinimumWages
) -> None:
    whole = ComingWageEffects(store, wages, ManualClock())
    assert await numbers(whole, OFFICER, limit=1) == [[1], [3], [7]]
    tight = ComingWageEffects(store, wages, ManualClock(), max_screened=1)
    # A posting that nothing takes down fills a page of its own.
    assert await numbers(tight, OFFICER) == [[1], [], [3], [7], []]
    assert await tight.count(OFFICER, with_proposals=False) == ComingCounts(
        open_now=6, affected=1, is_complete=False
    )


async def test_a_proposal_is_counted_for_officers_before_it_binds(
    store: Store, wages: MinimumWages
) -> None:
    made = records.wage_proposal(
        union_id=UNION_ID, union_path=("root", UNION_ID), province="310000"
    )
    row = replace(made.row, region="310000", monthly=3_100, effective_from=date(2026, 12, 1))
    await store.mongo["wage_proposals"].insert_one(to_document(replace(made, row=row)))
    effects = ComingWageEffects(store, wages, ManualClock())
    assert await numbers(effects, OFFICER, proposals=True) == [[1, 2, 3, 7, 8]]
    assert await numbers(effects, OFFICER) == [[1, 3, 7]]
    # Employers see what is stored, not what somebody proposes.
    assert await numbers(effects, RECRUITER, proposals=True) == [[1, 3, 6]]
    counts = await effects.count(OFFICER, with_proposals=True)
    assert (counts.open_now, counts.affected) == (6, 5)
