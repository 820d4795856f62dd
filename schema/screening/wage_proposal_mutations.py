"""Mutations of proposed minimum wages: propose a row, decide on proposals."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from domain.postings.list_checks import check_list_length
from domain.screening.wage_proposals import MAX_PROPOSALS_DECIDED, ProposalDecision, WageFigures
from schema import errors
from schema.context import Info
from schema.relay import parse_global_id
from schema.screening.wage_proposal_types import MinimumWageProposal


@strawberry.input(description="What a notice says about one tier of a region.")
class MinimumWageFiguresInput:
    tier: int = strawberry.field(default=1, description="1 is the highest of the region.")
    monthly: int | None = strawberry.field(default=None, description="Whole yuan a month.")
    hourly: float | None = strawberry.field(default=None, description="Yuan an hour.")
    includes_insurance: bool | None = strawberry.field(
        default=None,
        description="Whether the hourly figure contains the social insurance of employer and "
        "worker.",
    )
    places: list[str] = strawberry.field(
        default_factory=list,
        description="The cities and counties of the tier within the region (GB/T 2260), at most "
        "200. Needed only if the region has several tiers.",
    )
    effective_from: date
    doc_no: str = strawberry.field(description="The number of the notice.")
    source_url: str = strawberry.field(description="The address of the notice.")

    def to_figures(self) -> WageFigures:
        return WageFigures(
            tier=self.tier,
            monthly=self.monthly,
            hourly=None if self.hourly is None else Decimal(str(self.hourly)),
            includes_insurance=self.includes_insurance,
            places=tuple(self.places),
            effective_from=self.effective_from,
            doc_no=self.doc_no,
            source_url=self.source_url,
        )


@strawberry.input(description="A minimum wage for a place of the caller's own union.")
class ProposeMinimumWageInput(MinimumWageFiguresInput):
    region: str = strawberry.field(description="GB/T 2260: the city or county, or one within it.")


@strawberry.input(description="What an officer decides on one proposal.")
class MinimumWageProposalDecisionInput:
    proposal_id: strawberry.ID
    accepted: bool
    reason: str = strawberry.field(
        default="", description="Needed for a refusal and for a correction; at most 500 characters."
    )
    correction: MinimumWageFiguresInput | None = strawberry.field(
        default=None,
        description="All figures as the notice has them, if the proposal differs from it.",
    )

    def to_decision(self, index: int) -> ProposalDecision:
        return ProposalDecision(
            proposal_id=parse_global_id(
                self.proposal_id,
                "MinimumWageProposal",
                "input",
                "decisions",
                str(index),
                "proposalId",
            ),
            is_accepted=self.accepted,
            reason=self.reason,
            correction=None if self.correction is None else self.correction.to_figures(),
        )


@strawberry.input(description="Decisions on proposals, all or none.")
class DecideMinimumWageProposalsInput:
    decisions: list[MinimumWageProposalDecisionInput] = strawberry.field(description="1 to 100.")


@strawberry.type(
    description="The proposal is stored and waits for the province. It changes no posting."
)
class MinimumWageProposed:
    proposal: MinimumWageProposal


@strawberry.type(
    description="The proposals in the order given. Those that were accepted are verified rows now, "
    "and open postings that these affect are screened again."
)
class MinimumWageProposalsDecided:
    proposals: list[MinimumWageProposal]


ProposeMinimumWageResult = Annotated[
    MinimumWageProposed | errors.AlreadyExists | errors.CommonRefusal,
    strawberry.union("ProposeMinimumWageResult"),
]
DecideMinimumWageProposalsResult = Annotated[
    MinimumWageProposalsDecided | errors.AlreadyExists | errors.CommonRefusal,
    strawberry.union("DecideMinimumWageProposalsResult"),
]


@strawberry.type
class WageProposalMutations:
    @strawberry.mutation(
        description="For officers of a city or county: propose a minimum wage for the own place, "
        "with its notice. It counts once an officer of the province or the nation has verified it."
    )
    async def propose_minimum_wage(
        self, info: Info, input: ProposeMinimumWageInput
    ) -> ProposeMinimumWageResult:
        caller = info.context.require(Role.OFFICER)
        proposal = await info.context.services.wage_proposals.propose(
            caller, input.region, input.to_figures()
        )
        return MinimumWageProposed(proposal=MinimumWageProposal.of(proposal))

    @strawberry.mutation(
        description="For officers of the provincial and the national union: verify proposals as "
        "they are, correct them, or refuse them, up to 100 at once."
    )
    async def decide_minimum_wage_proposals(
        self, info: Info, input: DecideMinimumWageProposalsInput
    ) -> DecideMinimumWageProposalsResult:
        caller = info.context.require(Role.OFFICER)
        check_list_length(input.decisions, MAX_PROPOSALS_DECIDED, ("input", "decisions"))
        decisions = [each.to_decision(index) for index, each in enumerate(input.decisions)]
        decided = await info.context.services.wage_proposals.decide(caller, decisions)
        return MinimumWageProposalsDecided(
            proposals=[MinimumWageProposal.of(each) for each in decided]
        )
