"""Proposals of minimum wages: what a city or county found in the notice for its own place.

A proposal binds nothing. It becomes a verified row once an officer of the province or of the
nation has compared it with the notice, and corrected it where it differs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from domain.labels import Labelled
from domain.reference.calendar import day_in_china
from domain.refusals import AlreadyExists, InvalidInput
from domain.screening.minimum_wages import Grade, MinimumWage, check_wage, verify_wage
from domain.screening.reviews import check_decision_reason

MAX_OPEN_PROPOSALS_OF_UNION = 50
"""A city has at most 30 counties and a notice at most four tiers of it."""
MAX_PROPOSALS_DECIDED = 100
"""Proposals that are decided in one call."""


class ProposalState(Labelled):
    """Where a proposal of a minimum wage stands."""

    OPEN = "OPEN", "待核实"
    VERIFIED = "VERIFIED", "已采纳"
    REFUSED = "REFUSED", "未采纳"


@dataclass(frozen=True, kw_only=True)
class WageFigures:
    """What a notice says about one tier, as somebody entered it; yuan a month and an hour."""

    tier: int
    monthly: int | None
    hourly: Decimal | None
    includes_insurance: bool | None
    places: tuple[str, ...]
    effective_from: date
    doc_no: str
    source_url: str

    def to_row(self, row_id: str, region: str, *, by: str, at: datetime) -> MinimumWage:
        """Return the unverified row of a region with these figures."""
        return MinimumWage(
            id=row_id,
            region=region,
            tier=self.tier,
            monthly=self.monthly,
            hourly=self.hourly,
            includes_insurance=self.includes_insurance,
            places=self.places,
            effective_from=self.effective_from,
            doc_no=self.doc_no.strip() or None,
            source_url=self.source_url.strip() or None,
            grade=Grade.UNVERIFIED,
            added_by=by,
            added_at=at,
        )


@dataclass(frozen=True, kw_only=True)
class WageProposal:
    """A row that a union below the province proposes for its own place.

    ``row`` is the unverified row as it was proposed; it has the id of the proposal and is no row of
    the table. ``province`` is the code of its province, ``union_path`` the path of the union that
    proposes it. ``decided_row_id`` is the id of the verified row, which may differ from ``row``.
    """

    id: str
    row: MinimumWage
    province: str
    union_id: str
    union_path: tuple[str, ...]
    by: str
    at: datetime
    state: ProposalState = ProposalState.OPEN
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""
    decided_row_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProposalDecision:
    """What an officer decides on one proposal.

    ``correction`` is what the notice says, if the proposal differs from it. A refusal and a
    correction need a reason.
    """

    proposal_id: str
    is_accepted: bool
    reason: str
    correction: WageFigures | None


def check_proposed_wage(row: MinimumWage, on: date) -> MinimumWage:
    """Return a row that is to be proposed, if its values are possible and its notice is named.

    :raises InvalidInput: a value is not possible, or the number or the web address of the notice is
        missing.
    """
    check_wage(row, on)
    for name, value, message, message_zh in (
        (
            "docNo",
            row.doc_no,
            "Give the number of the notice, so that the province can compare it.",
            "请填写文件文号，供省级工会核对。",
        ),
        (
            "sourceUrl",
            row.source_url,
            "Give the web address of the notice, so that the province can compare it.",
            "请填写文件网址，供省级工会核对。",
        ),
    ):
        if not value:
            raise InvalidInput(message, message_zh, field=("input", name))
    return row


def decide_proposal(
    proposal: WageProposal,
    decision: ProposalDecision,
    row_id: str,
    *,
    by: str,
    at: datetime,
    path: tuple[str, ...],
) -> tuple[WageProposal, MinimumWage | None]:
    """Return the decided proposal, and the verified row with the id ``row_id`` that it becomes.

    There is no row if it is refused. ``path`` names the decision in the input.

    :raises AlreadyExists: the proposal is decided already.
    :raises InvalidInput: a reason is missing, a refusal has a correction, or the corrected row
        cannot be right or cannot be verified.
    """
    reason, correction = decision.reason.strip(), decision.correction
    if reason or correction is not None or not decision.is_accepted:
        reason = check_decision_reason(reason, (*path, "reason"))
    if correction is not None and not decision.is_accepted:
        raise InvalidInput(
            "Accept the proposal with the correction, or refuse it without one.",
            "更正后请选择采纳；不予采纳的，请勿填写更正内容。",
            field=(*path, "correction"),
        )
    if proposal.state is not ProposalState.OPEN:
        raise AlreadyExists(
            "This proposal is decided already. Reload the list.",
            "该申报已处理，请刷新列表。",
            field=path,
        )
    decided = replace(
        proposal, state=ProposalState.REFUSED, decided_by=by, decided_at=at, reason=reason
    )
    if not decision.is_accepted:
        return decided, None
    row, field = proposal.row, path
    if correction is not None:
        field = (*path, "correction")
        row = correction.to_row(proposal.id, row.region, by=proposal.by, at=proposal.at)
        check_wage(row, day_in_china(at), path=field)
    verified = verify_wage(row, row_id, by=by, at=at, field=field)
    return replace(decided, state=ProposalState.VERIFIED, decided_row_id=row_id), verified
