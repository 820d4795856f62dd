"""Mutations of minimum wages: add a row, verify a row."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from domain.postings.list_checks import check_list_length
from schema import errors
from schema.context import Info
from schema.relay import parse_global_id, parse_global_ids
from schema.screening.minimum_wage_types import MinimumWage
from services.screening.minimum_wage_administration import MAX_ROWS_AT_ONCE


@strawberry.input(description="A minimum wage as the notice of the province states it.")
class AddMinimumWageInput:
    region: str = strawberry.field(description="GB/T 2260.")
    tier: int = strawberry.field(description="1 is the highest.")
    monthly: int | None = strawberry.field(default=None, description="Whole yuan a month.")
    hourly: float | None = strawberry.field(default=None, description="Yuan an hour.")
    includes_insurance: bool | None = strawberry.field(
        default=None,
        description="Whether the hourly figure contains the social insurance of employer and "
        "worker.",
    )
    places: list[str] = strawberry.field(
        default_factory=list,
        description="The cities and counties of the tier (GB/T 2260), at most 200. Of a county "
        "and its city in different tiers the county counts.",
    )
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


@strawberry.input(description="Confirm that the rows are in force as they stand, all or none.")
class VerifyMinimumWagesInput:
    minimum_wage_ids: list[strawberry.ID] = strawberry.field(description="At most 100.")


@strawberry.type(
    description="The row is stored and applies from its first day. Until it is verified, postings "
    "that depend on it go to an officer."
)
class MinimumWageAdded:
    minimum_wage: MinimumWage


@strawberry.type(description="A new row of grade A, which replaces the unverified one.")
class MinimumWageVerified:
    minimum_wage: MinimumWage


@strawberry.type(
    description="The verified version of each row, in the order given. A row that was verified "
    "before stays as it is."
)
class MinimumWagesVerified:
    minimum_wages: list[MinimumWage]


AddMinimumWageResult = Annotated[
    MinimumWageAdded | errors.CommonRefusal, strawberry.union("AddMinimumWageResult")
]
VerifyMinimumWageResult = Annotated[
    MinimumWageVerified | errors.AlreadyExists | errors.CommonRefusal,
    strawberry.union("VerifyMinimumWageResult"),
]

VerifyMinimumWagesResult = Annotated[
    MinimumWagesVerified | errors.CommonRefusal, strawberry.union("VerifyMinimumWagesResult")
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
            includes_insurance=input.includes_insurance,
            places=input.places,
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

    @strawberry.mutation(
        description="For officers of the provincial and the national union: verify many rows, such "
        "as all tiers of a notice. Rows that come with the software can be verified as they are."
    )
    async def verify_minimum_wages(
        self, info: Info, input: VerifyMinimumWagesInput
    ) -> VerifyMinimumWagesResult:
        caller = info.context.require(Role.OFFICER)
        field = ("input", "minimumWageIds")
        check_list_length(input.minimum_wage_ids, MAX_ROWS_AT_ONCE, field)
        ids = parse_global_ids(input.minimum_wage_ids, "MinimumWage", *field)
        rows = await info.context.services.minimum_wage_administration.verify_all(caller, ids)
        return MinimumWagesVerified(minimum_wages=[MinimumWage.of(row) for row in rows])
