"""Mutations of minimum wages: add a row, verify a row."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.relay import parse_global_id
from schema.screening.minimum_wage_types import MinimumWage


@strawberry.input(description="A minimum wage as the notice of the province states it.")
class AddMinimumWageInput:
    region: str = strawberry.field(description="GB/T 2260.")
    tier: int = strawberry.field(description="1 is the highest.")
    monthly: int | None = strawberry.field(default=None, description="Whole yuan a month.")
    hourly: float | None = strawberry.field(default=None, description="Yuan an hour.")
    effective_from: date
    doc_no: str = strawberry.field(
        default="", description="The number of the notice. Needed before the row can be verified."
    )
    source_url: str = strawberry.field(
        default="", description="The address of the notice. Needed before the row can be verified."
    )


@strawberry.input(description="Confirm that the row is as the notice states it.")
class VerifyMinimumWageInput:
    minimum_wage_id: strawberry.ID


@strawberry.type(
    description="The row is stored and applies from its first day. Until it is verified, postings "
    "that depend on it go to an officer."
)
class MinimumWageAdded:
    minimum_wage: MinimumWage


@strawberry.type(description="A new row of grade A, which replaces the unverified one.")
class MinimumWageVerified:
    minimum_wage: MinimumWage


AddMinimumWageResult = Annotated[
    MinimumWageAdded | errors.CommonRefusal, strawberry.union("AddMinimumWageResult")
]
VerifyMinimumWageResult = Annotated[
    MinimumWageVerified | errors.AlreadyExists | errors.CommonRefusal,
    strawberry.union("VerifyMinimumWageResult"),
]


@strawberry.type
class MinimumWageMutations:
    @strawberry.mutation(
        description="For officers of the provincial and the national union: add a row. Open "
        "postings that it affects are screened again."
    )
    async def add_minimum_wage(
        self, info: Info, input: AddMinimumWageInput
    ) -> AddMinimumWageResult:
        caller = info.context.require(Role.OFFICER)
        row = await info.context.services.minimum_wage_administration.add(
            caller,
            region=input.region,
            tier=input.tier,
            monthly=input.monthly,
            hourly=None if input.hourly is None else Decimal(str(input.hourly)),
            effective_from=input.effective_from,
            doc_no=input.doc_no,
            source_url=input.source_url,
        )
        return MinimumWageAdded(minimum_wage=MinimumWage.of(row))

    @strawberry.mutation(
        description="For officers of the provincial and the national union: verify a row. Open "
        "postings that it affects are screened again, and nobody sees those that pay less."
    )
    async def verify_minimum_wage(
        self, info: Info, input: VerifyMinimumWageInput
    ) -> VerifyMinimumWageResult:
        caller = info.context.require(Role.OFFICER)
        row = await info.context.services.minimum_wage_administration.verify(
            caller,
            parse_global_id(input.minimum_wage_id, "MinimumWage", "input", "minimumWageId"),
        )
        return MinimumWageVerified(minimum_wage=MinimumWage.of(row))
