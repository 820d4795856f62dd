"""GraphQL types of employers and of the checks of their papers."""

from datetime import date, datetime
from typing import Self

import strawberry

from domain.employers.employers import CheckMethod
from domain.employers.employers import Employer as EmployerRecord
from domain.employers.employers import EmployerCheck as CheckRecord
from domain.identity.scopes import may_see_employer_checks
from schema.context import Context, Info
from schema.identity.colleague_types import Colleague, find_colleague
from schema.reference.region_types import Region
from schema.relay import (
    EMPTY_PAGE,
    Connection,
    Keyset,
    Node,
    global_id,
    id_keyset,
    resolve_connection,
)
from storage.mongo.paging import Page, PageRequest

EMPLOYER_KEYSET: Keyset[EmployerRecord] = id_keyset("employers", lambda employer: employer.id)
EMPLOYER_CHECK_KEYSET: Keyset[CheckRecord] = id_keyset("employer-checks", lambda check: check.id)


@strawberry.type(
    description="A check of an employer's papers. It says that they were seen, never what they say."
)
class EmployerCheck:
    record: strawberry.Private[CheckRecord]
    licence: bool = strawberry.field(description="The business licence is in order.")
    handler_identity: bool = strawberry.field(
        description="The identity of the person who handles its postings was seen."
    )
    handler_authority: bool = strawberry.field(description="That person may act for the employer.")
    method: CheckMethod
    note: str
    passed: bool
    at: datetime
    valid_until: date | None = strawberry.field(
        description="The last day on which it counts, six months on; null if it did not pass."
    )

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

    @strawberry.field(description="Who made the check.")
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
        description="The last day on which its latest check counts; null without a passed check."
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
        description="The checks of its papers, the latest first. For its officers and recruiters; "
        "empty for others."
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


async def find_employer(context: Context, employer_id: str) -> Employer | None:
    """Return the employer with this id; employers are public."""
    record = await context.loaders.employers.load(employer_id)
    return Employer.of(record) if record else None
