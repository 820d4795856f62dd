"""Changes of a staff account that end its tokens: each is one transaction with its audit row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.identity.accounts import Account
from domain.identity.audit import SERVICE_ACTOR, Actor, AuditAction, AuditEntry
from services.identity.revocations import Revocations
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.store import Store


class AccountChanges:
    """Disables and enables accounts, sets passwords, and ends sign-ins.

    Callers have checked that ``actor`` may do it. With ``revocations`` this process refuses the
    ended tokens at once; other processes do so within seconds.
    """

    def __init__(
        self, store: Store, clock: Clock, *, revocations: Revocations | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._revocations = revocations

    async def disable(self, account: Account, actor: Actor, *, reason: str) -> Account:
        """End all tokens of the account and refuse sign-ins. A disabled account stays as it is."""
        if account.disabled_at is not None:
            return account
        changes = {"disabled_at": self._clock()}
        return await self._change(account, changes, actor, AuditAction.DISABLE_ACCOUNT, reason)

    async def enable(self, account: Account, actor: Actor, *, reason: str) -> Account:
        """Admit sign-ins again; tokens from before stay invalid. An account in use stays as is."""
        if account.disabled_at is None:
            return account
        changes = {"disabled_at": None}
        return await self._change(account, changes, actor, AuditAction.ENABLE_ACCOUNT, reason)

    async def set_password(
        self,
        account: Account,
        password_hash: str,
        actor: Actor,
        *,
        lifetime: timedelta | None = None,
        reason: str = "",
    ) -> Account:
        """Replace the password and end all tokens.

        With ``lifetime`` it is a one-time password: for so long it can be exchanged for an own.
        """
        expires_at = self._clock() + lifetime if lifetime is not None else None
        changes = {"password_hash": password_hash, "password_expires_at": expires_at}
        action = AuditAction.RESET_PASSWORD
        if actor.id == account.id:
            action = AuditAction.CHANGE_PASSWORD
        return await self._change(account, changes, actor, action, reason)

    async def sign_out_everywhere(self, account: Account, actor: Actor, *, reason: str) -> Account:
        """End all tokens of the account."""
        return await self._change(account, {}, actor, AuditAction.SIGN_OUT_EVERYWHERE, reason)

    async def end_sign_in(
        self, account_id: str, sign_in_id: str, actor: Actor = SERVICE_ACTOR, *, reason: str
    ) -> None:
        """End one sign-in and its tokens. One that has ended stays as it is."""
        at = self._clock()

        async def end(transaction: Transaction) -> None:
            if not await self._store.sign_ins.end(sign_in_id, at=at, transaction=transaction):
                return
            await self._store.accounts.record_ended_sign_in(
                account_id, sign_in_id, transaction=transaction
            )
            entry = _audit_entry(account_id, actor, AuditAction.END_SIGN_IN, reason)
            await self._store.audit_log.append([entry], at=at, transaction=transaction)

        await self._store.mongo.run_transaction(end)
        await self._refresh()

    async def _change(
        self,
        account: Account,
        changes: dict[str, Any],
        actor: Actor,
        action: AuditAction,
        reason: str,
    ) -> Account:
        at = self._clock()

        async def change(transaction: Transaction) -> Account:
            changed = await self._store.accounts.change_and_revoke(
                account.id, changes, transaction=transaction
            )
            assert changed is not None  # accounts are never deleted
            await self._store.sign_ins.end_all(account.id, at=at, transaction=transaction)
            entry = _audit_entry(account.id, actor, action, reason)
            await self._store.audit_log.append([entry], at=at, transaction=transaction)
            return changed

        changed = await self._store.mongo.run_transaction(change)
        await self._refresh()
        return changed

    async def _refresh(self) -> None:
        if self._revocations is not None:
            await self._revocations.refresh()


def _audit_entry(account_id: str, actor: Actor, action: AuditAction, reason: str) -> AuditEntry:
    return AuditEntry(
        actor=actor,
        action=action,
        subject_type="Account",
        subject_id=account_id,
        detail=reason,
    )
