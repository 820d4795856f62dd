"""The GraphQL type of a member of staff, as colleagues see one."""

from typing import Self

import strawberry

from domain.identity.accounts import STAFF_ROLES, Role
from domain.identity.accounts import Account as AccountRecord
from schema.context import Info
from schema.relay import global_id


@strawberry.type(description="A member of staff, as others see them.")
class Colleague:
    id: strawberry.ID = strawberry.field(description="For `assignLead` and `assigneeId`.")
    display_name: str
    role: Role

    @classmethod
    def of(cls, record: AccountRecord) -> Self:
        return cls(
            id=global_id("Colleague", record.id), display_name=record.display_name, role=record.role
        )


async def find_colleague(info: Info, account_id: str | None) -> Colleague | None:
    """Return the member of staff with that account id, for callers who are staff; else None."""
    if account_id is None or not is_staff(info):
        return None
    record = await info.context.loaders.accounts.load(account_id)
    return Colleague.of(record) if record else None


def is_staff(info: Info) -> bool:
    """Whether the caller is a member of staff."""
    caller = info.context.principal
    return caller is not None and caller.role in STAFF_ROLES
