"""The schema version of a database, and whether this code can work with it.

The schema version counts the upgrade steps that a database has been through. Code has a schema
version too: the number of steps it knows. The database also names the oldest code that can work
with its data.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.mongo.client import Duplicate, Mongo, StorageError, translate_errors

_DOCUMENT_ID = "schema"


@dataclass(frozen=True, kw_only=True)
class SchemaVersion:
    """The version of the data, and the oldest version of code that can work with them."""

    version: int
    oldest_code: int = 0


UNVERSIONED = SchemaVersion(version=0)
"""The version of a database that was written before schema versions were stored."""


class NewerData(StorageError):
    """A newer version of the service has changed the data in a way that this code cannot read."""

    def __init__(self, stored: SchemaVersion, code: int) -> None:
        self.message = (
            f"The data have schema version {stored.version} and need code of schema version "
            f"{stored.oldest_code} or later; this code has {code}. Start the newer version of "
            "Songgang, or restore the backup from before the upgrade."
        )
        self.message_zh = (
            f"数据库结构版本为{stored.version}，要求程序的结构版本不低于{stored.oldest_code}，"
            f"当前程序为{code}。请启动新版本程序，或恢复升级前的备份。"
        )
        super().__init__(f"{self.message} {self.message_zh}")


class SchemaVersions:
    """The schema version, in the collection ``meta``."""

    def __init__(self, mongo: Mongo) -> None:
        self._meta = mongo["meta"]

    async def read(self) -> SchemaVersion | None:
        """The stored version; None in a new database and in one from before versions."""
        with translate_errors():
            document = await self._meta.find_one({"_id": _DOCUMENT_ID})
        if document is None:
            return None
        return SchemaVersion(version=document["version"], oldest_code=document["oldest_code"])

    async def check(self, code: int) -> SchemaVersion | None:
        """The stored version, if code of schema version ``code`` can work with the data.

        :raises NewerData: it cannot.
        """
        stored = await self.read()
        if stored is not None and stored.oldest_code > code:
            raise NewerData(stored, code)
        return stored

    async def initialise(self, first: SchemaVersion) -> None:
        """Store the first version of a database; an existing one stays as it is."""
        document = {
            "_id": _DOCUMENT_ID,
            "version": first.version,
            "oldest_code": first.oldest_code,
        }
        try:
            with translate_errors():
                await self._meta.insert_one(document)
        except Duplicate:
            return

    async def advance(self, after: SchemaVersion) -> None:
        """Store the version after a step, unless another process has stored it or a later one."""
        with translate_errors():
            await self._meta.update_one(
                {"_id": _DOCUMENT_ID, "version": after.version - 1},
                {"$set": {"version": after.version, "oldest_code": after.oldest_code}},
            )
