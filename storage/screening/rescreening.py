"""The repository of rescreening tasks: which postings have to be screened again, and from when."""

from __future__ import annotations

from datetime import datetime

from domain.screening.rescreening import RescreeningTask
from storage.mongo.client import Mongo, Transaction
from storage.mongo.repository import RecordCollection


class RescreeningTasks:
    """Rescreening tasks. Each is stored in the transaction that makes it necessary."""

    def __init__(self, mongo: Mongo) -> None:
        self._tasks = RecordCollection(mongo, "rescreens", RescreeningTask)

    async def add(self, rescreen: RescreeningTask, *, transaction: Transaction) -> None:
        """Store a new task."""
        await self._tasks.insert(rescreen, transaction=transaction)

    async def find_due(self, *, at: datetime, limit: int) -> list[RescreeningTask]:
        """Unfinished tasks that are due at ``at``, the longest due first."""
        where = {"done_at": None, "due_at": {"$lte": at}}
        return await self._tasks.find(where, sort=[("due_at", 1)], limit=limit)

    async def save_progress(self, before: RescreeningTask, after: RescreeningTask) -> bool:
        """Store the progress of a task; False if another node has made progress meanwhile."""
        document = self._tasks.to_document(after)
        progress = {name: document[name] for name in ("cursor", "screened", "done_at")}
        return await self._tasks.update_one(
            {"_id": before.id, "cursor": before.cursor, "done_at": None}, {"$set": progress}
        )
