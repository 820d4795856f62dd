"""Compares what is stored after a fault run with what was acknowledged during it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from domain.identity.persons import normalise_phone
from domain.live.log_topics import session_topic
from schema.relay import parse_global_id
from storage.mongo.client import StorageError
from storage.store import Store
from tests.support.backups import find_contradictions
from tests.support.torture_comparison import identity_of_lead, is_all_logged
from tests.support.torture_report import Ledger
from tests.support.waiting import wait_until

SETTLE_TIMEOUT_SECONDS = 180.0


@dataclass(kw_only=True)
class Differences:
    """What differs between promises and the database; all empty if nothing does."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


async def wait_until_logged(store: Store) -> None:
    """Wait until every stored lead is in the log of its session."""

    async def is_done() -> bool:
        try:
            return await is_all_logged(store)
        except StorageError:
            return False

    await wait_until(is_done, SETTLE_TIMEOUT_SECONDS, every=0.2)


async def compare(
    store: Store, session: str, ledger: Ledger, announced: Collection[str]
) -> Differences:
    """Compare leads, their log and the announcements of a session with what was acknowledged."""
    session_id = parse_global_id(session, "LiveSession")
    differences = Differences(problems=list(ledger.contradictions))
    found = store.mongo["leads"].find(
        {}, {"session_id": 1, "posting_id": 1, "person": 1, "giver": 1}
    )
    stored = {document["_id"]: identity_of_lead(document) async for document in found}
    persons = {lead_id: key[:3] for lead_id, key in stored.items()}
    for interest, lead_id in ledger.acknowledged.items():
        key = (
            session_id,
            parse_global_id(interest.posting, "Posting"),
            store.keyring.hash_phone(normalise_phone(interest.phone, demo=True)),
        )
        if persons.get(parse_global_id(lead_id, "Lead")) != key:
            differences.lost.append(f"lead {lead_id}")
    times = Counter(stored.values())
    differences.doubled += [f"lead of {key}" for key, number in times.items() if number > 1]
    bodies: Counter[str] = Counter()
    where = {"topic": session_topic(session_id), "kind": "Announcement"}
    async for event in store.mongo["events"].find(where):
        bodies[event["event"]["body"]] += 1
    differences.lost += [f"announcement {body}" for body in announced if not bodies[body]]
    differences.doubled += [f"announcement {body}" for body, number in bodies.items() if number > 1]
    differences.problems += await find_contradictions(store)
    return differences
