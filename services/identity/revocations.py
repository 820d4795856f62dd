"""Revoked tokens in memory: every node refuses them seconds after another node revoked them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from domain.identity.accounts import STAFF_ROLES, Principal
from domain.identity.token_rotation import Revocation
from domain.refusals import Refusal, Unauthenticated, database_unavailable
from realtime.background import Periodic, Schedule
from storage.identity.accounts import Accounts
from storage.mongo.client import StorageUnavailable


@dataclass(frozen=True, kw_only=True, slots=True)
class RevocationLimits:
    """How soon a revoked token ends on every node; the sum stays below 60 seconds."""

    interval_seconds: float = 5.0
    """Pause between two reads."""
    read_timeout_seconds: float = 10.0
    """After so long a read has failed."""
    max_age_seconds: float = 40.0
    """Age of the last good read from which on no staff token is accepted: the node may have missed
    a revocation. A node that cannot read this cannot read or write anything else either."""


DEFAULT_LIMITS = RevocationLimits()


class Revocations(Periodic):
    """The revoked tokens of all accounts, as this process knows them.

    Access tokens are verified without the database, so each node reads what was revoked. It holds
    one entry for each account with a revocation.
    """

    def __init__(self, accounts: Accounts, *, limits: RevocationLimits = DEFAULT_LIMITS) -> None:
        super().__init__("revocations", Schedule(interval_seconds=limits.interval_seconds))
        self._accounts = accounts
        self._limits = limits
        self._known: dict[str, Revocation] = {}
        self._latest: datetime | None = None
        self._read_at = 0.0
        self._listeners: list[Callable[[], None]] = []

    async def open(self) -> None:
        """Read all revocations, and start to follow new ones.

        :raises StorageError: they cannot be read.
        """
        await self.refresh()
        self.start()

    def add_listener(self, on_change: Callable[[], None]) -> None:
        """Call ``on_change`` whenever tokens were revoked, or can no longer be checked."""
        self._listeners.append(on_change)

    def refusal(self, principal: Principal) -> Refusal | None:
        """Why the token of a caller is not accepted; None if it is."""
        if principal.role not in STAFF_ROLES:
            return None
        revocation = self._known.get(principal.subject)
        if revocation is not None and revocation.covers(principal.generation, principal.sign_in_id):
            return _signed_out(revocation)
        return database_unavailable() if self._is_outdated() else None

    async def run_once(self) -> None:
        """Read what was revoked since the last read.

        :raises StorageError: it could not be read in time.
        """
        try:
            async with asyncio.timeout(self._limits.read_timeout_seconds):
                await self.refresh()
        except Exception as error:
            if self._is_outdated():
                self._notify()
            if isinstance(error, TimeoutError):
                raise StorageUnavailable("the revocations were not read in time") from None
            raise

    async def refresh(self) -> None:
        """Read the revocations that this process does not know yet."""
        began = time.monotonic()
        found = await self._accounts.read_revocations(self._latest)
        changed = [each for each in found if self._known.get(each.account_id) != each]
        self._known.update({each.account_id: each for each in changed})
        self._latest = max((each.revoked_at for each in found), default=self._latest)
        self._read_at = began
        if changed:
            self._notify()

    def _is_outdated(self) -> bool:
        return time.monotonic() - self._read_at > self._limits.max_age_seconds

    def _notify(self) -> None:
        for on_change in self._listeners:
            on_change()


def _signed_out(revocation: Revocation) -> Unauthenticated:
    if revocation.is_disabled:
        return account_disabled()
    return Unauthenticated("You were signed out. Sign in again.", "您已退出登录，请重新登录。")


def account_disabled() -> Unauthenticated:
    """The refusal of the tokens of a disabled account."""
    return Unauthenticated(
        "The account is disabled. Ask an officer of your union.",
        "该账号已停用，请联系本级工会干部。",
    )
