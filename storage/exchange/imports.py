"""Imports: how far each has got, the rows that wait in parts, and the outcome of each row.

Rows wait in documents of their own until their outcome is stored. All of it is forgotten by
MongoDB after 30 days, rows that no import came for after 7 (storage/mongo/indexes.py).
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
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page

NEWEST_FIRST = (("_id", -1),)
ID_ASCENDING = (("_id", 1),)


class Imports:
    """One active import an account."""

    def __init__(self, mongo: Mongo) -> None:
        self._imports = mongo["imports"]
        self._chunks = mongo["import_chunks"]
        self._rows = mongo["import_rows"]

    async def add(self, one: Import) -> None:
        """Take an import in, whose rows are stored already.

        :raises Duplicate: the account has another one that is active.
        """
        with translate_errors():
            await self._imports.insert_one(to_document(one))

    async def add_chunk(
        self, import_id: str, place: int, rows: Sequence[RawRow], *, at: datetime
    ) -> None:
        """Store the rows of one part, 0 the first."""
        listed = [[row.number, list(row.cells)] for row in rows]
        with translate_errors():
            await self._chunks.insert_one(
                {"_id": _chunk_id(import_id, place), "import_id": import_id, "at": at}
                | {"rows": listed}
            )

    async def read_chunk(self, import_id: str, place: int) -> list[RawRow] | None:
        """The rows of one part; None when it is gone."""
        with translate_errors():
            found = await self._chunks.find_one({"_id": _chunk_id(import_id, place)})
        if found is None:
            return None
        return [RawRow(number=number, cells=tuple(cells)) for number, cells in found["rows"]]

    async def delete_chunks(self, import_id: str) -> None:
        """Remove the rows that wait."""
        with translate_errors():
            await self._chunks.delete_many({"import_id": import_id})

    async def by_id(self, import_id: str) -> Import | None:
        with translate_errors():
            document = await self._imports.find_one({"_id": import_id})
        return to_record(Import, document) if document else None

    async def next_active(self) -> Import | None:
        """The active import that has waited longest for its turn."""
        with translate_errors():
            document = await self._imports.find_one({"active": True}, sort=[("updated_at", 1)])
        return to_record(Import, document) if document else None

    async def is_active(self, account_id: str) -> bool:
        """Whether the account has an import that has not come to an end."""
        with translate_errors():
            where = {"account_id": account_id, "active": True}
            return await self._imports.find_one(where, {"_id": 1}) is not None

    async def count_active(self, *, most: int) -> int:
        """How many have not come to an end, up to ``most``."""
        with translate_errors():
            return await self._imports.count_documents({"active": True}, limit=most)

    async def page(self, scope: str, wanted: PageRequest) -> Page[Import]:
        """The newest first; the key is the id."""
        with translate_errors():
            page = await find_page(self._imports, {"scope": scope}, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Import, document))

    async def rows(
        self, import_id: str, outcome: RowOutcome | None, wanted: PageRequest
    ) -> Page[ImportRow]:
        """Rows that have their outcome, in the order of the table; the key is the number."""
        # "0" comes next after "/": all ids that begin with the import's.
        where: Document = {"_id": {"$gt": f"{import_id}/", "$lt": f"{import_id}0"}}
        if outcome is not None:
            where |= {"import_id": import_id, "outcome": outcome.value}
        if wanted.after is not None:
            wanted = replace(wanted, after=(make_row_id(import_id, wanted.after[0]),))
        with translate_errors():
            page = await find_page(self._rows, where, ID_ASCENDING, wanted)
        return page.map(lambda document: to_record(ImportRow, document))

    async def digests_by_key(self, import_id: str, keys: Sequence[str]) -> dict[str, str]:
        """What earlier rows of the import said last of the things with these keys."""
        if not keys:
            return {}
        with translate_errors():
            found = self._rows.find(
                {"import_id": import_id, "key": {"$in": list(keys)}}, {"key": 1, "digest": 1}
            ).sort([("_id", 1)])
            return {document["key"]: document["digest"] async for document in found}

    async def finish_chunk(
        self, before: Import, rows: Sequence[ImportRow], *, at: datetime, transaction: Transaction
    ) -> Import | None:
        """Store the outcomes of the part that is next, and give the import as it is then.

        None, without a write, when it has come to an end or is further on already.
        """
        place = before.next_chunk
        is_last = place + 1 >= before.chunks
        change: dict[str, Any] = {"next_chunk": place + 1, "updated_at": at}
        change["status"] = (ImportStatus.DONE if is_last else ImportStatus.RUNNING).value
        if before.started_at is None:
            change["started_at"] = at
        if is_last:
            change |= {"active": False, "finished_at": at}
        with translate_errors():
            after = await self._imports.find_one_and_update(
                {"_id": before.id, "active": True, "next_chunk": place},
                {"$set": change, "$inc": count_outcomes(rows)},
                return_document=True,
                session=transaction,
            )
            if after is None:
                return None
            await self._rows.insert_many([to_document(row) for row in rows], session=transaction)
            await self._chunks.delete_one({"_id": _chunk_id(before.id, place)}, session=transaction)
        return to_record(Import, after)

    async def end_early(
        self, import_id: str, status: ImportStatus, *, at: datetime, place: int | None = None
    ) -> None:
        """Bring an active import to an end before its time; the rows that wait go.

        With ``place`` only while that part is still the next one.
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
        with translate_errors():
            ended = await self._imports.update_one(where, {"$set": change})
        if ended.matched_count:
            await self.delete_chunks(import_id)


def _chunk_id(import_id: str, place: int) -> str:
    return f"{import_id}/{place:06}"
