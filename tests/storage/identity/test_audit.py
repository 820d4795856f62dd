"""The audit log is one chain, and every tampering with it is detected."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.identity.audit import (
    GENESIS_DIGEST,
    Actor,
    AuditAction,
    AuditEntry,
    AuditRole,
    AuditRow,
)
from storage.identity import audit
from storage.identity.audit import AuditChainBroken
from storage.mongo.client import Transaction
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from tests.support.stores import connect_second_store

RECRUITER = Actor(role=AuditRole.RECRUITER, id="recruiter")


def look(detail: str, lead: str = "lead", actor: Actor = RECRUITER) -> AuditEntry:
    return AuditEntry(
        actor=actor,
        action=AuditAction.REVEAL,
        subject_type="Lead",
        subject_id=lead,
        detail=detail,
    )


async def write(store: Store, *entries: AuditEntry, minutes: int = 0) -> None:
    async def body(transaction: Transaction) -> None:
        at = records.FIXED_NOW + timedelta(minutes=minutes)
        await store.audit_log.append(entries, at=at, transaction=transaction)

    await store.mongo.run_transaction(body)


async def rows(store: Store) -> list[AuditRow]:
    page = await store.audit_log.page_of_subject("Lead", "lead", PageRequest(limit=100))
    return list(page.items)


async def test_rows_come_back_as_they_were_written_the_newest_first(either_store: Store) -> None:
    await write(either_store, look("a"), look("b"))
    await write(either_store, look("other", lead="x"))
    await write(either_store, look("c"))
    found = await rows(either_store)
    assert [(row.seq, row.detail) for row in found] == [(4, "c"), (2, "b"), (1, "a")]
    assert (found[2].previous, found[1].previous) == (GENESIS_DIGEST, found[2].sha256)
    assert found[0].at == records.FIXED_NOW
    assert await either_store.audit_log.verify() == (4, found[0].sha256)
    several = await either_store.audit_log.latest_by_subjects("Lead", ["lead", "x"], limit=3)
    assert [row.seq for row in several] == [4, 3, 2]


async def test_an_empty_log_is_valid_and_stays_so_after_an_empty_write(store: Store) -> None:
    await write(store)
    assert await store.audit_log.verify() == (0, GENESIS_DIGEST)


async def test_an_aborted_transaction_leaves_no_gap(store: Store) -> None:
    await write(store, look("a"))

    async def fails(transaction: Transaction) -> None:
        await store.audit_log.append([look("gone")], at=records.FIXED_NOW, transaction=transaction)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - raised three lines above
        await store.mongo.run_transaction(fails)
    await write(store, look("b"))
    assert [(row.seq, row.detail) for row in await rows(store)] == [(2, "b"), (1, "a")]
    assert (await store.audit_log.verify())[0] == 2


async def test_writers_on_two_nodes_extend_one_chain(store: Store, mongo_uri: str) -> None:
    async with connect_second_store(mongo_uri, store) as other:
        stores = [store, other] * 10
        await asyncio.gather(*(write(one, look(f"{n}")) for n, one in enumerate(stores)))
    found = await rows(store)
    assert [row.seq for row in found] == list(range(20, 0, -1))
    assert {row.detail for row in found} == {str(n) for n in range(20)}
    assert (await store.audit_log.verify())[0] == 20


async def test_reveals_are_counted_by_account_action_and_time(store: Store) -> None:
    await write(store, look("a"), look("b"), look("c", actor=Actor(role=AuditRole.OFFICER, id="o")))
    await write(store, look("late"), minutes=30)

    async def body(transaction: Transaction) -> list[int]:
        async def count(action: AuditAction, minutes: int, most: int = 10) -> int:
            since = records.FIXED_NOW + timedelta(minutes=minutes)
            return await store.audit_log.count_actions(
                "recruiter", action, since=since, most=most, transaction=transaction
            )

        return [
            await count(AuditAction.REVEAL, -1),
            await count(AuditAction.REVEAL, 0),
            await count(AuditAction.REVEAL, -1, most=2),
            await count(AuditAction.EXPORT, -1),
        ]

    assert await store.mongo.run_transaction(body) == [3, 1, 2, 0]


TAMPERINGS = [
    ("the detail of row 3", {"_id": 3}, {"$set": {"detail": "x"}}, "row 3 was changed"),
    ("who it was", {"_id": 2}, {"$set": {"actor_id": "x"}}, "row 2 was changed"),
    ("its digest", {"_id": 5}, {"$set": {"sha256": "0" * 64}}, "row 5 was changed"),
    ("its place", {"_id": 4}, {"$set": {"seq": 5}}, "row 4 is missing"),
    ("what it did", {"_id": 1}, {"$set": {"action": "NOTHING"}}, "row 1 was changed"),
]


@pytest.mark.parametrize(
    ("where", "change", "fault"), [case[1:] for case in TAMPERINGS], ids=[c[0] for c in TAMPERINGS]
)
async def test_a_changed_row_is_named(
    store: Store,
    where: dict[str, int],
    change: dict[str, dict[str, object]],
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit, "_ROWS_PER_READ", 2)
    await write(store, *(look(str(n)) for n in range(5)))
    await store.mongo["audit"].update_one(where, change, bypass_document_validation=True)
    with pytest.raises(AuditChainBroken, match=fault):
        await store.audit_log.verify()


@pytest.mark.parametrize(
    ("gone", "fault"), [(1, "row 1 is missing"), (3, "row 3 is missing"), (5, "row 5 is missing")]
)
async def test_a_removed_row_is_named(store: Store, gone: int, fault: str) -> None:
    await write(store, *(look(str(n)) for n in range(5)))
    await store.mongo["audit"].delete_one({"_id": gone})
    with pytest.raises(AuditChainBroken, match=fault):
        await store.audit_log.verify()


@pytest.mark.parametrize(
    ("kept", "fault"), [(5, "what followed row 5"), (3, "what followed row 3")]
)
async def test_a_removed_head_is_detected_with_or_without_rows_before_it(
    store: Store, kept: int, fault: str
) -> None:
    await write(store, *(look(str(n)) for n in range(5)))
    await store.mongo["audit"].delete_many({"_id": {"$gt": kept}})
    await store.mongo["logs"].delete_one({"_id": "audit"})
    with pytest.raises(AuditChainBroken, match=fault):
        await store.audit_log.verify()


async def test_swapped_rows_are_detected(store: Store) -> None:
    await write(store, *(look(str(n)) for n in range(4)))
    collection = store.mongo["audit"]
    second_row = await collection.find_one({"_id": 2})
    third_row = await collection.find_one({"_id": 3})
    assert second_row is not None
    assert third_row is not None
    await collection.replace_one({"_id": 2}, third_row | {"_id": 2})
    await collection.replace_one({"_id": 3}, second_row | {"_id": 3})
    with pytest.raises(AuditChainBroken, match="row 2 is missing"):
        await store.audit_log.verify()


async def test_a_chain_forged_without_the_key_is_detected(store: Store) -> None:
    other = Store(store.mongo, "what an intruder has for a secret")
    await write(other, look("a"), look("b"))
    with pytest.raises(AuditChainBroken, match="row 1 was changed"):
        await store.audit_log.verify()


async def redact(store: Store, *leads: str) -> None:
    async def body(transaction: Transaction) -> None:
        at = records.FIXED_NOW
        await store.audit_log.redact("Lead", leads, RECRUITER, at=at, transaction=transaction)

    await store.mongo.run_transaction(body)


async def test_redacted_reasons_are_gone_and_the_chain_is_whole(either_store: Store) -> None:
    await write(either_store, look("约王小明面试"), look("other", lead="x"), look("again"))
    await redact(either_store, "lead", "unknown")
    found = await rows(either_store)
    assert [(row.seq, row.detail, row.redacted_at) for row in found] == [
        (3, "", records.FIXED_NOW),
        (1, "", records.FIXED_NOW),
    ]
    assert (await either_store.audit_log.verify())[0] == 5
    await redact(either_store, "lead")
    assert (await either_store.audit_log.verify())[0] == 5
    await write(either_store, look("later"))
    await redact(either_store, "x", "lead")
    assert (await either_store.audit_log.verify())[0] == 8


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"actor_id": "somebody else"}, "row 1 was changed"),
        ({"detail": "another reason"}, "row 1 was changed"),
        ({"at": records.FIXED_NOW + timedelta(days=1)}, "row 1 was changed"),
    ],
)
async def test_a_changed_row_that_was_redacted_is_named(
    store: Store, change: dict[str, Any], fault: str
) -> None:
    await write(store, look("a"), look("b", lead="x"))
    await redact(store, "lead")
    await store.mongo["audit"].update_one({"_id": 1}, {"$set": change})
    with pytest.raises(AuditChainBroken, match=fault):
        await store.audit_log.verify()


async def test_a_row_that_was_emptied_without_a_proof_is_named(store: Store) -> None:
    await write(store, look("a"), look("b"))
    emptied = {"detail": "", "redacted_at": records.FIXED_NOW}
    await store.mongo["audit"].update_one({"_id": 1}, {"$set": emptied})
    with pytest.raises(AuditChainBroken, match="row 1 was emptied"):
        await store.audit_log.verify()
