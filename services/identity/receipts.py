"""Receipts: JWTs with which a giver returns to their leads and profile without an account.

A receipt stands for one giver (a device's id) and one person (a keyed hash of a phone). It is
signed with a key of the database, which survives a change of ``SONGGANG_SECRET``, and is valid for
as long as records are kept (three years).
"""

from __future__ import annotations

import jwt

from domain.leads.personal_data import RECORD_RETENTION, ReceiptHolder
from domain.refusals import Unauthenticated
from services.identity.tokens import MAX_TOKEN_LENGTH
from storage.clock import Clock
from storage.mongo.crypto import Keyring

_ISSUER = "songgang"
_KIND = "receipt"
_ALGORITHM = "HS256"


class Receipts:
    """Issues and verifies the receipts of one database."""

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock

    def issue(self, holder: ReceiptHolder) -> str:
        """Issue a receipt for this giver and person, valid for three years."""
        now = self._clock()
        claims = {
            "iss": _ISSUER,
            "kind": _KIND,
            "sub": holder.giver,
            "person": holder.person,
            "iat": now,
            "exp": now + RECORD_RETENTION,
        }
        return jwt.encode(claims, self._keyring.key(_KIND), _ALGORITHM)

    def verify(self, receipt: str) -> ReceiptHolder:
        """Return the giver and person that a receipt stands for.

        :raises Unauthenticated: it is expired, forged or no receipt.
        """
        if len(receipt) > MAX_TOKEN_LENGTH:
            raise _receipt_invalid()
        try:
            claims = jwt.decode(
                receipt,
                self._keyring.key(_KIND),
                [_ALGORITHM],
                issuer=_ISSUER,
                # A node whose clock is behind must accept what another node has just issued.
                options={"require": ["exp", "iss", "sub"], "verify_iat": False},
            )
            if claims["kind"] != _KIND:
                raise _receipt_invalid()
            return ReceiptHolder(person=str(claims["person"]), giver=claims["sub"])
        except (jwt.PyJWTError, KeyError, ValueError, TypeError):
            raise _receipt_invalid() from None


def _receipt_invalid() -> Unauthenticated:
    return Unauthenticated(
        ("The receipt has expired or is not one of ours. Open the page again, or call your union."),
        "登记凭证已过期或无效，请重新打开页面，或联系工会。",
        hint="Send the receipt unchanged.",
    )
