"""The repository of facts about the database, such as its secret and whether it is a demo."""

from __future__ import annotations

import hmac
from datetime import datetime

from storage.mongo.client import (
    Duplicate,
    Mongo,
    StorageError,
    StorageUnavailable,
    Transaction,
    translate_errors,
)
from storage.mongo.crypto import derive_key


class WrongSecret(StorageError):
    """The database is bound to another SONGGANG_SECRET: no lead could be found or decrypted."""

    def __init__(self) -> None:
        super().__init__(
            "This database was made with another SONGGANG_SECRET. Start with that secret, "
            "or use another MONGODB_DATABASE."
        )


class Meta:
    """One document for each fact."""

    def __init__(self, mongo: Mongo) -> None:
        self._meta = mongo["meta"]

    async def bind_to_secret(self, secret: str) -> bool:
        """Bind a new database to ``secret``, or check that it is bound to it; True for a new one.

        :raises WrongSecret: it is bound to another secret.
        :raises StorageUnavailable: that cannot be determined now.
        """
        fingerprint = _fingerprint(secret)
        try:
            with translate_errors():
                await self._meta.insert_one({"_id": "secret", "fingerprint": fingerprint})
        except Duplicate:
            with translate_errors():
                document = await self._meta.find_one({"_id": "secret"})
            if document is None:
                # A new primary may not show yet what the old one has confirmed.
                raise StorageUnavailable("the database's secret is not yet confirmed") from None
            if not hmac.compare_digest(document["fingerprint"], fingerprint):
                raise WrongSecret from None
            return False
        return True

    async def fits_secret(self, secret: str) -> bool | None:
        """Whether the database is bound to ``secret``; None if it is not bound yet."""
        with translate_errors():
            document = await self._meta.find_one({"_id": "secret"})
        if document is None:
            return None
        return hmac.compare_digest(document["fingerprint"], _fingerprint(secret))

    async def change_secret(self, secret: str, *, transaction: Transaction) -> None:
        """Bind the database to another secret, in the transaction that wraps its keys with it."""
        with translate_errors():
            await self._meta.update_one(
                {"_id": "secret"},
                {"$set": {"fingerprint": _fingerprint(secret)}},
                session=transaction,
            )

    async def first_use_of_rules(self, rules: int, at: datetime) -> datetime:
        """When version ``rules`` of the screening rules was first used on this database.

        The first call stores ``at``.
        """
        name = f"rules/{rules}"
        with translate_errors():
            document = await self._meta.find_one_and_update(
                {"_id": name},
                {"$setOnInsert": {"first_used_at": at}},
                upsert=True,
                return_document=True,
            )
        assert document is not None  # an upsert always returns a document
        first_used_at: datetime = document["first_used_at"]
        return first_used_at

    async def is_demo(self) -> bool:
        """Whether the database is marked as a demo."""
        with translate_errors():
            return await self._meta.find_one({"_id": "demo"}) is not None

    async def mark_demo(self) -> bool:
        """Mark the database as a demo; False if it was marked before."""
        try:
            with translate_errors():
                await self._meta.insert_one({"_id": "demo"})
        except Duplicate:
            return False
        return True


def _fingerprint(secret: str) -> str:
    return derive_key(secret, "fingerprint").hex()
