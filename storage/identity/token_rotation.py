"""The repository of sign-ins. Tokens are not stored: a copy of the database signs nobody in."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.identity.token_rotation import RotationOutcome, SignIn
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.repository import Repository


class SignIns(Repository[SignIn]):
    """Sign-ins. ``used_at`` is read from the clock of the database, which all nodes share."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "sign_ins", SignIn)

    async def add(self, sign_in: SignIn, *, most: int) -> None:
        """Store a sign-in, and keep the ``most`` of its account that were used last.

        A sign-in with this id stays as it is.
        """
        documents = self._records.documents
        stored = self._records.to_document(sign_in) | {"used_at": "$$NOW"}
        unless_stored = {"$replaceRoot": {"newRoot": {"$mergeObjects": [stored, "$$ROOT"]}}}
        with translate_errors():
            await documents.update_one({"_id": sign_in.id}, [unless_stored], upsert=True)
            others = documents.find(
                {"account_id": sign_in.account_id}, {"_id": 1}, sort=[("used_at", -1)], skip=most
            )
            surplus = [document["_id"] async for document in others]
            if surplus:
                await documents.delete_many({"_id": {"$in": surplus}})

    async def rotate(
        self, sign_in_id: str, account_id: str, rotation: int, *, grace: timedelta
    ) -> tuple[RotationOutcome, SignIn | None]:
        """Exchange refresh token number ``rotation``; return the sign-in as it is afterwards.

        Of several exchanges of one token at the same moment one rotates. The others, and all within
        ``grace`` after it, are repeated. The sign-in is None if it has ended.
        """
        one: Document = {"_id": sign_in_id, "account_id": account_id, "ended_at": None}
        next_rotation = {"$set": {"rotation": rotation + 1, "used_at": "$$NOW"}}
        with translate_errors():
            rotated = await self._records.documents.find_one_and_update(
                one | {"rotation": rotation}, [next_rotation], return_document=True
            )
        if rotated is not None:
            return RotationOutcome.ROTATED, self._records.to_record(rotated)
        idle_ms = {"$subtract": ["$$NOW", "$used_at"]}
        is_recent = {"$lte": [idle_ms, int(grace / timedelta(milliseconds=1))]}
        repeated = await self._records.find_one(
            one | {"rotation": rotation + 1, "$expr": is_recent}
        )
        if repeated is not None:
            return RotationOutcome.REPEATED, repeated
        sign_in = await self._records.find_one(one)
        return (RotationOutcome.REUSED if sign_in else RotationOutcome.ENDED), sign_in

    async def end(self, sign_in_id: str, *, at: datetime, transaction: Transaction) -> bool:
        """End a sign-in; False if it had ended or is unknown."""
        return await self._records.update_one(
            {"_id": sign_in_id, "ended_at": None},
            {"$set": {"ended_at": at}},
            transaction=transaction,
        )

    async def end_all(self, account_id: str, *, at: datetime, transaction: Transaction) -> None:
        """End all sign-ins of an account."""
        with translate_errors():
            await self._records.documents.update_many(
                {"account_id": account_id, "ended_at": None},
                {"$set": {"ended_at": at}},
                session=transaction,
            )

    async def count_standing(self, account_id: str) -> int:
        """How many sign-ins of the account have not ended."""
        return await self._records.count({"account_id": account_id, "ended_at": None})
