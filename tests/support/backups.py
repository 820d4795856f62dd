"""Backups of test databases, and the comparison of a restored database with what it must hold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from storage.mongo.backup import MOMENTARY_COLLECTIONS, Progress, back_up
from storage.mongo.backup_folder import BackupFolder, CopiedCollection, Manifest
from storage.mongo.client import Document, Mongo
from storage.mongo.crypto import ContactDamaged
from storage.mongo.heartbeats import HEARTBEAT_ID
from storage.mongo.restore import restore
from storage.mongo.schema_version import SchemaVersion
from storage.store import Store
from tests.support.stores import SECRET

SERVICE_LEASE = "matching"


def ignore_progress(_: CopiedCollection) -> None:
    """Report nothing."""


async def make_backup(
    mongo: Mongo, path: Path, *, progress: Progress = ignore_progress
) -> Manifest:
    """Back a database up into the folder ``path``."""
    return await back_up(mongo, BackupFolder(path), progress=progress)


async def restore_backup(
    mongo: Mongo,
    path: Path,
    *,
    secret: str = SECRET,
    replaced_database: str | None = None,
    code: SchemaVersion | None = None,
    progress: Progress = ignore_progress,
) -> Manifest:
    """Restore the backup in the folder ``path``."""
    return await restore(
        mongo,
        BackupFolder(path),
        secret=secret,
        code=code or Store(mongo, secret).upgrades().code_version,
        replaced_database=replaced_database,
        service_lease=SERVICE_LEASE,
        progress=progress,
    )


async def describe(mongo: Mongo) -> dict[str, tuple[list[Document], list[Document], Document]]:
    """Documents, indexes and validator of each collection, apart from what a copy leaves out."""
    found = {}
    for name, validator in (await mongo.read_validators()).items():
        documents = await mongo[name].find({}).sort([("_id", 1)]).to_list(None)
        listed = await mongo.command({"listIndexes": name})
        indexes = sorted(listed["cursor"]["firstBatch"], key=lambda index: str(index["name"]))
        found[name] = (
            [each for each in documents if each["_id"] not in {"backup", "restore"}],
            indexes,
            validator,
        )
    return {name: each for name, each in found.items() if name not in MOMENTARY_COLLECTIONS}


async def find_contradictions(store: Store) -> list[str]:
    """Everything in a database that no single moment of the service could have left.

    A lead that does not wait for the log has exactly one event and, unless the owner of its phone
    ended it, is counted in its tally; no other lead is. Seqs have no gap, and end where the
    counter of the topic stands.
    """
    found: list[str] = []
    events: dict[str, list[Document]] = {}
    async for event in store.mongo["events"].find({"topic": {"$ne": HEARTBEAT_ID}}).sort("_id", 1):
        events.setdefault(event["topic"], []).append(event)
    async for head in store.mongo["logs"].find({"_id": {"$ne": "audit"}}):
        seqs = [event["seq"] for event in events.pop(head["_id"], [])]
        if seqs != list(range(1, head["seq"] + 1)):
            found.append(f"{head['_id']}: {len(seqs)} events, its counter is {head['seq']}")
        events[head["_id"]] = []
    found += [f"{topic}: events without a counter" for topic, left in events.items() if left]
    logged: Counter[str] = Counter()
    async for event in store.mongo["events"].find({"kind": "LeadRecorded"}):
        logged[event["event"]["lead_id"]] += 1
    counted: Counter[str] = Counter()
    marked = await _read_marked(store)
    fields = {"awaits_log": 1, "session_id": 1, "confirmation": 1}
    async for lead in store.mongo["leads"].find({}, fields):
        times = logged.pop(lead["_id"], 0)
        if times != int("awaits_log" not in lead or lead["_id"] in marked):
            found.append(f"lead {lead['_id']}: {times} events")
        if lead["session_id"] is not None and lead.get("confirmation") != "SUPERSEDED":
            counted[lead["session_id"]] += times
    found += [f"event of no lead {lead_id}" for lead_id in logged]
    for session_id, tally in (await store.interest_counts.by_sessions(list(counted))).items():
        if sum(tally.values()) != counted[session_id]:
            found.append(f"tally of {session_id}: {sum(tally.values())}, not {counted[session_id]}")
    return found


async def _read_marked(store: Store) -> set[str]:
    """The leads that are logged whether they still wait for the log or not."""
    marks = await store.mongo["logged_leads"].find().to_list(None)
    return {lead_id for session_marks in marks for lead_id in session_marks["lead_ids"]}


async def find_closed_contacts(store: Store, lead_ids: list[str]) -> list[str]:
    """The leads whose contact cannot be decrypted."""
    found = []
    for start in range(0, len(lead_ids), 1_000):
        for lead in (await store.leads.by_ids(lead_ids[start : start + 1_000])).values():
            try:
                if await store.open_contact(lead) is None:
                    found.append(lead.id)
            except ContactDamaged:
                found.append(lead.id)
    return found
