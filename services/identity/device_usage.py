"""What one device and one address may send: bounded without ever refusing an address."""

from __future__ import annotations

from domain.identity.accounts import STAFF_ROLES, Principal
from domain.refusals import TooManyAttempts
from realtime.usage_counter import UsageCounter
from realtime.usage_limits import DEFAULT_USAGE_LIMITS, UsageLimits
from storage.mongo.client import new_id


class DeviceUsage:
    """Checks leads and profiles before they are stored."""

    def __init__(self, counter: UsageCounter, limits: UsageLimits = DEFAULT_USAGE_LIMITS) -> None:
        self._counter = counter
        self._limits = limits

    def admit_phone(self, caller: Principal, phone: str) -> None:
        """Let the caller send something with this phone; the same phone again is free.

        :raises TooManyAttempts: the device has sent too many phones in this hour.
        """
        if caller.role in STAFF_ROLES:
            return
        seconds = self._counter.take(self._limits.phones, caller.subject, phone)
        if seconds is not None:
            minutes = -(-seconds // 60)
            raise TooManyAttempts(
                f"This device has signed up {self._limits.phones_per_device_hour} phones. Wait "
                f"{minutes} minutes, or ask the staff to take further names.",
                f"这台设备已登记{self._limits.phones_per_device_hour}个手机号，请{minutes}分钟后再试，"
                "或请工作人员代为登记。",
                retry_after=seconds,
            )

    def admit_entry(self, device_id: str) -> None:
        """Let a device come back with its credential.

        :raises TooManyAttempts: it has come back too often in this hour.
        """
        seconds = self._counter.take(self._limits.entries, device_id, new_id())
        if seconds is not None:
            minutes = -(-seconds // 60)
            raise TooManyAttempts(
                f"This device has entered very often. Keep its access token, and wait {minutes} "
                "minutes before the next entry.",
                f"这台设备进入过于频繁，请继续使用已有的访问令牌，{minutes}分钟后再试。",
                retry_after=seconds,
            )

    def is_crowded(self, caller: Principal, peer: str) -> bool:
        """Return whether the caller is one of too many new devices of its address.

        ``peer`` is the network of the client. A crowded caller is served like any other, and
        called after them.
        """
        if caller.role in STAFF_ROLES:
            return False
        return self._counter.take(self._limits.devices, peer, caller.subject) is not None

    def counts_scan(self, code_id: str, peer: str) -> bool:
        """Return whether a scan of a code from this address counts; it works in any case."""
        return self._counter.take(self._limits.scans, f"{code_id}/{peer}", new_id()) is None
