"""Use cases of officers: list the staff of their scope, disable accounts, reset passwords."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.identity.accounts import Account, Principal
from domain.identity.audit import check_reason, staff_actor
from domain.identity.scopes import may_manage_account
from domain.refusals import NotFound, NotPermitted
from services.identity.account_changes import AccountChanges
from services.identity.passwords import PasswordVerifier, create_one_time_password
from storage.mongo.paging import Page, PageRequest
from storage.store import Store

ONE_TIME_PASSWORD_LIFETIME = timedelta(hours=72)
"""A weekend and a working day: who gets it may be away."""
MAX_BRANCH_UNIONS = 5_000
"""Unions whose staff an officer sees: more than a province has counties and towns."""
_ACCOUNT_FIELD = ("input", "accountId")
_EMPLOYER_FIELD = ("employerId",)
_REASON_FIELD = ("input", "reason")


@dataclass(frozen=True, kw_only=True)
class PasswordReset:
    """A reset account with its one-time password, which is nowhere else in clear."""

    account: Account
    password: str
    expires_at: datetime


class StaffAdministration:
    """Changes the accounts of an officer's union, of its branches, and of employers there."""

    def __init__(self, store: Store, changes: AccountChanges, passwords: PasswordVerifier) -> None:
        self._store = store
        self._changes = changes
        self._passwords = passwords

    async def page(
        self, caller: Principal, employer_id: str | None, wanted: PageRequest
    ) -> Page[Account]:
        """Return staff of the caller's union and its branches, or recruiters of one employer.

        :raises NotFound: no employer with this id is in the caller's scope.
        """
        if employer_id is not None:
            path = await self._employer_path(employer_id)
            if not may_manage_account(caller, path):
                raise NotFound(
                    "No employer in your scope has this id. Check the id.",
                    "您的管理范围内没有这个用人单位，请核对编号。",
                    field=_EMPLOYER_FIELD,
                )
            return await self._store.accounts.page(
                union_ids=(), employer_id=employer_id, wanted=wanted
            )
        assert caller.union_id is not None  # every officer belongs to a union
        unions = await self._store.unions.subtree_ids(caller.union_id, limit=MAX_BRANCH_UNIONS)
        return await self._store.accounts.page(union_ids=unions, employer_id="", wanted=wanted)

    async def disable(self, caller: Principal, account_id: str, *, reason: str) -> Account:
        """Disable an account. Its tokens end on every node within 60 seconds.

        :raises NotFound: no account with this id is in the caller's scope.
        :raises NotPermitted: it is the caller's own.
        :raises InvalidInput: the reason is too short, too long or holds a phone number.
        """
        reason = check_reason(reason, _REASON_FIELD)
        account = await self._require_other(caller, account_id)
        return await self._changes.disable(account, staff_actor(caller), reason=reason)

    async def enable(self, caller: Principal, account_id: str, *, reason: str) -> Account:
        """Enable an account again. Raises what ``disable`` raises."""
        reason = check_reason(reason, _REASON_FIELD)
        account = await self._require_other(caller, account_id)
        return await self._changes.enable(account, staff_actor(caller), reason=reason)

    async def reset_password(
        self, caller: Principal, account_id: str, *, reason: str
    ) -> PasswordReset:
        """Replace a password by a one-time password, and sign the account out everywhere.

        Raises what ``disable`` raises.
        """
        reason = check_reason(reason, _REASON_FIELD)
        account = await self._require_other(caller, account_id)
        password = create_one_time_password()
        changed = await self._changes.set_password(
            account,
            await self._passwords.hash(password),
            staff_actor(caller),
            lifetime=ONE_TIME_PASSWORD_LIFETIME,
            reason=reason,
        )
        assert changed.password_expires_at is not None  # it is a one-time password
        return PasswordReset(
            account=changed, password=password, expires_at=changed.password_expires_at
        )

    async def sign_out_everywhere(self, caller: Principal, account_id: str | None) -> None:
        """End all sign-ins of the caller's own account, or of another one in the scope.

        :raises NotFound: no account with this id is in the caller's scope.
        """
        account = await self._require_managed(caller, account_id or caller.subject)
        await self._changes.sign_out_everywhere(account, staff_actor(caller), reason="")

    async def _require_other(self, caller: Principal, account_id: str) -> Account:
        if account_id == caller.subject:
            raise NotPermitted(
                (
                    "You cannot do this with your own account. Change your password "
                    "yourself; only a colleague can disable the account."
                ),
                "不能对本人账号进行此操作。需要换密码请自行修改，需要停用请联系其他工会干部。",
                field=_ACCOUNT_FIELD,
                hint="Your own password: `changePassword`.",
            )
        return await self._require_managed(caller, account_id)

    async def _require_managed(self, caller: Principal, account_id: str) -> Account:
        account = await self._store.accounts.by_id(account_id)
        is_own = account_id == caller.subject
        if account is None or not (
            is_own or may_manage_account(caller, await self._union_path(account))
        ):
            raise NotFound(
                "No account in your scope has this id. Check the id.",
                "您的管理范围内没有这个账号，请核对编号。",
                field=_ACCOUNT_FIELD,
            )
        return account

    async def _union_path(self, account: Account) -> tuple[str, ...]:
        if account.employer_id is not None:
            return await self._employer_path(account.employer_id)
        union = await self._store.unions.by_id(account.union_id or "")
        return union.path if union else ()

    async def _employer_path(self, employer_id: str) -> tuple[str, ...]:
        employer = await self._store.employers.by_id(employer_id)
        union = await self._store.unions.by_id(employer.union_id) if employer else None
        return union.path if union else ()
