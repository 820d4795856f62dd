"""Employers: reading them, and creating one."""

from typing import Annotated, Self

import strawberry

from domain.accounts import Role
from domain.employers import Employer as EmployerRecord
from domain.employers import check_credit_code, check_employer_name
from domain.errors import AlreadyExists as AlreadyExistsRefusal
from domain.regions import check_place_code
from domain.texts import check_text
from schema import errors
from schema.context import Info
from schema.nodes import Connection, Keyset, Node, by_id, connection, global_id, wanted_slice
from schema.regions import Region
from storage.client import new_id
from storage.errors import Duplicate

KEYSET: Keyset[EmployerRecord] = by_id("employers", lambda employer: employer.id)


@strawberry.type(description="A firm that offers jobs.")
class Employer(Node):
    record: strawberry.Private[EmployerRecord]
    name: str
    credit_code: str = strawberry.field(description="统一社会信用代码, GB 32100-2015.")
    place_code: str = strawberry.field(description="GB/T 2260, 6 digits.")
    description: str
    synthetic: bool = strawberry.field(description="Made up for a demo.")

    @classmethod
    def of(cls, record: EmployerRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Employer", record.id),
            name=record.name,
            credit_code=record.credit_code,
            place_code=record.place_code,
            description=record.description,
            synthetic=record.synthetic,
        )

    @strawberry.field(description="The region of `placeCode`.")
    def place(self) -> Region | None:
        return Region.of_code(self.place_code)


@strawberry.type
class EmployerQueries:
    @strawberry.field(description="All employers, the newest first.")
    async def employers(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Employer]:
        wanted = wanted_slice(KEYSET, first=first, after=after)
        page = await info.context.services.store.employers.page(wanted)
        return connection(page, KEYSET, Employer.of)


@strawberry.input
class CreateEmployerInput:
    name: str
    credit_code: str
    place_code: str
    description: str = ""


@strawberry.type
class EmployerCreated:
    employer: Employer


CreateEmployerResult = Annotated[
    EmployerCreated | errors.AlreadyExists | errors.AnyRefusal,
    strawberry.union("CreateEmployerResult"),
]


@strawberry.type
class EmployerMutations:
    @strawberry.mutation(description="For officers: make an employer known.")
    async def create_employer(self, info: Info, input: CreateEmployerInput) -> CreateEmployerResult:
        caller = info.context.require(Role.OFFICER)
        assert caller.union_id is not None  # every officer belongs to a union
        record = EmployerRecord(
            id=new_id(),
            name=check_employer_name(input.name, ("input", "name")),
            credit_code=check_credit_code(input.credit_code, ("input", "creditCode")),
            place_code=check_place_code(input.place_code, ("input", "placeCode")),
            description=input.description.strip(),
            union_id=caller.union_id,
            created_by=caller.subject,
            created_at=info.context.services.clock(),
        )
        check_text(record.description, 2_000, ("input", "description"))
        try:
            await info.context.services.store.employers.add([record])
        except Duplicate:
            raise AlreadyExistsRefusal(
                "An employer with this credit code exists.", field=("input", "creditCode")
            ) from None
        return EmployerCreated(employer=Employer.of(record))
