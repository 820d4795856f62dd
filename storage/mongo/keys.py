"""The keys of a database, each wrapped by the secret: rotating either leaves the other alone."""

from __future__ import annotations

import secrets
from datetime import datetime

from cryptography.exceptions import InvalidTag

from storage.mongo.client import Document, Duplicate, Mongo, Transaction, translate_errors
from storage.mongo.crypto import INITIAL_KEY_NAMES, KEY_BYTES, Keyring, decrypt, derive_key, encrypt
from storage.mongo.meta import WrongSecret


class Keys:
    """One document a key: its name, the wrapped key, and since when there is it."""

    def __init__(self, mongo: Mongo, seal: Keyring, secret: str) -> None:
        self._keys = mongo["keys"]
        self._seal = seal
        self._wrapping_key = _derive_wrapping_key(secret)

    async def initialise(self, at: datetime) -> None:
        """Keep the first keys of a new database, and take those that are there into the seal.

        :raises WrongSecret: they are wrapped by another secret.
        """
        first = [self._document(name, self._seal.key(name), at) for name in INITIAL_KEY_NAMES]
        try:
            with translate_errors():
                await self._keys.insert_many(first, ordered=False)
        except Duplicate:
            pass  # they, or some of them after a crash, are there; the same ones derive again
        await self.reload()

    async def reload(self) -> None:
        """Take the keys into the seal that others have made meanwhile.

        :raises WrongSecret: they are wrapped by another secret.
        """
        with translate_errors():
            found = [document async for document in self._keys.find({})]
        self._seal.add_keys({document["_id"]: self._unwrap(document) for document in found})

    async def add_contact_key(self, *, at: datetime, transaction: Transaction) -> int:
        """Make the next key for contacts; its version. It counts once it was refreshed.

        :raises WrongSecret: the keys were wrapped by another secret meanwhile: one more under the
            old one would keep every process from starting.
        """
        version = self._seal.newest_version + 1
        with translate_errors():
            known = await self._keys.find_one({}, session=transaction)
        assert known is not None  # no database is prepared without its first keys
        self._unwrap(known)
        document = self._document(f"contact/{version}", secrets.token_bytes(KEY_BYTES), at)
        with translate_errors():
            await self._keys.insert_one(document, session=transaction)
        return version

    async def rewrap(self, secret: str, *, transaction: Transaction) -> None:
        """Wrap every key by another secret."""
        wrapping = _derive_wrapping_key(secret)
        with translate_errors():
            found = [document async for document in self._keys.find({}, session=transaction)]
            for document in found:
                name = document["_id"]
                wrapped = encrypt(wrapping, self._unwrap(document), name)
                await self._keys.update_one(
                    {"_id": name}, {"$set": {"wrapped": wrapped}}, session=transaction
                )

    def _document(self, name: str, key: bytes, at: datetime) -> Document:
        return {"_id": name, "wrapped": encrypt(self._wrapping_key, key, name), "created_at": at}

    def _unwrap(self, document: Document) -> bytes:
        try:
            return decrypt(self._wrapping_key, bytes(document["wrapped"]), document["_id"])
        except InvalidTag:
            raise WrongSecret from None


def _derive_wrapping_key(secret: str) -> bytes:
    return derive_key(secret, "keys")
