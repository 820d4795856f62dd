"""The repository of viewers' questions.

A waiting question occupies one of its asker's slots; a unique index keeps two from sharing a slot.
"""

from __future__ import annotations

from collections.abc import Collection

from domain.live.questions import MAX_WAITING_PER_VIEWER, Question, QuestionStatus
from storage.mongo.client import Mongo, Transaction, translate_errors
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import NEWEST_FIRST, Repository


class Questions(Repository[Question]):
    """Questions, of which ``MAX_WAITING_PER_VIEWER`` of one viewer and session may wait."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "questions", Question)

    async def add(
        self, question: Question, *, transaction: Transaction | None = None
    ) -> Question | None:
        """Store a waiting question; return it, or the asker's waiting question of the same text.

        None when no slot of the asker is free in this session. Two calls at once that would take
        the same slot conflict; in transactions the second is run again.

        :raises Duplicate: the slot was taken meanwhile, without a transaction.
        """
        slots = [
            f"{question.session_id}/{question.asker}/{number}"
            for number in range(MAX_WAITING_PER_VIEWER)
        ]
        with translate_errors():
            cursor = self._records.documents.find({"slot": {"$in": slots}}, session=transaction)
            taken = {document["slot"]: document async for document in cursor}
        for document in taken.values():
            if document["body"] == question.body:
                return self._records.to_record(document)
        free = next((slot for slot in slots if slot not in taken), None)
        if free is None:
            return None
        with translate_errors():
            await self._records.documents.insert_one(
                {**self._records.to_document(question), "slot": free}, session=transaction
            )
        return question

    async def last_of(self, session_id: str, asker: str) -> Question | None:
        """The newest question of a viewer in a session, None without any."""
        where = {"session_id": session_id, "asker": asker}
        return await self._records.find_one(where, sort=NEWEST_FIRST)

    async def count_waiting(self, session_id: str, most: int) -> int:
        """How many questions of a session wait; counting stops at ``most``."""
        where = {"session_id": session_id, "status": QuestionStatus.ASKED.value}
        return await self._records.count(where, limit=most)

    async def asked_in_session(self, session_id: str, asker: str, *, limit: int) -> list[Question]:
        """The questions of one asker in a session, of any status, newest first."""
        where = {"asker": asker, "session_id": session_id}
        return await self._records.find(where, sort=NEWEST_FIRST, limit=limit)

    async def count_waiting_of(self, session_id: str, asker: str) -> int:
        """How many questions of one asker wait in a session."""
        where = {"asker": asker, "session_id": session_id, "status": QuestionStatus.ASKED.value}
        return await self._records.count(where, limit=MAX_WAITING_PER_VIEWER)

    async def page(
        self, session_id: str, statuses: Collection[QuestionStatus], wanted: PageRequest
    ) -> Page[Question]:
        """A session's questions with one of these statuses, newest first; the key is the id."""
        where = {
            "session_id": session_id,
            "status": {"$in": sorted(status.value for status in statuses)},
        }
        return await self._records.find_page(where, NEWEST_FIRST, wanted)

    async def update(self, after: Question, *, transaction: Transaction) -> None:
        """Store a question that was read in the same transaction, and free its slot."""
        await self._records.update_one(
            {"_id": after.id},
            {"$set": self._records.to_document(after), "$unset": {"slot": ""}},
            transaction=transaction,
        )
