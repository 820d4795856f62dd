"""The repository of one-time codes, each with the message that carries it.

All conditions are part of the update that they guard, so they hold over any number of nodes: a
guess is counted before it is compared, and a replaced code can neither be guessed nor sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.identity.phone_codes import (
    MAX_TRIES,
    RESEND_PAUSE,
    CodeMessage,
    DeliveryReport,
    MessageState,
    PhoneCode,
)
from storage.mongo.client import Document, Duplicate, Mongo, Transaction, new_id, translate_errors
from storage.mongo.codec import to_document
from storage.mongo.repository import Repository

MESSAGES_PER_CLAIM = 16
"""Messages that one search for due ones claims."""
_WAITING = {"$in": [MessageState.PENDING.value, MessageState.SUPPRESSED.value]}


class PhoneCodes(Repository[PhoneCode]):
    """The newest code of each device for each phone."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "phone_codes", PhoneCode)

    async def replace(self, code: PhoneCode) -> datetime | None:
        """Store a code in place of the one before, unless that is younger than ``RESEND_PAUSE``.

        Returns None when it is stored, else when the earlier code was issued.
        """
        document = to_document(code)
        where = {"_id": code.id, "issued_at": {"$lte": code.issued_at - RESEND_PAUSE}}
        try:
            with translate_errors():
                await self._records.documents.replace_one(where, document, upsert=True)
        except Duplicate:
            before = await self.by_id(code.id)
            return before.issued_at if before else code.issued_at
        return None

    async def count_try(self, code_id: str, *, at: datetime) -> PhoneCode | None:
        """Count a guess and return the code; None if there is none that may still be guessed."""
        return await self._records.update_and_get(
            {"_id": code_id, "tries": {"$lt": MAX_TRIES}, "expires_at": {"$gt": at}},
            {"$inc": {"tries": 1}},
        )

    async def mark_confirmed(self, code: PhoneCode, *, at: datetime) -> bool:
        """Mark a code as confirmed; False if it was before, or is replaced."""
        return await self._records.update_one(
            {"_id": code.id, "issue": code.issue, "confirmed_at": None},
            {"$set": {"confirmed_at": at}},
        )

    async def delete_by_person(
        self, person: str, *, transaction: Transaction | None = None
    ) -> None:
        """Delete all codes for a phone."""
        with translate_errors():
            await self._records.documents.delete_many({"person": person}, session=transaction)

    async def claim_due(
        self, *, at: datetime, until: datetime, limit: int = MESSAGES_PER_CLAIM
    ) -> list[PhoneCode]:
        """Claim messages that are due at ``at`` until ``until``, and count the attempt.

        A message with more attempts than planned, or whose code has expired, is claimed as well:
        it has to be finished.
        """
        due = {"message.state": _WAITING, "message.next_at": {"$lte": at}}
        with translate_errors():
            found = (
                await self._records.documents.find(due, {"message.next_at": 1, "issue": 1})
                .sort("message.next_at", 1)
                .hint("due")
                .limit(limit)
                .to_list(limit)
            )
        claimed = [await self._claim(each, until) for each in found]
        return [code for code in claimed if code is not None]

    async def record_sending(self, before: PhoneCode, message: CodeMessage) -> bool:
        """Store a message after an attempt; False if its claim has run out or it was replaced."""
        after = to_document(replace(before, message=message))["message"]
        return await self._records.update_one(
            {"_id": before.id, "issue": before.issue, "message.claim": before.message.claim},
            {"$set": {"message": after}},
        )

    async def record_reports(self, reports: Sequence[DeliveryReport]) -> list[bool]:
        """Store what a gateway reports; for each whether its message was SENT before.

        A report of an unknown message, or a repeated one, changes nothing.
        """
        return [await self._record_report(report) for report in reports]

    async def count_waiting(self, *, most: int) -> int:
        """How many messages wait to be sent; counting stops at ``most``."""
        return await self._records.count({"message.state": _WAITING}, limit=most, hint="due")

    async def _claim(self, due: Document, until: datetime) -> PhoneCode | None:
        return await self._records.update_and_get(
            {
                "_id": due["_id"],
                "issue": due["issue"],
                "message.state": _WAITING,
                "message.next_at": due["message"]["next_at"],
            },
            {
                "$set": {"message.next_at": until, "message.claim": new_id()},
                "$inc": {"message.attempts": 1},
            },
        )

    async def _record_report(self, report: DeliveryReport) -> bool:
        state = MessageState.DELIVERED if report.delivered else MessageState.FAILED
        failure = None if report.delivered else report.code
        return await self._records.update_one(
            {"message.serial": report.serial, "message.state": MessageState.SENT.value},
            {"$set": {"message.state": state.value, "message.failure": failure}},
        )
