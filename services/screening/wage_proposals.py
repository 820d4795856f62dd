"""Use cases of proposed minimum wages: cities and counties propose, provinces decide."""

from __future__ import annotations

from collections.abc import Sequence

from domain.identity.accounts import Principal
from domain.identity.audit import AuditAction, AuditEntry, staff_actor
from domain.identity.scopes import may_propose_minimum_wages, may_set_minimum_wages
from domain.identity.unions import Union, UnionLevel
from domain.postings.list_checks import check_each_once, check_list_length
from domain.reference.calendar import day_in_china
from domain.reference.regions import province_of
from domain.refusals import AlreadyExists, InvalidInput, NotFound, NotPermitted
from domain.screening.minimum_wages import MinimumWage
from domain.screening.wage_proposals import (
    MAX_OPEN_PROPOSALS_OF_UNION,
    MAX_PROPOSALS_DECIDED,
    ProposalDecision,
    ProposalState,
    WageFigures,
    WageProposal,
    check_proposed_wage,
    decide_proposal,
)
from services.screening.minimum_wages import MinimumWages
from storage.clock import Clock
from storage.mongo.client import Duplicate, Transaction, new_id
from storage.mongo.paging import Page, PageRequest
from storage.store import Store

_DECISIONS_FIELD = ("input", "decisions")


class WageProposalControl:
    """Stores proposals of unions below the province, and the decisions on them."""

    def __init__(self, store: Store, wages: MinimumWages, clock: Clock) -> None:
        self._store = store
        self._wages = wages
        self._clock = clock

    async def propose(self, caller: Principal, region: str, figures: WageFigures) -> WageProposal:
        """Store a proposal for a place of the caller's union. It changes no verdict.

        :raises InvalidInput: a value cannot be right, or the union has too many open proposals.
        :raises NotPermitted: the caller's union is not a city's or county's, or the place is not
            its own.
        :raises AlreadyExists: a proposal for this region, tier and first day waits.
        """
        at = self._clock()
        row_id = new_id()
        row = figures.to_row(row_id, region, by=caller.subject, at=at)
        check_proposed_wage(row, day_in_china(at))
        union = await self._find_union(caller)
        if union is None or not may_propose_minimum_wages(caller, union, row.region):
            raise _cannot_propose(union)
        proposal = WageProposal(
            id=row_id,
            row=row,
            province=province_of(row.region),
            union_id=union.id,
            union_path=union.path,
            by=caller.subject,
            at=at,
        )
        entry = _audit(caller, AuditAction.PROPOSE_MINIMUM_WAGE, proposal)

        async def body(transaction: Transaction) -> None:
            most = MAX_OPEN_PROPOSALS_OF_UNION
            stored = self._store.wage_proposals
            if await stored.count_open(union.id, most=most, transaction=transaction) >= most:
                raise InvalidInput(
                    f"{most} proposals of your union wait for the province. Ask the province to "
                    "decide on them first.",
                    f"本级工会已有{most}条申报待核实，请先联系省级工会处理。",
                    field=("input", "region"),
                )
            await stored.add(proposal, transaction=transaction)
            await self._store.audit_log.append([entry], at=at, transaction=transaction)

        try:
            await self._store.mongo.run_transaction(body)
        except Duplicate:
            raise AlreadyExists(
                "A proposal for this place, tier and first day waits already. The province can "
                "correct it.",
                "该地区、档次和执行日期的申报已在等待核实，如需更正请联系省级工会。",
                field=("input", "region"),
            ) from None
        return proposal

    async def decide(
        self, caller: Principal, decisions: Sequence[ProposalDecision]
    ) -> list[WageProposal]:
        """Decide on up to ``MAX_PROPOSALS_DECIDED`` proposals, all or none, in the order given.

        What is accepted becomes verified rows, and the postings of their regions are screened
        again.

        :raises InvalidInput: there are too many decisions or none, a reason is missing, or a
            correction cannot be right.
        :raises NotFound: no proposal has one of the ids; ``field`` names its place in the list.
        :raises NotPermitted: the caller's union does not keep the wages of one of the regions.
        :raises AlreadyExists: one of them is decided already.
        """
        found = await self._find_decided(caller, decisions)
        at = self._clock()
        decided: list[WageProposal] = []
        rows: list[MinimumWage] = []
        entries: list[AuditEntry] = []
        for index, (proposal, decision) in enumerate(zip(found, decisions, strict=True)):
            after, row = decide_proposal(
                proposal,
                decision,
                new_id(),
                by=caller.subject,
                at=at,
                path=(*_DECISIONS_FIELD, str(index)),
            )
            decided.append(after)
            if row is None:
                entries.append(_audit(caller, AuditAction.REFUSE_MINIMUM_WAGE, after))
            else:
                rows.append(row)

        async def settle(transaction: Transaction) -> None:
            for each in decided:
                if not await self._store.wage_proposals.decide(each, transaction=transaction):
                    raise _decided_meanwhile()
            await self._store.audit_log.append(entries, at=at, transaction=transaction)

        if rows:
            action = AuditAction.VERIFY_MINIMUM_WAGE
            await self._wages.add_all(rows, caller, action, also=settle)
        else:
            await self._store.mongo.run_transaction(settle)
        return decided

    async def page(
        self, caller: Principal, state: ProposalState, wanted: PageRequest
    ) -> Page[WageProposal]:
        """Proposals that the caller may see, newest first.

        Those are all for the nation, those of the province for its union, else those of the union
        and its branches.
        """
        union = await self._find_union(caller)
        if union is None:
            return Page(items=(), has_next=False, has_previous=False)
        return await self._store.wage_proposals.page(state, wanted, **proposal_scope(union))

    async def _find_decided(
        self, caller: Principal, decisions: Sequence[ProposalDecision]
    ) -> list[WageProposal]:
        check_list_length(decisions, MAX_PROPOSALS_DECIDED, _DECISIONS_FIELD)
        ids = [each.proposal_id for each in decisions]
        check_each_once(ids, _DECISIONS_FIELD)
        if not ids:
            raise InvalidInput(
                "Decide on at least one proposal.",
                "请至少选择一条申报。",
                field=_DECISIONS_FIELD,
            )
        stored = await self._store.wage_proposals.by_ids(ids)
        union = await self._find_union(caller)
        for index, proposal_id in enumerate(ids):
            if proposal_id not in stored:
                raise NotFound(
                    "No proposal has this id. Check the id.",
                    "没有这条申报，请核对编号。",
                    field=(*_DECISIONS_FIELD, str(index), "proposalId"),
                )
            if not may_set_minimum_wages(caller, union, stored[proposal_id].row.region):
                raise NotPermitted(
                    "The union of the province and the national union decide on proposals. Ask an "
                    "officer there.",
                    "最低工资申报由省级工会和全国总工会核实，请联系相应工会的工作人员。",
                )
        return [stored[each] for each in ids]

    async def _find_union(self, caller: Principal) -> Union | None:
        return await self._store.unions.by_id(caller.union_id or "")


