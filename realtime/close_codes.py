"""WebSocket close codes: number, reason, and whether and how the client reconnects.

Codes below 4000 come from RFC 6455, section 7.4; 4400 to 4429 from graphql-transport-ws
(https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md). Codes from 4510 on are
Songgang's own. Clients of the protocol retry after an application code they do not know.
``docs/protocol.md`` lists the same table.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Self


class Retry(StrEnum):
    """How a client reconnects after a close."""

    AT_ONCE = "at once"
    """Reconnect now and resume with ``after``."""
    LATER = "later"
    """Reconnect after a growing pause and resume with ``after``."""
    AFTER_SIGN_IN = "with a new token"
    """Get a new token first, then reconnect and resume with ``after``."""
    NEVER = "never"
    """Do not reconnect: the client must be corrected first."""


class CloseCode(IntEnum):
    """A close code with its default reason and the way a client reconnects after it."""

    reason: str
    """Text of the close frame; at most 123 bytes (RFC 6455, section 5.5)."""
    retry: Retry

    def __new__(cls, number: int, reason: str, retry: Retry) -> Self:
        code = int.__new__(cls, number)
        code._value_ = number
        code.reason = reason
        code.retry = retry
        return code

    GOING_AWAY = 1001, "The server stops", Retry.LATER
    MESSAGE_TOO_BIG = 1009, "The message is too big", Retry.NEVER
    SERVICE_RESTART = 1012, "The server stops", Retry.LATER
    TRY_AGAIN_LATER = 1013, "The database does not answer: come back with after", Retry.LATER
    """This node cannot tell whether the token of a member of staff was revoked."""
    BAD_REQUEST = 4400, "The message is not part of the protocol", Retry.NEVER
    """A message that the protocol does not know; the close frame says what is wrong with it."""
    UNAUTHORIZED = 4401, "Unauthorized", Retry.NEVER
    """``subscribe`` before ``connection_ack``."""
    FORBIDDEN = (
        4403,
        "The token is not valid: get one (refreshSignIn, enterAsViewer), connect with it and after",
        Retry.AFTER_SIGN_IN,
    )
    """The token is expired, revoked or forged."""
    SUBPROTOCOL_REQUIRED = 4406, "Use the subprotocol graphql-transport-ws", Retry.NEVER
    INIT_TIMEOUT = 4408, "Connection initialisation timeout", Retry.LATER
    SUBSCRIBER_EXISTS = 4409, "Subscriber for this id already exists", Retry.NEVER
    TOO_MANY_INITS = 4429, "Too many initialisation requests", Retry.NEVER
    OUTBOX_FULL = 4510, "Too slow: come back with after", Retry.LATER
    """More bytes wait for the client than ``RealtimeLimits.max_outbox_bytes``."""
    TOKEN_EXPIRED = (
        4511,
        "The token has expired: get one (refreshSignIn, enterAsViewer), connect with it and after",
        Retry.AFTER_SIGN_IN,
    )
    """The token ran out while the socket was open."""
    DRAINING = 4512, "The server stops: come back with after", Retry.AT_ONCE
    """This node is about to stop; another node answers."""
    SIGNED_OUT = 4513, "Signed out, or the account is disabled: sign in again", Retry.AFTER_SIGN_IN
    """The tokens of the account were revoked while the socket was open."""
