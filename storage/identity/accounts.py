"""The repository of staff accounts."""

from __future__ import annotations

from collections.abc import Sequence

from domain.identity.accounts import Account
from storage.mongo.client import Document, Mongo
from storage.mongo.codec import to_document
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import OLDEST_FIRST, Repository


class Accounts(Repository[Account]):
    """Staff accounts. User names are unique, stored and compared in lower case."""

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

    async def change_password(self, account_id: str, password_hash: str) -> None:
        """Replace the password hash of an account."""
        await self._records.update_one(
            {"_id": account_id}, {"$set": {"password_hash": password_hash}}
        )


def _to_document(account: Account) -> Document:
    return to_document(account) | {"username": account.username.lower()}