def proposal_scope(union: Union) -> dict[str, str | None]:
    """Return which proposals officers of a union see, as arguments of the repository."""
    if union.level is UnionLevel.NATIONAL:
        return {"province": None, "union_id": None}
    if union.level is UnionLevel.PROVINCE:
        return {"province": province_of(union.place_code), "union_id": None}
    return {"province": None, "union_id": union.id}


def _audit(caller: Principal, action: AuditAction, proposal: WageProposal) -> AuditEntry:
    return AuditEntry(
        actor=staff_actor(caller),
        action=action,
        subject_type="MinimumWageProposal",
        subject_id=proposal.id,
        detail=f"{proposal.row.region} tier {proposal.row.tier}",
    )


def _cannot_propose(union: Union | None) -> NotPermitted:
    if union is not None and union.level in {UnionLevel.PROVINCE, UnionLevel.NATIONAL}:
        return NotPermitted(
            "Your union keeps the minimum wages itself. Add the row and verify it.",
            "本级工会可直接维护最低工资标准，请直接新增并核实。",
            hint="Call `addMinimumWage`.",
        )
    return NotPermitted(
        "Unions of cities and counties propose minimum wages for their own place. Give a place of "
        "your own region.",
        "市级、县级工会只能申报本地区的最低工资标准，请填写本地区的行政区划代码。",
    )


def _decided_meanwhile() -> AlreadyExists:
    return AlreadyExists(
        "Somebody has just decided on one of these proposals. Reload the list.",
        "其中有申报刚被处理，请刷新列表后重试。",
        field=_DECISIONS_FIELD,
    )
