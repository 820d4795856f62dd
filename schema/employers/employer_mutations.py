"""Mutations of employers: register one, record a check of its papers."""

from typing import Annotated

import strawberry

from domain.employers.employers import CheckMethod
from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.employers.employer_types import Employer, EmployerCheck
from schema.relay import parse_global_id


@strawberry.input
class CreateEmployerInput:
    name: str
    credit_code: str
    place_code: str
    description: str = ""


@strawberry.type
class EmployerCreated:
    employer: Employer


@strawberry.input(description="What was seen. The check passes when all three are in order.")
class VerifyEmployerInput:
    employer_id: strawberry.ID
    licence: bool = strawberry.field(description="The business licence is in order.")
    handler_identity: bool = strawberry.field(
        description="The person who handles its postings has proved their identity. Never give the "
        "number of an identity card."
    )
    handler_authority: bool = strawberry.field(description="That person may act for the employer.")
    method: CheckMethod
    note: str = ""


@strawberry.type(
    description="The check is stored. If it passed, postings that waited for it open by "
    "themselves; if not, nobody sees the employer's postings any more."
)
class EmployerVerified:
    employer: Employer
    check: EmployerCheck


VerifyEmployerResult = Annotated[
    EmployerVerified | errors.CommonRefusal, strawberry.union("VerifyEmployerResult")
]
CreateEmployerResult = Annotated[
    EmployerCreated | errors.AlreadyExists | errors.TextRefused | errors.CommonRefusal,
    strawberry.union("CreateEmployerResult"),
]


@strawberry.type
class EmployerMutations:
    @strawberry.mutation(description="For officers: register an employer.")
    async def create_employer(self, info: Info, input: CreateEmployerInput) -> CreateEmployerResult:
        caller = info.context.require(Role.OFFICER)
        record = await info.context.services.employers.create(
            caller,
            name=input.name,
            credit_code=input.credit_code,
            place_code=input.place_code,
            description=input.description,
        )
        return EmployerCreated(employer=Employer.of(record))

    @strawberry.mutation(
        description="For officers of the employer's union and those above it: record whether its "
        "licence, the handler's identity and the handler's authority are in order. A check counts "
        "for six months."
    )
    async def verify_employer(self, info: Info, input: VerifyEmployerInput) -> VerifyEmployerResult:
        caller = info.context.require(Role.OFFICER)
        employer, check = await info.context.services.employers.verify(
            caller,
            parse_global_id(input.employer_id, "Employer", "input", "employerId"),
            licence=input.licence,
            handler_identity=input.handler_identity,
            handler_authority=input.handler_authority,
            method=input.method,
            note=input.note,
        )
        return EmployerVerified(employer=Employer.of(employer), check=EmployerCheck.of(check))
