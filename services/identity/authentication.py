"""Authentication of each request: a valid access token that was not revoked."""

from __future__ import annotations

from domain.identity.accounts import Principal
from domain.refusals import Refusal
from services.identity.revocations import Revocations
from services.identity.tokens import Tokens


class Authentication:
    """Finds the caller of a request by its access token."""

    def __init__(self, tokens: Tokens, revocations: Revocations) -> None:
        self._tokens = tokens
        self._revocations = revocations

    def authenticate(self, authorization: str | None) -> Principal | None:
        """Return the principal of an Authorization header; None when there is no header.

        :raises Unauthenticated: it is no bearer token, or the token is expired, forged or revoked.
        :raises Busy: this node cannot tell whether the token was revoked.
        """
        principal = self._tokens.authenticate(authorization)
        refusal = self.refusal(principal)
        if refusal is not None:
            raise refusal
        return principal

    def refusal(self, principal: Principal | None) -> Refusal | None:
        """Why a caller who was authenticated before is no longer accepted; None if they are."""
        return None if principal is None else self._revocations.refusal(principal)
