"""Brings the copy of a database from a backup back, with its validators and indexes.

The database is marked before the first document is written. A service that finds the mark does not
start, so a restore that was cut off is never taken for a whole database.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument

from storage.mongo.backup import Progress, list_collections
from storage.mongo.backup_folder import BackupFolder, BackupRefused, CopiedCollection, Manifest
from storage.mongo.client import Mongo, translate_errors
from storage.mongo.leases import Leases
from storage.mongo.meta import META, Meta, is_fingerprint_of
from storage.mongo.schema_version import NewerData, SchemaVersion

DOCUMENTS_PER_WRITE = 1_000
BYTES_PER_WRITE = 8 * 1024 * 1024
"""A batch ends with the document that exceeds this."""
MAX_DOCUMENTS_INDEXED_FIRST = 10_000
"""Indexes of an empty collection exist at once; those of a filled one are a build in which all
members vote. With more documents than this the build is faster than an index that grows."""


async def restore(
    mongo: Mongo,
    folder: BackupFolder,
    *,
    secret: str,
    code: SchemaVersion,
    replaced_database: str | None,
    service_lease: str,
    progress: Progress,
) -> Manifest:
    """Store a backup in an empty database; return its manifest.

    The whole backup is checked before anything is written. ``code`` is the schema version of this
    code. ``replaced_database`` is the name of the database, if it may be deleted first.
    ``service_lease`` is the name of a lease that a running service always holds.

    :raises BackupRefused: the backup is cut off, damaged or of another secret; the database is not
        empty, or a service uses it; what was stored differs from the backup.
    :raises NewerData: this code cannot read the data of the backup.
    """
    manifest = folder.read_manifest()
    if manifest.schema.oldest_code > code.version:
        raise NewerData(manifest.schema, code.version)
    for collection in manifest.collections:
        folder.verify(collection)
    _check_secret(folder, secret)
    await _empty_database(mongo, replaced_database, service_lease)
    meta = Meta(mongo)
    await meta.begin_restore(await mongo.read_clock())
    for collection in manifest.collections:
        await _restore_collection(mongo, folder, collection)
        progress(collection)
    at = await mongo.read_clock()
    await meta.finish_restore(backup_started_at=manifest.started_at, at=at)
    return manifest


def _check_secret(folder: BackupFolder, secret: str) -> None:
    for each in folder.read_documents(META):
        document = bson.decode(each)
        if document["_id"] == "secret":
            if is_fingerprint_of(document["fingerprint"], secret):
                return
            break
    raise BackupRefused(
        "This backup was made with another SONGGANG_SECRET. Nobody can read its contacts without "
        "it: set that secret, or put its file back into the data folder.",
        "此备份使用的是另一个 SONGGANG_SECRET，没有它就无法读取其中的联系方式。"
        "请设置原密钥，或将密钥文件放回数据目录。",
    )


async def _empty_database(mongo: Mongo, replaced_database: str | None, service_lease: str) -> None:
    """Check that the database is empty, or delete it if its name was given."""
    existing = await list_collections(mongo)
    if not existing:
        return
    name = mongo.database_name
    held = await Leases(mongo).find_held(at=await mongo.read_clock())
    if any(lease.name == service_lease for lease in held):
        raise BackupRefused(
            f"A service uses the database {name}. Stop every node; one that was killed counts for "
            "up to a minute.",
            f"数据库 {name} 正被服务使用。请停止所有节点；被强制终止的节点最多一分钟后不再计入。",
        )
    if replaced_database is None:
        raise BackupRefused(
            f"The database {name} is not empty. Choose another MONGODB_DATABASE, or delete all "
            f"that it holds and restore the backup: --replace {name}",
            f"数据库 {name} 不为空。请换用其他 MONGODB_DATABASE；"
            f"如要删除其全部内容并恢复备份，请加 --replace {name}",
        )
    if replaced_database != name:
        raise BackupRefused(
            f"--replace names the database {replaced_database}, but MONGODB_DATABASE is {name}.",
            f"--replace 指定的数据库是 {replaced_database}，而 MONGODB_DATABASE 是 {name}。",
        )
    await mongo.drop_database()


async def _restore_collection(
    mongo: Mongo, folder: BackupFolder, collection: CopiedCollection
) -> None:
    name = collection.name
    await mongo.create_collection(name)
    indexes = [index for index in collection.indexes if index["name"] != "_id_"]
    create_indexes = {"createIndexes": name, "indexes": indexes}
    is_small = collection.documents <= MAX_DOCUMENTS_INDEXED_FIRST
    if indexes and is_small:
        await mongo.command(create_indexes)
    stored = 0
    for batch in in_batches(folder.read_documents(name)):
        stored += len(batch)
        with translate_errors():
            # Raw documents are stored byte for byte.
            await mongo[name].insert_many(batch, ordered=False)
    if stored != collection.documents:
        raise BackupRefused(
            f"The backup names {collection.documents} documents of {name}, its file has {stored}.",
            f"备份清单中 {name} 有 {collection.documents} 条，文件中有 {stored} 条。",
        )
    if indexes and not is_small:
        await mongo.command(create_indexes)
    # Last: a document of an earlier version may lack what a later validator wants.
    if collection.validator:
        await mongo.command({"collMod": name, "validator": collection.validator})


def in_batches(documents: Iterator[bytes]) -> Iterator[list[Any]]:
    """The documents in order, in lists of bounded length and size."""
    while batch := list(islice(_up_to(documents, BYTES_PER_WRITE), DOCUMENTS_PER_WRITE)):
        yield batch


def _up_to(documents: Iterator[bytes], most_bytes: int) -> Iterator[RawBSONDocument]:
    size = 0
    for document in documents:
        yield RawBSONDocument(document)
        size += len(document)
        if size > most_bytes:
            return
