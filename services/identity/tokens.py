"""Access and refresh tokens: JWTs (RFC 7519), signed with HMAC-SHA256.

The signing key is derived from ``SONGGANG_SECRET``. An access token stands for a principal until
it expires or is revoked. A refresh token can only be exchanged for the next pair of tokens.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt

from domain.identity.accounts import STAFF_ROLES, Account, Principal, Role
from domain.identity.token_rotation import RefreshToken, SignIn
from domain.refusals import Unauthenticated
from storage.clock import Clock
from storage.mongo.crypto import derive_key

STAFF_ACCESS_LIFETIME = timedelta(minutes=15)
STAFF_REFRESH_LIFETIME = timedelta(hours=12)
"""A working day without use. In use, a sign-in lasts for ``SIGN_IN_LIFETIME``."""
VIEWER_ACCESS_LIFETIME = timedelta(hours=6)
"""Longer than a session and its replay."""
EXPIRY_ALLOWANCE = timedelta(minutes=1)
"""How long after its expiry a token is still accepted: the clocks of nodes differ."""
MAX_TOKEN_LENGTH = 4_096
"""Characters in a token or receipt. Longer ones are refused unread."""
VERIFIED_TOKEN_CACHE_SIZE = 10_000
"""Tokens whose verified claims are kept, least recently used first to go: 10 MB for usual sizes."""

_ISSUER = "songgang"
_ALGORITHM = "HS256"
_ACCESS = "access"
_REFRESH = "refresh"
_LEGACY_ID_LENGTH = 24


@dataclass(frozen=True, kw_only=True)
class TokenPair:
    """An access token, the principal it stands for, and a refresh token for staff.

    ``principal.expires_at`` is when the access token expires.
    """

    access: str
    refresh: str | None
    principal: Principal

    @property
    def expires_at(self) -> datetime:
        """When the access token expires."""
        assert self.principal.expires_at is not None  # every issued token expires
        return self.principal.expires_at


class Tokens:
    """Issues and verifies the tokens of one secret."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._key = derive_key(secret, "token")
        self._clock = clock
        # The claims of a token never change, so they are cached. Expiry is checked on each use.
        self._verify_cached = lru_cache(VERIFIED_TOKEN_CACHE_SIZE)(self._verify)

    def issue_for_account(self, account: Account, sign_in: SignIn) -> TokenPair:
        """Tokens of a sign-in: access for 15 minutes; refresh for 12 hours, not beyond its end."""
        principal = replace(
            account.principal,
            expires_at=self._expiry_after(STAFF_ACCESS_LIFETIME),
            sign_in_id=sign_in.id,
        )
        refresh_until = min(self._expiry_after(STAFF_REFRESH_LIFETIME), sign_in.expires_at)
        return TokenPair(
            access=self._sign(principal, _ACCESS, principal.expires_at),
            refresh=self._sign(principal, _REFRESH, refresh_until, rotation=sign_in.rotation),
            principal=principal,
        )

    def issue_for_viewer(self, device_id: str | None = None) -> TokenPair:
        """An access token of 6 hours for a device, and no refresh token.

        Without ``device_id`` it is a new device with a random id.
        """
        return self._issue_for_visitor(Role.VIEWER, device_id or secrets.token_hex(12))

    def issue_for_seeker(self, giver: str) -> TokenPair:
        """An access token of 6 hours for the giver of a profile, and no refresh token."""
        return self._issue_for_visitor(Role.SEEKER, giver)

    def authenticate(self, authorization: str | None) -> Principal | None:
        """Return the principal of an Authorization header; None when there is no header.

        A token is accepted until ``EXPIRY_ALLOWANCE`` after its expiry.

        :raises Unauthenticated: it is no bearer token, or the token is expired or forged.
        """
        if authorization is None:
            return None
        scheme, _, token = authorization.partition(" ")
        # The scheme is case-insensitive (RFC 9110, section 11.1).
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated(
                "Sign in, or open the page again.",
                "请先登录，或重新打开页面。",
                hint="Send the access token as `Authorization: Bearer <token>`.",
            )
        return self._verify_unexpired(token.strip(), _ACCESS)[0]

    def verify_refresh_token(self, token: str) -> RefreshToken:
        """Return what a refresh token says.

        A token of a version without stored sign-ins gets the sign-in that its digest names, so it
        can be exchanged once, as others.

        :raises Unauthenticated: it is expired, forged or no refresh token.
        """
        principal, rotation = self._verify_unexpired(token, _REFRESH)
        digest = hashlib.sha256(token.encode()).hexdigest()
        return RefreshToken(
            account_id=principal.subject,
            generation=principal.generation,
            sign_in_id=principal.sign_in_id or digest[:_LEGACY_ID_LENGTH],
            rotation=rotation,
            is_legacy=principal.sign_in_id is None,
        )

    def _issue_for_visitor(self, role: Role, subject: str) -> TokenPair:
        expires_at = self._expiry_after(VIEWER_ACCESS_LIFETIME)
        principal = Principal(role=role, subject=subject, expires_at=expires_at)
        access = self._sign(principal, _ACCESS, expires_at)
        return TokenPair(access=access, refresh=None, principal=principal)

    def _expiry_after(self, lifetime: timedelta) -> datetime:
        # JWT times are whole seconds. The time that is reported equals the time in the token.
        return (self._clock() + lifetime).replace(microsecond=0)

    def _sign(
        self, principal: Principal, kind: str, expires_at: datetime | None, *, rotation: int = 0
    ) -> str:
        claims: dict[str, Any] = {
            "iss": _ISSUER,
            "kind": kind,
            "sub": principal.subject,
            "role": principal.role.value,
            "union": principal.union_id,
            "employer": principal.employer_id,
            "iat": self._clock(),
            "exp": expires_at,
        }
        if principal.sign_in_id is not None:
            claims |= {"gen": principal.generation, "sid": principal.sign_in_id, "rot": rotation}
        return jwt.encode(claims, self._key, _ALGORITHM)

    def _verify_unexpired(self, token: str, kind: str) -> tuple[Principal, int]:
        if len(token) > MAX_TOKEN_LENGTH:
            raise _token_invalid()
        principal, rotation = self._verify_cached(token, kind)
        assert principal.expires_at is not None  # `_verify` requires the claim "exp"
        if principal.expires_at + EXPIRY_ALLOWANCE <= self._clock():
            raise _token_invalid()
        return principal, rotation

    def _verify(self, token: str, kind: str) -> tuple[Principal, int]:
        try:
            claims = jwt.decode(
                token,
                self._key,
                [_ALGORITHM],
                issuer=_ISSUER,
                # A node whose clock is behind must accept what another node has just issued, and
                # the expiry is checked on each use.
                options={
                    "require": ["exp", "iss", "sub"],
                    "verify_iat": False,
                    "verify_exp": False,
                },
            )
            if claims["kind"] != kind:
                raise _token_invalid()
            return _read_principal(claims), int(claims.get("rot", 0))
        except (jwt.PyJWTError, KeyError, ValueError, TypeError):
            raise _token_invalid() from None


def _token_invalid() -> Unauthenticated:
    return Unauthenticated(
        "Your sign-in has expired. Sign in again, or open the page again.",
        "登录已过期，请重新登录或重新打开页面。",
        hint=("The token is expired or forged. Renew it with `refreshSignIn` or `enterAsViewer`."),
    )


def _read_principal(claims: dict[str, Any]) -> Principal:
    role, union_id, employer_id = Role[claims["role"]], claims["union"], claims["employer"]
    # Without a union or employer to narrow it, a list would hold the records of all of them.
    if role in STAFF_ROLES and not (employer_id if role is Role.RECRUITER else union_id):
        raise ValueError("staff without a union or employer")
    return Principal(
        role=role,
        subject=claims["sub"],
        union_id=union_id,
        employer_id=employer_id,
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        generation=int(claims.get("gen", 1)),
        sign_in_id=claims.get("sid"),
    )
