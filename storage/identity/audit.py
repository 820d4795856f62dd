"""The audit log: one chain for the whole database, longer with each transaction that writes to it.

The head holds place and digest of the last row. Whoever appends reads and moves it within the
transaction, so of two at the same moment one is run again behind the other: the chain cannot fork.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime

from domain.identity.audit import BEGINNING, AuditAction, AuditEntry, AuditRow, chained, fault_of
from storage.mongo.client import Document, Mongo, Session, translated
from storage.mongo.codec import to_document, to_record
from storage.mongo.crypto import Seal
from storage.mongo.paging import Page, Slice, find_page

NEWEST_FIRST = (("_id", -1),)
_HEAD = "audit"
_READ = 1_000


class BrokenChain(Exception):
    """The audit log is not what was written; the message names the first row that shows it."""


class Audit:
    """Rows are added and read; nothing here changes or removes one."""

    def __init__(self, mongo: Mongo, seal: Seal) -> None:
        self._rows = mongo["audit"]
        self._heads = mongo["logs"]
        self._seal = seal

    async def append(
        self, entries: Sequence[AuditEntry], *, at: datetime, session: Session
    ) -> None:
        """Add rows in the transaction that does what they say."""
        if not entries:
            return
        with translated():
            head = await self._heads.find_one({"_id": _HEAD}, session=session)
            seq, previous = (head["seq"], head["sha256"]) if head else (0, BEGINNING)
            rows: list[AuditRow] = []
            for entry in entries:
                seq += 1
                row = chained(entry, seq=seq, previous=previous, at=at, digest=self._seal.digest)
                previous = row.sha256
                rows.append(row)
            await self._heads.update_one(
                {"_id": _HEAD}, {"$set": {"seq": seq, "sha256": previous}}, upsert=True,
                session=session,
            )  # fmt: skip
            await self._rows.insert_many(
                [{"_id": row.seq, **to_document(row)} for row in rows], session=session
            )

    async def count(
        self, actor_id: str, action: AuditAction, *, since: datetime, most: int, session: Session
    ) -> int:
        """How often somebody has done that since then; counts to ``most``."""
        where = {"actor_id": actor_id, "action": action.value, "at": {"$gt": since}}
        with translated():
            return await self._rows.count_documents(where, limit=most, session=session)

    async def page(self, subject_type: str, subject_id: str, wanted: Slice) -> Page[AuditRow]:
        """What was done to one thing, the newest first; the key is ``seq``."""
        where = {"subject_type": subject_type, "subject_id": subject_id}
        with translated():
            page = await find_page(self._rows, where, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(AuditRow, document))

    async def of_subjects(
        self, subject_type: str, ids: Iterable[str], *, limit: int
    ) -> list[AuditRow]:
        """The last rows about these things, the newest first."""
        where = {"subject_type": subject_type, "subject_id": {"$in": list(ids)}}
        with translated():
            found = self._rows.find(where).sort("_id", -1).limit(limit)
            return [to_record(AuditRow, document) async for document in found]

    async def verify(self) -> tuple[int, str]:
        """Walk the whole chain: the number of its rows, and the digest of the last.

        A thousand rows are in memory at a time; rows may be added meanwhile.

        :raises BrokenChain: a row was changed, removed, added or moved.
        """
        # Before the rows: those that are added while they are read come after it.
        head = await self._head()
        last: AuditRow | None = None
        async for row in self._all():
            fault = fault_of(row, before=last, digest=self._seal.digest)
            if fault is None and head and row.seq == head["seq"] and row.sha256 != head["sha256"]:
                fault = f"row {row.seq} is not the last one that was written"
            if fault is not None:
                raise BrokenChain(f"The audit log is broken: {fault}.")
            last = row
        seq, digest = (last.seq, last.sha256) if last else (0, BEGINNING)
        if head is not None and seq < head["seq"]:
            raise BrokenChain(f"The audit log is broken: row {seq + 1} is missing.")
        # The very first rows may have come with the head while they were read.
        if head is None and last is not None and await self._head() is None:
            raise BrokenChain(f"The audit log is broken: what followed row {seq} is missing.")
        return seq, digest

    async def _head(self) -> Document | None:
        """Place and digest of the last row; None before the first."""
        with translated():
            return await self._heads.find_one({"_id": _HEAD})

    async def _all(self) -> AsyncIterator[AuditRow]:
        after = 0
        while True:
            with translated():
                found = await (
                    self._rows.find({"_id": {"$gt": after}}).sort("_id", 1).limit(_READ)
                ).to_list(_READ)
            for document in found:
                try:
                    row = to_record(AuditRow, document)
                except Exception:  # noqa: BLE001 - whatever keeps a row from being one was put there
                    fault = f"row {document['_id']} was changed"
                    raise BrokenChain(f"The audit log is broken: {fault}.") from None
                yield row
            if len(found) < _READ:
                return
            after = found[-1]["_id"]
