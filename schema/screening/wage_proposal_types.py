"""The GraphQL type of a proposed minimum wage."""

from datetime import date, datetime
from typing import Self

import strawberry

from domain.screening.wage_proposals import ProposalState
from domain.screening.wage_proposals import WageProposal as ProposalRecord
from schema.context import Info
from schema.identity.colleague_types import Colleague, find_colleague
from schema.identity.union_types import Union, find_union
from schema.reference.region_types import Region, list_full_names
from schema.relay import Keyset, global_id, id_keyset
from schema.screening.minimum_wage_types import MinimumWage

PROPOSAL_KEYSET: Keyset[ProposalRecord] = id_keyset("wage-proposals", lambda each: each.id)


@strawberry.type(
    description="A minimum wage that the union of a city or county proposes for its own place. It "
    "decides no posting before the province or the nation has verified it."
)
class MinimumWageProposal:
    record: strawberry.Private[ProposalRecord]
    id: strawberry.ID = strawberry.field(description="For `decideMinimumWageProposals`.")
    region: str = strawberry.field(description="GB/T 2260: a city or county.")
    tier: int = strawberry.field(description="1 is the highest of the region.")
    monthly: int | None = strawberry.field(description="Yuan a month.")
    hourly: float | None = strawberry.field(description="Yuan an hour of part-time work.")
    includes_insurance: bool | None = strawberry.field(
        description="Whether the hourly figure contains the social insurance of employer and "
        "worker; null if the notice does not say."
    )
    places: list[str] = strawberry.field(
        description="The cities and counties of the tier within the region; empty if it has one "
        "tier."
    )
    effective_from: date | None
    doc_no: str | None = strawberry.field(description="The number of the notice.")
    source_url: str | None
    state: ProposalState
    proposed_at: datetime
    decided_at: datetime | None
    reason: str = strawberry.field(
        description="Why it was refused or corrected; empty before, and if it is right as it is."
    )

    @classmethod
    def of(cls, record: ProposalRecord) -> Self:
        row = record.row
        return cls(
            record=record,
            id=global_id("MinimumWageProposal", record.id),
            region=row.region,
            tier=row.tier,
            monthly=row.monthly,
            hourly=None if row.hourly is None else float(row.hourly),
            includes_insurance=row.includes_insurance,
            places=list(row.places),
            effective_from=row.effective_from,
            doc_no=row.doc_no,
            source_url=row.source_url,
            state=record.state,
            proposed_at=record.at,
            decided_at=record.decided_at,
            reason=record.reason,
        )

    @strawberry.field(description="The region itself.")
    def place(self) -> Region | None:
        return Region.of_code(self.region)

    @strawberry.field(description="The names of `places`, in the same order.")
    def place_names(self) -> list[str]:
        return list_full_names(self.record.row.places)

    @strawberry.field(description="The union that proposes it.")
    async def union(self, info: Info) -> Union | None:
        return await find_union(info.context, self.record.union_id)

    @strawberry.field(description="The officer who proposes it.")
    async def proposed_by(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.by)

    @strawberry.field(description="The officer who decided on it.")
    async def decided_by(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.decided_by)

    @strawberry.field(
        description="The verified row that it became, with what the officer corrected; null before."
    )
    def minimum_wage(self, info: Info) -> MinimumWage | None:
        row_id = self.record.decided_row_id
        row = None if row_id is None else info.context.services.wage_table.find_row(row_id)
        return None if row is None else MinimumWage.of(row)
