"""Who calls: tokens that are signed here, and the gate at which staff show their password.

Tokens are JWTs (RFC 7519), signed with HMAC-SHA256 by a key of the one secret. An access token
stands for a principal until it expires; a refresh token only gets the next pair.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from limits import RateLimitItemPerMinute

from api.settings import MAX_PASSWORD_LENGTH
from domain.errors import Busy, SignInFailed, Unauthenticated
from domain.identity.accounts import STAFF_ROLES, Account, Principal, Role
from realtime.rate_limits import KeyedLimit, RateLimiter
from schema.context import TokenPair
from storage.clock import Clock
from storage.identity.accounts import Accounts
from storage.mongo.crypto import derive_key

STAFF_ACCESS_LIFETIME = timedelta(minutes=15)
STAFF_REFRESH_LIFETIME = timedelta(hours=12)
"""A working day: whoever comes back tomorrow shows the password again."""
VIEWER_ACCESS_LIFETIME = timedelta(hours=6)
"""Longer than a session with its replay."""
MAX_TOKEN_LENGTH = 4_096
VERIFIED_TOKEN_CACHE_SIZE = 10_000
"""Tokens whose signature was checked before, the last used ones; 10 MB at most of usual tokens."""
MAX_USERNAME_LENGTH = 64
FAILED_SIGN_INS_PER_USERNAME = RateLimitItemPerMinute(10, 5)
"""Wrong tries for one user name from one peer."""
FAILED_SIGN_INS_PER_PEER = RateLimitItemPerMinute(100, 5)
"""Wrong tries from one peer, whatever the names: a union's office has one address."""
MAX_CONCURRENT_HASHES = 2
"""Each hash takes 64 MiB and 50 ms (argon2-cffi's defaults, RFC 9106)."""
MAX_WAITING_SIGN_INS = 64
"""Sign-ins that may wait for their turn, about two seconds' worth."""

_ISSUER = "songgang"
_ALGORITHM = "HS256"
_ACCESS = "access"
_REFRESH = "refresh"

T = TypeVar("T")


