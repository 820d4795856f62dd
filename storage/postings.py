"""Postings. People see one only through ``visible``: open, and not past its last day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pymongo import UpdateOne

from domain.postings import Finding, Posting, PostingStatus, PostingTerms, Review
from storage.client import Document, Mongo, Session, translated
from storage.documents import to_document, to_record
from storage.pages import Page, Slice, find_page
from storage.searchable import Searchable

NEWEST_FIRST = (("_id", -1),)


@dataclass(frozen=True, kw_only=True)
class PostingQuery:
    """What a plain list of postings is narrowed to; None leaves a field open."""

    status: PostingStatus | None = None
    open_on: date | None = None
    employer_id: str | None = None
    union_id: str | None = None
    ids: tuple[str, ...] | None = None


def visible(on: date) -> Document:
    """The one condition under which a posting may be shown, pinned or streamed."""
    return {"status": PostingStatus.OPEN.value, "terms.valid_until": {"$gte": on.isoformat()}}


class Postings:
    def __init__(self, mongo: Mongo) -> None:
        self._postings = mongo["postings"]
        self._searchable = Searchable(mongo)

    async def add(self, postings: Sequence[Posting], *, session: Session | None = None) -> None:
        """Store new postings.

        :raises Duplicate: an employer has a posting of one of the external ids.
        """
        offers = [(posting.employer_id, posting.terms) for posting in postings]
        entries = await self._searchable.entries(offers, session=session)
        documents = [
            {**to_document(posting), "search": entry}
            for posting, entry in zip(postings, entries, strict=True)
        ]
        with translated():
            await self._postings.insert_many(documents, session=session)

    async def by_ids(
        self, ids: Iterable[str], *, session: Session | None = None
    ) -> dict[str, Posting]:
        """The postings among ``ids`` that exist, of any status, by id."""
        with translated():
            found = self._postings.find({"_id": {"$in": list(ids)}}, session=session)
            return {document["_id"]: to_record(Posting, document) async for document in found}

    async def by_external_ids(self, wanted: Iterable[tuple[str, str]]) -> list[Posting]:
        """The postings of any status that are known by (employer, external id)."""
        by_employer: dict[str, list[str]] = {}
        for employer_id, external_id in wanted:
            by_employer.setdefault(employer_id, []).append(external_id)
        if not by_employer:
            return []
        either = [
            {"employer_id": employer_id, "external_id": {"$in": external_ids}}
            for employer_id, external_ids in by_employer.items()
        ]
        with translated():
            found = self._postings.find({"$or": either})
            return [to_record(Posting, document) async for document in found]

    async def visible_ids(self, ids: Sequence[str], on: date) -> list[str]:
        """Those of ``ids`` that may be shown on that day, in the order given."""
        with translated():
            found = self._postings.find({"_id": {"$in": list(ids)}, **visible(on)}, {"_id": 1})
            open_ids = {document["_id"] async for document in found}
        return [posting_id for posting_id in ids if posting_id in open_ids]

    async def page(
        self, query: PostingQuery, order: Sequence[tuple[str, int]], wanted: Slice
    ) -> Page[Posting]:
        """One page of what ``query`` leaves, in ``order``."""
        with translated():
            page = await find_page(self._postings, _where(query), order, wanted)
        return page.map(lambda document: to_record(Posting, document))

    async def change(
        self,
        before: Posting,
        terms: PostingTerms,
        status: PostingStatus,
        findings: Sequence[Finding],
    ) -> Posting | None:
        """Give the posting new terms with the verdict on them.

        None when it is no longer at the revision and in the status of ``before``.
        """
        (entry,) = await self._searchable.entries([(before.employer_id, terms)])
        with translated():
            document = await self._postings.find_one_and_update(
                _unchanged(before),
                _changed(terms, status, findings, before.revision + 1, entry),
                return_document=True,
            )
        return to_record(Posting, document) if document else None

    async def change_all(
        self, changes: Sequence[tuple[Posting, Posting]], *, session: Session
    ) -> bool:
        """Bring postings from what they were to what they are to be, by terms and verdict.

        False when one of them is no longer at the revision and in the status that it was in: then
        the transaction is not to be committed.
        """
        if not changes:
            return True
        offers = [(after.employer_id, after.terms) for _, after in changes]
        entries = await self._searchable.entries(offers, session=session)
        updates = [
            UpdateOne(
                _unchanged(before),
                _changed(after.terms, after.status, after.findings, after.revision, entry),
            )
            for (before, after), entry in zip(changes, entries, strict=True)
        ]
        with translated():
            done = await self._postings.bulk_write(updates, session=session)
        return done.matched_count == len(changes)

    async def close(self, before: Posting) -> Posting | None:
        """Close the posting; None when it has changed since ``before``."""
        with translated():
            document = await self._postings.find_one_and_update(
                _unchanged(before),
                {"$set": {"status": PostingStatus.CLOSED.value}},
                return_document=True,
            )
        return to_record(Posting, document) if document else None

    async def decide(self, held: Posting, review: Review) -> Posting | None:
        """Record a person's decision on a posting held for one.

        None when it is not held, or its terms are no longer those that the person saw.
        """
        status = PostingStatus.OPEN if review.approved else PostingStatus.REFUSED
        with translated():
            document = await self._postings.find_one_and_update(
                {**_unchanged(held), "status": PostingStatus.IN_REVIEW.value},
                {"$set": {"status": status.value, "review": to_document(review)}},
                return_document=True,
            )
        return to_record(Posting, document) if document else None


def _changed(
    terms: PostingTerms,
    status: PostingStatus,
    findings: Sequence[Finding],
    revision: int,
    entry: Document,
) -> Document:
    return {
        "$set": {
            "terms": to_document(terms),
            "status": status.value,
            "findings": [to_document(finding) for finding in findings],
            "revision": revision,
            "search": entry,
        }
    }


def _unchanged(before: Posting) -> Document:
    # Postings of before there were revisions lack the field, and are at their first.
    revision: Any = {"$in": [1, None]} if before.revision == 1 else before.revision
    return {"_id": before.id, "status": before.status.value, "revision": revision}


def _where(query: PostingQuery) -> Document:
    where: Document = {}
    if query.open_on is not None:
        where |= visible(query.open_on)
    if query.status is not None:
        where["status"] = query.status.value
    if query.employer_id is not None:
        where["employer_id"] = query.employer_id
    if query.union_id is not None:
        where["union_id"] = query.union_id
    if query.ids is not None:
        where["_id"] = {"$in": list(query.ids)}
    return where
