"""Scans are summed in few writes, survive a database fault, and use limited memory."""

from __future__ import annotations

from structlog.testing import capture_logs

from realtime.background import Schedule
from storage.mongo.collections import ensure_collections
from storage.store import Store
from tests.support import records
from tests.support.waiting import wait_until
from workers.scan_counts import ScanCounter


async def count_scans(store: Store, code_id: str) -> int:
    code = await store.qr_codes.by_id(code_id)
    assert code is not None  # the test has made it
    return code.scans


async def test_scans_of_all_nodes_are_summed(store: Store, other_store: Store) -> None:
    codes = [records.code(), records.code()]
    nodes = [ScanCounter(store), ScanCounter(other_store)]
    for code in codes:
        await store.qr_codes.add(code)
    for node in nodes:
        node.start()
        for place in range(301):
            node.count(codes[place % 2].id)
    for node in nodes:
        await node.close()
    assert [await count_scans(store, code.id) for code in codes] == [302, 300]


async def test_scans_wait_while_the_database_fails(
    store: Store,
) -> None:
    code = records.code()
    await store.qr_codes.add(code)
    await store.mongo.command({"collMod": "codes", "validator": {"scans": 0}})
    often = Schedule(interval_seconds=0.01, first_retry_seconds=0.01)
    scans = ScanCounter(store, schedule=often)
    scans.start()
    with capture_logs() as logged:
        scans.count(code.id)
        await wait_until(lambda: len(logged) >= 2)
    assert {entry["event"] for entry in logged} == {"background task put off"}
    scans.count(code.id)
    await ensure_collections(store.mongo)

    async def written() -> bool:
        return await count_scans(store, code.id) == 2

    await wait_until(written)
    await scans.close()
    assert await count_scans(store, code.id) == 2


async def test_scans_wait_for_a_limited_number_of_codes(
    store: Store,
) -> None:
    codes = [records.code() for _ in range(3)]
    scans = ScanCounter(store, max_waiting_codes=2)
    for code in codes:
        await store.qr_codes.add(code)
        scans.count(code.id)
    scans.count(codes[0].id)
    scans.start()
    await scans.close()
    assert [await count_scans(store, code.id) for code in codes] == [2, 1, 0]
