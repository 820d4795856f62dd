"""A backup of a database with many leads is made under taps, and restored into another one."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from domain.leads.leads import Contact
from schema.relay import parse_global_id
from storage.mongo.client import Mongo, new_id
from storage.store import Store
from tests.faults.fault_runs import main, on_a_new_set
from tests.faults.load import Load
from tests.faults.rigs import SHORT, RunSize, SetRig, full
from tests.support.backups import find_closed_contacts, find_contradictions
from tests.support.mongod import temporary_folder
from tests.support.songgang_process import ProcessResult, run_command

STORED_LEADS = 100_000
"""Leads that are stored before the backup at full length."""
LEADS_PER_BATCH = 1_000


async def back_up_and_restore(rig: SetRig, load: Load, size: RunSize) -> list[str]:
    """Store many leads, back up under taps, restore, and compare with what was acknowledged.

    :raises AssertionError: a command failed, or the restored database lacks or contradicts.
    """
    await _store_leads(load, 0 if size == SHORT else STORED_LEADS)
    await load.wait_until_staff_log_is_complete()
    await load.wait_for_taps(size.taps_between)
    deployment = rig.deployment
    acknowledged = {
        parse_global_id(lead_id, "Lead") for lead_id in load.taps.ledger.acknowledged.values()
    }
    restored_name = f"{deployment.database}_restored"
    with temporary_folder() as folder:
        began = time.monotonic()
        await _run(rig, folder, deployment.database, "backup", "copy")
        backup_seconds, during = time.monotonic() - began, load.taps.acknowledged
        megabytes = sum(path.stat().st_size for path in (folder / "copy").iterdir()) / 1_000_000
        began = time.monotonic()
        await _run(rig, folder, restored_name, "restore", "copy")
        restore_seconds = time.monotonic() - began
    mongo = await Mongo.connect(deployment.uri, restored_name)
    store = Store(mongo, deployment.secret)
    await store.prepare(deployment.secret)
    stored = [document["_id"] async for document in mongo["leads"].find({}, {"_id": 1})]
    missing = acknowledged - {*stored}
    assert not missing, f"{len(missing)} leads of before the backup are not in it"
    contradictions = await find_contradictions(store)
    assert not contradictions, contradictions[:5]
    closed = await find_closed_contacts(store, stored)
    assert not closed, f"{len(closed)} contacts cannot be decrypted"
    await mongo.drop_database()
    await mongo.close()
    return [
        (
            f"backup {backup_seconds:.1f} s, {len(stored)} leads, {megabytes:.1f} MB, "
            f"{during - len(acknowledged)} leads acknowledged meanwhile; "
            f"restore {restore_seconds:.1f} s, contacts opened: {len(stored)}"
        )
    ]


async def _store_leads(load: Load, number: int) -> None:
    """Store leads as lead capture does; the nodes log them."""
    store = load.store
    some_id = parse_global_id(next(iter(load.taps.ledger.acknowledged.values())), "Lead")
    model = (await store.leads.by_ids([some_id]))[some_id]
    for start in range(0, number, LEADS_PER_BATCH):
        leads = []
        for place in range(start, start + LEADS_PER_BATCH):
            lead = replace(model, id=new_id(), person=f"person {place}")
            contact = Contact(name="合成", phone=f"+861450{place:07d}")
            leads.append(replace(lead, contact=store.seal_contact(lead, contact)))
        await store.leads.record(leads)


async def _run(rig: SetRig, folder: Path, database: str, *arguments: str) -> ProcessResult:
    ended = await run_command(
        rig.deployment.uri,
        database,
        *arguments,
        folder=folder,
        SONGGANG_SECRET=rig.deployment.secret,
    )
    assert ended.code == 0, ended.err
    return ended


RUN = on_a_new_set(
    "backup_under_taps",
    "A database of 100,000 leads is backed up under taps, and restored into another one.",
    back_up_and_restore,
    full(taps_between=1_000),
)

if __name__ == "__main__":
    main(RUN)
