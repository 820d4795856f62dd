"""The gateway of demo and tests: it sends nothing and writes the code to the log."""

from __future__ import annotations

import structlog

from domain.identity.phone_codes import SendOutcome, SendResult
from workers.sms.gateway import OutgoingCode

_log = structlog.get_logger(__name__)


class ConsoleGateway:
    """Accepts every code. The log holds the code and no phone; only a demo may use it."""

    async def send(self, message: OutgoingCode) -> SendResult:
        """Accept the message at once."""
        _log.info("one-time code of the demo", code=message.code, channel=message.channel.value)
        return SendResult(outcome=SendOutcome.ACCEPTED, serial=message.id)

    async def close(self) -> None:
        """Do nothing: there is no connection."""
