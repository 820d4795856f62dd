"""The list of proposed minimum wages."""

from functools import partial

import strawberry

from domain.identity.accounts import Role
from domain.screening.wage_proposals import ProposalState
from schema.context import Info
from schema.relay import Connection, resolve_connection
from schema.screening.wage_proposal_types import PROPOSAL_KEYSET, MinimumWageProposal


@strawberry.type
class WageProposalQueries:
    @strawberry.field(
        description="For officers: proposed minimum wages of one state, newest first. The nation "
        "sees all, a province those of its places, others those of their union and its branches."
    )
    async def minimum_wage_proposals(
        self,
        info: Info,
        state: ProposalState = ProposalState.OPEN,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[MinimumWageProposal] | None:
        caller = info.context.require(Role.OFFICER)
        return await resolve_connection(
            PROPOSAL_KEYSET,
            partial(info.context.services.wage_proposals.page, caller, state),
            MinimumWageProposal.of,
            first=first,
            after=after,
        )
