"""User names and passwords: checked in bounded time, with a limit on failures.

Failed sign-ins are limited per user name and per network address. Sign-ins wait in lanes
(``services.identity.sign_in_lanes``).
"""

from __future__ import annotations

from limits import RateLimitItemPerMinute

from domain.identity.accounts import Account
from domain.identity.passwords import MAX_PASSWORD_LENGTH
from domain.refusals import SignInFailed
from realtime.rate_limits import KeyedLimit, RateLimiter
from services.identity.passwords import PasswordVerifier
from services.identity.revocations import account_disabled
from services.identity.sign_in_lanes import SignInLanes
from storage.clock import Clock
from storage.identity.accounts import Accounts

MAX_USERNAME_LENGTH = 64
"""Characters in a user name."""
FAILED_SIGN_INS_PER_USERNAME = RateLimitItemPerMinute(10, 5)
"""Failed sign-ins of one user name from one address, in five minutes."""
FAILED_SIGN_INS_PER_PEER = RateLimitItemPerMinute(100, 5)
"""Failed sign-ins from one address with any user names: the office of a union shares one."""


class Credentials:
    """Finds the account of a user name and password.

    A wrong password and an unknown user name get the same answer after the same time.
    """

    def __init__(
        self,
        accounts: Accounts,
        passwords: PasswordVerifier,
        lanes: SignInLanes,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._clock = clock
        self._failed_sign_ins = FailedSignIns()
        self._lanes = lanes

    async def check(self, username: str, password: str, *, peer: str) -> Account:
        """Return the account with this user name and password. ``peer`` is the network address.

        :raises SignInFailed: user name or password is wrong, or a one-time password has expired.
        :raises Unauthenticated: the password is right, but the account is disabled.
        :raises TooManyAttempts: too many failed sign-ins; the message says how long to wait.
        :raises Busy: too many others sign in at this moment.
        """
        if len(username) > MAX_USERNAME_LENGTH or len(password) > MAX_PASSWORD_LENGTH:
            raise _sign_in_failed()
        username = username.lower()
        self._failed_sign_ins.check(username, peer)
        async with self._lanes.take_turn(username, peer):
            # Checked again: others of the same peer may have failed while this one waited.
            self._failed_sign_ins.check(username, peer)
            account = await self._verify_password(username, password, peer)
        if account.disabled_at is not None:
            raise account_disabled()
        expires_at = account.password_expires_at
        if expires_at is not None and expires_at <= self._clock():
            raise SignInFailed(
                "The one-time password has expired. Ask for another one.",
                "一次性密码已过期，请重新申请。",
            )
        return account

    async def _verify_password(self, username: str, password: str, peer: str) -> Account:
        account = await self._accounts.by_username(username)
        stored_hash = account.password_hash if account else None
        is_right = await self._passwords.is_right(password, stored_hash)
        if account is None or not is_right:
            self._failed_sign_ins.record(username, peer)
            raise _sign_in_failed()
        rehashed = await self._passwords.rehash_if_outdated(password, account.password_hash)
        if rehashed is not None:
            await self._accounts.rehash_password(account.id, account.password_hash, rehashed)
        return account


def _sign_in_failed() -> SignInFailed:
    return SignInFailed("The user name or the password is wrong.", "用户名或密码错误。")


class FailedSignIns:
    """Counts failed sign-ins over the last five minutes, in this process."""

    def __init__(self) -> None:
        self._rates = RateLimiter()

    def check(self, username: str, peer: str) -> None:
        """Pass unless the user name or the address has failed too often.

        :raises TooManyAttempts: it has; the message says how many seconds to wait.
        """
        self._rates.check(
            *_limits(username, peer), why="Too many failed sign-ins.", why_zh="登录失败次数过多。"
        )

    def record(self, username: str, peer: str) -> None:
        """Count one failed sign-in."""
        self._rates.hit(*_limits(username, peer))


def _limits(username: str, peer: str) -> tuple[KeyedLimit, ...]:
    return (
        (FAILED_SIGN_INS_PER_USERNAME, "name", peer, username),
        (FAILED_SIGN_INS_PER_PEER, "peer", peer),
    )
