"""The repository of consent texts."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from domain.leads.consent import FIRST_TEMPLATE, ConsentTemplate
from storage.mongo.client import Document, Duplicate, Mongo, Transaction
from storage.mongo.codec import to_document
from storage.mongo.paging import SortOrder
from storage.mongo.repository import NEWEST_FIRST, RecordCollection

_LATEST_START_FIRST: SortOrder = (("valid_from", -1), ("_id", -1))


class ConsentTexts:
    """Consent texts, numbered from 1. Texts are added and never changed."""

    def __init__(self, mongo: Mongo) -> None:
        self._texts = RecordCollection(
            mongo, "consent_texts", ConsentTemplate, to_document=_to_document
        )

    async def seed(self) -> None:
        """Store the first text in a new database."""
        # Every later start finds it there.
        with suppress(Duplicate):
            await self._texts.insert(FIRST_TEMPLATE)

    async def current(self, at: datetime) -> ConsentTemplate:
        """The text in force at ``at``: of those already valid, the one with the latest start."""
        found = await self._texts.find_one({"valid_from": {"$lte": at}}, sort=_LATEST_START_FIRST)
        return found or FIRST_TEMPLATE

    async def add(
        self, body: str, *, valid_from: datetime, created_by: str, transaction: Transaction
    ) -> ConsentTemplate:
        """Store a text under the next number."""
        last = await self._texts.find_one({}, sort=NEWEST_FIRST, transaction=transaction)
        template = ConsentTemplate(
            number=(last or FIRST_TEMPLATE).number + 1,
            body=body,
            valid_from=valid_from,
            created_by=created_by,
        )
        await self._texts.insert(template, transaction=transaction)
        return template


def _to_document(template: ConsentTemplate) -> Document:
    return {"_id": template.number, **to_document(template)}