class Tokens:
    """Issues and checks the tokens of one secret."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._key = derive_key(secret, "token")
        self._clock = clock
        # What a token says never changes; only whether it has expired is asked each time.
        self._verify_cached = lru_cache(VERIFIED_TOKEN_CACHE_SIZE)(self._verify)

    def issue_for_account(self, account: Account) -> TokenPair:
        """An access token of 15 minutes and a refresh token of 12 hours."""
        principal = replace(account.principal, expires_at=self._expiry_after(STAFF_ACCESS_LIFETIME))
        return TokenPair(
            access=self._sign(principal, _ACCESS, principal.expires_at),
            refresh=self._sign(principal, _REFRESH, self._expiry_after(STAFF_REFRESH_LIFETIME)),
            principal=principal,
        )

    def issue_for_viewer(self) -> TokenPair:
        """An access token of 6 hours for somebody new, and no refresh token."""
        principal = Principal(
            role=Role.VIEWER,
            subject=secrets.token_hex(12),
            expires_at=self._expiry_after(VIEWER_ACCESS_LIFETIME),
        )
        access = self._sign(principal, _ACCESS, principal.expires_at)
        return TokenPair(access=access, refresh=None, principal=principal)

    def issue_for_seeker(self, giver: str) -> TokenPair:
        """The same for somebody who has left a profile as that giver."""
        principal = Principal(
            role=Role.SEEKER, subject=giver, expires_at=self._expiry_after(VIEWER_ACCESS_LIFETIME)
        )
        access = self._sign(principal, _ACCESS, principal.expires_at)
        return TokenPair(access=access, refresh=None, principal=principal)

    def authenticate(self, authorization: str | None) -> Principal | None:
        """Whom the value of an Authorization header stands for; None when there is no header.

        :raises Unauthenticated: it is no bearer token, or one that is expired or forged.
        """
        if authorization is None:
            return None
        scheme, _, token = authorization.partition(" ")
        # The scheme is compared without regard to case (RFC 9110, section 11.1).
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated('Send the access token as "Authorization: Bearer <token>".')
        return self._verify_unexpired(token.strip(), _ACCESS)

    def verify_refresh_token(self, token: str) -> Principal:
        """Whom a refresh token was given to.

        :raises Unauthenticated: it is expired, forged or no refresh token.
        """
        return self._verify_unexpired(token, _REFRESH)

    def _expiry_after(self, life: timedelta) -> datetime:
        # Tokens count whole seconds; what is told of one is what is in it.
        return (self._clock() + life).replace(microsecond=0)

    def _sign(self, principal: Principal, kind: str, expires_at: datetime | None) -> str:
        claims = {
            "iss": _ISSUER,
            "kind": kind,
            "sub": principal.subject,
            "role": principal.role.value,
            "union": principal.union_id,
            "employer": principal.employer_id,
            "iat": self._clock(),
            "exp": expires_at,
        }
        return jwt.encode(claims, self._key, _ALGORITHM)

    def _verify_unexpired(self, token: str, kind: str) -> Principal:
        if len(token) > MAX_TOKEN_LENGTH:
            raise _token_invalid()
        principal = self._verify_cached(token, kind)
        assert principal.expires_at is not None  # a token without an end is refused
        if principal.expires_at.timestamp() <= time.time():
            raise _token_invalid()
        return principal

    def _verify(self, token: str, kind: str) -> Principal:
        try:
            claims = jwt.decode(
                token,
                self._key,
                [_ALGORITHM],
                issuer=_ISSUER,
                # A node whose clock is behind must take what another has just issued.
                options={"require": ["exp", "iss", "sub"], "verify_iat": False},
            )
            if claims["kind"] != kind:
                raise _token_invalid()
            return _principal(claims)
        except (jwt.PyJWTError, KeyError, ValueError, TypeError):
            raise _token_invalid() from None


def _token_invalid() -> Unauthenticated:
    return Unauthenticated("The token is expired or not one of ours. Sign in again.")


def _principal(claims: dict[str, Any]) -> Principal:
    role, union_id, employer_id = Role[claims["role"]], claims["union"], claims["employer"]
    # A list within no place would hold those of all places.
    if role in STAFF_ROLES and not (employer_id if role is Role.RECRUITER else union_id):
        raise ValueError("staff of nowhere")
    return Principal(
        role=role,
        subject=claims["sub"],
        union_id=union_id,
        employer_id=employer_id,
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )


def hash_password(password: str) -> str:
    """What to store of a password; takes 50 ms and 64 MiB."""
    return PasswordHasher().hash(password)


class SignInService:
    """Where staff show their password; also hands out the tokens that need none."""

    def __init__(self, tokens: Tokens, accounts: Accounts) -> None:
        self._tokens = tokens
        self._accounts = accounts
        self._hasher = PasswordHasher()
        self._dummy_hash = self._hasher.hash(secrets.token_hex(16))
        self._failed_sign_ins = FailedSignIns()
        self._threads = ThreadPoolExecutor(MAX_CONCURRENT_HASHES, thread_name_prefix="password")
        self._turn = asyncio.Semaphore(MAX_CONCURRENT_HASHES)
        self._waiting = 0

    def close(self) -> None:
        """Take no more passwords."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def sign_in(self, username: str, password: str, *, peer: str) -> TokenPair:
        """Tokens for the right user name and password.

        A wrong password and an unknown name get the same answer in the same time.

        :raises SignInFailed: they are not right.
        :raises TooManyAttempts: too many wrong tries from this peer; says how long to wait.
        :raises Busy: too many sign in at this moment.
        """
        if len(username) > MAX_USERNAME_LENGTH or len(password) > MAX_PASSWORD_LENGTH:
            raise _sign_in_failed()
        username = username.lower()
        self._failed_sign_ins.check(username, peer)
        if self._waiting >= MAX_WAITING_SIGN_INS:
            raise Busy("Very many sign in just now. Try again in a few seconds.")
        self._waiting += 1
        try:
            async with self._turn:
                # Again: others of the same peer may have failed while this one waited.
                self._failed_sign_ins.check(username, peer)
                return await self._verify_password(username, password, peer)
        finally:
            self._waiting -= 1

    async def refresh_sign_in(self, token: str) -> TokenPair:
        """New tokens for a refresh token, with the role and the place that the account has now.

        :raises Unauthenticated: it is expired, forged or no refresh token, or the account is gone.
        """
        principal = self._tokens.verify_refresh_token(token)
        account = await self._accounts.by_id(principal.subject)
        if account is None or account.role not in STAFF_ROLES:
            raise Unauthenticated("The account is gone. Sign in with another one.")
        return self._tokens.issue_for_account(account)

    def enter_as_viewer(self) -> TokenPair:
        """A token for a new viewer, who has no account."""
        return self._tokens.issue_for_viewer()

    def enter_as_seeker(self, giver: str) -> TokenPair:
        """A token for somebody who has left a profile, under the id with which they gave it."""
        return self._tokens.issue_for_seeker(giver)

    async def _verify_password(self, username: str, password: str, peer: str) -> TokenPair:
        account = await self._accounts.by_username(username)
        expected = account.password_hash if account else self._dummy_hash
        is_right = await self._run_in_thread(lambda: self._matches(expected, password))
        if account is None or not is_right:
            self._failed_sign_ins.record(username, peer)
            raise _sign_in_failed()
        if self._hasher.check_needs_rehash(expected):
            rehashed = await self._run_in_thread(lambda: self._hasher.hash(password))
            await self._accounts.change_password(account.id, rehashed)
        return self._tokens.issue_for_account(account)

    def _matches(self, expected: str, password: str) -> bool:
        try:
            return self._hasher.verify(expected, password)
        except (Argon2Error, InvalidHashError):
            return False

    async def _run_in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _sign_in_failed() -> SignInFailed:
    return SignInFailed("The user name or the password is wrong.")


class FailedSignIns:
    """Counts wrong tries over the last five minutes, in this process."""

    def __init__(self) -> None:
        self._rates = RateLimiter()

    def check(self, username: str, peer: str) -> None:
        """Pass unless too many tries were wrong.

        :raises TooManyAttempts: says how many seconds to wait.
        """
        self._rates.check(*_limits(username, peer), why="Too many wrong tries.")

    def record(self, username: str, peer: str) -> None:
        """A try was wrong."""
        self._rates.hit(*_limits(username, peer))


def _limits(username: str, peer: str) -> tuple[KeyedLimit, ...]:
    return (FAILED_SIGN_INS_PER_USERNAME, "name", peer, username), (
        FAILED_SIGN_INS_PER_PEER,
        "peer",
        peer,
    )
