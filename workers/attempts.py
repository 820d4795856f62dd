"""Many attempts at the same time, of which each may fail without the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable

from domain.refusals import Refusal
from storage.mongo.client import StorageError


async def attempt_all(attempts: Iterable[Awaitable[object]], *expected: type[Exception]) -> int:
    """Wait for all, and return how many were refused, failed at the database or as ``expected``.

    Any other exception is raised once all have ended: it is a fault.
    """
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for failure in failures:
        if not isinstance(failure, (Refusal, StorageError, *expected)):
            raise failure
    return len(failures)
