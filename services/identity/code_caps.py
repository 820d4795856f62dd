"""Counting a request for a one-time code under every cap, or refusing it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from domain.identity.code_caps import (
    HOUSE,
    Cap,
    CapUse,
    CodeLimits,
    address_caps,
    budget_alerts,
    device_cap,
    house_cap,
    networks_of,
    phone_cap,
    prefix_cap,
    reserve_cap,
    seconds_until_open,
)
from domain.identity.phone_codes import CountedCode
from domain.refusals import PhoneCodesUnavailable, TooManyAttempts
from storage.store import Store

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class CountedRequest:
    """A request that was counted under the caps ``counted``.

    ``returned`` are those that get their count back when the code is confirmed, ``house`` is the
    budget. ``is_silent`` is True when the phone has reached its cap: no message may be sent, and
    the answer is that of every other request.
    """

    counted: tuple[CountedCode, ...]
    returned: tuple[CountedCode, ...]
    house: CountedCode
    is_silent: bool


class CodeCaps:
    """Counts requests for codes over all nodes."""

    def __init__(self, store: Store, limits: CodeLimits) -> None:
        self._store = store
        self._counts = store.code_caps
        self._limits = limits

    async def take(
        self,
        *,
        device: str,
        person: str,
        phone: str,
        peer: str,
        has_reserve: Callable[[], Awaitable[bool]],
        at: datetime,
    ) -> CountedRequest:
        """Count one request. ``has_reserve`` tells whether the device may use the last part of the
        budget; it is asked only when the rest is used up.

        :raises TooManyAttempts: device, network or block of numbers has reached its cap.
        :raises PhoneCodesUnavailable: the budget of the house is used up.
        """
        hashed = [self._store.keyring.hash_network(network) for network in networks_of(peer)]
        uses: list[CapUse] = []
        # The phone comes last, and the device after its network: a request that is refused leaves
        # no document for a value that a client can make up without end. Which cap refuses does not
        # depend on the phone, so every request for a phone does the same work.
        returned = [
            await self._take_or_refuse(cap, uses, at=at)
            for cap in address_caps(peer, hashed, self._limits, at)
        ]
        await self._take_or_refuse(device_cap(device, self._limits, at), uses, at=at)
        block = prefix_cap(phone, self._limits, at)
        returned.append(await self._take_or_refuse(block, uses, at=at))
        house = await self._counts.take(house_cap(self._limits, at, has_reserve=False), at=at)
        if not house.is_admitted and await has_reserve():
            own_share = reserve_cap(hashed, self._limits, at)
            returned.append(await self._take_or_refuse(own_share, uses, at=at))
            house = await self._counts.take(house_cap(self._limits, at, has_reserve=True), at=at)
        if not house.is_admitted:
            await self.give_back([each.counted for each in uses])
            raise _refusal(house_cap(self._limits, at, has_reserve=False), house, at=at)
        uses.append(house)
        self._warn(house)
        use = await self._counts.take(phone_cap(person, self._limits, at), at=at)
        if use.is_admitted:
            uses.append(use)
        return CountedRequest(
            counted=tuple(each.counted for each in uses),
            returned=tuple(returned),
            house=house.counted,
            is_silent=not use.is_admitted,
        )

    async def _take_or_refuse(self, cap: Cap, uses: list[CapUse], *, at: datetime) -> CountedCode:
        """Count under a cap and add the use to ``uses``, or give those back and refuse."""
        use = await self._counts.take(cap, at=at)
        if not use.is_admitted:
            await self.give_back([each.counted for each in uses])
            raise _refusal(cap, use, at=at)
        uses.append(use)
        return use.counted

    async def give_back(self, counted: Sequence[CountedCode]) -> None:
        """Take a code back from these caps."""
        await asyncio.gather(*(self._counts.give_back(each) for each in counted))

    def _warn(self, house: CapUse) -> None:
        for window in budget_alerts(house, self._limits):
            _log.warning(
                "budget for one-time codes runs out",
                window=window,
                sent=house.windows[window][0],
                percent=self._limits.alert_percent,
            )


def _refusal(cap: Cap, use: CapUse, *, at: datetime) -> TooManyAttempts | PhoneCodesUnavailable:
    seconds = seconds_until_open(cap, use, at)
    if cap.key == HOUSE:
        return PhoneCodesUnavailable(
            "No more codes can be sent for now. Your interest is stored: staff will call you.",
            "暂时无法发送验证码。您的意向已保存，工作人员会电话与您核实。",
            retry_after=seconds,
        )
    return TooManyAttempts(
        f"Too many codes were asked for. Wait {seconds} seconds.",
        f"获取验证码过于频繁，请等待{seconds}秒后再试。",
        retry_after=seconds,
    )
