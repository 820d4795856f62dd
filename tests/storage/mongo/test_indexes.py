"""Every query is served by an index; the queries are those of ``indexed_queries``."""

from __future__ import annotations

import pytest

from domain.leads.follow_up import add_note
from domain.live.sessions import SessionStatus
from storage.mongo.client import Document, Transaction
from storage.store import Store
from tests.storage.mongo.indexed_claim_queries import CLAIM_LOOKUPS
from tests.storage.mongo.indexed_queries import DISPUTED, LATER, LISTS, LOOKUPS, Reading
from tests.support import records


async def fill(store: Store) -> None:
    session = records.live_session(id="session")
    await store.live_sessions.add([session, *(records.live_session() for _ in range(4))])
    await store.postings.add([records.posting() for _ in range(5)])
    await store.employers.add([records.employer() for _ in range(5)])
    await store.leads.record([records.lead() for _ in range(5)])
    await store.leads.record(
        [
            records.lead(
                assignee_id="me",
                escalated_to=records.UNION_ID,
                escalate_at=records.FIXED_NOW,
                hire=DISPUTED,
            )
            for _ in range(5)
        ]
    )
    await add_notes(store, "lead", 5)
    await store.leads.record([records.lead(code_id="code") for _ in range(5)])
    for _ in range(5):
        await store.qr_codes.add(records.code())
    # Newer records of another owner, which a list must not examine.
    foreign = {"union_path": ("elsewhere",), "owner_id": "other"}
    ended = SessionStatus.ENDED
    await store.live_sessions.add(
        [records.live_session(**foreign, status=ended, starts_at=LATER) for _ in range(40)]
    )
    for _ in range(40):
        await store.qr_codes.add(records.code(**foreign, session_id="other"))
    await store.leads.record(
        [
            records.lead(
                **foreign,
                employer_id="other",
                session_id="other",
                assignee_id="other",
                escalated_to="elsewhere",
                escalate_at=LATER,
            )
            for _ in range(40)
        ]
    )
    await add_notes(store, "other", 40)


async def add_notes(store: Store, lead_id: str, entries: int) -> None:
    """Write so many notes about a lead."""

    async def body(transaction: Transaction) -> None:
        lead = records.lead(id=lead_id)
        await store.leads.record([lead])
        for _ in range(entries):
            change = add_note(lead, "已联系", None, by="me", at=records.FIXED_NOW)
            assert await store.lead_timelines.save_changes(
                [(lead, change)], transaction=transaction
            )
            lead = change.lead

    await store.mongo.run_transaction(body)


async def plans(store: Store, readings: list[Reading]) -> list[Document]:
    """Return the profiler's record of each operation that the queries send."""
    await fill(store)
    await store.mongo.command({"profile": 2})
    for read in readings:
        await read(store)
    await store.mongo.command({"profile": 0})
    profile = store.mongo["system.profile"]
    seen = [document async for document in profile.find({"planSummary": {"$exists": True}})]
    await profile.drop()
    return seen


@pytest.mark.parametrize(
    "readings", [LISTS, LOOKUPS, CLAIM_LOOKUPS], ids=["lists", "lookups", "claims"]
)
async def test_every_query_uses_an_index(store: Store, readings: list[Reading]) -> None:
    seen = await plans(store, readings)
    assert len(seen) >= len(readings)
    assert [each for each in seen if "COLLSCAN" in each["planSummary"]] == []


async def test_a_list_examines_little_more_than_it_returns(store: Store) -> None:
    seen = await plans(store, LISTS)
    assert [each["command"] for each in seen if each.get("hasSortStage")] == []
    # A page of two reads one more, from each of the two key ranges that it may start in.
    assert [each["command"] for each in seen if each["keysExamined"] > 6] == []
