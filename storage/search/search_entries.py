"""The search entries of postings, and the suggestions for the search box.

A search entry is the field ``search`` of a posting, which only storage knows. It is derived from
the terms and written with them. A worker rebuilds entries that are missing or of an older version.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from pymongo import UpdateOne

from domain.postings.postings import PostingTerms
from domain.reference.geo import Point
from domain.search.search_entries import SEARCH_ENTRY_VERSION, build_search_entry
from domain.search.suggestions import Suggestion, posting_suggestions
from storage.mongo.client import Document, Duplicate, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.repository import RecordCollection

MAX_SUGGESTIONS_READ = 30
"""How many suggestions are read for one typed beginning."""

_ENTRY_SOURCE_FIELDS = {"employer_id": 1, "terms": 1}
# Every older version as a value, and None for a missing entry: the index serves this in order.
_STALE_VERSIONS = [None, *range(SEARCH_ENTRY_VERSION)]


class SearchEntries:
    """Builds and stores search entries and suggestions."""

    def __init__(self, mongo: Mongo) -> None:
        self._postings = mongo["postings"]
        self._employers = mongo["employers"]
        self._suggestions = RecordCollection(mongo, "suggestions", Suggestion)

    async def make_entries(
        self, terms: Sequence[tuple[str, PostingTerms]], *, transaction: Transaction | None = None
    ) -> list[Document]:
        """The search entries of postings with these employers (by id) and terms, in order.

        Their suggestions are stored at once, outside the transaction.
        """
        names = await self._employer_names(
            {employer_id for employer_id, _ in terms}, transaction=transaction
        )
        await self._save_suggestions(
            suggestion
            for employer_id, offered in terms
            for suggestion in posting_suggestions(
                offered.title, employer_id, names.get(employer_id)
            )
        )
        entries = []
        for employer_id, offered in terms:
            entries.append(_entry_document(offered, names.get(employer_id, "")))
            # An entry takes a third of a millisecond: let other tasks run in between.
            await asyncio.sleep(0)
        return entries

    async def rebuild_stale(self, limit: int) -> int:
        """Build the entries of up to ``limit`` postings without a current one; return how many.

        The newest come first, because they are looked for first. A posting whose terms change
        meanwhile keeps the entry that came with the change.
        """
        with translate_errors():
            stale = self._postings.find(
                {"search.version": {"$in": _STALE_VERSIONS}}, _ENTRY_SOURCE_FIELDS
            )
            found = await stale.sort([("_id", -1)]).limit(limit).to_list(limit)
            if not found:
                return 0
            entries = await self.make_entries(
                [(each["employer_id"], to_record(PostingTerms, each["terms"])) for each in found]
            )
            await self._postings.bulk_write(
                [
                    UpdateOne(
                        {"_id": document["_id"], "terms": document["terms"]},
                        {"$set": {"search": entry}},
                    )
                    for document, entry in zip(found, entries, strict=True)
                ],
                ordered=False,
            )
        return len(found)

    async def find_suggestions(self, start: str) -> list[Suggestion]:
        """Suggestions whose name, pinyin or initials begin with ``start``.

        Some may be of postings that may not be shown.
        """
        where = {"starts": {"$regex": f"^{re.escape(start)}"}}
        return await self._suggestions.find(where, limit=MAX_SUGGESTIONS_READ)

    async def _employer_names(
        self, ids: Iterable[str], *, transaction: Transaction | None
    ) -> Mapping[str, str]:
        with translate_errors():
            found = self._employers.find({"_id": {"$in": [*ids]}}, {"name": 1}, session=transaction)
            return {document["_id"]: document["name"] async for document in found}

    async def _save_suggestions(self, suggestions: Iterable[Suggestion]) -> None:
        """Store the suggestions that are not stored yet."""
        new = {suggestion.id: suggestion for suggestion in suggestions}
        with translate_errors():
            found = self._suggestions.documents.find({"_id": {"$in": [*new]}}, {"_id": 1})
            known = {document["_id"] async for document in found}
        missing = [suggestion for key, suggestion in new.items() if key not in known]
        # Another writer may store some of them first.
        with suppress(Duplicate):
            await self._suggestions.insert_many(missing, ordered=False)


def _entry_document(terms: PostingTerms, employer: str) -> Document:
    entry = build_search_entry(terms, employer)
    document = to_document(entry)
    if len(entry.at) == 1:
        document["at"] = {"type": "Point", "coordinates": _coordinates(entry.at[0])}
    elif entry.at:
        # MongoDB measures to the nearest of the points.
        document["at"] = {"type": "MultiPoint", "coordinates": [*map(_coordinates, entry.at)]}
    else:
        document["at"] = None
    return document


def _coordinates(point: Point) -> list[float]:
    return [point.longitude, point.latitude]
