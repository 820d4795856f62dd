"""The repository of imports: the progress of each, its waiting rows and the outcome of each row.

The rows of an upload wait in chunks until their outcomes are stored. MongoDB deletes imports and
outcomes after 30 days and chunks after 7 (storage/mongo/indexes.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.exchange.imports import (
    Import,
    ImportRow,
    ImportStatus,
    RawRow,
    RowOutcome,
    count_outcomes,
    make_row_id,
)
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import NEWEST_FIRST, OLDEST_FIRST, RecordCollection, Repository


class Imports(Repository[Import]):
    """Imports; an account has at most one that is active."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "imports", Import)
        self._mongo = mongo
        self._chunks = mongo["import_chunks"]
        self._rows = RecordCollection(mongo, "import_rows", ImportRow)

    async def add(self, one: Import) -> None:
        """Store a new import, whose chunks are already stored.

        :raises Duplicate: the account has another active import.
        """
        await self._records.insert(one)

    async def add_chunk(
        self, import_id: str, place: int, rows: Sequence[RawRow], *, at: datetime
    ) -> None:
        """Store the rows of a chunk; ``place`` is its number, 0 the first."""
        cells = [[row.number, list(row.cells)] for row in rows]
        with translate_errors():
            await self._chunks.insert_one(
                {"_id": _chunk_id(import_id, place), "import_id": import_id, "at": at}
                | {"rows": cells}
            )

    async def read_chunk(self, import_id: str, place: int) -> list[RawRow] | None:
        """The rows of a chunk; None when it was deleted."""
        with translate_errors():
            found = await self._chunks.find_one({"_id": _chunk_id(import_id, place)})
        if found is None:
            return None
        return [RawRow(number=number, cells=tuple(cells)) for number, cells in found["rows"]]

    async def delete_chunks(self, import_id: str) -> None:
        """Delete the waiting rows of an import."""
        with translate_errors():
            await self._chunks.delete_many({"import_id": import_id})

    async def next_active(self) -> Import | None:
        """The active import that has waited longest since its last progress."""
        return await self._records.find_one({"active": True}, sort=[("updated_at", 1)])

    async def is_active(self, account_id: str) -> bool:
        """Whether the account has an active import."""
        return await self._records.exists({"account_id": account_id, "active": True})

    async def count_active(self, *, most: int) -> int:
        """How many imports are active; counting stops at ``most``."""
        return await self._records.count({"active": True}, limit=most)

    async def page(self, scope: str, wanted: PageRequest) -> Page[Import]:
        """The imports of a scope, newest first; the key is the id."""
        return await self._records.find_page({"scope": scope}, NEWEST_FIRST, wanted)

    async def rows(
        self, import_id: str, outcome: RowOutcome | None, wanted: PageRequest
    ) -> Page[ImportRow]:
        """The rows that have an outcome, in the order of the table; the key is the row number."""
        # "0" is the character after "/": the range holds all ids that begin with the import's.
        where: Document = {"_id": {"$gt": f"{import_id}/", "$lt": f"{import_id}0"}}
        if outcome is not None:
            where |= {"import_id": import_id, "outcome": outcome.value}
        if wanted.after is not None:
            wanted = replace(wanted, after=(make_row_id(import_id, wanted.after[0]),))
        return await self._rows.find_page(where, OLDEST_FIRST, wanted)

    async def digests_by_key(self, import_id: str, keys: Sequence[str]) -> dict[str, str]:
        """The digest of the last row of the import for each of these keys that it has had."""
        if not keys:
            return {}
        with translate_errors():
            found = self._rows.documents.find(
                {"import_id": import_id, "key": {"$in": list(keys)}}, {"key": 1, "digest": 1}
            ).sort([("_id", 1)])
            return {document["key"]: document["digest"] async for document in found}

    async def finish_chunk(
        self, before: Import, rows: Sequence[ImportRow], *, at: datetime, transaction: Transaction
    ) -> Import | None:
        """Store the outcomes of the next chunk; return the import as it is then.

        None, with nothing written, when the import has ended or another node has finished the
        chunk.
        """
        place = before.next_chunk
        is_last = place + 1 >= before.chunks
        change: dict[str, Any] = {"next_chunk": place + 1, "updated_at": at}
        change["status"] = (ImportStatus.DONE if is_last else ImportStatus.RUNNING).value
        if before.started_at is None:
            change["started_at"] = at
        if is_last:
            change |= {"active": False, "finished_at": at}
        after = await self._records.update_and_get(
            {"_id": before.id, "active": True, "next_chunk": place},
            {"$set": change, "$inc": count_outcomes(rows)},
            transaction=transaction,
        )
        if after is None:
            return None
        await self._rows.insert_many(rows, transaction=transaction)
        with translate_errors():
            await self._chunks.delete_one({"_id": _chunk_id(before.id, place)}, session=transaction)
        return after

    async def end_early(
        self, import_id: str, status: ImportStatus, *, at: datetime, place: int | None = None
    ) -> None:
        """End an active import before its last row; its waiting rows are deleted with it.

        With ``place``, only while that chunk is still the next one.
        """
        where: Document = {"_id": import_id, "active": True}
        if place is not None:
            where["next_chunk"] = place
        change: Mapping[str, Any] = {
            "status": status.value,
            "active": False,
            "updated_at": at,
            "finished_at": at,
        }

        async def end(transaction: Transaction) -> None:
            if await self._records.update_one(where, {"$set": change}, transaction=transaction):
                with translate_errors():
                    await self._chunks.delete_many({"import_id": import_id}, session=transaction)

        await self._mongo.run_transaction(end)


def _chunk_id(import_id: str, place: int) -> str:
    return f"{import_id}/{place:06}"
