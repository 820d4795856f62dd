"""Employers: reading them, creating one, and checking its papers."""

from datetime import date, datetime
from typing import Annotated, Self

import strawberry

from domain.employers.employers import (
    CheckMethod,
    check_credit_code,
    check_employer_name,
    record_check,
)
from domain.employers.employers import Employer as EmployerRecord
from domain.employers.employers import EmployerCheck as CheckRecord
from domain.errors import AlreadyExists as AlreadyExistsRefusal
from domain.errors import NotFound, NotPermitted
from domain.free_text import check_text
from domain.identity.accounts import Role
from domain.identity.scopes import may_see_employer_checks, may_verify_employer
from domain.reference.regions import check_place_code
from domain.screening.text_rules import check_public_text
from schema import errors
from schema.context import Context, Info
from schema.leads.timeline import Colleague, find_colleague
from schema.reference.regions import Region
from schema.relay import (
    EMPTY_PAGE,
    Connection,
    Keyset,
    Node,
    global_id,
    id_keyset,
    parse_global_id,
    resolve_connection,
)
from storage.mongo.client import new_id
from storage.mongo.errors import Duplicate
from storage.mongo.paging import Page, PageRequest

EMPLOYER_KEYSET: Keyset[EmployerRecord] = id_keyset("employers", lambda employer: employer.id)
EMPLOYER_CHECK_KEYSET: Keyset[CheckRecord] = id_keyset("employer-checks", lambda check: check.id)


@strawberry.type(
    description="A look at an employer's papers: that they were seen, never what stood in them."
)
class EmployerCheck:
    record: strawberry.Private[CheckRecord]
    licence: bool = strawberry.field(description="The business licence is in order.")
    handler_identity: bool = strawberry.field(description="So is the identity of its handler,")
    handler_authority: bool = strawberry.field(description="and that person's authority.")
    method: CheckMethod
    note: str
    passed: bool
    at: datetime
    valid_until: date | None = strawberry.field(description="Six months later; null if not passed.")

    @classmethod
    def of(cls, record: CheckRecord) -> Self:
        return cls(
            record=record,
            licence=record.licence,
            handler_identity=record.handler_identity,
            handler_authority=record.handler_authority,
            method=record.method,
            note=record.note,
            passed=record.is_passed,
            at=record.at,
            valid_until=record.valid_until,
        )

    @strawberry.field(description="Who looked.")
    async def by(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.by)


@strawberry.type(description="A firm that offers jobs.")
class Employer(Node):
    record: strawberry.Private[EmployerRecord]
    name: str
    credit_code: str = strawberry.field(description="统一社会信用代码, GB 32100-2015.")
    place_code: str = strawberry.field(description="GB/T 2260, 6 digits.")
    place: Region | None = strawberry.field(description="The region of `placeCode`.")
    description: str
    synthetic: bool = strawberry.field(description="Made up for a demo.")
    verified_until: date | None = strawberry.field(
        description="The last day on which the check of its papers counts; null without one."
    )

    @classmethod
    def of(cls, record: EmployerRecord) -> Self:
        return cls(
            record=record,
            id=global_id("Employer", record.id),
            name=record.name,
            credit_code=record.credit_code,
            place_code=record.place_code,
            place=Region.of_code(record.place_code),
            description=record.description,
            synthetic=record.synthetic,
            verified_until=record.verified_until,
        )

    @strawberry.field(description="Whether its postings may be shown today.")
    def verified(self, info: Info) -> bool:
        return self.record.is_verified(info.context.services.today())

    @strawberry.field(
        description="The checks of its papers, the latest first; for the staff it concerns, else "
        "empty."
    )
    async def checks(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[EmployerCheck]:
        async def find_checks(page: PageRequest) -> Page[CheckRecord]:
            path = await _load_union_path(info.context, self.record)
            if not may_see_employer_checks(info.context.principal, self.record, path):
                return EMPTY_PAGE
            return await info.context.services.store.employers.checks_of(self.record.id, page)

        return await resolve_connection(
            EMPLOYER_CHECK_KEYSET, find_checks, EmployerCheck.of, first=first, after=after
        )


async def _load_union_path(context: Context, employer: EmployerRecord) -> tuple[str, ...]:
    union = await context.loaders.unions.load(employer.union_id)
    return union.path if union else ()


@strawberry.type
class EmployerQueries:
    @strawberry.field(description="All employers, the newest first.")
    async def employers(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Employer]:
        employers = info.context.services.store.employers
        return await resolve_connection(
            EMPLOYER_KEYSET, employers.page, Employer.of, first=first, after=after
        )


@strawberry.input
class CreateEmployerInput:
    name: str
    credit_code: str
    place_code: str
    description: str = ""


@strawberry.type
class EmployerCreated:
    employer: Employer


@strawberry.input(description="What was seen; without all three the employer is not verified.")
class VerifyEmployerInput:
    employer_id: strawberry.ID
    licence: bool = strawberry.field(description="The business licence is in order.")
    handler_identity: bool = strawberry.field(
        description="Whoever handles its postings is who they say. Never give the card's number."
    )
    handler_authority: bool = strawberry.field(description="And may speak for the employer.")
    method: CheckMethod
    note: str = ""


@strawberry.type(
    description="The check is kept. Postings that waited for it open by themselves if they pass; "
    "after one that was not passed nobody sees them."
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
        check_public_text(record.description, ("input", "description"))
        try:
            await info.context.services.store.employers.add([record])
        except Duplicate:
            raise AlreadyExistsRefusal(
                "An employer with this credit code exists.", field=("input", "creditCode")
            ) from None
        return EmployerCreated(employer=Employer.of(record))

    @strawberry.mutation(
        description="For officers of the employer's union and those above it: whether its licence, "
        "the handler's identity and the handler's authority are in order. Counts for six months."
    )
    async def verify_employer(self, info: Info, input: VerifyEmployerInput) -> VerifyEmployerResult:
        caller = info.context.require(Role.OFFICER)
        employer_id = parse_global_id(input.employer_id, "Employer", "input", "employerId")
        found = await info.context.loaders.employers.load(employer_id)
        if found is None:
            raise NotFound("There is no such employer.", field=("input", "employerId"))
        if not may_verify_employer(caller, await _load_union_path(info.context, found)):
            raise NotPermitted("This employer is looked after by another union.")
        note = input.note.strip()
        check_text(note, 500, ("input", "note"))
        employer, check = record_check(
            found,
            new_id(),
            licence=input.licence,
            handler_identity=input.handler_identity,
            handler_authority=input.handler_authority,
            method=input.method,
            note=note,
            by=caller.subject,
            at=info.context.services.clock(),
        )
        await info.context.services.posting_gate.record_employer_check(employer, check, caller)
        return EmployerVerified(employer=Employer.of(employer), check=EmployerCheck.of(check))
