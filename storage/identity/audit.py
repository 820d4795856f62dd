"""The audit log: one chain for the whole database, longer with each transaction that writes to it.

The head holds place and digest of the last row. Whoever appends reads and moves it within the
transaction, so of two at the same moment one is run again behind the other: the chain cannot fork.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime

from domain.identity.audit import (
    GENESIS_DIGEST,
    AuditAction,
    AuditEntry,
    AuditRow,
    chain_entry,
    find_chain_fault,
)
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.crypto import Keyring
from storage.mongo.paging import Page, PageRequest, find_page

NEWEST_FIRST = (("_id", -1),)
_HEAD_ID = "audit"
_ROWS_PER_READ = 1_000


class AuditChainBroken(Exception):
    """The audit log is not what was written; the message names the first row that shows it."""


class AuditLog:
    """Rows are added and read; nothing here changes or removes one."""

    def __init__(self, mongo: Mongo, seal: Keyring) -> None:
        self._rows = mongo["audit"]
        self._heads = mongo["logs"]
        self._seal = seal

    async def append(
        self, entries: Sequence[AuditEntry], *, at: datetime, transaction: Transaction
    ) -> None:
        """Add rows in the transaction that does what they say."""
        if not entries:
            return
        with translate_errors():
            head = await self._heads.find_one({"_id": _HEAD_ID}, session=transaction)
            seq, previous = (head["seq"], head["sha256"]) if head else (0, GENESIS_DIGEST)
            rows: list[AuditRow] = []
            for entry in entries:
                seq += 1
                row = chain_entry(
                    entry, seq=seq, previous=previous, at=at, digest=self._seal.digest_audit_row
                )
                previous = row.sha256
                rows.append(row)
            await self._heads.update_one(
                {"_id": _HEAD_ID}, {"$set": {"seq": seq, "sha256": previous}}, upsert=True,
                session=transaction,
            )  # fmt: skip
            await self._rows.insert_many(
                [{"_id": row.seq, **to_document(row)} for row in rows], session=transaction
            )

    async def count_actions(
        self,
        actor_id: str,
        action: AuditAction,
        *,
        since: datetime,
        most: int,
        transaction: Transaction,
    ) -> int:
        """How often somebody has done that since then; counts to ``most``."""
        where = {"actor_id": actor_id, "action": action.value, "at": {"$gt": since}}
        with translate_errors():
            return await self._rows.count_documents(where, limit=most, session=transaction)

    async def page_of_subject(
        self, subject_type: str, subject_id: str, wanted: PageRequest
    ) -> Page[AuditRow]:
        """What was done to one thing, the newest first; the key is ``seq``."""
        where = {"subject_type": subject_type, "subject_id": subject_id}
        with translate_errors():
            page = await find_page(self._rows, where, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(AuditRow, document))

    async def latest_by_subjects(
        self, subject_type: str, ids: Iterable[str], *, limit: int
    ) -> list[AuditRow]:
        """The last rows about these things, the newest first."""
        where = {"subject_type": subject_type, "subject_id": {"$in": list(ids)}}
        with translate_errors():
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
        async for row in self._iterate_rows():
            fault = find_chain_fault(row, before=last, digest=self._seal.digest_audit_row)
            if fault is None and head and row.seq == head["seq"] and row.sha256 != head["sha256"]:
                fault = f"row {row.seq} is not the last one that was written"
            if fault is not None:
                raise AuditChainBroken(f"The audit log is broken: {fault}.")
            last = row
        seq, digest = (last.seq, last.sha256) if last else (0, GENESIS_DIGEST)
        if head is not None and seq < head["seq"]:
            raise AuditChainBroken(f"The audit log is broken: row {seq + 1} is missing.")
        # The very first rows may have come with the head while they were read.
        if head is None and last is not None and await self._head() is None:
            raise AuditChainBroken(f"The audit log is broken: what followed row {seq} is missing.")
        return seq, digest

    async def _head(self) -> Document | None:
        """Place and digest of the last row; None before the first."""
        with translate_errors():
            return await self._heads.find_one({"_id": _HEAD_ID})

    async def _iterate_rows(self) -> AsyncIterator[AuditRow]:
        after = 0
        while True:
            with translate_errors():
                found = await (
                    self._rows.find({"_id": {"$gt": after}}).sort("_id", 1).limit(_ROWS_PER_READ)
                ).to_list(_ROWS_PER_READ)
            for document in found:
                try:
                    row = to_record(AuditRow, document)
                except Exception:  # noqa: BLE001 - whatever keeps a row from being one was put there
                    fault = f"row {document['_id']} was changed"
                    raise AuditChainBroken(f"The audit log is broken: {fault}.") from None
                yield row
            if len(found) < _ROWS_PER_READ:
                return
            after = found[-1]["_id"]
