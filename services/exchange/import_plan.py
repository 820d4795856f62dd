"""The plan for one chunk of an import: the outcome of each row, and what to write for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from domain.employers.employers import Employer
from domain.exchange.imports import ImportRow
from domain.postings.postings import Posting
from services.postings.posting_notices import queue_posting_notices
from storage.mongo.client import Transaction
from storage.store import Store

POSTINGS_PER_INSERT = 100
"""Postings that are encoded before other tasks of the event loop run."""


@dataclass(kw_only=True)
class ImportPlan:
    """The outcome of each row of a chunk, and the employers and postings to write.

    Planning writes nothing. ``write`` finds out, within the transaction, whether what was read for
    the plan still holds. Employers are keyed by credit code, postings by
    ``employer id/external id``. ``changed_postings`` holds each posting before and after.
    ``row_keys`` are the keys and job keys of all rows that could be read.
    """

    rows: list[ImportRow] = field(default_factory=list)
    new_postings: dict[str, Posting] = field(default_factory=dict)
    changed_postings: dict[str, tuple[Posting, Posting]] = field(default_factory=dict)
    new_employers: dict[str, Employer] = field(default_factory=dict)
    row_keys: set[str] = field(default_factory=set)

    @property
    def job_keys(self) -> set[str]:
        """The job keys of the postings to write."""
        changed = [after for _, after in self.changed_postings.values()]
        postings = (*self.new_postings.values(), *changed)
        return {posting.job_key for posting in postings if posting.job_key is not None}

    def depends_on(self, earlier: ImportPlan) -> bool:
        """Return whether a row is about something that the earlier plan creates or changes."""
        written = (
            earlier.new_postings.keys()
            | earlier.changed_postings.keys()
            | earlier.new_employers.keys()
            | earlier.job_keys
        )
        return not self.row_keys.isdisjoint(written)

    async def write(
        self, store: Store, transaction: Transaction, *, at: datetime, findable: bool
    ) -> bool:
        """Write the employers, the postings and their webhook notices.

        ``findable`` postings are in the search at once, others soon after. Returns False when a
        posting has changed since the plan was made: then the transaction must not be committed.

        :raises Duplicate: an employer or posting was created since. The same applies.
        """
        employers, postings = list(self.new_employers.values()), list(self.new_postings.values())
        if employers:
            await store.employers.add(employers, transaction=transaction)
        for start in range(0, len(postings), POSTINGS_PER_INSERT):
            await store.postings.add(
                postings[start : start + POSTINGS_PER_INSERT],
                transaction=transaction,
                findable=findable,
            )
        changes = list(self.changed_postings.values())
        created = [(None, posting) for posting in postings]
        await queue_posting_notices(store, [*created, *changes], at=at, transaction=transaction)
        return await store.postings.update_all_if_unchanged(
            changes, transaction=transaction, findable=findable
        )
