"""Cities and counties propose minimum wages; nothing changes before the province decides."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.identity.accounts import Principal, Role
from domain.identity.unions import UnionLevel
from domain.refusals import AlreadyExists, InvalidInput
from domain.screening.wage_proposals import (
    MAX_OPEN_PROPOSALS_OF_UNION,
    ProposalDecision,
    ProposalState,
    WageFigures,
)
from services.screening.minimum_wages import MinimumWages
from services.screening.wage_proposals import WageProposalControl
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock

FIRST = PageRequest(limit=10)
UNIONS = {
    "province": records.union(
        id="province", level=UnionLevel.PROVINCE, place_code="330000", path=("province",)
    ),
    "city": records.union(id="city", place_code="330400", path=("province", "city")),
    "county": records.union(
        id="county",
        level=UnionLevel.COUNTY,
        place_code="330402",
        path=("province", "city", "county"),
    ),
    "abroad": records.union(
        id="abroad", level=UnionLevel.PROVINCE, place_code="610000", path=("abroad",)
    ),
}


def officer(of: str) -> Principal:
    return Principal(subject=f"officer of {of}", role=Role.OFFICER, union_id=of)


def figures(**changes: Any) -> WageFigures:
    given: dict[str, Any] = {
        "tier": 1,
        "monthly": 2_430,
        "hourly": Decimal(23),
        "includes_insurance": None,
        "places": (),
        "effective_from": date(2026, 1, 1),
        "doc_no": "浙政发〔2025〕1号",
        "source_url": "https://www.zj.gov.cn/",
    }
    return WageFigures(**(given | changes))


def decision(proposal_id: str, **changes: Any) -> ProposalDecision:
    given: dict[str, Any] = {"is_accepted": True, "reason": "", "correction": None}
    return ProposalDecision(proposal_id=proposal_id, **(given | changes))


@pytest.fixture
async def wages(store: Store) -> MinimumWages:
    await store.unions.add(list(UNIONS.values()))
    made = MinimumWages(store)
    await made.refresh()
    return made


@pytest.fixture
def control(store: Store, wages: MinimumWages) -> WageProposalControl:
    return WageProposalControl(store, wages, ManualClock())


async def audited(store: Store) -> list[tuple[str, str]]:
    rows = await store.mongo["audit"].find({}).sort("_id", 1).to_list(None)
    return sorted((row["action"], row["actor_id"]) for row in rows)


async def test_a_proposal_binds_nothing_until_the_province_decides_on_many_at_once(
    store: Store, wages: MinimumWages, control: WageProposalControl
) -> None:
    right = await control.propose(officer("city"), "330400", figures())
    wrong = await control.propose(officer("county"), "330402", figures())
    bad = await control.propose(officer("city"), "330481", figures(monthly=9_000))
    assert await wages.refresh() == wages.table
    assert (wages.table.rows, await store.rescreens.find_due(at=_later(), limit=9)) == ((), [])
    decided = await control.decide(
        officer("province"),
        [
            decision(right.id),
            decision(wrong.id, reason="按文件更正", correction=figures(monthly=2_490)),
            decision(bad.id, is_accepted=False, reason="文件中没有该标准"),
        ],
    )
    assert [each.state for each in decided] == [
        ProposalState.VERIFIED,
        ProposalState.VERIFIED,
        ProposalState.REFUSED,
    ]
    rows = {row.region: row for row in wages.table.rows}
    assert {region: row.monthly for region, row in rows.items()} == {
        "330400": 2_430,
        "330402": 2_490,
    }
    assert all(row.is_trusted for row in rows.values())
    assert wages.table.find_row(decided[0].decided_row_id or "") == rows["330400"]
    assert await store.rescreens.find_due(at=_later(), limit=9) != []
    assert await audited(store) == sorted(
        [
            ("PROPOSE_MINIMUM_WAGE", "officer of city"),
            ("PROPOSE_MINIMUM_WAGE", "officer of city"),
            ("PROPOSE_MINIMUM_WAGE", "officer of county"),
            ("VERIFY_MINIMUM_WAGE", "officer of province"),
            ("VERIFY_MINIMUM_WAGE", "officer of province"),
            ("REFUSE_MINIMUM_WAGE", "officer of province"),
        ]
    )


async def test_all_or_none_are_decided(store: Store, control: WageProposalControl) -> None:
    one = await control.propose(officer("city"), "330400", figures())
    other = await control.propose(officer("city"), "330402", figures())
    await control.decide(officer("province"), [decision(one.id)])
    with pytest.raises(AlreadyExists) as refused:
        await control.decide(officer("province"), [decision(other.id), decision(one.id)])
    assert refused.value.field == ("input", "decisions", "1")
    found = await store.wage_proposals.by_ids([other.id])
    assert found[other.id].state is ProposalState.OPEN


async def test_each_union_sees_the_proposals_of_its_scope(control: WageProposalControl) -> None:
    of_city = await control.propose(officer("city"), "330400", figures())
    of_county = await control.propose(officer("county"), "330402", figures())
    for who, expected in {
        "province": [of_county.id, of_city.id],
        "city": [of_county.id, of_city.id],
        "county": [of_county.id],
        "abroad": [],
        "nobody": [],
    }.items():
        page = await control.page(officer(who), ProposalState.OPEN, FIRST)
        assert [each.id for each in page.items] == expected, who
        refused = await control.page(officer(who), ProposalState.REFUSED, FIRST)
        assert list(refused.items) == []


async def test_the_proposals_of_a_union_that_wait_are_bounded(
    control: WageProposalControl,
) -> None:
    counties = ("330400", "330402", "330411", "330421", "330424", "330481", "330482", "330483")
    places = [(county, tier) for tier in range(1, 7) for county in counties]
    for day, (county, tier) in enumerate([*places, *places][:MAX_OPEN_PROPOSALS_OF_UNION]):
        start = date(2026, 1, 1 + day // len(places))
        await control.propose(officer("city"), county, figures(tier=tier, effective_from=start))
    with pytest.raises(InvalidInput):
        await control.propose(officer("city"), "330402", figures(effective_from=date(2026, 2, 1)))
    # Another union is not hindered, and a decision makes room.
    await control.propose(officer("county"), "330402", figures(effective_from=date(2026, 3, 1)))


def _later() -> Any:
    return records.FIXED_NOW.replace(year=records.FIXED_NOW.year + 1)
