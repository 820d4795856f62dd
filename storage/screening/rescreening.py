"""What is to be screened again: asked for in the transaction that makes it necessary."""

from __future__ import annotations

from datetime import datetime

from domain.screening.rescreening import RescreeningTask
from storage.mongo.client import Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record


class Rescreens:
    def __init__(self, mongo: Mongo) -> None:
        self._rescreens = mongo["rescreens"]

    async def add(self, rescreen: RescreeningTask, *, transaction: Transaction) -> None:
        with translate_errors():
            await self._rescreens.insert_one(to_document(rescreen), session=transaction)

    async def find_due(self, *, at: datetime, limit: int) -> list[RescreeningTask]:
        """Those whose time has come and that are not done, the longest due first."""
        with translate_errors():
            found = self._rescreens.find({"done_at": None, "due_at": {"$lte": at}})
            return [
                to_record(RescreeningTask, document)
                async for document in found.sort("due_at", 1).limit(limit)
            ]

    async def save_progress(self, before: RescreeningTask, after: RescreeningTask) -> bool:
        """Keep how far it has come; False when somebody else has brought it further meanwhile."""
        new = to_document(after)
        progress = {name: new[name] for name in ("cursor", "screened", "done_at")}
        with translate_errors():
            done = await self._rescreens.update_one(
                {"_id": before.id, "cursor": before.cursor, "done_at": None}, {"$set": progress}
            )
        return done.matched_count == 1
