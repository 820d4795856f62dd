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

from api.settings import LONGEST_PASSWORD
from domain.errors import Busy, SignInFailed, Unauthenticated
from domain.identity.accounts import STAFF, Account, Principal, Role
from realtime.rate_limits import Limited, Rates
from schema.context import TokenPair
from storage.clock import Clock
from storage.identity.accounts import Accounts
from storage.mongo.crypto import derive_key

STAFF_ACCESS = timedelta(minutes=15)
STAFF_REFRESH = timedelta(hours=12)
"""A working day: whoever comes back tomorrow shows the password again."""
VIEWER_ACCESS = timedelta(hours=6)
"""Longer than a session with its replay."""
LONGEST_TOKEN = 4_096
REMEMBERED = 10_000
"""Tokens whose signature was checked before, the last used ones; 10 MB at most of usual tokens."""
LONGEST_USERNAME = 64
TRIES_A_NAME = RateLimitItemPerMinute(10, 5)
"""Wrong tries for one user name from one peer."""
TRIES_A_PEER = RateLimitItemPerMinute(100, 5)
"""Wrong tries from one peer, whatever the names: a union's office has one address."""
HASHING_AT_ONCE = 2
"""Each hash takes 64 MiB and 50 ms (argon2-cffi's defaults, RFC 9106)."""
WAITING = 64
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
        self._verified = lru_cache(REMEMBERED)(self._verify)

    def for_account(self, account: Account) -> TokenPair:
        """An access token of 15 minutes and a refresh token of 12 hours."""
        principal = replace(account.principal, expires_at=self._after(STAFF_ACCESS))
        return TokenPair(
            access=self._signed(principal, _ACCESS, principal.expires_at),
            refresh=self._signed(principal, _REFRESH, self._after(STAFF_REFRESH)),
            principal=principal,
        )

    def for_viewer(self) -> TokenPair:
        """An access token of 6 hours for somebody new, and no refresh token."""
        principal = Principal(
            role=Role.VIEWER,
            subject=secrets.token_hex(12),
            expires_at=self._after(VIEWER_ACCESS),
        )
        access = self._signed(principal, _ACCESS, principal.expires_at)
        return TokenPair(access=access, refresh=None, principal=principal)

    def for_seeker(self, giver: str) -> TokenPair:
        """The same for somebody who has left a profile as that giver."""
        principal = Principal(
            role=Role.SEEKER, subject=giver, expires_at=self._after(VIEWER_ACCESS)
        )
        access = self._signed(principal, _ACCESS, principal.expires_at)
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
        return self._checked(token.strip(), _ACCESS)

    def refreshing(self, token: str) -> Principal:
        """Whom a refresh token was given to.

        :raises Unauthenticated: it is expired, forged or no refresh token.
        """
        return self._checked(token, _REFRESH)

    def _after(self, life: timedelta) -> datetime:
        # Tokens count whole seconds; what is told of one is what is in it.
        return (self._clock() + life).replace(microsecond=0)

    def _signed(self, principal: Principal, kind: str, expires_at: datetime | None) -> str:
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

    def _checked(self, token: str, kind: str) -> Principal:
        if len(token) > LONGEST_TOKEN:
            raise _refused()
        principal = self._verified(token, kind)
        assert principal.expires_at is not None  # a token without an end is refused
        if principal.expires_at.timestamp() <= time.time():
            raise _refused()
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
                raise _refused()
            return _principal(claims)
        except (jwt.PyJWTError, KeyError, ValueError, TypeError):
            raise _refused() from None


def _refused() -> Unauthenticated:
    return Unauthenticated("The token is expired or not one of ours. Sign in again.")


def _principal(claims: dict[str, Any]) -> Principal:
    role, union_id, employer_id = Role[claims["role"]], claims["union"], claims["employer"]
    # A list within no place would hold those of all places.
    if role in STAFF and not (employer_id if role is Role.RECRUITER else union_id):
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


class Gate:
    """Where staff show their password; also hands out the tokens that need none."""

    def __init__(self, tokens: Tokens, accounts: Accounts) -> None:
        self._tokens = tokens
        self._accounts = accounts
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex(16))
        self._tries = WrongTries()
        self._threads = ThreadPoolExecutor(HASHING_AT_ONCE, thread_name_prefix="password")
        self._turn = asyncio.Semaphore(HASHING_AT_ONCE)
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
        if len(username) > LONGEST_USERNAME or len(password) > LONGEST_PASSWORD:
            raise _wrong()
        username = username.lower()
        self._tries.check(username, peer)
        if self._waiting >= WAITING:
            raise Busy("Very many sign in just now. Try again in a few seconds.")
        self._waiting += 1
        try:
            async with self._turn:
                # Again: others of the same peer may have failed while this one waited.
                self._tries.check(username, peer)
                return await self._verified(username, password, peer)
        finally:
            self._waiting -= 1

    async def refresh(self, token: str) -> TokenPair:
        """New tokens for a refresh token, with the role and the place that the account has now.

        :raises Unauthenticated: it is expired, forged or no refresh token, or the account is gone.
        """
        principal = self._tokens.refreshing(token)
        account = await self._accounts.by_id(principal.subject)
        if account is None or account.role not in STAFF:
            raise Unauthenticated("The account is gone. Sign in with another one.")
        return self._tokens.for_account(account)

    def enter(self) -> TokenPair:
        """A token for a new viewer, who has no account."""
        return self._tokens.for_viewer()

    def enter_as_seeker(self, giver: str) -> TokenPair:
        """A token for somebody who has left a profile, under the id with which they gave it."""
        return self._tokens.for_seeker(giver)

    async def _verified(self, username: str, password: str, peer: str) -> TokenPair:
        account = await self._accounts.by_username(username)
        expected = account.password_hash if account else self._nobody
        is_right = await self._threaded(lambda: self._matches(expected, password))
        if account is None or not is_right:
            self._tries.count(username, peer)
            raise _wrong()
        if self._hasher.check_needs_rehash(expected):
            rehashed = await self._threaded(lambda: self._hasher.hash(password))
            await self._accounts.change_password(account.id, rehashed)
        return self._tokens.for_account(account)

    def _matches(self, expected: str, password: str) -> bool:
        try:
            return self._hasher.verify(expected, password)
        except (Argon2Error, InvalidHashError):
            return False

    async def _threaded(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _wrong() -> SignInFailed:
    return SignInFailed("The user name or the password is wrong.")


class WrongTries:
    """Counts wrong tries over the last five minutes, in this process."""

    def __init__(self) -> None:
        self._rates = Rates()

    def check(self, username: str, peer: str) -> None:
        """Pass unless too many tries were wrong.

        :raises TooManyAttempts: says how many seconds to wait.
        """
        self._rates.check(*_limits(username, peer), why="Too many wrong tries.")

    def count(self, username: str, peer: str) -> None:
        """A try was wrong."""
        self._rates.count(*_limits(username, peer))


def _limits(username: str, peer: str) -> tuple[Limited, ...]:
    return (TRIES_A_NAME, "name", peer, username), (TRIES_A_PEER, "peer", peer)
