"""Receipts: what a giver keeps to come back to what they gave, without an account.

They are JWTs, signed with a key of the database that outlives the secret, and are valid as long
as records are kept.
"""

from __future__ import annotations

import jwt

from api.auth import MAX_TOKEN_LENGTH
from domain.errors import Unauthenticated
from domain.leads.personal_data import RECORD_RETENTION, ReceiptHolder
from storage.clock import Clock
from storage.mongo.crypto import Keyring

_ISSUER = "songgang"
_KIND = "receipt"
_ALGORITHM = "HS256"


class Receipts:
    """Issues and checks the receipts of one database."""

    def __init__(self, seal: Keyring, clock: Clock) -> None:
        self._seal = seal
        self._clock = clock

    def issue(self, holder: ReceiptHolder) -> str:
        """The receipt of that giver for that person, good for three years."""
        now = self._clock()
        claims = {
            "iss": _ISSUER,
            "kind": _KIND,
            "sub": holder.giver,
            "person": holder.person,
            "iat": now,
            "exp": now + RECORD_RETENTION,
        }
        return jwt.encode(claims, self._seal.key(_KIND), _ALGORITHM)

    def verify(self, receipt: str) -> ReceiptHolder:
        """Whom a receipt stands for.

        :raises Unauthenticated: it is expired, forged or no receipt.
        """
        refused = Unauthenticated(
            "The receipt is expired or not one of ours. Send it as it was given."
        )
        if len(receipt) > MAX_TOKEN_LENGTH:
            raise refused
        try:
            claims = jwt.decode(
                receipt,
                self._seal.key(_KIND),
                [_ALGORITHM],
                issuer=_ISSUER,
                # A node whose clock is behind must take what another has just issued.
                options={"require": ["exp", "iss", "sub"], "verify_iat": False},
            )
            if claims["kind"] != _KIND:
                raise refused
            return ReceiptHolder(person=str(claims["person"]), giver=claims["sub"])
        except (jwt.PyJWTError, KeyError, ValueError, TypeError):
            raise refused from None
