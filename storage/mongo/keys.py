"""The repository of encryption keys, each wrapped by the secret of the database.

So the secret can change without a new key, and a key can be added without a new secret.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from cryptography.exceptions import InvalidTag

from storage.mongo.client import Document, Duplicate, Mongo, Transaction, translate_errors
from storage.mongo.crypto import INITIAL_KEY_NAMES, KEY_BYTES, Keyring, decrypt, derive_key, encrypt
from storage.mongo.meta import WrongSecret


class Keys:
    """One document for each key: its name, the wrapped key and when it was created."""

    def __init__(self, mongo: Mongo, keyring: Keyring, secret: str) -> None:
        self._keys = mongo["keys"]
        self._keyring = keyring
        self._wrapping_key = _derive_wrapping_key(secret)

    async def initialise(self, at: datetime) -> None:
        """Store the first keys of a new database, and load all keys into the keyring.

        :raises WrongSecret: the stored keys are wrapped by another secret.
        """
        first = [self._document(name, self._keyring.key(name), at) for name in INITIAL_KEY_NAMES]
        try:
            with translate_errors():
                await self._keys.insert_many(first, ordered=False)
        except Duplicate:
            pass  # stored before, after a crash in part; the secret derives the same keys again
        await self.reload()

    async def reload(self) -> int:
        """Load all stored keys into the keyring, with those of other processes; their number.

        :raises WrongSecret: they are wrapped by another secret.
        """
        with translate_errors():
            found = [document async for document in self._keys.find({})]
        self._keyring.add_keys({document["_id"]: self._unwrap(document) for document in found})
        return len(found)

    async def add_contact_key(self, *, at: datetime, transaction: Transaction) -> int:
        """Store the next contact key; return its version. It is used after ``reload``.

        :raises WrongSecret: the keys are wrapped by another secret by now. A key under the old one
            would keep every process from starting.
        """
        version = self._keyring.newest_version + 1
        with translate_errors():
            known = await self._keys.find_one({}, session=transaction)
        assert known is not None  # Store.prepare stores the first keys
        self._unwrap(known)
        document = self._document(f"contact/{version}", secrets.token_bytes(KEY_BYTES), at)
        with translate_errors():
            await self._keys.insert_one(document, session=transaction)
        return version

    async def rewrap(self, secret: str, *, transaction: Transaction) -> None:
        """Wrap every key with another secret."""
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
