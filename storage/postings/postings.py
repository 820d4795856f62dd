"""Postings. People see one only through ``visible``: what the gate takes away is nowhere any more.

A change is made by ``domain.postings.lifecycle`` and written over the very version that it was
made from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pymongo import UpdateOne

from domain.postings.lifecycle import RESCREENED_STATUSES
from domain.postings.postings import Posting, PostingStatus
from domain.reference.regions import city_of, province_of, significant_digits
from domain.screening.rescreening import RescreeningTask, RescreenScope
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import changed_fields, to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page
from storage.search.search_entries import SearchEntries

NEWEST_FIRST = (("_id", -1),)
LONGEST_WAITING = (("waiting_since", 1), ("_id", 1))
_ROWS_PER_BATCH = 50


@dataclass(frozen=True, kw_only=True)
class PostingQuery:
    """What a plain list of postings is narrowed to; None leaves a field open."""

    status: PostingStatus | None = None
    open_on: date | None = None
    employer_id: str | None = None
    union_id: str | None = None
    ids: tuple[str, ...] | None = None


_AWAITING = {"$in": [status.value for status in RESCREENED_STATUSES]}


def visibility_condition(on: date) -> Document:
    """The one condition under which a posting may be shown, pinned or streamed.

    ``Posting.is_open`` says the same of a record: the gate let it through, its last day has not
    passed, and the check of its employer counts.
    """
    day = on.isoformat()
    return {
        "status": PostingStatus.OPEN.value,
        "terms.valid_until": {"$gte": day},
        "verified_until": {"$gte": day},
    }


@dataclass(frozen=True, kw_only=True)
class SitemapEntry:
    """An open posting in a list of addresses, and when its terms came to be as they are."""

    id: str
    changed_at: datetime


class Postings:
    def __init__(self, mongo: Mongo) -> None:
        self._postings = mongo["postings"]
        self._unions = mongo["unions"]
        self._searchable = SearchEntries(mongo)

    async def backfill_union_paths(self) -> None:
        """Give postings of before they had one the path of their union."""
        pathless = {"union_path": {"$exists": False}}
        with translate_errors():
            for union_id in await self._postings.distinct("union_id", pathless):
                union = await self._unions.find_one({"_id": union_id}, {"path": 1})
                if union is not None:
                    await self._postings.update_many(
                        {"union_id": union_id, **pathless}, {"$set": {"union_path": union["path"]}}
                    )

    async def add(
        self,
        postings: Sequence[Posting],
        *,
        transaction: Transaction | None = None,
        findable: bool = True,
    ) -> None:
        """Store new postings; those that are not ``findable`` at once are made so soon after.

        :raises Duplicate: an employer has a posting of one of the external ids.
        """
        documents = [to_document(posting) for posting in postings]
        if findable:
            offers = [(posting.employer_id, posting.terms) for posting in postings]
            entries = await self._searchable.make_entries(offers, transaction=transaction)
            for document, entry in zip(documents, entries, strict=True):
                document["search"] = entry
        with translate_errors():
            await self._postings.insert_many(documents, session=transaction)

    async def by_ids(
        self, ids: Iterable[str], *, transaction: Transaction | None = None
    ) -> dict[str, Posting]:
        """The postings among ``ids`` that exist, of any status, by id."""
        with translate_errors():
            found = self._postings.find({"_id": {"$in": list(ids)}}, session=transaction)
            return {document["_id"]: to_record(Posting, document) async for document in found}

    async def by_external_ids(self, wanted: Iterable[tuple[str, str]]) -> list[Posting]:
        """The postings of any status that are known by (employer, external id)."""
        pairs = set(wanted)
        if not pairs:
            return []
        where = {
            "external_id": {"$in": sorted({external_id for _, external_id in pairs})},
            "employer_id": {"$in": sorted({employer_id for employer_id, _ in pairs})},
        }
        with translate_errors():
            # In small batches: making records of them takes time that others wait for.
            found = self._postings.find(where).batch_size(_ROWS_PER_BATCH)
            return [
                to_record(Posting, document)
                async for document in found
                if (document["employer_id"], document["external_id"]) in pairs
            ]

    async def visible_ids(self, ids: Sequence[str], on: date) -> list[str]:
        """Those of ``ids`` that may be shown on that day, in the order given."""
        with translate_errors():
            found = self._postings.find(
                {"_id": {"$in": list(ids)}, **visibility_condition(on)}, {"_id": 1}
            )
            open_ids = {document["_id"] async for document in found}
        return [posting_id for posting_id in ids if posting_id in open_ids]

    async def sitemap_boundaries(self, on: date, *, every: int) -> tuple[str, ...]:
        """The ids behind which each further ``every`` open postings begin, in the order of ids.

        It looks at every open posting: not to be called for each who asks.
        """
        borders: list[str] = []
        while True:
            where = visibility_condition(on) | ({"_id": {"$gt": borders[-1]}} if borders else {})
            with translate_errors():
                # One behind the border, too: without it there is nothing more to divide.
                found = self._postings.find(where, {"_id": 1}).sort([("_id", 1)])
                ends = await found.skip(every - 1).limit(2).to_list(2)
            if len(ends) < 2:
                return tuple(borders)
            borders.append(ends[0]["_id"])

    async def sitemap_entries(self, on: date, *, after: str, limit: int) -> list[SitemapEntry]:
        """Open postings behind an id, in the order of ids; "0" is before the first."""
        with translate_errors():
            found = self._postings.find(
                {**visibility_condition(on), "_id": {"$gt": after}},
                {"created_at": 1, "changed_at": 1},
            ).sort([("_id", 1)])
            return [
                SitemapEntry(
                    id=document["_id"],
                    changed_at=document.get("changed_at") or document["created_at"],
                )
                async for document in found.limit(limit)
            ]

    async def page(
        self, query: PostingQuery, order: Sequence[tuple[str, int]], wanted: PageRequest
    ) -> Page[Posting]:
        """One page of what ``query`` leaves, in ``order``."""
        with translate_errors():
            page = await find_page(self._postings, _where(query), order, wanted)
        return page.map(lambda document: to_record(Posting, document))

    async def page_of_review_queue(self, union_id: str, wanted: PageRequest) -> Page[Posting]:
        """Those of a union and its branches that a person is to look at, the longest waiting first.

        The key is since when, and the id.
        """
        where = {"union_path": union_id, "waiting_since": {"$type": "date"}}
        with translate_errors():
            page = await find_page(self._postings, where, LONGEST_WAITING, wanted)
        return page.map(lambda document: to_record(Posting, document))

    async def update_if_unchanged(
        self, before: Posting, after: Posting, *, transaction: Transaction | None = None
    ) -> bool:
        """Store what has become of the posting; False when it is not as ``before`` any more."""
        (update,) = await self._make_updates([(before, after)], transaction)
        with translate_errors():
            done = await self._postings.update_one(*update, session=transaction)
        return done.matched_count == 1

    async def update_all_if_unchanged(
        self,
        changes: Sequence[tuple[Posting, Posting]],
        *,
        transaction: Transaction,
        findable: bool = True,
    ) -> bool:
        """Store what has become of many postings, each as it was and as it is to be.

        Those that get new terms are found by them at once, or if not ``findable`` soon after.

        False when one of them is not as it was any more: then the transaction is not to be
        committed.
        """
        if not changes:
            return True
        updates = await self._make_updates(changes, transaction, findable=findable)
        with translate_errors():
            done = await self._postings.bulk_write(
                [UpdateOne(*update) for update in updates], session=transaction
            )
        return done.matched_count == len(changes)

    async def _make_updates(
        self,
        changes: Sequence[tuple[Posting, Posting]],
        transaction: Transaction | None,
        *,
        findable: bool = True,
    ) -> list[tuple[Document, Document]]:
        """The filter and the update of each change; new terms bring what they are found by."""
        updates = [_make_update(before, after) for before, after in changes]
        revised = [
            (after, update)
            for (before, after), (_, update) in zip(changes, updates, strict=True)
            if before.terms != after.terms
        ]
        if not findable:
            for _, update in revised:
                update["$unset"] = {**update.get("$unset", {}), "search": ""}
        elif revised:
            offers = [(after.employer_id, after.terms) for after, _ in revised]
            entries = await self._searchable.make_entries(offers, transaction=transaction)
            for (_, update), entry in zip(revised, entries, strict=True):
                update["$set"]["search"] = entry
        return updates

    async def find_to_rescreen(self, rescreen: RescreeningTask, *, limit: int) -> list[Posting]:
        """The next postings that a rescreening is about, by id."""
        where: Document = {"status": _AWAITING, "_id": {"$gt": rescreen.cursor}}
        if rescreen.scope is RescreenScope.EMPLOYER:
            where["employer_id"] = rescreen.key
        else:
            where["$or"] = _region_conditions(rescreen.key)
        return await self._find_first(where, "_id", limit)

    async def find_overdue(self, *, on: date, rules: int, limit: int) -> list[Posting]:
        """Postings whose day has come: past their last day, their employer's check past its own,
        or screened by rules before ``rules``."""
        day = on.isoformat()
        for where, order in (
            ({"status": _AWAITING, "terms.valid_until": {"$lt": day}}, "terms.valid_until"),
            (
                # Not simply less: a posting without one is overdue as well.
                {"status": PostingStatus.OPEN.value, "verified_until": {"$not": {"$gte": day}}},
                "verified_until",
            ),
            ({"status": _AWAITING, "rules": {"$not": {"$gte": rules}}}, "rules"),
        ):
            found = await self._find_first(where, order, limit)
            if found:
                return found
        return []

    async def _find_first(self, where: Document, order: str, limit: int) -> list[Posting]:
        with translate_errors():
            found = self._postings.find(where).sort(order, 1).limit(limit)
            return [to_record(Posting, document) async for document in found]


def _region_conditions(region: str) -> list[Document]:
    """Places within the region, and those that it may turn out to be in."""
    digits = significant_digits(region)
    around = sorted({city_of(region), province_of(region)} - {region})
    return [
        {"terms.place_code": {"$gte": digits.ljust(6, "0"), "$lte": digits.ljust(6, "9")}},
        {"terms.place_code": {"$in": around}},
    ]


_RENOTIFY_FIELDS = frozenset({"terms", "status", "verified_until"})
"""After a change of these, whom the posting suits is looked for again: storage/matching/jobs.py."""


def _make_update(before: Posting, after: Posting) -> tuple[Document, Document]:
    """The filter and the update of a change, in which only the fields stand that differ."""
    changed = changed_fields(before, after)
    # Postings of before there were versions lack the field, and are at their first.
    version: Any = {"$in": [1, None]} if before.version == 1 else before.version
    update: Document = {"$set": changed}
    if _RENOTIFY_FIELDS & changed.keys():
        update["$unset"] = {"told": ""}
    return {"_id": before.id, "version": version}, update


def _where(query: PostingQuery) -> Document:
    where: Document = {}
    if query.open_on is not None:
        where |= visibility_condition(query.open_on)
    if query.status is not None:
        where["status"] = query.status.value
    if query.employer_id is not None:
        where["employer_id"] = query.employer_id
    if query.union_id is not None:
        where["union_id"] = query.union_id
    if query.ids is not None:
        where["_id"] = {"$in": list(query.ids)}
    return where
