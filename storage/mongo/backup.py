"""A consistent copy of a whole database, written to a folder while the service runs.

All collections are read in one snapshot (read concern ``snapshot``, MongoDB's manual, "Read Concern
snapshot"). So the copy is the database at one moment: a lead and its event are both in it, or
neither is. Documents are copied as they are stored: contacts stay encrypted, keys stay wrapped, and
the secret that opens them is not in the database.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bson import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure

from domain.identity.audit import GENESIS_DIGEST
from storage.mongo.backup_folder import (
    BackupFolder,
    BackupRefused,
    CollectionWriter,
    CopiedCollection,
    Manifest,
)
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.meta import FACTS_OF_ONE_DATABASE, META, Meta
from storage.mongo.schema_version import UNVERSIONED, SchemaVersion, SchemaVersions

MOMENTARY_COLLECTIONS = frozenset({"feed_reports", "leases", "presence", "usage_counts"})
"""What nodes hold while they run. It means nothing in a restored database."""
DOCUMENTS_PER_READ = 1_000
MAX_COLLECTIONS = 1_000
# SnapshotTooOld, SnapshotUnavailable (mongo/base/error_codes.yml).
_SNAPSHOT_LOST_CODES = frozenset({239, 246})
_RAW: CodecOptions[Any] = CodecOptions(document_class=RawBSONDocument)

Progress = Callable[[CopiedCollection], None]
"""Is called after each collection."""


async def back_up(mongo: Mongo, folder: BackupFolder, *, progress: Progress) -> Manifest:
    """Copy the database into a new folder; return the manifest, which is written last.

    Every write that was acknowledged before the call is in the copy.

    :raises BackupRefused: the folder cannot be used, the database is new or was restored in part,
        its indexes were changed meanwhile, or MongoDB no longer keeps the snapshot.
    :raises StorageUnavailable: MongoDB does not answer. The folder holds no whole backup then.
    """
    meta, started_at = Meta(mongo), await mongo.read_clock()
    await meta.check_restored()
    if not await meta.is_bound():
        raise BackupRefused(
            f"The database {mongo.database_name} is empty: there is nothing to back up. Check "
            "MONGODB_URI, MONGODB_DATABASE and SONGGANG_DATA_DIR.",
            f"数据库 {mongo.database_name} 为空，没有可备份的内容。"
            "请检查 MONGODB_URI、MONGODB_DATABASE 和 SONGGANG_DATA_DIR。",
        )
    folder.create()
    # Confirmed by a majority of the primary that is read next: so the snapshot includes everything
    # that any primary has acknowledged before.
    await meta.note_backup_started(started_at)
    version = await _read_version(mongo)
    listed = await list_collections(mongo)
    copied = []
    async with mongo.snapshot() as snapshot:
        for name, validator in sorted(listed.items()):
            if name in MOMENTARY_COLLECTIONS:
                continue
            indexes = await _list_indexes(mongo, name)
            with folder.writing(name) as writer:
                await _copy(mongo, name, writer, snapshot)
            copied.append(
                CopiedCollection(
                    name=name,
                    documents=writer.documents,
                    document_bytes=writer.document_bytes,
                    sha256=writer.sha256,
                    validator=validator,
                    indexes=indexes,
                )
            )
            progress(copied[-1])
        head = await mongo["logs"].find_one({"_id": "audit"}, session=snapshot)
    if await _read_version(mongo) != version:
        raise BackupRefused(
            "The database was upgraded during the backup. Make the backup again.",
            "备份期间数据库已升级，请重新备份。",
        )
    server = await mongo.command({"buildInfo": 1})
    manifest = Manifest(
        database=mongo.database_name,
        started_at=started_at,
        finished_at=await mongo.read_clock(),
        mongodb=server["version"],
        schema=version,
        audit_rows=head["seq"] if head else 0,
        audit_sha256=head["sha256"] if head else GENESIS_DIGEST,
        collections=tuple(copied),
    )
    folder.write_manifest(manifest)
    await meta.note_backup_finished(started_at, manifest.finished_at)
    return manifest


async def list_collections(mongo: Mongo) -> dict[str, Document]:
    """The collections of a database by name, with their validators; none of MongoDB's own."""
    command = {"listCollections": 1, "cursor": {"batchSize": MAX_COLLECTIONS}}
    listed = (await mongo.command(command))["cursor"]["firstBatch"]
    return {
        each["name"]: each["options"].get("validator", {})
        for each in listed
        if each["type"] == "collection" and not each["name"].startswith("system.")
    }


async def _list_indexes(mongo: Mongo, collection: str) -> list[Document]:
    command = {"listIndexes": collection, "cursor": {"batchSize": MAX_COLLECTIONS}}
    return list((await mongo.command(command))["cursor"]["firstBatch"])


async def _copy(mongo: Mongo, name: str, writer: CollectionWriter, snapshot: Transaction) -> None:
    collection: AsyncCollection[Any] = mongo[name].with_options(codec_options=_RAW)
    with translate_errors():
        try:
            where = {"_id": {"$nin": FACTS_OF_ONE_DATABASE}} if name == META else {}
            cursor = collection.find(where, session=snapshot, batch_size=DOCUMENTS_PER_READ)
            async for document in cursor:
                writer.add(document.raw)
        except OperationFailure as error:
            if error.code in _SNAPSHOT_LOST_CODES:
                raise _snapshot_lost(name) from None
            raise


def _snapshot_lost(name: str) -> BackupRefused:
    return BackupRefused(
        f"MongoDB no longer keeps the state that the backup reads (at collection {name}): the "
        "backup takes longer than minSnapshotHistoryWindowInSeconds (300 s), or indexes were "
        "changed meanwhile. Raise that parameter of mongod and make the backup again.",
        f"MongoDB 已不再保留备份所读取的数据快照（集合 {name}）：备份时间超过 "
        "minSnapshotHistoryWindowInSeconds（300 秒），或期间修改了索引。请调大该参数后重新备份。",
    )


async def _read_version(mongo: Mongo) -> SchemaVersion:
    return await SchemaVersions(mongo).read() or UNVERSIONED
