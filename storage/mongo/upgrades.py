"""Upgrades of a database: named steps that bring older data to what the code expects.

One process at a time runs them, under a lease, before it serves. The others wait. A step may be
killed at any moment: it is run again, and finds what is left to do by what the documents hold.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from storage.clock import Clock
from storage.mongo.client import Document, Mongo, StorageError, translate_errors
from storage.mongo.leases import Leases
from storage.mongo.schema_version import UNVERSIONED, SchemaVersion, SchemaVersions

LEASE_NAME = "upgrade"
LEASE_DURATION = timedelta(seconds=20)
"""How long the others wait for a process that was killed during an upgrade."""
WAIT_SECONDS = 0.5
"""How long a process waits before it looks again whether another one has finished."""
DOCUMENTS_PER_BATCH = 1_000
"""How many documents a step changes between two renewals of the lease."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class UpgradeStep:
    """One change of stored data, from schema version ``to_version - 1`` to ``to_version``.

    ``count`` says how many documents are left to change. ``change_batch`` changes up to
    ``DOCUMENTS_PER_BATCH`` of them and returns how many it found; 0 ends the step. It must be safe
    to repeat and to run in two processes at once. ``oldest_code`` is the oldest schema version of
    code that can work with the data after the step.
    """

    to_version: int
    name: str
    summary: str
    oldest_code: int
    count: Callable[[Mongo], Awaitable[int]]
    change_batch: Callable[[Mongo, datetime], Awaitable[int]]


@dataclass(frozen=True, kw_only=True)
class AppliedStep:
    """A step as it is recorded in the database: how many documents were to be changed.

    ``finished_at`` and ``left`` (those that could not be changed) are None until it is finished.
    """

    to_version: int
    name: str
    started_at: datetime
    found: int
    finished_at: datetime | None = None
    left: int | None = None


class Upgrades:
    """Runs the upgrade steps that a database lacks.

    ``steps`` are in order, the first leads to version 1. ``node`` names this process.
    """

    def __init__(
        self, mongo: Mongo, leases: Leases, steps: Sequence[UpgradeStep], clock: Clock, node: str
    ) -> None:
        self._mongo = mongo
        self._leases = leases
        self._steps = steps
        self._clock = clock
        self._node = node
        self._versions = SchemaVersions(mongo)

    @property
    def code_version(self) -> SchemaVersion:
        """The schema version that this code brings a database to."""
        if not self._steps:
            return UNVERSIONED
        last = self._steps[-1]
        return SchemaVersion(version=last.to_version, oldest_code=last.oldest_code)

    async def check(self) -> SchemaVersion | None:
        """The stored version; None in a new database and in one from before versions.

        :raises NewerData: this code cannot work with the data.
        """
        return await self._versions.check(self.code_version.version)

    async def pending(self) -> list[UpgradeStep]:
        """The steps that the database has not been through."""
        stored = await self._versions.read() or UNVERSIONED
        return [step for step in self._steps if step.to_version > stored.version]

    async def applied(self) -> list[AppliedStep]:
        """The steps that were run on this database, in order; the last may be unfinished."""
        with translate_errors():
            found = self._mongo["meta"].find({"_id": {"$gte": "upgrade/", "$lt": "upgrade0"}})
            steps = [_to_applied_step(document) async for document in found]
        return sorted(steps, key=lambda step: step.to_version)

    async def initialise_new(self) -> None:
        """Mark a new database as one of this code's version: no step has anything to do."""
        await self._versions.initialise(self.code_version)

    async def run(self) -> None:
        """Run the pending steps, or wait until another process has run them.

        :raises NewerData: another process of a newer version has upgraded the data meanwhile.
        """
        await self._versions.initialise(UNVERSIONED)
        is_waiting = False
        while await self.pending():
            if await self._take_lease():
                await self._run_pending()
                continue
            if not is_waiting:
                _log.info("waiting for an upgrade by another node")
                is_waiting = True
            await asyncio.sleep(WAIT_SECONDS)
        await self.check()

    async def _run_pending(self) -> None:
        try:
            # Another process may have finished them before the lease was free.
            for step in await self.pending():
                await self._run_step(step)
        finally:
            # Without a release the lease expires by itself.
            with suppress(StorageError):
                await self._leases.release(LEASE_NAME, self._node)

    async def _run_step(self, step: UpgradeStep) -> None:
        started_at = self._clock()
        found = await step.count(self._mongo)
        await self._record(
            step,
            {"name": step.name},
            # A step that is run again keeps what it began with.
            once={"started_at": started_at, "found": found},
        )
        changed = 0
        while batch := await step.change_batch(self._mongo, started_at):
            changed += batch
            await self._take_lease()
        left = await step.count(self._mongo)
        await self._record(step, {"finished_at": self._clock(), "left": left})
        await self._versions.advance(
            SchemaVersion(version=step.to_version, oldest_code=step.oldest_code)
        )
        _log.info(
            "upgrade step done",
            step=step.name,
            from_version=step.to_version - 1,
            to_version=step.to_version,
            before=found,
            changed=changed,
            after=left,
        )

    async def _record(
        self, step: UpgradeStep, fields: Document, *, once: Document | None = None
    ) -> None:
        update: Document = {"$set": fields}
        if once:
            update["$setOnInsert"] = once
        with translate_errors():
            await self._mongo["meta"].update_one(
                {"_id": f"upgrade/{step.to_version}"}, update, upsert=True
            )

    async def _take_lease(self) -> bool:
        at = self._clock()
        return await self._leases.acquire(LEASE_NAME, self._node, at=at, until=at + LEASE_DURATION)


def _to_applied_step(document: Document) -> AppliedStep:
    return AppliedStep(
        to_version=int(document["_id"].partition("/")[2]),
        name=document["name"],
        started_at=document["started_at"],
        found=document["found"],
        finished_at=document.get("finished_at"),
        left=document.get("left"),
    )
