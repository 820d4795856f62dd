"""Mutations by which officers manage staff accounts: disable, enable, reset the password."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.identity.sign_in_mutations import SignedOut
from schema.identity.staff_types import StaffAccount
from schema.relay import parse_global_id

_REASON = "5 to 200 characters. The audit log keeps it."


@strawberry.input
class AccountInput:
    account_id: strawberry.ID
    reason: str = strawberry.field(description=_REASON)


@strawberry.input
class DisableAccountInput(AccountInput): ...


@strawberry.input
class EnableAccountInput(AccountInput): ...


@strawberry.input
class ResetPasswordInput(AccountInput): ...


@strawberry.input(description="Without an account: the own one.")
class SignOutEverywhereInput:
    account_id: strawberry.ID | None = None


@strawberry.type
class StaffAccountChanged:
    account: StaffAccount


@strawberry.type(
    description="The one-time password is shown only here. Tell it to the person; it is valid only "
    "for `changePassword`."
)
class PasswordWasReset:
    account: StaffAccount
    one_time_password: str
    expires_at: datetime


DisableAccountResult = Annotated[
    StaffAccountChanged | errors.CommonRefusal, strawberry.union("DisableAccountResult")
]
EnableAccountResult = Annotated[
    StaffAccountChanged | errors.CommonRefusal, strawberry.union("EnableAccountResult")
]
ResetPasswordResult = Annotated[
    PasswordWasReset | errors.CommonRefusal, strawberry.union("ResetPasswordResult")
]
SignOutEverywhereResult = Annotated[
    SignedOut | errors.CommonRefusal, strawberry.union("SignOutEverywhereResult")
]


@strawberry.type
class StaffMutations:
    @strawberry.mutation(
        description="For officers: nobody can sign in with the account any more. Its tokens and "
        "sockets end on every node within 60 seconds."
    )
    async def disable_account(self, info: Info, input: DisableAccountInput) -> DisableAccountResult:
        account = await info.context.services.staff.disable(
            info.context.require(Role.OFFICER),
            _parse_account(input.account_id),
            reason=input.reason,
        )
        return StaffAccountChanged(account=StaffAccount.of(account))

    @strawberry.mutation(description="For officers: the account can be used again.")
    async def enable_account(self, info: Info, input: EnableAccountInput) -> EnableAccountResult:
        account = await info.context.services.staff.enable(
            info.context.require(Role.OFFICER),
            _parse_account(input.account_id),
            reason=input.reason,
        )
        return StaffAccountChanged(account=StaffAccount.of(account))

    @strawberry.mutation(
        description="For officers: replace a forgotten password by a one-time password of 72 "
        "hours, and sign the account out everywhere."
    )
    async def reset_password(self, info: Info, input: ResetPasswordInput) -> ResetPasswordResult:
        reset = await info.context.services.staff.reset_password(
            info.context.require(Role.OFFICER),
            _parse_account(input.account_id),
            reason=input.reason,
        )
        return PasswordWasReset(
            account=StaffAccount.of(reset.account),
            one_time_password=reset.password,
            expires_at=reset.expires_at,
        )

    @strawberry.mutation(
        description="For staff: end all sign-ins of the own account. For officers: also of an "
        "account that they manage."
    )
    async def sign_out_everywhere(
        self, info: Info, input: SignOutEverywhereInput
    ) -> SignOutEverywhereResult:
        caller = info.context.require(Role.OFFICER, Role.HOST, Role.RECRUITER)
        account_id = None if input.account_id is None else _parse_account(input.account_id)
        await info.context.services.staff.sign_out_everywhere(caller, account_id)
        return SignedOut(ended=True)


def _parse_account(account_id: strawberry.ID) -> str:
    return parse_global_id(account_id, "Account", "input", "accountId")
