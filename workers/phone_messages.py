"""Sends the messages that carry one-time codes: at least once, and only while the code is valid.

The request has stored the message together with its code. A claim reserves it for one process; when
that dies, another one sends it again after the claim has run out, with the same code. Attempts are
bounded, and a message that is finished holds neither phone nor code any more.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog

from domain.identity.code_caps import CodeLimits, house_cap
from domain.identity.phone_codes import (
    MAX_ATTEMPTS,
    CodeMessage,
    MessageState,
    PhoneCode,
    SendResult,
    record_sending,
)
from realtime.background import Periodic, Schedule
from services.identity.code_gateway import CodeGateway
from storage.clock import Clock
from storage.mongo.crypto import CodeMessageDamaged
from storage.store import Store
from workers.sms.gateway import MessageGateway, OutgoingCode

SCHEDULE = Schedule(interval_seconds=1.0)
"""How often a process looks for due messages; a request of its own wakes it at once."""
CLAIM_DURATION = timedelta(seconds=30)
"""How long a message is reserved: much longer than one attempt may take."""
MAX_COUNTED_WAITING = 10_000
"""Messages at which counting those that wait stops."""

_log = structlog.get_logger(__name__)


class CodeDispatcher(Periodic):
    """Sends due messages through the gateway of this process.

    ``sent_today``, ``sent_this_month`` and ``waiting`` are figures of the whole house, for
    ``/metrics``.
    """

    def __init__(
        self,
        store: Store,
        gateway: MessageGateway,
        status: CodeGateway,
        limits: CodeLimits,
        clock: Clock,
        *,
        schedule: Schedule = SCHEDULE,
    ) -> None:
        super().__init__("phone_messages", schedule)
        self._store = store
        self._gateway = gateway
        self._status = status
        self._limits = limits
        self._clock = clock
        self.waiting = 0
        self.sent_today = 0
        self.sent_this_month = 0

    def budget_used(self) -> dict[str, float]:
        """The used share of the budget of this day and this month, 0 to 1."""
        return {
            "day": self.sent_today / self._limits.day_budget,
            "month": self.sent_this_month / self._limits.month_budget,
        }

    async def close(self) -> None:
        """Stop; a message whose attempt is cut off is sent again later."""
        await super().close()
        await self._gateway.close()

    async def run_once(self) -> None:
        """Send until no message is due. Without a gateway other nodes send."""
        while self._status.channels and (claimed := await self._claim()):
            await asyncio.gather(*(self._finish(code) for code in claimed))
        await self._read_figures()

    async def _claim(self) -> list[PhoneCode]:
        at = self._clock()
        return await self._store.phone_codes.claim_due(at=at, until=at + CLAIM_DURATION)

    async def _finish(self, code: PhoneCode) -> None:
        message = code.message
        if message.state is MessageState.SUPPRESSED:
            after = _finished(message, MessageState.FAILED, "SUPPRESSED")
            if await self._store.phone_codes.record_sending(code, after):
                await self._store.code_caps.give_back(code.house)
            return
        if code.expires_at <= self._clock() or message.attempts > MAX_ATTEMPTS:
            # Crashes may have used up the attempts.
            await self._store.phone_codes.record_sending(
                code, _finished(message, MessageState.EXPIRED, message.failure or "EXPIRED")
            )
            return
        try:
            result = await self._send(code)
        except CodeMessageDamaged:
            after = _finished(message, MessageState.FAILED, "DAMAGED")
            await self._store.phone_codes.record_sending(code, after)
            return
        await self._record(code, result)

    async def _send(self, code: PhoneCode) -> SendResult:
        sealed = code.message.sealed
        assert sealed is not None  # only a finished message has none
        if not self._store.keyring.has_version(sealed.key_version):
            await self._store.keys.reload()
        phone, digits = self._store.keyring.open_code_message(code.id, code.issue, sealed)
        if code.message.attempts > 1:
            # The attempt before may have been sent, and is paid for.
            cap = house_cap(self._limits, self._clock(), has_reserve=True)
            await self._store.code_caps.take(cap, at=self._clock())
        return await self._gateway.send(
            OutgoingCode(
                id=code.issue,
                phone=phone,
                code=digits,
                channel=code.message.channel,
                expires_at=code.expires_at,
            )
        )

    async def _record(self, code: PhoneCode, result: SendResult) -> None:
        at = self._clock()
        self._status.record(result, at=at)
        after = record_sending(code.message, result, at=at)
        await self._store.phone_codes.record_sending(code, after)
        if result.code is not None:
            _log.warning(
                "one-time code not accepted",
                gateway=self._status.name,
                outcome=result.outcome.value,
                code=result.code,
                attempts=code.message.attempts,
                given_up=after.state is MessageState.FAILED,
            )

    async def _read_figures(self) -> None:
        self.waiting = await self._store.phone_codes.count_waiting(most=MAX_COUNTED_WAITING)
        used = await self._store.code_caps.read_house(at=self._clock())
        self.sent_today, self.sent_this_month = used["day"], used["month"]


def _finished(message: CodeMessage, state: MessageState, failure: str) -> CodeMessage:
    return replace(message, state=state, sealed=None, claim=None, failure=failure)
