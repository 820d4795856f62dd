"""Proving a phone with a one-time code: asking for a code, and showing that it arrived."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.identity.accounts import Principal
from domain.identity.devices import PhonePair
from domain.identity.persons import normalise_phone
from domain.identity.phone_codes import (
    CODE_DIGITS,
    CODE_LIFETIME,
    RESEND_PAUSE,
    CodeChannel,
    CodeMessage,
    MessageState,
    PhoneCode,
    check_code,
    code_id,
    code_invalid,
    format_code,
    seconds_until,
)
from domain.refusals import InvalidInput, PhoneCodesUnavailable, TooManyAttempts
from services.identity.code_caps import CodeCaps, CountedRequest
from services.identity.code_gateway import CodeGateway
from storage.clock import Clock
from storage.store import Store

OnProven = Callable[[PhonePair, datetime], Awaitable[object]]
"""Confirms what a device sent with a phone that it has just proven; it may be called again."""
RENEWAL_PERIOD = timedelta(days=1)
"""A proof that ends later than this needs no other code."""
_PHONE_FIELD = ("input", "phone")
_NO_HASH = "0" * 64


@dataclass(frozen=True, kw_only=True)
class RequestedCode:
    """The answer to a request: the same whether or not a message leaves.

    ``shown`` is the code itself, in a demo only, and only if it was sent.
    """

    expires_at: datetime
    next_request_at: datetime
    shown: str | None


@dataclass(frozen=True, kw_only=True)
class ProvenPhone:
    """The device has proven the phone and needs no code until ``until``."""

    until: datetime


class PhoneProving:
    """Issues codes, and confirms phones by them.

    Nothing in an answer depends on what others did with the phone: whether it has leads or a
    profile, whether somebody asked for codes, whether its owner wants no messages.
    """

    def __init__(
        self,
        store: Store,
        gateway: CodeGateway,
        caps: CodeCaps,
        clock: Clock,
        *,
        on_proven: Sequence[OnProven] = (),
        allows_demo_phones: bool,
    ) -> None:
        self._store = store
        self._gateway = gateway
        self._caps = caps
        self._on_proven = on_proven
        self._clock = clock
        self._allows_demo_phones = allows_demo_phones
        self._listeners: list[Callable[[], None]] = []

    @property
    def channels(self) -> tuple[CodeChannel, ...]:
        """How codes can be sent; empty without a gateway."""
        return self._gateway.channels

    @property
    def is_available(self) -> bool:
        """Whether a code can be asked for: there is a gateway, and it works."""
        return bool(self.channels) and not self._gateway.seconds_of_outage(self._clock())

    def add_listener(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` whenever a message waits to be sent."""
        self._listeners.append(wake)

    async def request_code(
        self, caller: Principal, raw_phone: str, channel: CodeChannel, *, peer: str
    ) -> RequestedCode | ProvenPhone:
        """Issue a code for the phone, and have it sent.

        A device that has proven the phone for more than ``RENEWAL_PERIOD`` gets that answer.

        :raises PhoneInvalid: it is no Chinese mobile number.
        :raises InvalidInput: the gateway does not have this channel.
        :raises PhoneCodesUnavailable: there is no gateway, it fails, or the budget is used up.
        :raises TooManyAttempts: a cap is reached, or the device asked a moment ago.
        """
        phone = normalise_phone(raw_phone, demo=self._allows_demo_phones, field=_PHONE_FIELD)
        at = self._clock()
        self._check_gateway(channel, at)
        pair = PhonePair(device_id=caller.subject, person=self._store.keyring.hash_phone(phone))
        proven_until = await self._store.phone_proofs.proven_until(pair, at=at)
        if proven_until is not None and proven_until > at + RENEWAL_PERIOD:
            return ProvenPhone(until=proven_until)
        is_stopped = await self._store.phone_stops.has(pair.person)
        if is_stopped and proven_until is not None:
            # The owner of the phone asks for messages again.
            await self._store.phone_stops.remove(pair.person)
            is_stopped = False
        counted = await self._caps.take(
            device=pair.device_id,
            person=pair.person,
            phone=phone,
            peer=peer,
            has_reserve=lambda: self._has_lead_on_air(pair),
            at=at,
        )
        code, digits = self._issue(pair, phone, channel, counted, at=at)
        is_suppressed = is_stopped or counted.is_silent
        if is_suppressed:
            message = replace(code.message, state=MessageState.SUPPRESSED, sealed=None)
            code = replace(code, message=message, code_hash=None)
        earlier = await self._store.phone_codes.replace(code)
        if earlier is not None:
            await self._caps.give_back(counted.counted)
            raise _asked_again(earlier, at)
        for wake in self._listeners:
            wake()
        return RequestedCode(
            expires_at=code.expires_at,
            next_request_at=at + RESEND_PAUSE,
            shown=digits if self._gateway.shows_codes and not is_suppressed else None,
        )

    async def confirm(self, caller: Principal, raw_phone: str, raw_code: str) -> ProvenPhone:
        """Prove the phone by the code, and confirm what this device sent with that phone.

        Sent again with the right code while it is valid, it gives the same answer.

        :raises PhoneInvalid: it is no Chinese mobile number.
        :raises InvalidInput: it is not six digits; that does not count as a guess.
        :raises PhoneCodeInvalid: the code is wrong, expired, or was tried too often.
        :raises Busy: some may not be confirmed yet; sending it again is safe.
        """
        phone = normalise_phone(raw_phone, demo=self._allows_demo_phones, field=_PHONE_FIELD)
        digits = check_code(raw_code)
        at, keyring = self._clock(), self._store.keyring
        pair = PhonePair(device_id=caller.subject, person=keyring.hash_phone(phone))
        record_id = code_id(pair.device_id, pair.person)
        code = await self._store.phone_codes.count_try(record_id, at=at)
        given = keyring.hash_phone_code(record_id, code.issue if code else record_id, digits)
        expected = code.code_hash if code else None
        is_equal = hmac.compare_digest(given, expected or _NO_HASH)
        if code is None or not is_equal:
            raise code_invalid()
        proof = await self._store.phone_proofs.record(pair, at=at)
        for confirm in self._on_proven:
            await confirm(pair, at)
        # After the rest: a call that was cut off is completed by the same call.
        if await self._store.phone_codes.mark_confirmed(code, at=at):
            await self._caps.give_back(code.counted)
        return ProvenPhone(until=proof.expires_at)

    def _check_gateway(self, channel: CodeChannel, at: datetime) -> None:
        if not self.channels:
            raise PhoneCodesUnavailable(
                "This service sends no codes. Your interest is stored: staff will call you.",
                "本平台暂不发送验证码。您的意向已保存，工作人员会电话与您核实。",
            )
        if channel not in self.channels:
            raise InvalidInput(
                "Codes cannot be sent this way. Choose another channel.",
                "暂不支持该接收方式，请选择其他方式。",
                field=("input", "channel"),
            )
        seconds = self._gateway.seconds_of_outage(at)
        if seconds:
            raise PhoneCodesUnavailable(
                f"Codes cannot be sent just now. Try again in {seconds} seconds. Your interest is "
                "stored.",
                f"验证码暂时无法发送，请{seconds}秒后再试。您的意向已保存。",
                retry_after=seconds,
            )

    def _issue(
        self,
        pair: PhonePair,
        phone: str,
        channel: CodeChannel,
        counted: CountedRequest,
        *,
        at: datetime,
    ) -> tuple[PhoneCode, str]:
        """A new code that is not stored yet, and its digits."""
        keyring = self._store.keyring
        record_id, issue = code_id(pair.device_id, pair.person), secrets.token_hex(12)
        digits = format_code(secrets.randbelow(10**CODE_DIGITS))
        message = CodeMessage(
            channel=channel,
            state=MessageState.PENDING,
            sealed=keyring.seal_code_message(record_id, issue, phone, digits),
            next_at=at,
        )
        code = PhoneCode(
            id=record_id,
            device=pair.device_id,
            person=pair.person,
            issue=issue,
            code_hash=keyring.hash_phone_code(record_id, issue, digits),
            issued_at=at,
            expires_at=at + CODE_LIFETIME,
            counted=counted.returned,
            house=counted.house,
            message=message,
        )
        return code, digits

    async def _has_lead_on_air(self, pair: PhonePair) -> bool:
        """Whether the device has a standing lead with this phone in a session on air."""
        sessions = await self._store.live_sessions.ids_on_air()
        return await self._store.lead_claims.has_standing(pair.device_id, pair.person, sessions)


def _asked_again(earlier: datetime, at: datetime) -> TooManyAttempts:
    seconds = max(1, seconds_until(earlier + RESEND_PAUSE, at))
    return TooManyAttempts(
        f"A code is on its way. Ask for another one in {seconds} seconds.",
        f"验证码已发送，请{seconds}秒后再重新获取。",
        retry_after=seconds,
    )
