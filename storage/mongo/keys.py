"""The keys of a database, each wrapped by the secret: rotating either leaves the other alone."""

from __future__ import annotations

import secrets
from datetime import datetime

from cryptography.exceptions import InvalidTag

from storage.mongo.client import Document, Duplicate, Mongo, Session, translated
from storage.mongo.crypto import FIRST_NAMES, KEY_BYTES, Seal, decrypted, derive_key, encrypted
from storage.mongo.meta import WrongSecret


class Keys:
    """One document a key: its name, the wrapped key, and since when there is it."""

    def __init__(self, mongo: Mongo, seal: Seal, secret: str) -> None:
        self._keys = mongo["keys"]
        self._seal = seal
        self._wrapping = _wrapping(secret)

    async def begin(self, at: datetime) -> None:
        """Keep the first keys of a new database, and take those that are there into the seal.

        :raises WrongSecret: they are wrapped by another secret.
        """
        first = [self._document(name, self._seal.key(name), at) for name in FIRST_NAMES]
        try:
            with translated():
                await self._keys.insert_many(first, ordered=False)
        except Duplicate:
            pass  # they, or some of them after a crash, are there; the same ones derive again
        await self.refresh()

    async def refresh(self) -> None:
        """Take the keys into the seal that others have made meanwhile.

        :raises WrongSecret: they are wrapped by another secret.
        """
        with translated():
            found = [document async for document in self._keys.find({})]
        self._seal.take({document["_id"]: self._unwrapped(document) for document in found})

    async def add(self, *, at: datetime, session: Session) -> int:
        """Make the next key for contacts; its version. It counts once it was refreshed.

        :raises WrongSecret: the keys were wrapped by another secret meanwhile: one more under the
            old one would keep every process from starting.
        """
        version = self._seal.version + 1
        with translated():
            known = await self._keys.find_one({}, session=session)
        assert known is not None  # no database is prepared without its first keys
        self._unwrapped(known)
        document = self._document(f"contact/{version}", secrets.token_bytes(KEY_BYTES), at)
        with translated():
            await self._keys.insert_one(document, session=session)
        return version

    async def rewrap(self, secret: str, *, session: Session) -> None:
        """Wrap every key by another secret."""
        wrapping = _wrapping(secret)
        with translated():
            found = [document async for document in self._keys.find({}, session=session)]
            for document in found:
                name = document["_id"]
                wrapped = encrypted(wrapping, self._unwrapped(document), name)
                await self._keys.update_one(
                    {"_id": name}, {"$set": {"wrapped": wrapped}}, session=session
                )

    def _document(self, name: str, key: bytes, at: datetime) -> Document:
        return {"_id": name, "wrapped": encrypted(self._wrapping, key, name), "created_at": at}

    def _unwrapped(self, document: Document) -> bytes:
        try:
            return decrypted(self._wrapping, bytes(document["wrapped"]), document["_id"])
        except InvalidTag:
            raise WrongSecret from None


def _wrapping(secret: str) -> bytes:
    return derive_key(secret, "keys")
