"""Making postings findable: what is stored with them for search, and what is suggested to type.

The fields below ``search`` of a posting belong to storage alone: they follow from its terms, so
they are written with them, and made anew where an earlier version wrote them or nobody did.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from pymongo import UpdateOne

from domain.postings.postings import PostingTerms
from domain.search.search_entries import SEARCH_ENTRY_VERSION, build_search_entry
from domain.search.suggestions import Suggestion, posting_suggestions
from storage.mongo.client import Document, Duplicate, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record

MAX_SUGGESTIONS_READ = 30
"""Suggestions that are looked at for one beginning."""

_ENTRY_SOURCE_FIELDS = {"employer_id": 1, "terms": 1}
# Each by itself, so that the index gives the newest of all; None where there is no entry.
_STALE_VERSIONS = [None, *range(SEARCH_ENTRY_VERSION)]


class SearchEntries:
    def __init__(self, mongo: Mongo) -> None:
        self._postings = mongo["postings"]
        self._employers = mongo["employers"]
        self._suggestions = mongo["suggestions"]

    async def make_entries(
        self, terms: Sequence[tuple[str, PostingTerms]], *, transaction: Transaction | None = None
    ) -> list[Document]:
        """What is stored for search with postings of these employers (by id) and terms."""
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
            # A third of a millisecond each: whoever else is served here gets a turn in between.
            await asyncio.sleep(0)
        return entries

    async def rebuild_stale(self, limit: int) -> int:
        """Make the entries of up to ``limit`` postings that lack a current one; how many it found.

        The newest come first: somebody has just brought them, and looks for them. One that is
        changed meanwhile keeps what came with the change.
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
        """Titles and employers that begin so, by name, pinyin or initials; also of hidden ones."""
        with translate_errors():
            found = self._suggestions.find({"starts": {"$regex": f"^{re.escape(start)}"}})
            documents = await found.limit(MAX_SUGGESTIONS_READ).to_list(MAX_SUGGESTIONS_READ)
        return [to_record(Suggestion, document) for document in documents]

    async def _employer_names(
        self, ids: Iterable[str], *, transaction: Transaction | None
    ) -> Mapping[str, str]:
        with translate_errors():
            found = self._employers.find({"_id": {"$in": [*ids]}}, {"name": 1}, session=transaction)
            return {document["_id"]: document["name"] async for document in found}

    async def _save_suggestions(self, suggestions: Iterable[Suggestion]) -> None:
        """Keep these suggestions; those that are there already stay."""
        new = {suggestion.id: suggestion for suggestion in suggestions}
        with translate_errors():
            known = {
                document["_id"]
                async for document in self._suggestions.find({"_id": {"$in": [*new]}}, {"_id": 1})
            }
        missing = [to_document(suggestion) for key, suggestion in new.items() if key not in known]
        if missing:
            # Another writer may be faster with some of them.
            with suppress(Duplicate), translate_errors():
                await self._suggestions.insert_many(missing, ordered=False)


def _entry_document(terms: PostingTerms, employer: str) -> Document:
    entry = build_search_entry(terms, employer)
    document = to_document(entry)
    if entry.at is not None:
        place = [entry.at.longitude, entry.at.latitude]
        document["at"] = {"type": "Point", "coordinates": place}
    return document
