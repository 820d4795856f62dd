"""The GraphQL type of minimum wages."""

from datetime import date, datetime
from decimal import Decimal
from typing import Self

import strawberry

from domain.postings.pay import PayPeriod
from domain.screening.minimum_wages import Grade
from domain.screening.minimum_wages import MinimumWage as WageRecord
from domain.screening.wage_table import WageTable
from schema.context import Context, Info
from schema.identity.colleague_types import Colleague, find_colleague
from schema.reference.region_types import Region, list_full_names
from schema.relay import Keyset, Node, global_id, parse_whole_number
from storage.screening.minimum_wages import BY_REGION

MINIMUM_WAGE_KEYSET: Keyset[WageRecord] = Keyset(
    name="minimum-wages",
    order=BY_REGION,
    key=lambda row: (row.region, str(row.tier), row.id),
    parse=lambda parts: (parts[0], parse_whole_number(parts[1]), parts[2]),
)


@strawberry.type(
    description="One tier of the minimum wages of a region. A row never changes; a later row "
    "replaces it."
)
class MinimumWage(Node):
    record: strawberry.Private[WageRecord]
    region: str = strawberry.field(description="GB/T 2260: a province or a city of its own.")
    tier: int = strawberry.field(description="1 is the highest.")
    monthly: int | None = strawberry.field(description="Yuan a month; null if it is not known.")
    hourly: float | None = strawberry.field(
        description="Yuan an hour of part-time work; null if it is not known."
    )
    includes_insurance: bool | None = strawberry.field(
        description="Whether the hourly figure contains the social insurance of employer and "
        "worker; null if it is not known."
    )
    places: list[str] = strawberry.field(
        description="The cities and counties that the notice assigns to the tier (GB/T 2260); "
        "empty if they are not known."
    )
    places_verified: bool = strawberry.field(
        description="Whether `places` are verified. Only then they decide which tier applies."
    )
    effective_from: date | None
    doc_no: str | None = strawberry.field(description="The number of the notice.")
    source_url: str | None
    grade: Grade
    verified_at: datetime | None
    added_at: datetime | None = strawberry.field(
        description="Null for the rows that come with the software."
    )

    @classmethod
    def of(cls, record: WageRecord) -> Self:
        return cls(
            record=record,
            id=global_id("MinimumWage", record.id),
            region=record.region,
            tier=record.tier,
            monthly=record.monthly,
            hourly=None if record.hourly is None else float(record.hourly),
            includes_insurance=record.includes_insurance,
            places=list(record.places),
            places_verified=record.places_verified,
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

    @strawberry.field(description="The names of `places`, in the same order.")
    def place_names(self) -> list[str]:
        return list_full_names(self.record.places)

    @strawberry.field(description="Whether it is the row that applies today to its tier.")
    def in_force(self, info: Info) -> bool:
        services = info.context.services
        return self.record in services.wage_table.tiers_in_force(self.region, services.today())

    @strawberry.field(
        description="Whether screening decides by it. Postings that depend on other rows go to an "
        "officer."
    )
    def trusted(self) -> bool:
        return self.record.is_trusted

    @strawberry.field(description="The officer who verified it. For staff.")
    async def verified_by(self, info: Info) -> Colleague | None:
        return await find_colleague(info, self.record.verified_by)


@strawberry.type(
    description="The basic pay that passes in every place of the country: 10 % above the highest "
    "verified minimum wage in force. Null where no row is verified."
)
class NationalPay:
    monthly: Decimal | None = strawberry.field(description="Yuan a month.")
    monthly_highest: MinimumWage | None = strawberry.field(
        description="The row with the highest monthly minimum wage."
    )
    hourly: Decimal | None = strawberry.field(
        description="Yuan an hour, for work that is not full time."
    )
    hourly_highest: MinimumWage | None = strawberry.field(
        description="The row with the highest hourly minimum wage."
    )

    @classmethod
    def of(cls, table: WageTable, on: date) -> Self:
        monthly, hourly = (
            table.national_pass(period, on) for period in (PayPeriod.MONTH, PayPeriod.HOUR)
        )
        return cls(
            monthly=None if monthly is None else monthly.yuan,
            monthly_highest=None if monthly is None else MinimumWage.of(monthly.highest),
            hourly=None if hourly is None else hourly.yuan,
            hourly_highest=None if hourly is None else MinimumWage.of(hourly.highest),
        )


async def find_minimum_wage(context: Context, row_id: str) -> MinimumWage | None:
    """Return the row with this id; minimum wages are public."""
    found = await context.services.store.minimum_wages.by_ids([row_id])
    return MinimumWage.of(found[row_id]) if row_id in found else None
