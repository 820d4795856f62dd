"""The repository of minimum wages."""

from __future__ import annotations

from contextlib import suppress

from domain.screening.known_wages import KNOWN_WAGES, SEED_PREFIX
from domain.screening.minimum_wages import MinimumWage
from domain.screening.wage_table import WageTable
from storage.mongo.client import Document, Duplicate, Mongo, Transaction, translate_errors
from storage.mongo.paging import Page, PageRequest, SortOrder
from storage.mongo.repository import Repository

_LATER_FACTS = ("includes_insurance", "places", "places_verified")
"""Fields that rows of earlier versions lack."""
BY_REGION: SortOrder = (("region", 1), ("tier", 1), ("_id", -1))


class MinimumWageRows(Repository[MinimumWage]):
    """Minimum wages by region and tier. Rows are never changed; a later row replaces an earlier."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "minimum_wages", MinimumWage)

    async def seed(self) -> int:
        """Store the rows that the service brings along, if missing; return how many were missing.

        A region for which officers have added rows gets no new ones: a tier that came with the
        software would count beside theirs. Rows that an earlier version stored get the facts that
        their version lacked. It is safe to run concurrently.
        """
        documents = self._records.documents
        with translate_errors():
            seeded = documents.find({"_id": {"$regex": f"^{SEED_PREFIX}"}}, {"places": 1})
            present = {row["_id"]: "places" in row async for row in seeded}
            kept = await documents.distinct("region", {"added_by": {"$type": "string"}})
        rows = KNOWN_WAGES.rows
        missing = [row for row in rows if row.id not in present and row.region not in kept]
        bare = [row for row in rows if not present.get(row.id, True)]
        # Another process may store them first.
        with suppress(Duplicate):
            await self._records.insert_many(missing, ordered=False)
        for row in bare:
            facts = self._records.to_document(row)
            added = {name: facts[name] for name in _LATER_FACTS}
            await self._records.update_one({"_id": row.id}, {"$set": added})
        return len(missing)

    async def add(self, row: MinimumWage, *, transaction: Transaction) -> None:
        """Store a new row."""
        await self._records.insert(row, transaction=transaction)

    async def table(self) -> WageTable:
        """All rows, in the order in which they were added."""
        rows = await self._records.find({}, sort=[("added_at", 1), ("_id", 1)])
        return WageTable(rows=tuple(rows))

    async def count(self) -> int:
        """How many rows there are. Rows are only added, so a new number means new rows."""
        return await self._records.count({})

    async def page(self, region_prefix: str | None, wanted: PageRequest) -> Page[MinimumWage]:
        """Rows by region and tier, the newest of each first; the key is region, tier and id.

        ``region_prefix`` is the significant head of a place code: 44 for Guangdong and its cities.
        """
        where: Document = {}
        if region_prefix is not None:
            where["region"] = {
                "$gte": region_prefix.ljust(6, "0"),
                "$lte": region_prefix.ljust(6, "9"),
            }
        return await self._records.find_page(where, BY_REGION, wanted)
