"""The repository of staff accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from domain.identity.accounts import Account
from domain.identity.token_rotation import Revocation
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import OLDEST_FIRST, Repository

MAX_ENDED_SIGN_INS = 50
"""Ended sign-ins that an account lists: their access tokens are valid for 15 minutes at most."""
REVOCATION_PERIOD = timedelta(days=1)
"""For how long revocations are read after a start. Access tokens have expired long before."""
REVOCATION_OVERLAP = timedelta(minutes=10)
"""How far a read goes back behind the latest revocation it knows: a transaction may commit late,
and the clock of a new primary may be behind."""


class Accounts(Repository[Account]):
    """Staff accounts. User names are unique, stored and compared in lower case.

    ``revoked_at`` is the time of the database at which tokens of the account last became invalid.
    """

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "accounts", Account, to_document=_to_document)

    async def add(self, account: Account) -> None:
        """Store a new account.

        :raises Duplicate: the user name is taken.
        """
        await self._records.insert(account)

    async def by_username(self, username: str) -> Account | None:
        """The account with that user name, in upper or lower case."""
        return await self._records.find_one({"username": username.lower()})

    async def page(
        self, *, union_ids: Sequence[str], employer_id: str, wanted: PageRequest
    ) -> Page[Account]:
        """The accounts of these unions and of the employer, oldest first; the key is the id."""
        where = {"$or": [{"union_id": {"$in": list(union_ids)}}, {"employer_id": employer_id}]}
        return await self._records.find_page(where, OLDEST_FIRST, wanted)

    async def iterate(self) -> AsyncIterator[Account]:
        """All accounts in the order of their user names."""
        with translate_errors():
            async for document in self._records.documents.find({}, sort=[("username", 1)]):
                yield self._records.to_record(document)

    async def change_password(self, account_id: str, password_hash: str) -> None:
        """Set a password that does not expire; the tokens of the account stay valid."""
        await self._records.update_one(
            {"_id": account_id},
            {"$set": {"password_hash": password_hash, "password_expires_at": None}},
        )

    async def rehash_password(self, account_id: str, before: str, after: str) -> None:
        """Replace the hash of an account's password by another hash of the same password.

        A password that was changed meanwhile stays.
        """
        await self._records.update_one(
            {"_id": account_id, "password_hash": before}, {"$set": {"password_hash": after}}
        )

    async def change_and_revoke(
        self, account_id: str, changes: Document, *, transaction: Transaction
    ) -> Account | None:
        """Set fields of an account and begin its next generation: all its tokens become invalid.

        None if there is no such account.
        """
        literals: Document = {name: {"$literal": value} for name, value in changes.items()}
        # Accounts of earlier versions have no generation; that counts as the first.
        generation = {"$add": [{"$ifNull": ["$generation", 1]}, 1]}
        revoked = {"generation": generation, "revoked_at": "$$NOW"}
        with translate_errors():
            document = await self._records.documents.find_one_and_update(
                {"_id": account_id},
                [{"$set": literals | revoked}],
                return_document=True,
                session=transaction,
            )
        return self._records.to_record(document) if document else None

    async def record_ended_sign_in(
        self, account_id: str, sign_in_id: str, *, transaction: Transaction
    ) -> None:
        """Make the tokens of one sign-in invalid."""
        ended = {"$each": [sign_in_id], "$slice": -MAX_ENDED_SIGN_INS}
        await self._records.update_one(
            {"_id": account_id},
            {"$push": {"ended_sign_ins": ended}, "$currentDate": {"revoked_at": True}},
            transaction=transaction,
        )

    async def read_revocations(self, latest: datetime | None) -> list[Revocation]:
        """Return the revocations behind ``latest``, the last one that the caller knows, or around.

        Without it, those within ``REVOCATION_PERIOD`` of the last of all.
        """
        documents = self._records.documents
        shown = dict.fromkeys(("generation", "disabled_at", "ended_sign_ins", "revoked_at"), 1)
        overlap = REVOCATION_OVERLAP if latest else REVOCATION_PERIOD
        known: Document = {"revoked_at": {"$type": "date"}}
        with translate_errors():
            if latest is None:
                last = await documents.find_one(known, shown, sort=[("revoked_at", -1)])
                if last is None:
                    return []
                latest = last["revoked_at"]
            since = {"revoked_at": {"$type": "date", "$gte": latest - overlap}}
            return [_to_revocation(document) async for document in documents.find(since, shown)]


def _to_document(account: Account) -> Document:
    return to_document(account) | {"username": account.username.lower()}


def _to_revocation(document: Document) -> Revocation:
    return Revocation(
        account_id=document["_id"],
        generation=document.get("generation", 1),
        is_disabled=document.get("disabled_at") is not None,
        ended_sign_ins=frozenset(document.get("ended_sign_ins", ())),
        revoked_at=document["revoked_at"],
    )
