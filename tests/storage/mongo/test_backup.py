"""A backup holds one moment of the database; one that was cut off has no manifest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import bson
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from domain.leads.leads import Contact
from storage.mongo.backup import MOMENTARY_COLLECTIONS
from storage.mongo.backup_folder import (
    MANIFEST_NAME,
    BackupFolder,
    BackupRefused,
    CopiedCollection,
)
from storage.mongo.client import Mongo
from storage.store import Store
from tests.support.backups import make_backup
from tests.support.records import lead
from tests.support.stores import SECRET


async def prepared(mongo: Mongo) -> Store:
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    return store


def ids(folder: Path, collection: str) -> list[Any]:
    return [bson.decode(each)["_id"] for each in BackupFolder(folder).read_documents(collection)]


async def test_documents_are_copied_as_they_are_stored(either_mongo: Mongo, folder: Path) -> None:
    store = await prepared(either_mongo)
    person = lead()
    contact = store.seal_contact(person, Contact(name="王小明", phone="+8614412345678"))
    await store.leads.record([replace(person, contact=contact)])
    manifest = await make_backup(either_mongo, folder / "copy")
    (copied,) = BackupFolder(folder / "copy").read_documents("leads")
    stored = await store.mongo["leads"].find_one({})
    assert bson.decode(copied, bson.CodecOptions(tz_aware=True)) == stored
    content = b"".join(path.read_bytes() for path in (folder / "copy").iterdir())
    everything = content + b"".join(
        each
        for collection in manifest.collections
        for each in BackupFolder(folder / "copy").read_documents(collection.name)
    )
    for hidden in ("王小明", "14412345678", SECRET):
        assert hidden.encode() not in everything


async def test_what_is_written_during_the_backup_is_not_in_it(
    mongo: Mongo, mongo_uri: str, folder: Path
) -> None:
    await prepared(mongo)
    for name in ("weak_a", "weak_b"):
        await mongo[name].insert_one({"_id": "before"})
    client: MongoClient[Any] = MongoClient(mongo_uri)
    copied = []

    def write_both(collection: CopiedCollection) -> None:
        """Write what belongs together into a collection that is copied and one that is not yet."""
        copied.append(collection.name)
        with client.start_session() as session, session.start_transaction():
            for name in ("weak_a", "weak_b"):
                database = client[mongo.database_name]
                database[name].insert_one({"_id": f"after {collection.name}"}, session=session)

    manifest = await make_backup(mongo, folder / "copy", progress=write_both)
    client.close()
    assert [each.name for each in manifest.collections] == copied == sorted(copied)
    assert ids(folder / "copy", "weak_a") == ids(folder / "copy", "weak_b") == ["before"]
    assert await mongo["weak_b"].count_documents({}) == 1 + len(copied)


async def test_what_nodes_hold_for_a_moment_and_the_history_of_backups_are_left_out(
    mongo: Mongo, folder: Path
) -> None:
    store = await prepared(mongo)
    await make_backup(mongo, folder / "first")
    manifest = await make_backup(mongo, folder / "second")
    names = {each.name for each in manifest.collections}
    assert names == {*await mongo.read_validators()} - MOMENTARY_COLLECTIONS
    assert sorted(ids(folder / "second", "meta")) == ["schema", "secret"]
    history = await store.meta.backup_history()
    assert history.started_at == history.of == manifest.started_at
    assert history.finished_at == manifest.finished_at


async def test_the_manifest_counts_documents_and_names_the_end_of_the_audit_log(
    mongo: Mongo, folder: Path
) -> None:
    store = await prepared(mongo)
    await mongo["logs"].insert_one({"_id": "audit", "seq": 7, "sha256": "ab"})
    manifest = await make_backup(mongo, folder / "copy")
    assert manifest == BackupFolder(folder / "copy").read_manifest()
    assert (manifest.audit_rows, manifest.audit_sha256) == (7, "ab")
    assert manifest.schema == store.upgrades().code_version
    assert manifest.started_at <= manifest.finished_at
    for each in manifest.collections:
        copied = list(BackupFolder(folder / "copy").read_documents(each.name))
        assert (len(copied), sum(map(len, copied))) == (each.documents, each.document_bytes)


class Interruption(Exception):
    """Ends a backup."""


async def test_a_backup_that_was_cut_off_has_no_manifest(mongo: Mongo, folder: Path) -> None:
    store = await prepared(mongo)

    def interrupt(collection: CopiedCollection) -> None:
        if collection.name == "leads":
            raise Interruption

    with pytest.raises(Interruption):
        await make_backup(mongo, folder / "copy", progress=interrupt)
    assert not (folder / "copy" / MANIFEST_NAME).exists()
    history = await store.meta.backup_history()
    assert history.started_at is not None
    assert history.of is None


async def test_only_the_owner_can_read_a_backup(mongo: Mongo, folder: Path) -> None:
    await prepared(mongo)
    await make_backup(mongo, folder / "copy")
    assert (folder / "copy").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (folder / "copy").iterdir()} == {0o600}


async def test_a_folder_that_cannot_be_used_is_refused(mongo: Mongo, folder: Path) -> None:
    await prepared(mongo)
    (folder / "file").write_text("")
    with pytest.raises(BackupRefused, match="is not empty"):
        await make_backup(mongo, folder)
    with pytest.raises(BackupRefused, match="Not a directory"):
        await make_backup(mongo, folder / "file" / "copy")


async def test_an_empty_database_is_refused(mongo: Mongo, folder: Path) -> None:
    with pytest.raises(BackupRefused, match="nothing to back up"):
        await make_backup(mongo, folder / "copy")
    assert not (folder / "copy").exists()


async def test_a_snapshot_that_mongodb_no_longer_keeps_ends_the_backup_with_advice(
    mongo_uri: str, mongo: Mongo, folder: Path
) -> None:
    await prepared(mongo)
    await mongo["aa"].insert_one({"_id": 1})
    client: MongoClient[Any] = MongoClient(mongo_uri)
    database = client[mongo.database_name]
    started = database.command({"ping": 1})["operationTime"]

    def forget_history(collection: CopiedCollection) -> None:
        if collection.name != "aa":
            return
        client.admin.command({"setParameter": 1, "minSnapshotHistoryWindowInSeconds": 0})
        while is_kept():
            database["zz"].insert_one({})
            client.admin.command("fsync")

    def is_kept() -> bool:
        concern = {"level": "snapshot", "atClusterTime": started}
        try:
            database.command({"find": "aa", "readConcern": concern})
        except OperationFailure as error:
            return error.code != 239
        return True

    try:
        with pytest.raises(BackupRefused, match="minSnapshotHistoryWindowInSeconds"):
            await make_backup(mongo, folder / "copy", progress=forget_history)
    finally:
        client.admin.command({"setParameter": 1, "minSnapshotHistoryWindowInSeconds": 300})
        client.close()
    assert not (folder / "copy" / MANIFEST_NAME).exists()
