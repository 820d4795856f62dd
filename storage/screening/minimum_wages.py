"""Minimum wages: rows are added and never changed; a later one takes an earlier one's place."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.minimum_wages import MinimumWage, WageTable
from storage.mongo.client import Document, Duplicate, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, PageRequest, SortOrder, find_page

BY_REGION: SortOrder = (("region", 1), ("tier", 1), ("_id", -1))


class MinimumWageRows:
    def __init__(self, mongo: Mongo) -> None:
        self._wages = mongo["minimum_wages"]

    async def seed(self) -> None:
        """Store what is known from the start, unless it is there; many processes may do so."""
        ids = [row.id for row in KNOWN_WAGES.rows]
        with translate_errors():
            present = await self._wages.distinct("_id", {"_id": {"$in": ids}})
        missing = [to_document(row) for row in KNOWN_WAGES.rows if row.id not in present]
        # Another process may be faster.
        with suppress(Duplicate), translate_errors():
            if missing:
                await self._wages.insert_many(missing, ordered=False)

    async def add(self, row: MinimumWage, *, transaction: Transaction) -> None:
        """Store another row."""
        with translate_errors():
            await self._wages.insert_one(to_document(row), session=transaction)

    async def table(self) -> WageTable:
        """All rows, in the order in which they were added."""
        with translate_errors():
            documents = await self._wages.find({}).sort([("added_at", 1), ("_id", 1)]).to_list(None)
        return WageTable(rows=tuple(to_record(MinimumWage, document) for document in documents))

    async def count(self) -> int:
        """How many rows there are: another number than before says that there are new ones."""
        with translate_errors():
            return await self._wages.count_documents({})

    async def by_ids(self, ids: Iterable[str]) -> dict[str, MinimumWage]:
        """The rows among ``ids`` that exist, by id."""
        with translate_errors():
            found = self._wages.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(MinimumWage, document) async for document in found}

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
        with translate_errors():
            page = await find_page(self._wages, where, BY_REGION, wanted)
        return page.map(lambda document: to_record(MinimumWage, document))
