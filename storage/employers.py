"""Employers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.employers import Employer
from storage.client import Mongo, translated
from storage.documents import to_document, to_record
from storage.pages import Page, Slice, find_page

NEWEST_FIRST = (("_id", -1),)


class Employers:
    """One employer a credit code."""

    def __init__(self, mongo: Mongo) -> None:
        self._employers = mongo["employers"]

    async def add(self, employers: Sequence[Employer]) -> None:
        """Store new employers.

        :raises Duplicate: a credit code is already there.
        """
        with translated():
            await self._employers.insert_many([to_document(employer) for employer in employers])

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Employer]:
        """The employers among ``ids`` that exist, by id."""
        with translated():
            found = self._employers.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(Employer, document) async for document in found}

    async def page(self, wanted: Slice) -> Page[Employer]:
        """Newest first; the key is the id."""
        with translated():
            page = await find_page(self._employers, {}, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Employer, document))
