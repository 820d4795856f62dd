"""The audit log: one hash chain for the whole database.

The head document holds the number and the digest of the last row. A transaction that appends reads
and moves the head, so of two concurrent ones MongoDB makes one run again: the chain cannot fork.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime

from domain.identity.audit import (
    GENESIS_DIGEST,
    Actor,
    AuditAction,
    AuditEntry,
    AuditRow,
    RedactionProofs,
    chain_entry,
    find_chain_fault,
    redact_row,
)
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.crypto import Keyring
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import NEWEST_FIRST, OLDEST_FIRST, RecordCollection

_HEAD_ID = "audit"
_ROWS_PER_READ = 1_000


class AuditChainBroken(Exception):
    """The audit log was tampered with; the message names the first row that shows it."""


class AuditLog:
    """The rows of the audit log. They are only added and read, and never removed.

    The one change is that of ``redact``: it empties the reasons about an erased person.
    """

    def __init__(self, mongo: Mongo, keyring: Keyring) -> None:
        self._rows = RecordCollection(mongo, "audit", AuditRow, to_document=_to_document)
        self._heads = mongo["logs"]
        self._keyring = keyring

    async def append(
        self, entries: Sequence[AuditEntry], *, at: datetime, transaction: Transaction
    ) -> None:
        """Append rows, in the transaction that does what they record."""
        if not entries:
            return
        with translate_errors():
            head = await self._heads.find_one({"_id": _HEAD_ID}, session=transaction)
            seq, previous = (head["seq"], head["sha256"]) if head else (0, GENESIS_DIGEST)
            rows: list[AuditRow] = []
            for entry in entries:
                seq += 1
                row = chain_entry(
                    entry, seq=seq, previous=previous, at=at, digest=self._keyring.digest_audit_row
                )
                previous = row.sha256
                rows.append(row)
            await self._heads.update_one(
                {"_id": _HEAD_ID}, {"$set": {"seq": seq, "sha256": previous}}, upsert=True,
                session=transaction,
            )  # fmt: skip
            await self._rows.insert_many(rows, transaction=transaction)

    async def redact(
        self,
        subject_type: str,
        ids: Iterable[str],
        actor: Actor,
        *,
        at: datetime,
        transaction: Transaction,
    ) -> None:
        """Empty the reasons of reveals of these subjects, in the transaction that erases them.

        Each emptied row is proven by a row at the end of the chain.
        """
        subjects = list(ids)
        if not subjects:
            return
        where = {
            "subject_type": subject_type,
            "subject_id": {"$in": subjects},
            "action": AuditAction.REVEAL.value,
            "detail": {"$gt": ""},
        }
        entries: list[AuditEntry] = []
        for row in await self._rows.find(where, sort=OLDEST_FIRST, transaction=transaction):
            redacted, entry = redact_row(row, actor, at=at, digest=self._keyring.digest_audit_row)
            change = {"detail": redacted.detail, "redacted_at": redacted.redacted_at}
            await self._rows.update_one({"_id": row.seq}, {"$set": change}, transaction=transaction)
            entries.append(entry)
        await self.append(entries, at=at, transaction=transaction)

    async def count_actions(
        self,
        actor_id: str,
        action: AuditAction,
        *,
        since: datetime,
        most: int,
        transaction: Transaction,
    ) -> int:
        """How often the actor did this after ``since``; counting stops at ``most``."""
        where = {"actor_id": actor_id, "action": action.value, "at": {"$gt": since}}
        return await self._rows.count(where, limit=most, transaction=transaction)

    async def page_of_subject(
        self, subject_type: str, subject_id: str, wanted: PageRequest
    ) -> Page[AuditRow]:
        """The rows about one subject, newest first; the key is ``seq``."""
        where = {"subject_type": subject_type, "subject_id": subject_id}
        return await self._rows.find_page(where, NEWEST_FIRST, wanted)

    async def latest_by_subjects(
        self, subject_type: str, ids: Iterable[str], *, limit: int
    ) -> list[AuditRow]:
        """The last rows about these subjects, newest first."""
        where = {"subject_type": subject_type, "subject_id": {"$in": list(ids)}}
        return await self._rows.find(where, sort=NEWEST_FIRST, limit=limit)

    async def verify(self) -> tuple[int, str]:
        """Verify the whole chain; return the number of its rows and the digest of the last.

        At most ``_ROWS_PER_READ`` rows are in memory at a time. Rows may be added meanwhile.

        :raises AuditChainBroken: a row was changed, removed, added or moved.
        """
        # Read before the rows: those that are added during the reading come after it.
        head = await self._head()
        last: AuditRow | None = None
        digest_row = self._keyring.digest_audit_row
        redactions = RedactionProofs(digest_row)
        async for row in self._iterate_rows():
            fault = find_chain_fault(row, before=last, digest=digest_row)
            fault = fault or redactions.find_fault(row)
            if fault is None and head and row.seq == head["seq"] and row.sha256 != head["sha256"]:
                fault = f"row {row.seq} is not the last one that was written"
            if fault is not None:
                raise AuditChainBroken(f"The audit log is broken: {fault}.")
            last = row
        if fault := redactions.find_unproven():
            raise AuditChainBroken(f"The audit log is broken: {fault}.")
        seq, digest = (last.seq, last.sha256) if last else (0, GENESIS_DIGEST)
        if head is not None and seq < head["seq"]:
            raise AuditChainBroken(f"The audit log is broken: row {seq + 1} is missing.")
        # The first rows of all may have been written, with the head, during the reading.
        if head is None and last is not None and await self._head() is None:
            raise AuditChainBroken(f"The audit log is broken: what followed row {seq} is missing.")
        return seq, digest

    async def _head(self) -> Document | None:
        """The number and the digest of the last row; None before the first."""
        with translate_errors():
            return await self._heads.find_one({"_id": _HEAD_ID})

    async def _iterate_rows(self) -> AsyncIterator[AuditRow]:
        after = 0
        while True:
            with translate_errors():
                cursor = self._rows.documents.find({"_id": {"$gt": after}})
                found = await cursor.sort("_id", 1).limit(_ROWS_PER_READ).to_list(_ROWS_PER_READ)
            for document in found:
                try:
                    row = to_record(AuditRow, document)
                except Exception:  # noqa: BLE001 - whatever makes a row unreadable was put there
                    fault = f"row {document['_id']} was changed"
                    raise AuditChainBroken(f"The audit log is broken: {fault}.") from None
                yield row
            if len(found) < _ROWS_PER_READ:
                return
            after = found[-1]["_id"]


def _to_document(row: AuditRow) -> Document:
    return {"_id": row.seq, **to_document(row)}
