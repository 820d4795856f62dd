"""Sign-ins: what one use of a password started, and the rules by which its tokens follow on.

A sign-in is a family of refresh tokens (RFC 9700, section 4.14.2). Each exchange of a refresh token
rotates it: the answer holds the next one, and the exchanged one is spent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

SIGN_IN_LIFETIME = timedelta(days=30)
"""Longest time without the password: NIST SP 800-63B-4, section 2.1.3, asks for 30 days at most."""


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """One sign-in of an account on one device.

    ``rotation`` counts the exchanges. The valid refresh token is the one with this number.
    """

    id: str
    account_id: str
    created_at: datetime
    expires_at: datetime
    rotation: int = 0
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RefreshToken:
    """What a refresh token says: its account, its sign-in and its number within the sign-in."""

    account_id: str
    generation: int
    sign_in_id: str
    rotation: int
    is_legacy: bool = False
    """Whether it comes from a version without stored sign-ins."""


class RotationOutcome(Enum):
    """What became of a refresh token that was to be exchanged."""

    ROTATED = "rotated"
    """It was the valid one. The next one is valid now."""
    REPEATED = "repeated"
    """It was exchanged a few seconds ago: a retry of the same exchange, with the same result."""
    REUSED = "reused"
    """It was exchanged earlier: somebody has a copy."""
    ENDED = "ended"
    """Its sign-in is over or unknown."""


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """Which tokens of an account are no longer valid, although they have not expired."""

    account_id: str
    generation: int
    """Tokens of an earlier generation are invalid."""
    is_disabled: bool
    """No token of the account is valid."""
    ended_sign_ins: frozenset[str] = field(default_factory=frozenset)
    """The sign-ins that ended last. Their tokens are invalid."""
    revoked_at: datetime

    def covers(self, generation: int, sign_in_id: str | None) -> bool:
        """Whether a token of that generation and sign-in is invalid."""
        return self.is_disabled or generation < self.generation or sign_in_id in self.ended_sign_ins
