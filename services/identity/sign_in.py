"""Sign-in: staff exchange user name and password for tokens; seekers come back by a receipt.

Failed sign-ins are limited per user name and per network address.
"""

from __future__ import annotations

import asyncio

from limits import RateLimitItemPerMinute

from domain.identity.accounts import STAFF_ROLES
from domain.refusals import Busy, SignInFailed, Unauthenticated
from realtime.rate_limits import KeyedLimit, RateLimiter
from services.identity.passwords import (
    MAX_CONCURRENT_HASHES,
    MAX_PASSWORD_LENGTH,
    PasswordVerifier,
)
from services.identity.tokens import TokenPair, Tokens
from storage.identity.accounts import Accounts

MAX_USERNAME_LENGTH = 64
"""Characters in a user name."""
FAILED_SIGN_INS_PER_USERNAME = RateLimitItemPerMinute(10, 5)
"""Failed sign-ins of one user name from one address, in five minutes."""
FAILED_SIGN_INS_PER_PEER = RateLimitItemPerMinute(100, 5)
"""Failed sign-ins from one address with any user names: the office of a union shares one."""
MAX_WAITING_SIGN_INS = 64
"""Sign-ins that may wait for a hash to be computed: about two seconds of waiting."""


class SignInService:
    """Issues tokens to staff who show their password, and to visitors who need none."""

    def __init__(self, tokens: Tokens, accounts: Accounts) -> None:
        self._tokens = tokens
        self._accounts = accounts
        self._passwords = PasswordVerifier()
        self._failed_sign_ins = FailedSignIns()
        self._slots = asyncio.Semaphore(MAX_CONCURRENT_HASHES)
        self._waiting = 0

    def close(self) -> None:
        """Stop verifying passwords."""
        self._passwords.close()

    async def sign_in(self, username: str, password: str, *, peer: str) -> TokenPair:
        """Issue tokens for the right user name and password. ``peer`` is the network address.

        A wrong password and an unknown user name get the same answer after the same time.

        :raises SignInFailed: user name or password is wrong.
        :raises TooManyAttempts: too many failed sign-ins; the message says how long to wait.
        :raises Busy: too many others sign in at this moment.
        """
        if len(username) > MAX_USERNAME_LENGTH or len(password) > MAX_PASSWORD_LENGTH:
            raise _sign_in_failed()
        username = username.lower()
        self._failed_sign_ins.check(username, peer)
        if self._waiting >= MAX_WAITING_SIGN_INS:
            raise Busy(
                "Very many sign in just now. Try again in a few seconds.",
                "当前登录人数过多，请几秒后再试。",
            )
        self._waiting += 1
        try:
            async with self._slots:
                # Checked again: others of the same peer may have failed while this one waited.
                self._failed_sign_ins.check(username, peer)
                return await self._verify_password(username, password, peer)
        finally:
            self._waiting -= 1

    async def refresh_sign_in(self, token: str) -> TokenPair:
        """Exchange a refresh token for new tokens, with the account's present role and scope.

        :raises Unauthenticated: it is expired, forged or no refresh token, or the account is gone.
        """
        principal = self._tokens.verify_refresh_token(token)
        account = await self._accounts.by_id(principal.subject)
        if account is None or account.role not in STAFF_ROLES:
            raise Unauthenticated(
                "The account is gone. Sign in with another one.",
                "该账号已停用，请使用其他账号登录。",
            )
        return self._tokens.issue_for_account(account)

    def enter_as_seeker(self, giver: str) -> TokenPair:
        """Issue an access token to the seeker whose profile was saved under the id ``giver``."""
        return self._tokens.issue_for_seeker(giver)

    async def _verify_password(self, username: str, password: str, peer: str) -> TokenPair:
        account = await self._accounts.by_username(username)
        stored_hash = account.password_hash if account else None
        is_right = await self._passwords.is_right(password, stored_hash)
        if account is None or not is_right:
            self._failed_sign_ins.record(username, peer)
            raise _sign_in_failed()
        rehashed = await self._passwords.rehash_if_outdated(password, account.password_hash)
        if rehashed is not None:
            await self._accounts.change_password(account.id, rehashed)
        return self._tokens.issue_for_account(account)


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
