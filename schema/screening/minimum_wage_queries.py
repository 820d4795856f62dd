"""The list of minimum wages."""

from datetime import date
from functools import partial

import strawberry

from domain.reference.regions import check_place_code, significant_digits
from schema.context import Info
from schema.relay import Connection, resolve_connection
from schema.screening.minimum_wage_types import MINIMUM_WAGE_KEYSET, MinimumWage, NationalPay


@strawberry.type
class MinimumWageQueries:
    @strawberry.field(
        description="Minimum wages by region and tier, the newest row of each tier first. With "
        "`region`: those of the region and of all regions within it."
    )
    async def minimum_wages(
        self,
        info: Info,
        region: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[MinimumWage]:
        prefix = region and significant_digits(check_place_code(region, ("region",)))
        return await resolve_connection(
            MINIMUM_WAGE_KEYSET,
            partial(info.context.services.store.minimum_wages.page, prefix),
            MinimumWage.of,
            first=first,
            after=after,
        )

    @strawberry.field(
        description="The basic pay that passes in every place, today or `on` another day."
    )
    def national_pay(self, info: Info, on: date | None = None) -> NationalPay:
        services = info.context.services
        return NationalPay.of(services.wage_table, on or services.today())
