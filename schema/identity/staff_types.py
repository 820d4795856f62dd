"""The GraphQL type of a staff account, as the officers who manage it see it."""

from datetime import datetime
from typing import Self

import strawberry

from domain.identity.accounts import Account as AccountRecord
from domain.identity.accounts import Role
from schema.context import Info
from schema.employers.employer_types import Employer
from schema.identity.union_types import Union, find_union
from schema.relay import Keyset, global_id

STAFF_KEYSET: Keyset[AccountRecord] = Keyset(
    name="staff", order=(("_id", 1),), key=lambda account: (account.id,)
)


@strawberry.type(description="The account of a member of staff, for officers who manage it.")
class StaffAccount:
    record: strawberry.Private[AccountRecord]
    id: strawberry.ID = strawberry.field(description="For `disableAccount` and the like.")
    username: str
    display_name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None = strawberry.field(
        description="Since when nobody can sign in; null for an account in use."
    )
    password_expires_at: datetime | None = strawberry.field(
        description="Until when the one-time password can be exchanged; null once it was."
    )

    @classmethod
    def of(cls, record: AccountRecord) -> Self:
        return cls(
            record=record,
            id=global_id("StaffAccount", record.id),
            username=record.username,
            display_name=record.display_name,
            role=record.role,
            created_at=record.created_at,
            disabled_at=record.disabled_at,
            password_expires_at=record.password_expires_at,
        )

    @strawberry.field(description="The union of an officer or a host.")
    async def union(self, info: Info) -> Union | None:
        return await find_union(info.context, self.record.union_id)

    @strawberry.field(description="The employer of a recruiter.")
    async def employer(self, info: Info) -> Employer | None:
        if self.record.employer_id is None:
            return None
        record = await info.context.loaders.employers.load(self.record.employer_id)
        return Employer.of(record) if record else None
