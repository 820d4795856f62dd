"""The repository of proposed minimum wages. None is deleted."""

from __future__ import annotations

from domain.screening.wage_proposals import ProposalState, WageProposal
from storage.mongo.client import Document, Mongo, Transaction
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import NEWEST_FIRST, OLDEST_FIRST, Repository

_DECISION_FIELDS = ("state", "decided_by", "decided_at", "reason", "decided_row_id")


class WageProposals(Repository[WageProposal]):
    """Proposals by state; an open one is the only one of its region, tier and first day."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "wage_proposals", WageProposal)

    async def add(self, proposal: WageProposal, *, transaction: Transaction) -> None:
        """Store a new proposal.

        :raises Duplicate: an open proposal has the same region, tier and first day.
        """
        await self._records.insert(proposal, transaction=transaction)

    async def count_open(self, union_id: str, *, most: int, transaction: Transaction) -> int:
        """How many proposals of a union wait; counting stops at ``most``."""
        where = {"state": ProposalState.OPEN.value, "union_id": union_id}
        return await self._records.count(where, limit=most, transaction=transaction)

    async def decide(self, decided: WageProposal, *, transaction: Transaction) -> bool:
        """Store the decision on a proposal; False if it is not open any more."""
        document = self._records.to_document(decided)
        return await self._records.update_one(
            {"_id": decided.id, "state": ProposalState.OPEN.value},
            {"$set": {name: document[name] for name in _DECISION_FIELDS}},
            transaction=transaction,
        )

    async def page(
        self,
        state: ProposalState,
        wanted: PageRequest,
        *,
        province: str | None,
        union_id: str | None,
    ) -> Page[WageProposal]:
        """Proposals of one state, newest first; the key is the id.

        With ``province`` those of its places, with ``union_id`` those of the union and its
        branches.
        """
        where = _scope_condition(state, province, union_id)
        return await self._records.find_page(where, NEWEST_FIRST, wanted)

    async def open_proposals(
        self, *, province: str | None, union_id: str | None, limit: int
    ) -> list[WageProposal]:
        """The open proposals of a scope as of ``page``, the oldest first."""
        where = _scope_condition(ProposalState.OPEN, province, union_id)
        return await self._records.find(where, sort=OLDEST_FIRST, limit=limit)


def _scope_condition(state: ProposalState, province: str | None, union_id: str | None) -> Document:
    where: Document = {"state": state.value}
    if province is not None:
        where["province"] = province
    if union_id is not None:
        where["union_path"] = union_id
    return where
