"""The repository of facts about the database, such as its secret and whether it is a demo."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from storage.mongo.client import (
    Document,
    Duplicate,
    Mongo,
    StorageError,
    StorageUnavailable,
    Transaction,
    translate_errors,
)
from storage.mongo.crypto import derive_key

META = "meta"
"""The name of the collection."""
_BACKUP_ID, _RESTORE_ID = "backup", "restore"
FACTS_OF_ONE_DATABASE = (_BACKUP_ID, _RESTORE_ID)
"""The facts that a restored copy does not take over."""


class WrongSecret(StorageError):
    """The database is bound to another SONGGANG_SECRET: no lead could be found or decrypted."""

    def __init__(self) -> None:
        super().__init__(
            "This database was made with another SONGGANG_SECRET. Start with that secret, "
            "or use another MONGODB_DATABASE."
        )


class RestoreUnfinished(StorageError):
    """A restore of this database was cut off: it holds a part of a backup."""

    def __init__(self) -> None:
        self.message = (
            "The restore of this database has not finished: it holds only a part of the backup. "
            "Run songgang restore again, with --replace."
        )
        self.message_zh = (
            "此数据库的恢复尚未完成，只包含备份的一部分。请加 --replace 重新运行 songgang restore。"
        )
        super().__init__(f"{self.message} {self.message_zh}")


@dataclass(frozen=True, kw_only=True)
class BackupHistory:
    """When backups of a database were made, and when it was restored; None for never."""

    started_at: datetime | None = None
    """The last start of a backup."""
    finished_at: datetime | None = None
    """The last end of a whole backup; ``of`` is its start."""
    of: datetime | None = None
    restored_at: datetime | None = None
    """``restored_from`` is when that backup was started."""
    restored_from: datetime | None = None


class Meta:
    """One document for each fact."""

    def __init__(self, mongo: Mongo) -> None:
        self._meta = mongo[META]

    async def is_bound(self) -> bool:
        """Whether the database is bound to a secret; a new one is not."""
        with translate_errors():
            return await self._meta.find_one({"_id": "secret"}) is not None

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
        return is_fingerprint_of(document["fingerprint"], secret)

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

    async def note_backup_started(self, at: datetime) -> None:
        """Store when a backup was started."""
        await self._set(_BACKUP_ID, {"started_at": at})

    async def note_backup_finished(self, started_at: datetime, at: datetime) -> None:
        """Store when that backup was finished."""
        await self._set(_BACKUP_ID, {"finished_at": at, "of": started_at})

    async def begin_restore(self, at: datetime) -> None:
        """Mark the database as restored in part."""
        await self._set(_RESTORE_ID, {"started_at": at})

    async def finish_restore(self, *, backup_started_at: datetime, at: datetime) -> None:
        """Mark the database as restored from the backup of that time."""
        await self._set(_RESTORE_ID, {"finished_at": at, "of": backup_started_at})

    async def check_restored(self) -> None:
        """Return if no restore is unfinished.

        :raises RestoreUnfinished: one is.
        """
        with translate_errors():
            document = await self._meta.find_one({"_id": _RESTORE_ID})
        if document is not None and "finished_at" not in document:
            raise RestoreUnfinished

    async def backup_history(self) -> BackupHistory:
        """When backups were made, and when this database was restored."""
        with translate_errors():
            backup = await self._meta.find_one({"_id": _BACKUP_ID}) or {}
            restored = await self._meta.find_one({"_id": _RESTORE_ID}) or {}
        return BackupHistory(
            started_at=backup.get("started_at"),
            finished_at=backup.get("finished_at"),
            of=backup.get("of"),
            restored_at=restored.get("finished_at"),
            restored_from=restored.get("of"),
        )

    async def _set(self, name: str, fields: Document) -> None:
        with translate_errors():
            await self._meta.update_one({"_id": name}, {"$set": fields}, upsert=True)


def is_fingerprint_of(fingerprint: str, secret: str) -> bool:
    """Whether a database with this fingerprint is bound to ``secret``."""
    return hmac.compare_digest(fingerprint, _fingerprint(secret))


def _fingerprint(secret: str) -> str:
    return derive_key(secret, "fingerprint").hex()
