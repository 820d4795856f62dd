"""Bounds and intervals of lead capture and of the lead log writer."""

from __future__ import annotations

from dataclasses import dataclass

from realtime.background import Schedule

_SWEEP_SCHEDULE = Schedule(interval_seconds=10.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptureLimits:
    """Bounds and intervals of lead capture."""

    leads_per_insert: int = 500
    """Leads in one insert."""
    max_waiting_leads: int = 10_000
    """Leads that may wait; more are refused with ``Busy``. A room of 100,000 sends about as many
    at once."""
    leads_logged_per_transaction: int = 200
    """Leads that one transaction logs and counts."""
    max_leads_logged_per_transaction: int = 500
    """The same while many leads wait, such as after an outage: each transaction waits for a
    majority, and MongoDB advises at most 1,000 writes in one."""
    max_log_transaction_seconds: float = 1.0
    """After a transaction that took longer, the next one logs half as many leads."""
    log_retry_seconds: float = 1.0
    """Pause before leads that could not be logged are looked for again."""
    sweep: Schedule = _SWEEP_SCHEDULE
    """How often leads are looked for that a crash kept out of the log."""


DEFAULT_LIMITS = CaptureLimits()
