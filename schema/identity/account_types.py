"""The GraphQL type of the caller: a member of staff, or a visitor without an account."""

from typing import Self

import strawberry

from domain.identity.accounts import Account as AccountRecord
from domain.identity.accounts import Principal, Role
from schema.context import Context, Info
from schema.employers.employer_types import Employer
from schema.identity.union_types import Union, find_union
from schema.relay import Node, global_id


@strawberry.type(description="The caller: a member of staff, or a viewer without an account.")
class Account(Node):
    principal: strawberry.Private[Principal]
    role: Role
    username: str | None
    display_name: str

    @classmethod
    def of(cls, principal: Principal, record: AccountRecord | None) -> Self:
        return cls(
            principal=principal,
            id=global_id("Account", principal.subject),
            role=principal.role,
            username=record.username if record else None,
            display_name=record.display_name if record else principal.role.zh,
        )

    @strawberry.field(description="The union of an officer or a host.")
    async def union(self, info: Info) -> Union | None:
        return await find_union(info.context, self.principal.union_id)

    @strawberry.field(description="The employer of a recruiter.")
    async def employer(self, info: Info) -> Employer | None:
        if self.principal.employer_id is None:
            return None
        record = await info.context.loaders.employers.load(self.principal.employer_id)
        return Employer.of(record) if record else None


async def find_own_account(context: Context, account_id: str) -> Account | None:
    """Return the caller's account if it has this id; None for any other account."""
    principal = context.principal
    if principal is None or principal.subject != account_id:
        return None
    return Account.of(principal, await context.load_staff_account())


@strawberry.type
class AccountQueries:
    @strawberry.field(description="The account that the access token stands for; null without one.")
    async def me(self, info: Info) -> Account | None:
        principal = info.context.principal
        if info.context.token_error is not None:
            raise info.context.token_error
        if principal is None:
            return None
        return Account.of(principal, await info.context.load_staff_account())
