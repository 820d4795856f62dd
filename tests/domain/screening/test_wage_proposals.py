"""Proposed minimum wages: what may be proposed, and what an officer makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.identity.accounts import Principal, Role
from domain.identity.scopes import may_propose_minimum_wages
from domain.identity.unions import UnionLevel
from domain.refusals import AlreadyExists, InvalidInput
from domain.screening.wage_proposals import (
    ProposalDecision,
    ProposalState,
    WageFigures,
    WageProposal,
    check_proposed_wage,
    decide_proposal,
)
from tests.support import records
from tests.support.records import FIXED_NOW

PATH = ("input", "decisions", "0")
START = date(2027, 1, 1)
NOTICE: dict[str, Any] = {
    "tier": 1,
    "monthly": 2_490,
    "hourly": Decimal(24),
    "includes_insurance": False,
    "places": (),
    "effective_from": START,
    "doc_no": "浙政发〔2026〕1号",
    "source_url": "https://www.zj.gov.cn/",
}


def decide(
    proposal: WageProposal,
    *,
    accepted: bool,
    reason: str = "",
    correction: WageFigures | None = None,
) -> Any:
    decision = ProposalDecision(
        proposal_id=proposal.id, is_accepted=accepted, reason=reason, correction=correction
    )
    return decide_proposal(proposal, decision, "row", by="above", at=FIXED_NOW, path=PATH)


def test_an_accepted_proposal_becomes_a_verified_row_as_it_is() -> None:
    proposal = records.wage_proposal()
    decided, row = decide(proposal, accepted=True)
    assert (decided.state, decided.decided_by, decided.decided_row_id) == (
        ProposalState.VERIFIED,
        "above",
        "row",
    )
    assert (row.id, row.version_of, row.is_trusted, row.verified_by) == (
        "row",
        proposal.id,
        True,
        "above",
    )
    assert (row.region, row.monthly, row.hourly) == ("330402", 2_430, Decimal(23))
    # What was proposed stays as it was.
    assert decided.row == proposal.row


def test_a_correction_replaces_all_figures_but_the_place_and_needs_a_reason() -> None:
    proposal, notice = records.wage_proposal(), WageFigures(**NOTICE)
    decided, row = decide(proposal, accepted=True, reason="按文件更正", correction=notice)
    assert (decided.reason, decided.row.monthly) == ("按文件更正", 2_430)
    assert (row.region, row.monthly, row.includes_insurance) == ("330402", 2_490, False)
    with pytest.raises(InvalidInput) as missing:
        decide(proposal, accepted=True, correction=notice)
    assert missing.value.field == (*PATH, "reason")
    wrong = replace(notice, monthly=0)
    with pytest.raises(InvalidInput) as refused:
        decide(proposal, accepted=True, reason="按文件更正", correction=wrong)
    assert refused.value.field == (*PATH, "correction", "monthly")


def test_a_refusal_makes_no_row_and_needs_a_reason() -> None:
    proposal = records.wage_proposal()
    decided, row = decide(proposal, accepted=False, reason="文件尚未发布")
    assert (decided.state, decided.reason, row) == (ProposalState.REFUSED, "文件尚未发布", None)
    with pytest.raises(InvalidInput):
        decide(proposal, accepted=False, reason=" ")
    with pytest.raises(InvalidInput):
        decide(proposal, accepted=False, reason="无", correction=WageFigures(**NOTICE))


@pytest.mark.parametrize("state", [ProposalState.VERIFIED, ProposalState.REFUSED])
def test_a_proposal_is_decided_once(state: ProposalState) -> None:
    with pytest.raises(AlreadyExists):
        decide(records.wage_proposal(state=state), accepted=True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"doc_no": None}, "docNo"), ({"source_url": None}, "sourceUrl"), ({"tier": 0}, "tier")],
)
def test_a_proposal_names_its_notice(changes: dict[str, Any], field: str) -> None:
    row = records.wage_proposal().row
    assert check_proposed_wage(row, date(2026, 10, 1)) == row
    with pytest.raises(InvalidInput) as refused:
        check_proposed_wage(replace(row, **changes), date(2026, 10, 1))
    assert refused.value.field == ("input", field)


@pytest.mark.parametrize(
    ("level", "place", "region", "allowed"),
    [
        (UnionLevel.CITY, "330400", "330400", True),
        (UnionLevel.CITY, "330400", "330402", True),
        (UnionLevel.CITY, "330400", "330100", False),
        (UnionLevel.CITY, "330400", "330000", False),
        (UnionLevel.COUNTY, "330402", "330402", True),
        (UnionLevel.COUNTY, "330402", "330400", False),
        (UnionLevel.COUNTY, "110101", "110101", True),
        # Only the province or the nation sets wages for a whole province.
        (UnionLevel.CITY, "110000", "110000", False),
        (UnionLevel.PROVINCE, "330000", "330400", False),
        (UnionLevel.NATIONAL, "000000", "330400", False),
        (UnionLevel.TOWN, "330402", "330402", False),
    ],
)
def test_cities_and_counties_propose_for_their_own_place(
    level: UnionLevel, place: str, region: str, allowed: bool
) -> None:
    union = records.union(level=level, place_code=place)
    for role in Role:
        caller = Principal(subject="a", role=role, union_id=union.id)
        assert may_propose_minimum_wages(caller, union, region) is (
            allowed and role is Role.OFFICER
        )
