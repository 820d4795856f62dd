"""Builders of postings, and of what screening stores about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain.postings.postings import Posting, PostingStatus
from domain.reference.occupation_additions import OccupationAddition
from domain.screening.minimum_wages import Grade, MinimumWage
from domain.screening.rescreening import RescreeningTask, RescreenScope
from domain.screening.reviews import Decision, DecisionKind, Report, ReportReason
from domain.screening.wage_proposals import WageProposal
from storage.mongo.client import new_id
from tests.domain.posting_terms_samples import posting_terms
from tests.support.records.clock import FIXED_NOW
from tests.support.records.employers import VERIFIED_UNTIL
from tests.support.records.identity import UNION_ID


def rescreen(**changes: Any) -> RescreeningTask:
    record = RescreeningTask(
        id=new_id(),
        scope=RescreenScope.EMPLOYER,
        key="employer",
        due_at=FIXED_NOW,
        requested_at=FIXED_NOW,
    )
    return replace(record, **changes)


def report(**changes: Any) -> Report:
    record = Report(
        id=new_id(),
        posting_id="posting",
        revision=1,
        reason=ReportReason.FEES_TAKEN,
        body="面试时要求交押金",
        by=new_id(),
        origin=new_id(),
        at=FIXED_NOW,
    )
    return replace(record, **changes)


def decision(**changes: Any) -> Decision:
    record = Decision(
        id=new_id(),
        posting_id="posting",
        revision=1,
        kind=DecisionKind.APPROVED,
        by="officer",
        at=FIXED_NOW,
        reason="已核实",
        findings=(),
    )
    return replace(record, **changes)


def minimum_wage(**changes: Any) -> MinimumWage:
    """Build an unverified row of a province that no test posting is in."""
    record = MinimumWage(
        id=new_id(),
        region="330000",
        tier=1,
        monthly=2_660,
        hourly=Decimal(25),
        effective_from=date(2027, 1, 1),
        doc_no="浙政发〔2026〕1号",
        source_url="https://www.zj.gov.cn/",
        grade=Grade.UNVERIFIED,
        added_by="officer",
        added_at=FIXED_NOW,
    )
    return replace(record, **changes)


def wage_proposal(**changes: Any) -> WageProposal:
    """Build an open proposal of a county; two open ones differ in region, tier or first day."""
    proposal_id = new_id()
    record = WageProposal(
        id=proposal_id,
        row=minimum_wage(id=proposal_id, region="330402", monthly=2_430, hourly=Decimal(23)),
        province="330000",
        union_id=UNION_ID,
        union_path=("root", UNION_ID),
        by="officer",
        at=FIXED_NOW,
    )
    return replace(record, **changes)


def occupation_addition(**changes: Any) -> OccupationAddition:
    """Build another name of an occupation in the list."""
    record = OccupationAddition(
        id="焊匠",
        occupation="WELDER",
        zh="焊匠",
        union_id=UNION_ID,
        added_by="officer",
        added_at=FIXED_NOW,
    )
    return replace(record, **changes)


def posting(**changes: Any) -> Posting:
    record = Posting(
        id=new_id(),
        employer_id="employer",
        terms=posting_terms(),
        status=PostingStatus.OPEN,
        union_id=UNION_ID,
        union_path=("root", UNION_ID),
        created_by="officer",
        created_at=FIXED_NOW,
        verified_until=VERIFIED_UNTIL,
    )
    return replace(record, **changes)
