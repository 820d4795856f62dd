"""The list of employers."""

import strawberry

from schema.context import Info
from schema.employers.employer_types import EMPLOYER_KEYSET, Employer
from schema.relay import Connection, resolve_connection


@strawberry.type
class EmployerQueries:
    @strawberry.field(description="All employers, the newest first.")
    async def employers(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[Employer]:
        find_page = info.context.services.store.employers.page
        return await resolve_connection(
            EMPLOYER_KEYSET, find_page, Employer.of, first=first, after=after
        )
