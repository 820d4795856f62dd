"""Consent texts: numbered, added, never changed."""

from __future__ import annotations

from datetime import datetime

from domain.leads.consent import FIRST_TEMPLATE, ConsentTemplate
from storage.mongo.client import Document, Duplicate, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record


class ConsentTexts:
    def __init__(self, mongo: Mongo) -> None:
        self._texts = mongo["consent_texts"]

    async def seed(self) -> None:
        """Give a new database its first text."""
        try:
            with translate_errors():
                await self._texts.insert_one(_document(FIRST_TEMPLATE))
        except Duplicate:
            pass  # it is there since the first start

    async def current(self, at: datetime) -> ConsentTemplate:
        """The text that holds at that moment: of those that have begun, the one that began last."""
        with translate_errors():
            found = await (
                self._texts.find({"valid_from": {"$lte": at}})
                .sort([("valid_from", -1), ("_id", -1)])
                .limit(1)
                .to_list(1)
            )
        return to_record(ConsentTemplate, found[0]) if found else FIRST_TEMPLATE

    async def add(
        self, body: str, *, valid_from: datetime, created_by: str, transaction: Transaction
    ) -> ConsentTemplate:
        """Store a text under the next number."""
        with translate_errors():
            last = await self._texts.find_one({}, sort=[("_id", -1)], session=transaction)
            template = ConsentTemplate(
                number=(last["_id"] if last else FIRST_TEMPLATE.number) + 1,
                body=body,
                valid_from=valid_from,
                created_by=created_by,
            )
            await self._texts.insert_one(_document(template), session=transaction)
        return template


def _document(template: ConsentTemplate) -> Document:
    return {"_id": template.number, **to_document(template)}
