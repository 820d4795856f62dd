"""Counts what devices and addresses bring, over all nodes and without anybody waiting for it.

A count is taken in memory. Once a second each node adds what is new to the database, in one batch,
and reads what the other nodes have added. So a limit may be exceeded by what one second of a node
brings, and a database that does not answer refuses nobody.
"""

from __future__ import annotations

import hmac
import math
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

import structlog

from realtime.background import Periodic, Schedule
from realtime.usage_limits import UsageLimit
from storage.clock import Clock
from storage.mongo.client import StorageError
from storage.store import Store

SCHEDULE = Schedule(interval_seconds=1.0, runs_at_start=False)
MAX_COUNTED = 50_000
"""Subjects and windows that one node counts; beyond that the one that was used least recently is
forgotten: about 50 MB."""
MAX_KEYS_PER_RUN = 2_000
"""Sets that one run writes and reads; the next run continues."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Usage:
    ends_at: datetime
    members: set[str] = field(default_factory=set)
    unwritten: set[str] = field(default_factory=set)


class UsageCounter(Periodic):
    """The counts of one process."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        schedule: Schedule = SCHEDULE,
        max_counted: int = MAX_COUNTED,
    ) -> None:
        super().__init__("usage_counts", schedule)
        self._counts = store.usage_counts
        self._keyring = store.keyring
        self._clock = clock
        self._max_counted = max_counted
        self._usages: OrderedDict[str, _Usage] = OrderedDict()
        self._changed: OrderedDict[str, None] = OrderedDict()

    def __len__(self) -> int:
        """The number of subjects and windows that are counted."""
        return len(self._usages)

    async def close(self) -> None:
        """Stop, and write what is left."""
        await super().close()
        try:
            await self.run_once()
        except StorageError as error:
            _log.warning("usage counts lost", error=type(error).__name__)

    def take(self, limit: UsageLimit, subject: str, member: str) -> int | None:
        """Count that ``subject`` brings ``member``, unless the limit is reached.

        Returns None when it may, also for a member that it has brought before in this window. Else
        the seconds after which the window ends.
        """
        key, usage = self._usage_of(limit, subject)
        hashed = self._hash(member)
        if hashed in usage.members:
            return None
        if len(usage.members) >= limit.most:
            left = (usage.ends_at - self._clock()).total_seconds()
            return max(1, math.ceil(left))
        usage.members.add(hashed)
        usage.unwritten.add(hashed)
        self._changed[key] = None
        return None

    def knows(self, limit: UsageLimit, subject: str, member: str) -> bool:
        """Whether ``subject`` has brought ``member`` in this window; nothing is counted.

        What other nodes counted, or this one before it was restarted, is known a second later.
        """
        _, usage = self._usage_of(limit, subject)
        return self._hash(member) in usage.members

    async def run_once(self) -> None:
        """Write what is new in one batch, and read what other nodes have added to the same sets.

        :raises StorageError: MongoDB does not answer; what is new is written by a later run.
        """
        now = self._clock()
        for key in [key for key, usage in self._usages.items() if usage.ends_at <= now]:
            self._forget(key)
        keys = [key for key, _ in zip(self._changed, range(MAX_KEYS_PER_RUN), strict=False)]
        if not keys:
            return
        written = {key: frozenset(self._usages[key].unwritten) for key in keys}
        await self._counts.add(
            {key: (written[key], self._usages[key].ends_at) for key in keys if written[key]}
        )
        found = await self._counts.find(keys)
        for key in keys:
            usage = self._usages.get(key)
            if usage is not None:
                usage.members |= found.get(key, frozenset())
                usage.unwritten -= written[key]
                if not usage.unwritten:
                    self._changed.pop(key, None)

    def _usage_of(self, limit: UsageLimit, subject: str) -> tuple[str, _Usage]:
        # The clock is read once: a window may end between two readings.
        seconds = limit.window.total_seconds()
        end = (int(self._clock().timestamp() // seconds) + 1) * seconds
        key = f"{limit.name}/{self._hash(subject)}/{int(end)}"
        usage = self._usages.get(key)
        if usage is None:
            usage = self._usages[key] = _Usage(datetime.fromtimestamp(end, UTC))
            # Others may have counted this subject already.
            self._changed[key] = None
            if len(self._usages) > self._max_counted:
                self._forget(next(iter(self._usages)))
        self._usages.move_to_end(key)
        return key, usage

    def _hash(self, value: str) -> str:
        key = self._keyring.key("device")
        return hmac.new(key, f"usage/{value}".encode(), sha256).hexdigest()[:20]

    def _forget(self, key: str) -> None:
        self._usages.pop(key, None)
        self._changed.pop(key, None)
