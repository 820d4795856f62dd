"""Questions. One that waits holds one of its asker's few slots, by a unique index."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress

from domain.live.questions import MAX_WAITING_PER_VIEWER, Question, QuestionStatus
from storage.mongo.client import Duplicate, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page

NEWEST_FIRST = (("_id", -1),)


class Questions:
    def __init__(self, mongo: Mongo) -> None:
        self._questions = mongo["questions"]

    async def add(self, question: Question) -> Question | None:
        """Store a question that waits, unless the asker has the same one waiting: that comes back.

        None when as many of the asker's wait in this session as may.
        """
        slots = [
            f"{question.session_id}/{question.asker}/{number}"
            for number in range(MAX_WAITING_PER_VIEWER)
        ]
        with translate_errors():
            same = await self._questions.find_one({"slot": {"$in": slots}, "body": question.body})
        if same is not None:
            return to_record(Question, same)
        for slot in slots:
            with suppress(Duplicate):
                with translate_errors():
                    await self._questions.insert_one({**to_document(question), "slot": slot})
                return question
        return None

    async def count_waiting(self, session_id: str, most: int) -> int:
        """How many of a session wait, counted up to ``most``."""
        where = {"session_id": session_id, "status": QuestionStatus.ASKED.value}
        with translate_errors():
            return await self._questions.count_documents(where, limit=most)

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Question]:
        """The questions among ``ids`` that exist, by id."""
        with translate_errors():
            found = self._questions.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(Question, document) async for document in found}

    async def by_id(self, question_id: str, *, transaction: Transaction) -> Question | None:
        with translate_errors():
            document = await self._questions.find_one({"_id": question_id}, session=transaction)
        return to_record(Question, document) if document else None

    async def page(
        self, session_id: str, statuses: Collection[QuestionStatus], wanted: PageRequest
    ) -> Page[Question]:
        """Those of a session in one of these statuses, the last asked first; the key is the id."""
        where = {
            "session_id": session_id,
            "status": {"$in": sorted(status.value for status in statuses)},
        }
        with translate_errors():
            page = await find_page(self._questions, where, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Question, document))

    async def update(self, after: Question, *, transaction: Transaction) -> None:
        """Store what became of a question that was read in the same transaction; frees its slot."""
        with translate_errors():
            await self._questions.update_one(
                {"_id": after.id},
                {"$set": to_document(after), "$unset": {"slot": ""}},
                session=transaction,
            )
