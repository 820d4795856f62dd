"""What gateways report later: delivered messages, and replies by which people want no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from domain.identity.persons import normalise_phone
from domain.identity.phone_codes import DeliveryReport, PhoneReply, read_reply
from domain.refusals import PhoneInvalid
from storage.clock import Clock
from storage.store import Store

MAX_ITEMS_PER_CALL = 1_000
"""Reports, or replies, in one call of a gateway."""


@dataclass(frozen=True, kw_only=True)
class ReceivedReply:
    """A reply as the gateway passes it on; nothing of it is stored but what it asks for."""

    phone: str
    text: str


class PhoneReplies:
    """Stores delivery reports, and which phones get no messages.

    ``delivered`` counts reports of messages by whether they arrived.
    """

    def __init__(self, store: Store, clock: Clock, *, allows_demo_phones: bool) -> None:
        self._store = store
        self._clock = clock
        self._allows_demo_phones = allows_demo_phones
        self.delivered: Counter[bool] = Counter()

    async def record_reports(self, reports: Sequence[DeliveryReport]) -> None:
        """Store what became of messages; repeated reports and those of other systems count once
        and not at all."""
        known = await self._store.phone_codes.record_reports(reports)
        for report, is_known in zip(reports, known, strict=True):
            self.delivered[report.delivered] += is_known

    async def record_replies(self, replies: Sequence[ReceivedReply]) -> None:
        """Stop messages to phones that ask for it, and start them again; in the given order."""
        for reply in replies:
            wish = read_reply(reply.text)
            if wish is None:
                continue
            try:
                phone = normalise_phone(reply.phone, demo=self._allows_demo_phones)
            except PhoneInvalid:
                continue
            person = self._store.keyring.hash_phone(phone)
            if wish is PhoneReply.STOP:
                await self._store.phone_stops.add(person, at=self._clock())
            else:
                await self._store.phone_stops.remove(person)
