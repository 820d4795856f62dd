"""Nodes that issue codes and send them, over a store, with a gateway that the test sets."""

from __future__ import annotations

from datetime import datetime

from domain.identity.accounts import Principal, Role
from domain.identity.code_caps import DEFAULT_LIMITS, CodeLimits
from domain.identity.devices import PhonePair
from domain.identity.phone_codes import CodeChannel, SendOutcome, SendResult
from realtime.background import Schedule
from services.identity.code_caps import CodeCaps
from services.identity.code_gateway import CodeGateway
from services.identity.phone_proving import PhoneProving, ProvenPhone, RequestedCode
from storage.store import Store
from tests.support.records import ManualClock
from workers.phone_messages import CodeDispatcher
from workers.sms.gateway import OutgoingCode

OFTEN = Schedule(interval_seconds=0.01, first_retry_seconds=0.01)
ACCEPTED = SendResult(outcome=SendOutcome.ACCEPTED, serial="serial")
UNAVAILABLE = SendResult(outcome=SendOutcome.UNAVAILABLE, code="TIMEOUT")
PHONE = "14400000001"
PEER = "203.0.113.5"
WIDE = CodeLimits(
    per_phone_hour=10_000,
    per_phone_day=10_000,
    per_device_hour=10_000,
    per_device_day=10_000,
    per_address_hour=10_000,
    per_site_hour=10_000,
    per_prefix_hour=10_000,
    per_prefix_day=10_000,
    day_budget=10_000,
    month_budget=10_000,
    reserved_per_address_hour=10_000,
)
"""Limits that no test reaches, but for those that it changes."""


class ScriptedGateway:
    """Records messages; returns ``answers`` in turn, then accepts. Raises ``error`` if set."""

    def __init__(self, *answers: SendResult) -> None:
        self.answers = list(answers)
        self.sent: list[OutgoingCode] = []
        self.error: BaseException | None = None

    async def send(self, message: OutgoingCode) -> SendResult:
        self.sent.append(message)
        if self.error is not None:
            raise self.error
        return self.answers.pop(0) if self.answers else ACCEPTED

    async def close(self) -> None:
        """Nothing is open."""


class PhoneNode:
    """What one node has for codes: the service, and the worker that sends."""

    def __init__(
        self,
        store: Store,
        clock: ManualClock,
        *,
        limits: CodeLimits = DEFAULT_LIMITS,
        channels: tuple[CodeChannel, ...] = (CodeChannel.SMS,),
        shows_codes: bool = True,
    ) -> None:
        self.store = store
        self.clock = clock
        self.gateway = ScriptedGateway()
        self.status = CodeGateway(name="test", channels=channels, shows_codes=shows_codes)
        self.confirmed: list[tuple[PhonePair, datetime]] = []
        self.proving = PhoneProving(
            store,
            self.status,
            CodeCaps(store, limits),
            clock,
            on_proven=[self._record_proven],
            allows_demo_phones=True,
        )
        self.dispatcher = CodeDispatcher(
            store, self.gateway, self.status, limits, clock, schedule=OFTEN
        )

    async def request(
        self,
        device: str = "device",
        phone: str = PHONE,
        *,
        peer: str = PEER,
        channel: CodeChannel = CodeChannel.SMS,
    ) -> RequestedCode | ProvenPhone:
        """Ask for a code."""
        return await self.proving.request_code(visitor(device), phone, channel, peer=peer)

    async def request_digits(self, device: str = "device", phone: str = PHONE) -> str:
        """Ask for a code, and return it as the demo shows it."""
        answer = await self.request(device, phone)
        assert isinstance(answer, RequestedCode)
        assert answer.shown is not None  # this node shows codes
        return answer.shown

    async def confirm(self, code: str, device: str = "device", phone: str = PHONE) -> ProvenPhone:
        """Type a code."""
        return await self.proving.confirm(visitor(device), phone, code)

    async def _record_proven(self, pair: PhonePair, at: datetime) -> None:
        self.confirmed.append((pair, at))


def visitor(device: str) -> Principal:
    """Return a viewer on this device."""
    return Principal(role=Role.VIEWER, subject=device)


def phone(number: int) -> str:
    """Return a phone of the demo: all of the first 100,000 are of ten blocks of numbers."""
    return f"144{number:08d}"


def another(code: str) -> str:
    """Return a code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
