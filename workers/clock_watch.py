"""The clock watch: follows the clock of the database, and says when this node's own is wrong."""

from __future__ import annotations

import structlog

from realtime.background import Periodic, Schedule
from storage.mongo.database_clock import ClockFault, DatabaseClock

SCHEDULE = Schedule(interval_seconds=2.0)

_log = structlog.get_logger(__name__)


class ClockWatch(Periodic):
    """Samples the database's clock every two seconds."""

    def __init__(self, clock: DatabaseClock, *, schedule: Schedule = SCHEDULE) -> None:
        super().__init__("clock_watch", schedule)
        self._clock = clock
        self._reported: ClockFault | None = None

    def failed_checks(self) -> list[str]:
        """The names in ``/health/ready`` for which this node must get no requests."""
        return self._names_of(ClockFault.NODE)

    def degraded_checks(self) -> list[str]:
        """The names in ``/health/ready`` of what somebody should look at."""
        return self._names_of(ClockFault.DATABASE)

    async def run_once(self) -> None:
        """Sample, and log a fault once when it begins and once when it is over.

        :raises StorageError: the database does not answer.
        """
        await self._clock.sample()
        fault, before = self._clock.fault, self._reported
        if fault is before:
            return
        self._reported = fault
        seconds = round(self._clock.offset_seconds, 1)
        if fault is ClockFault.NODE:
            _log.error("clock of this node is wrong", seconds_ahead=seconds)
        elif fault is ClockFault.DATABASE:
            _log.error("clock of the MongoDB primary is wrong", seconds_ahead=-seconds)
        else:
            _log.info("clocks agree again", seconds_ahead=seconds)

    def _names_of(self, fault: ClockFault) -> list[str]:
        return [fault.value] if self._clock.fault is fault else []
