"""What a client says of itself in ``connection_init``: its token and its language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from starlette.types import Scope

from api.http.content_negotiation import choose_language
from domain.identity.accounts import Principal
from domain.languages import Language

_ACCEPT_LANGUAGE = b"accept-language"


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who sends the operations of a connection: the account, the network, the language."""

    principal: Principal | None
    peer: str
    language: Language


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionInit:
    """The payload of ``connection_init``. Names are compared without regard to case."""

    authorization: str | None
    accept_language: str | None

    @classmethod
    def parse(cls, payload: dict[str, Any] | None) -> Self:
        """Read a payload. A value that is no text counts as missing."""
        texts = {
            name.lower().replace("-", ""): value
            for name, value in (payload or {}).items()
            if isinstance(value, str)
        }
        return cls(
            authorization=texts.get("authorization"), accept_language=texts.get("acceptlanguage")
        )

    def complete(self, caller: Caller, principal: Principal | None) -> Caller:
        """The caller of the handshake, with the account and language of the payload."""
        language = caller.language
        if self.accept_language is not None:
            language = choose_language(self.accept_language)
        return Caller(principal=principal, peer=caller.peer, language=language)


def handshake_language(scope: Scope) -> Language:
    """The language that the browser names in the handshake."""
    named = [value for name, value in scope["headers"] if name == _ACCEPT_LANGUAGE]
    return choose_language(b",".join(named).decode("latin-1"))
