"""The rows that the service brings along, on a new database and on one of before."""

from __future__ import annotations

from domain.screening.known_wages import KNOWN_WAGES
from storage.mongo.client import Transaction
from storage.store import Store
from tests.support import records


async def test_rows_of_an_earlier_version_get_the_facts_that_they_lack(store: Store) -> None:
    assert await store.minimum_wages.seed() == len(KNOWN_WAGES.rows)
    documents = store.mongo["minimum_wages"]
    lacking = {"includes_insurance": "", "places": "", "places_verified": ""}
    await documents.update_many({"region": {"$in": ["310000", "330000"]}}, {"$unset": lacking})
    assert await store.minimum_wages.seed() == 0
    stored = await store.minimum_wages.by_ids([row.id for row in KNOWN_WAGES.rows])
    assert list(stored.values()) == list(KNOWN_WAGES.rows)


async def test_a_region_that_officers_keep_gets_no_rows(store: Store) -> None:
    row = records.minimum_wage(region="330000")

    async def add(transaction: Transaction) -> None:
        await store.minimum_wages.add(row, transaction=transaction)

    await store.mongo.run_transaction(add)
    kept = sum(row.region == "330000" for row in KNOWN_WAGES.rows)
    assert await store.minimum_wages.seed() == len(KNOWN_WAGES.rows) - kept
