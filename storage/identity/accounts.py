"""Staff accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.identity.accounts import Account
from storage.mongo.client import Mongo, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page

OLDEST_FIRST = (("_id", 1),)


class Accounts:
    """User names are unique; they are compared in lower case."""

    def __init__(self, mongo: Mongo) -> None:
        self._accounts = mongo["accounts"]

    async def add(self, account: Account) -> None:
        """Store a new account.

        :raises Duplicate: the user name is taken.
        """
        with translate_errors():
            await self._accounts.insert_one(
                to_document(account) | {"username": account.username.lower()}
            )

    async def by_username(self, username: str) -> Account | None:
        with translate_errors():
            document = await self._accounts.find_one({"username": username.lower()})
        return to_record(Account, document) if document else None

    async def by_id(self, account_id: str) -> Account | None:
        with translate_errors():
            document = await self._accounts.find_one({"_id": account_id})
        return to_record(Account, document) if document else None

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Account]:
        """The accounts among ``ids`` that exist, by id."""
        with translate_errors():
            found = self._accounts.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(Account, document) async for document in found}

    async def page(
        self, *, union_ids: Sequence[str], employer_id: str, wanted: PageRequest
    ) -> Page[Account]:
        """Who belongs to one of the unions or to the employer, the oldest first; the key is the
        id."""
        where = {"$or": [{"union_id": {"$in": list(union_ids)}}, {"employer_id": employer_id}]}
        with translate_errors():
            page = await find_page(self._accounts, where, OLDEST_FIRST, wanted)
        return page.map(lambda document: to_record(Account, document))

    async def change_password(self, account_id: str, password_hash: str) -> None:
        with translate_errors():
            await self._accounts.update_one(
                {"_id": account_id}, {"$set": {"password_hash": password_hash}}
            )
