"""The list of staff accounts that an officer manages."""

import strawberry

from domain.identity.accounts import Role
from schema.context import Info
from schema.identity.staff_types import STAFF_KEYSET, StaffAccount
from schema.relay import Connection, parse_global_id, resolve_connection


@strawberry.type
class StaffQueries:
    @strawberry.field(
        description="For officers: the staff of their union and its branches, oldest account "
        "first; with `employerId` the recruiters of that employer."
    )
    async def staff_accounts(
        self,
        info: Info,
        employer_id: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[StaffAccount] | None:
        caller = info.context.require(Role.OFFICER)
        employer = (
            parse_global_id(employer_id, "Employer", "employerId")
            if employer_id is not None
            else None
        )
        staff = info.context.services.staff
        return await resolve_connection(
            STAFF_KEYSET,
            lambda page: staff.page(caller, employer, page),
            StaffAccount.of,
            first=first,
            after=after,
        )
