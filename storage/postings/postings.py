"""The repository of postings.

The public reads a posting only through ``visibility_condition``, so a posting that fails the gate
disappears from every reading path at once. Staff read their postings of any status.

A change is computed by ``domain.screening.verdicts`` and written over the version it was computed
from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pymongo import UpdateOne

from domain.postings.lifecycle import RESCREENED_STATUSES
from domain.postings.postings import Posting, PostingStatus
from domain.screening.rescreening import RescreeningTask, RescreenScope
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import changed_fields
from storage.mongo.paging import Page, PageRequest, SortOrder
from storage.mongo.repository import Repository, unchanged_condition
from storage.mongo.terms_documents import occupation_condition
from storage.postings.posting_query import (
    PostingQuery,
    region_conditions,
    visibility_condition,
    waiting_condition,
)
from storage.search.search_entries import SearchEntries

LONGEST_WAITING: SortOrder = (("waiting_since", 1), ("_id", 1))
_POSTINGS_PER_BATCH = 50
_RESCREENED = {"$in": [status.value for status in RESCREENED_STATUSES]}
_DEFERRED: Document = {"status": PostingStatus.OPEN.value, "deferred": {"$gt": ""}}
_RENOTIFY_FIELDS = frozenset({"terms", "status", "verified_until"})
"""A change of one of these fields makes the matcher look for suitable seekers again
(storage/matching/jobs.py)."""


@dataclass(frozen=True, kw_only=True)
class SitemapEntry:
    """An open posting in a sitemap, and when its terms last changed."""

    id: str
    changed_at: datetime


class Postings(Repository[Posting]):
    """Postings of all statuses. An employer has one posting for each external id."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "postings", Posting)
        self._search_entries = SearchEntries(mongo)

    async def add(
        self,
        postings: Sequence[Posting],
        *,
        transaction: Transaction | None = None,
        findable: bool = True,
    ) -> None:
        """Store new postings.

        Search finds them at once. Without ``findable`` it finds them once a worker has made their
        search entries, and this call takes less time.

        :raises Duplicate: an employer already has a posting with one of the external ids.
        """
        documents = [self._records.to_document(posting) for posting in postings]
        if findable:
            offers = [(posting.employer_id, posting.terms) for posting in postings]
            entries = await self._search_entries.make_entries(offers, transaction=transaction)
            for document, entry in zip(documents, entries, strict=True):
                document["search"] = entry
        with translate_errors():
            await self._records.documents.insert_many(documents, session=transaction)

    async def by_external_ids(self, wanted: Iterable[tuple[str, str]]) -> list[Posting]:
        """The postings, of any status, with one of these pairs of employer and external id."""
        pairs = set(wanted)
        if not pairs:
            return []
        where = {
            "external_id": {"$in": sorted({external_id for _, external_id in pairs})},
            "employer_id": {"$in": sorted({employer_id for employer_id, _ in pairs})},
        }
        with translate_errors():
            # In small batches: building records of them blocks other tasks.
            cursor = self._records.documents.find(where).batch_size(_POSTINGS_PER_BATCH)
            return [
                self._records.to_record(document)
                async for document in cursor
                if (document["employer_id"], document["external_id"]) in pairs
            ]

    async def by_job_keys(self, keys: Iterable[str]) -> dict[str, Posting]:
        """The postings with these keys (``domain.postings.job_keys``), by key."""
        wanted = sorted(set(keys))
        found = await self._records.find({"job_key": {"$in": wanted}}) if wanted else []
        return {posting.job_key: posting for posting in found if posting.job_key is not None}

    async def list_monthly_pays(
        self, occupation: str, digits: str, on: date, *, limit: int
    ) -> list[int]:
        """The pays in yuan a month of the newest visible postings of an occupation and region.

        ``digits`` are the significant digits of the region's code; empty for the country.
        """
        where: Document = {**occupation_condition([occupation]), **visibility_condition(on)}
        if digits:
            where["terms.place_code"] = {"$gte": digits.ljust(6, "0"), "$lte": digits.ljust(6, "9")}
        with translate_errors():
            found = self._records.documents.find(where, {"search.pay": 1}).sort([("_id", -1)])
            return [
                document["search"]["pay"]
                async for document in found.limit(limit)
                if "pay" in document.get("search", {})
            ]

    async def visible_ids(self, ids: Sequence[str], on: date) -> list[str]:
        """Those of ``ids`` that may be shown on that day, in the given order."""
        where = {"_id": {"$in": list(ids)}, **visibility_condition(on)}
        with translate_errors():
            found = self._records.documents.find(where, {"_id": 1})
            visible = {document["_id"] async for document in found}
        return [posting_id for posting_id in ids if posting_id in visible]

    async def sitemap_boundaries(self, on: date, *, every: int) -> tuple[str, ...]:
        """The ids after which each further part of ``every`` open postings begins.

        It reads the keys of all open postings: cache the result.
        """
        boundaries: list[str] = []
        while True:
            where = visibility_condition(on)
            if boundaries:
                where["_id"] = {"$gt": boundaries[-1]}
            with translate_errors():
                # Two: a boundary with nothing after it begins no part.
                found = self._records.documents.find(where, {"_id": 1}).sort([("_id", 1)])
                ends = await found.skip(every - 1).limit(2).to_list(2)
            if len(ends) < 2:
                return tuple(boundaries)
            boundaries.append(ends[0]["_id"])

    async def sitemap_entries(self, on: date, *, after: str, limit: int) -> list[SitemapEntry]:
        """Open postings after an id, in the order of ids; "0" is before the first."""
        where = {**visibility_condition(on), "_id": {"$gt": after}}
        with translate_errors():
            found = self._records.documents.find(where, {"created_at": 1, "changed_at": 1})
            return [
                SitemapEntry(
                    id=document["_id"],
                    changed_at=document.get("changed_at") or document["created_at"],
                )
                async for document in found.sort([("_id", 1)]).limit(limit)
            ]

    async def page(
        self, query: PostingQuery, order: SortOrder, wanted: PageRequest
    ) -> Page[Posting]:
        """One page of the postings that meet ``query``, in ``order``."""
        return await self._records.find_page(query.where(), order, wanted)

    async def page_of_review_queue(
        self,
        union_id: str,
        wanted: PageRequest,
        *,
        code: str | None = None,
        region: str | None = None,
    ) -> Page[Posting]:
        """Postings of a union and its branches that wait for a reviewer, the longest waiting first.

        With ``code`` those with a finding of this code, with ``region`` those with a place of work
        in it. The key is ``waiting_since`` and the id.
        """
        where = waiting_condition(union_id, code, region)
        return await self._records.find_page(where, LONGEST_WAITING, wanted)

    async def update_if_unchanged(
        self, before: Posting, after: Posting, *, transaction: Transaction | None = None
    ) -> bool:
        """Compare and set: store ``after`` if the posting still has the version of ``before``.

        False is a version conflict; nothing was written.
        """
        ((where, update),) = await self._make_updates([(before, after)], transaction)
        return await self._records.update_one(where, update, transaction=transaction)

    async def update_all_if_unchanged(
        self,
        changes: Sequence[tuple[Posting, Posting]],
        *,
        transaction: Transaction,
        findable: bool = True,
    ) -> bool:
        """Compare and set many postings, given as pairs of before and after.

        Search finds new terms at once, or soon after without ``findable``. False is a version
        conflict of at least one of them: the caller must then abort the transaction.
        """
        if not changes:
            return True
        updates = await self._make_updates(changes, transaction, findable=findable)
        with translate_errors():
            result = await self._records.documents.bulk_write(
                [UpdateOne(*update) for update in updates], session=transaction
            )
        return result.matched_count == len(changes)

    async def find_to_rescreen(self, rescreen: RescreeningTask, *, limit: int) -> list[Posting]:
        """The next postings of a rescreening task, in the order of ids."""
        where: Document = {"status": _RESCREENED, "_id": {"$gt": rescreen.cursor}}
        if rescreen.scope is RescreenScope.EMPLOYER:
            where["employer_id"] = rescreen.key
        else:
            where["$or"] = region_conditions(rescreen.key)
        return await self._records.find(where, sort=[("_id", 1)], limit=limit)

    async def find_overdue(self, *, on: date, limit: int) -> list[Posting]:
        """Postings that must be screened again, for one of two reasons.

        Their last day has passed, or the check of their employer has expired. Each call returns
        postings of one reason.
        """
        day = on.isoformat()
        for where, field in (
            ({"status": _RESCREENED, "terms.valid_until": {"$lt": day}}, "terms.valid_until"),
            (
                # "Not at least" instead of "less": a posting without the field is overdue, too.
                {"status": PostingStatus.OPEN.value, "verified_until": {"$not": {"$gte": day}}},
                "verified_until",
            ),
        ):
            found = await self._records.find(where, sort=[(field, 1)], limit=limit)
            if found:
                return found
        return []

    async def find_screened_by_older_rules(self, rules: int, *, limit: int) -> list[Posting]:
        """Postings that were screened by rules older than version ``rules``."""
        where = {"status": _RESCREENED, "rules": {"$not": {"$gte": rules}}}
        return await self._records.find(where, sort=[("rules", 1)], limit=limit)

    async def find_deferred(self, *, limit: int) -> list[Posting]:
        """Open postings with findings that do not count yet (``Posting.deferred``)."""
        return await self._records.find(_DEFERRED, sort=[("_id", 1)], limit=limit)

    async def count_deferred(self) -> int:
        """How many open postings have findings that do not count yet."""
        return await self._records.count(_DEFERRED)

    async def count_visible(self, on: date) -> int:
        """How many postings may be shown on that day."""
        return await self._records.count(visibility_condition(on))

    async def _make_updates(
        self,
        changes: Sequence[tuple[Posting, Posting]],
        transaction: Transaction | None,
        *,
        findable: bool = True,
    ) -> list[tuple[Document, Document]]:
        """The condition and the update of each change; new terms get a new search entry."""
        updates = [_make_update(before, after) for before, after in changes]
        with_new_terms = [
            (after, update)
            for (before, after), (_, update) in zip(changes, updates, strict=True)
            if before.terms != after.terms
        ]
        if not findable:
            for _, update in with_new_terms:
                update["$unset"] = {**update.get("$unset", {}), "search": ""}
        elif with_new_terms:
            offers = [(after.employer_id, after.terms) for after, _ in with_new_terms]
            entries = await self._search_entries.make_entries(offers, transaction=transaction)
            for (_, update), entry in zip(with_new_terms, entries, strict=True):
                update["$set"]["search"] = entry
        return updates


def _make_update(before: Posting, after: Posting) -> tuple[Document, Document]:
    """The condition and the update of a change; the update sets only the fields that differ."""
    changed = changed_fields(before, after)
    update: Document = {"$set": changed}
    if _RENOTIFY_FIELDS & changed.keys():
        update["$unset"] = {"told": ""}
    return unchanged_condition(before), update
