"""A restored database equals the one that was backed up; nothing else is overwritten or begun."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.leads.leads import Contact
from storage.clock import utc_now
from storage.mongo import restore
from storage.mongo.backup_folder import FORMAT, MANIFEST_NAME, BackupFolder, BackupRefused
from storage.mongo.client import Mongo, StorageError, new_id, translate_errors
from storage.mongo.leases import Leases
from storage.mongo.meta import RestoreUnfinished
from storage.mongo.schema_version import NewerData, SchemaVersion
from storage.store import Store
from tests.support.backups import SERVICE_LEASE, describe, make_backup, restore_backup
from tests.support.mongod import temporary_folder
from tests.support.records import lead
from tests.support.stores import SECRET

MANY = [{"_id": number, "text": "x" * 1_000} for number in range(25)]
CONTACT = Contact(name="王小明", phone="+8614412345678")


@pytest.fixture(scope="module")
async def source(mongo_uri: str) -> AsyncIterator[Store]:
    """A store with some leads, and a document that is older than its validator; only read."""
    mongo = await Mongo.connect(mongo_uri, f"test_{new_id()}")
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    people = [lead() for _ in range(5)]
    sealed = [replace(each, contact=store.seal_contact(each, CONTACT)) for each in people]
    await store.leads.record(sealed)
    await mongo.command({"collMod": "events", "validationLevel": "off"})
    await mongo["events"].insert_one({"_id": "of an earlier version"})
    await mongo.command({"collMod": "events", "validationLevel": "strict"})
    await mongo["many"].insert_many(MANY)
    yield store
    await mongo.drop_database()
    await mongo.close()


@pytest.fixture(scope="module")
async def whole_backup(source: Store) -> AsyncIterator[Path]:
    """A backup of the source; only read."""
    with temporary_folder() as folder:
        await make_backup(source.mongo, folder / "copy")
        yield folder / "copy"


@pytest.fixture
async def target(mongo_uri: str) -> AsyncIterator[Mongo]:
    """A connection to another database, which is empty."""
    mongo = await Mongo.connect(mongo_uri, f"test_{new_id()}")
    yield mongo
    await mongo.drop_database()
    await mongo.close()


@pytest.fixture
def copy(whole_backup: Path, folder: Path) -> Path:
    """A backup of the source that the test may change."""
    return shutil.copytree(whole_backup, folder / "copy")


async def test_documents_indexes_validators_and_version_are_those_of_the_source(
    source: Store, target: Mongo, copy: Path
) -> None:
    await restore_backup(target, copy)
    assert await describe(target) == await describe(source.mongo)
    restored = Store(target, SECRET)
    await restored.prepare(SECRET)
    assert await restored.upgrades().check() == source.upgrades().code_version
    leads = await restored.leads.by_ids([each["_id"] async for each in target["leads"].find({})])
    assert [await restored.open_contact(each) for each in leads.values()] == [CONTACT] * 5
    assert await describe(target) == await describe(source.mongo)


async def test_documents_come_in_batches_of_bounded_length_and_size(
    target: Mongo, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore, "DOCUMENTS_PER_WRITE", 7)
    monkeypatch.setattr(restore, "BYTES_PER_WRITE", 4_500)
    documents = BackupFolder(copy).read_documents("many")
    assert [len(batch) for batch in restore.in_batches(documents)] == [5] * 5
    monkeypatch.setattr(restore, "BYTES_PER_WRITE", 100_000)
    documents = BackupFolder(copy).read_documents("many")
    assert [len(batch) for batch in restore.in_batches(documents)] == [7, 7, 7, 4]
    await restore_backup(target, copy)
    assert await target["many"].find({}).sort([("_id", 1)]).to_list(None) == MANY


async def test_a_document_that_a_later_validator_would_refuse_is_restored(
    target: Mongo, copy: Path
) -> None:
    await restore_backup(target, copy)
    assert await target["events"].count_documents({}) == 1
    with pytest.raises(StorageError), translate_errors():
        await target["events"].insert_one({"_id": "another"})


async def test_a_backup_of_another_secret_is_refused_before_anything_is_written(
    target: Mongo, copy: Path
) -> None:
    with pytest.raises(BackupRefused, match=r"another SONGGANG_SECRET.*另一个 SONGGANG_SECRET"):
        await restore_backup(target, copy, secret="another secret of tests")
    assert await target.read_validators() == {}


async def test_a_backup_without_manifest_is_refused(target: Mongo, copy: Path) -> None:
    (copy / MANIFEST_NAME).unlink()
    with pytest.raises(BackupRefused, match="not a whole backup"):
        await restore_backup(target, copy)
    assert await target.read_validators() == {}


@pytest.mark.parametrize("change", ["cut", "flipped", "missing", "of the manifest", "no json"])
async def test_a_damaged_backup_is_refused_before_anything_is_written(
    target: Mongo, copy: Path, change: str
) -> None:
    path = copy / "leads.bson.gz"
    content = path.read_bytes()
    if change == "cut":
        path.write_bytes(content[:-9])
    elif change == "flipped":
        path.write_bytes(content[:50] + bytes([content[50] ^ 1]) + content[51:])
    elif change == "missing":
        path.unlink()
    else:
        path = copy / MANIFEST_NAME
        text = path.read_text().replace("leads", "heads") if change == "of the manifest" else "{"
        path.write_text(text)
    with pytest.raises(BackupRefused, match=rf"{path.name} of the backup is damaged"):
        await restore_backup(target, copy)
    assert await target.read_validators() == {}


async def test_a_backup_of_a_newer_layout_is_refused(target: Mongo, copy: Path) -> None:
    folder = BackupFolder(copy)
    manifest = folder.read_manifest()
    (copy / MANIFEST_NAME).unlink()
    folder.write_manifest(replace(manifest, format=FORMAT + 1))
    with pytest.raises(BackupRefused, match="A newer version"):
        await restore_backup(target, copy)


async def test_data_that_this_code_cannot_read_are_refused(target: Mongo, copy: Path) -> None:
    folder = BackupFolder(copy)
    manifest = folder.read_manifest()
    (copy / MANIFEST_NAME).unlink()
    folder.write_manifest(replace(manifest, schema=SchemaVersion(version=9, oldest_code=9)))
    with pytest.raises(NewerData, match="schema version 9"):
        await restore_backup(target, copy, code=SchemaVersion(version=8))
    assert await target.read_validators() == {}
    await restore_backup(target, copy, code=SchemaVersion(version=9))


async def test_a_database_that_holds_something_is_replaced_only_by_its_name(
    source: Store, target: Mongo, copy: Path
) -> None:
    await target["leads"].insert_one({"_id": "there before"})
    with pytest.raises(BackupRefused, match=f"--replace {target.database_name}"):
        await restore_backup(target, copy)
    with pytest.raises(BackupRefused, match="--replace names the database songgang"):
        await restore_backup(target, copy, replaced_database="songgang")
    assert await target["leads"].count_documents({"_id": "there before"}) == 1
    await restore_backup(target, copy, replaced_database=target.database_name)
    assert await describe(target) == await describe(source.mongo)


async def test_a_database_that_a_service_uses_is_not_replaced(target: Mongo, copy: Path) -> None:
    now, name, leases = utc_now(), target.database_name, Leases(target)
    await leases.acquire(SERVICE_LEASE, "node", at=now, until=now + timedelta(minutes=1))
    with pytest.raises(BackupRefused, match="Stop every node"):
        await restore_backup(target, copy, replaced_database=name)
    await leases.release(SERVICE_LEASE, "node")
    # A lease that stays when its node has stopped.
    await leases.acquire("retention", "node", at=now, until=now + timedelta(minutes=1))
    await restore_backup(target, copy, replaced_database=name)


class Interruption(Exception):
    """Ends a restore."""


async def test_a_restore_that_was_cut_off_is_not_taken_for_a_database(
    source: Store, target: Mongo, copy: Path
) -> None:
    def interrupt(_: object) -> None:
        raise Interruption

    with pytest.raises(Interruption):
        await restore_backup(target, copy, progress=interrupt)
    with pytest.raises(RestoreUnfinished, match=r"not finished.*尚未完成"):
        await Store(target, SECRET).prepare(SECRET)
    with pytest.raises(RestoreUnfinished):
        await make_backup(target, copy.parent / "of a part")
    await restore_backup(target, copy, replaced_database=target.database_name)
    await Store(target, SECRET).prepare(SECRET)
    assert await describe(target) == await describe(source.mongo)


async def test_the_database_says_of_which_backup_it_was_made(target: Mongo, copy: Path) -> None:
    manifest = await restore_backup(target, copy)
    history = await Store(target, SECRET).meta.backup_history()
    assert history.restored_from == manifest.started_at
    assert history.restored_at is not None
    assert (history.started_at, history.of) == (None, None)


async def test_a_manifest_names_what_a_reader_needs(copy: Path) -> None:
    stored = json.loads(json.loads((copy / MANIFEST_NAME).read_text())["manifest"])
    assert {*stored} == {
        *("format", "database", "started_at", "finished_at", "mongodb", "schema"),
        *("audit_rows", "audit_sha256", "collections"),
    }
