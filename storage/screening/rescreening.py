"""What is to be screened again: asked for in the transaction that makes it necessary."""

from __future__ import annotations

from datetime import datetime

from domain.screening.rescreening import Rescreen
from storage.mongo.client import Mongo, Session, translated
from storage.mongo.codec import to_document, to_record


class Rescreens:
    def __init__(self, mongo: Mongo) -> None:
        self._rescreens = mongo["rescreens"]

    async def ask_for(self, rescreen: Rescreen, *, session: Session) -> None:
        with translated():
            await self._rescreens.insert_one(to_document(rescreen), session=session)

    async def due(self, *, at: datetime, limit: int) -> list[Rescreen]:
        """Those whose time has come and that are not done, the longest due first."""
        with translated():
            found = self._rescreens.find({"done_at": None, "due_at": {"$lte": at}})
            return [
                to_record(Rescreen, document)
                async for document in found.sort("due_at", 1).limit(limit)
            ]

    async def note(self, before: Rescreen, after: Rescreen) -> bool:
        """Keep how far it has come; False when somebody else has brought it further meanwhile."""
        new = to_document(after)
        progress = {name: new[name] for name in ("cursor", "screened", "done_at")}
        with translated():
            done = await self._rescreens.update_one(
                {"_id": before.id, "cursor": before.cursor, "done_at": None}, {"$set": progress}
            )
        return done.matched_count == 1
