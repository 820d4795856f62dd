"""Minimum wages: reading what is known of them, adding rows, and vouching for one."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self

import strawberry

from domain.errors import NotFound, NotPermitted
from domain.identity.accounts import Principal, Role
from domain.identity.audit import AuditAction
from domain.identity.scopes import may_set_minimum_wages
from domain.reference.regions import check_place_code, significant_digits
from domain.screening.minimum_wages import Grade, check_wage, verify_wage
from domain.screening.minimum_wages import MinimumWage as WageRecord
from schema import errors
from schema.context import Context, Info
from schema.leads.timeline import Colleague, find_colleague
from schema.reference.region_types import Region
from schema.relay import (
    Connection,
    Keyset,
    Node,
    global_id,
    parse_global_id,
    parse_whole_number,
    resolve_connection,
)
from storage.mongo.client import new_id
from storage.screening.minimum_wages import BY_REGION

MINIMUM_WAGE_KEYSET: Keyset[WageRecord] = Keyset(
    name="minimum-wages",
    order=BY_REGION,
    key=lambda row: (row.region, str(row.tier), row.id),
    parse=lambda parts: (parts[0], parse_whole_number(parts[1]), parts[2]),
)


@strawberry.type(
    description="One tier of the minimum wages of a region. Rows are versions: none is ever "
    "changed, a later one takes its place."
)
class MinimumWage(Node):
    record: strawberry.Private[WageRecord]
    region: str = strawberry.field(description="GB/T 2260: a province or a city of its own.")
    tier: int = strawberry.field(description="1 is the highest.")
    monthly: int | None = strawberry.field(description="Yuan a month; null if nobody found it.")
    hourly: float | None = strawberry.field(description="Yuan an hour of part-time work.")
    effective_from: date | None
    doc_no: str | None = strawberry.field(description="The number of the notice.")
    source_url: str | None
    grade: Grade
    verified_at: datetime | None
    added_at: datetime | None = strawberry.field(description="Null: known from the start.")

    @classmethod
    def of(cls, record: WageRecord) -> Self:
        return cls(
            record=record,
            id=global_id("MinimumWage", record.id),
            region=record.region,
            tier=record.tier,
            monthly=record.monthly,
            hourly=None if record.hourly is None else float(record.hourly),
            effective_from=record.effective_from,
            doc_no=record.doc_no,
            source_url=record.source_url,
            grade=record.grade,
            verified_at=record.verified_at,
            added_at=record.added_at,
        )

    @strawberry.field(description="The region itself.")
    def place(self) -> Region | None:
        return Region.of_code(self.region)

    @strawberry.field(description="Whether it is the row that counts today for its tier.")
    def in_force(self, info: Info) -> bool:
        services = info.context.services
        return self.record in services.wage_table.tiers_in_force(self.region, services.today())

    @strawberry.field(description="Whether it decides by itself; else a person compares.")
    def trusted(self) -> bool:
        return self.record.is_trusted

    @strawberry.field(description="Who vouched for it. For staff.")
    async def verified_by(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.verified_by)


async def find_minimum_wage(context: Context, row_id: str) -> MinimumWage | None:
    """The row with that id."""
    found = await context.services.store.minimum_wages.by_ids([row_id])
    return MinimumWage.of(found[row_id]) if row_id in found else None


@strawberry.type
class WageQueries:
    @strawberry.field(
        description="Minimum wages by region and tier, the newest rows of each first; those of "
        "`region` with all within it, or all."
    )
    async def minimum_wages(
        self,
        info: Info,
        region: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[MinimumWage]:
        prefix = region and significant_digits(check_place_code(region, ("region",)))
        minimum_wages = info.context.services.store.minimum_wages
        return await resolve_connection(
            MINIMUM_WAGE_KEYSET,
            lambda page: minimum_wages.page(prefix, page),
            MinimumWage.of,
            first=first,
            after=after,
        )


@strawberry.input(description="As the notice of the province has it.")
class AddMinimumWageInput:
    region: str = strawberry.field(description="GB/T 2260.")
    tier: int = strawberry.field(description="1 is the highest.")
    monthly: int | None = strawberry.field(default=None, description="Whole yuan a month.")
    hourly: float | None = strawberry.field(default=None, description="Yuan an hour.")
    effective_from: date
    doc_no: str = strawberry.field(default="", description="Needed before it can be verified.")
    source_url: str = strawberry.field(default="", description="The same.")


@strawberry.input(description="Say that the row is as the notice has it.")
class VerifyMinimumWageInput:
    minimum_wage_id: strawberry.ID


@strawberry.type(
    description="The row counts from its day on, but decides nothing by itself: until it is "
    "verified, what it bears on goes to a person."
)
class MinimumWageAdded:
    minimum_wage: MinimumWage


@strawberry.type(description="A row of grade A has taken the place of the unverified one.")
class MinimumWageVerified:
    minimum_wage: MinimumWage


AddMinimumWageResult = Annotated[
    MinimumWageAdded | errors.CommonRefusal, strawberry.union("AddMinimumWageResult")
]
VerifyMinimumWageResult = Annotated[
    MinimumWageVerified | errors.AlreadyExists | errors.CommonRefusal,
    strawberry.union("VerifyMinimumWageResult"),
]


async def _check_authority(context: Context, caller: Principal, region: str) -> None:
    union = await context.loaders.unions.load(caller.union_id or "")
    if not may_set_minimum_wages(caller, union, region):
        raise NotPermitted(
            "Minimum wages are kept by the union of the province, and by the national one."
        )


@strawberry.type
class WageMutations:
    @strawberry.mutation(
        description="For officers of the province or the nation: another row. Open postings that "
        "it bears on are screened again."
    )
    async def add_minimum_wage(
        self, info: Info, input: AddMinimumWageInput
    ) -> AddMinimumWageResult:
        services = info.context.services
        caller = info.context.require(Role.OFFICER)
        row = WageRecord(
            id=new_id(),
            region=input.region,
            tier=input.tier,
            monthly=input.monthly,
            hourly=None if input.hourly is None else Decimal(str(input.hourly)),
            effective_from=input.effective_from,
            doc_no=input.doc_no.strip() or None,
            source_url=input.source_url.strip() or None,
            grade=Grade.UNVERIFIED,
            added_by=caller.subject,
            added_at=services.clock(),
        )
        check_wage(row, services.today())
        await _check_authority(info.context, caller, row.region)
        await services.minimum_wages.add(row, caller, AuditAction.ADD_MINIMUM_WAGE)
        return MinimumWageAdded(minimum_wage=MinimumWage.of(row))

    @strawberry.mutation(
        description="For officers of the province or the nation: vouch for a row. Open postings "
        "that it bears on are screened again, and those below it are gone from everywhere."
    )
    async def verify_minimum_wage(
        self, info: Info, input: VerifyMinimumWageInput
    ) -> VerifyMinimumWageResult:
        services = info.context.services
        caller = info.context.require(Role.OFFICER)
        row_id = parse_global_id(input.minimum_wage_id, "MinimumWage", "input", "minimumWageId")
        found = await services.store.minimum_wages.by_ids([row_id])
        if row_id not in found:
            raise NotFound("There is no such row.", field=("input", "minimumWageId"))
        await _check_authority(info.context, caller, found[row_id].region)
        row = verify_wage(found[row_id], new_id(), by=caller.subject, at=services.clock())
        await services.minimum_wages.add(row, caller, AuditAction.VERIFY_MINIMUM_WAGE)
        return MinimumWageVerified(minimum_wage=MinimumWage.of(row))
