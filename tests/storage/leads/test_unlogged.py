"""Each lead is taken for the log once, whatever is killed or lost between two steps."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.leads.leads import Lead
from storage.leads.unlogged import UnloggedLead
from storage.mongo.client import Document, Transaction, new_id
from storage.mongo.codec import to_document
from storage.store import Store
from tests.support import records


async def take(store: Store, session_id: str | None = "session", limit: int = 3) -> list[str]:
    """Take leads as the lead log writer does, and return their ids; they stay marked."""

    async def body(transaction: Transaction) -> list[UnloggedLead]:
        return await store.unlogged_leads.take(session_id, limit=limit, transaction=transaction)

    return [lead.id for lead in await store.mongo.run_transaction(body)]


async def find_unlogged(store: Store, ids: list[str]) -> frozenset[str]:
    async def body(transaction: Transaction) -> frozenset[str]:
        return await store.unlogged_leads.find(ids, transaction=transaction)

    return await store.mongo.run_transaction(body)


async def read_marks(store: Store) -> list[Document]:
    return [marks async for marks in store.mongo["logged_leads"].find()]


async def record(store: Store, number: int, session_id: str | None = "session") -> list[str]:
    leads = [records.lead(session_id=session_id) for _ in range(number)]
    if leads:
        await store.leads.record(leads)
    return [lead.id for lead in leads]


async def test_leads_are_taken_once_oldest_first(store: Store) -> None:
    made = await record(store, 5)
    await record(store, 1, "other")
    assert await store.unlogged_leads.sessions() == ["other", "session"]
    assert [await take(store) for _ in range(3)] == [made[:3], made[3:], []]
    await store.unlogged_leads.unmark("session")
    assert await store.unlogged_leads.sessions() == ["other"]
    assert await store.unlogged_leads.sessions(limit=1) == ["other"]
    assert await store.mongo["leads"].count_documents({"awaits_log": {"$exists": True}}) == 1
    assert await read_marks(store) == []


async def test_what_the_log_writer_needs_of_a_lead_is_taken(store: Store) -> None:
    lead = records.lead()
    await store.leads.record([lead])

    async def body(transaction: Transaction) -> list[UnloggedLead]:
        return await store.unlogged_leads.take("session", limit=3, transaction=transaction)

    assert await store.mongo.run_transaction(body) == [
        UnloggedLead(
            id=lead.id,
            posting_id="posting",
            person=lead.person,
            giver=lead.giver,
            confirmation=lead.confirmation,
        )
    ]


@pytest.mark.parametrize("session_id", ["session", None])
async def test_a_crash_before_the_marks_are_removed_takes_no_lead_twice(
    store: Store, session_id: str | None
) -> None:
    first = await record(store, 2, session_id)
    assert await take(store, session_id) == first
    second = await record(store, 2, session_id)
    assert await take(store, session_id) == second
    assert await store.unlogged_leads.sessions() == [session_id]
    await store.unlogged_leads.unmark(session_id)
    assert await store.unlogged_leads.sessions() == []
    assert await take(store, session_id) == []


async def test_a_session_with_nothing_but_marks_is_found(store: Store) -> None:
    await record(store, 1)
    await take(store)
    await store.mongo["leads"].update_many({}, {"$unset": {"awaits_log": ""}})
    assert await store.unlogged_leads.sessions() == ["session"]
    await store.unlogged_leads.unmark("session")
    assert await store.unlogged_leads.sessions() == []


async def test_marks_that_come_while_others_are_removed_stay(store: Store) -> None:
    first = await record(store, 1)
    await take(store)
    before = (await read_marks(store))[0]
    second = await record(store, 1)
    await take(store)
    # What the removal does last, after another process has logged more.
    await store.mongo["logged_leads"].delete_one(before)
    assert [marks["lead_ids"] for marks in await read_marks(store)] == [first + second]


async def test_a_lead_is_unlogged_until_it_is_taken(store: Store) -> None:
    made = [*await record(store, 2), *await record(store, 1, None)]
    assert await find_unlogged(store, made) == frozenset(made)
    await take(store)
    assert await find_unlogged(store, made) == frozenset(made[2:])
    await take(store, None)
    assert await find_unlogged(store, made) == frozenset()
    await store.unlogged_leads.unmark("session")
    assert await find_unlogged(store, made) == frozenset()
    assert await find_unlogged(store, []) == frozenset()


@pytest.mark.parametrize("session_id", ["session", None])
@pytest.mark.parametrize("marked_before", [0, 1])
async def test_who_finds_a_lead_unlogged_conflicts_with_its_logging(
    store: Store, session_id: str | None, marked_before: int
) -> None:
    await record(store, marked_before, session_id)
    await take(store, session_id)
    made = await record(store, 1, session_id)
    found: list[frozenset[str]] = []

    async def body(transaction: Transaction) -> None:
        # Read something first: the snapshot is from before the lead is taken.
        await store.leads.by_ids(made, transaction=transaction)
        if not found:
            found.append(frozenset(made))
            assert await take(store, session_id) == made
        found.append(await store.unlogged_leads.find(made, transaction=transaction))

    await store.mongo.run_transaction(body)
    assert found == [frozenset(made), frozenset()]


async def record_like_the_version_before(store: Store, *, logged: bool) -> Lead:
    lead = records.lead()
    await store.mongo["leads"].insert_one(to_document(lead) | {"logged": logged})
    return lead


async def test_leads_that_an_earlier_version_left_are_taken_once(store: Store) -> None:
    left = [await record_like_the_version_before(store, logged=False) for _ in range(2)]
    await record_like_the_version_before(store, logged=True)
    assert await take(store) == []
    assert await store.unlogged_leads.adopt(limit=1) == 1
    assert await store.unlogged_leads.adopt() == 1
    assert await store.unlogged_leads.adopt() == 0
    assert await take(store) == [lead.id for lead in left]
    await store.unlogged_leads.unmark("session")
    assert await take(store) == []


async def test_an_earlier_version_does_not_log_what_was_adopted(store: Store) -> None:
    """Its transaction finds leads with ``logged`` false, and sets it to true."""
    lead = await record_like_the_version_before(store, logged=False)
    found: list[int] = []

    async def log_like_the_version_before(transaction: Transaction) -> None:
        of_before = {"session_id": "session", "logged": False}
        leads = store.mongo["leads"]
        ids = [
            document["_id"]
            for document in await leads.find(of_before, session=transaction).to_list(10)
        ]
        if not found:
            await store.unlogged_leads.adopt()
        found.append(len(ids))
        where = {"_id": {"$in": ids}}
        await leads.update_many(where, {"$set": {"logged": True}}, session=transaction)

    await store.mongo.run_transaction(log_like_the_version_before)
    assert found == [1, 0]
    assert await take(store) == [lead.id]


STEPS = st.lists(
    st.sampled_from(["record", "take", "unmark", "unmark and lose it", "die in unmark"]),
    min_size=3,
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
async def test_every_order_of_steps_takes_each_lead_once(store: Store, steps: list[str]) -> None:
    """A primary may lose the removal of marks as far as no majority has it; never in part."""
    session_id = new_id()
    made: list[str] = []
    taken: Counter[str] = Counter()
    leads, marks = store.mongo["leads"], store.mongo["logged_leads"]
    for step in [*steps, *["take"] * len(steps)]:
        match step:
            case "record":
                made += await record(store, 2, session_id)
            case "take":
                taken.update(await take(store, session_id))
            case "unmark":
                await store.unlogged_leads.unmark(session_id)
            case "die in unmark":
                kept = await marks.find_one({"_id": session_id})
                ids = kept["lead_ids"][:1] if kept else []
                await leads.update_many({"_id": {"$in": ids}}, {"$unset": {"awaits_log": ""}})
            case _:
                kept = await marks.find_one({"_id": session_id})
                waiting = [
                    document["_id"]
                    async for document in leads.find({"session_id": session_id, "awaits_log": True})
                ]
                await store.unlogged_leads.unmark(session_id)
                await leads.update_many({"_id": {"$in": waiting}}, {"$set": {"awaits_log": True}})
                if kept:
                    await marks.replace_one({"_id": session_id}, kept, upsert=True)
    assert taken == Counter(made)
