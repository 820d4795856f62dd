"""Consent texts: numbered, added, never changed."""

from __future__ import annotations

from datetime import datetime

from domain.leads.consent import FIRST, ConsentTemplate
from storage.mongo.client import Document, Duplicate, Mongo, Session, translated
from storage.mongo.codec import to_document, to_record


class Consents:
    def __init__(self, mongo: Mongo) -> None:
        self._texts = mongo["consent_texts"]

    async def begin(self) -> None:
        """Give a new database its first text."""
        try:
            with translated():
                await self._texts.insert_one(_document(FIRST))
        except Duplicate:
            pass  # it is there since the first start

    async def current(self, at: datetime) -> ConsentTemplate:
        """The text that holds at that moment: of those that have begun, the one that began last."""
        with translated():
            found = await (
                self._texts.find({"valid_from": {"$lte": at}})
                .sort([("valid_from", -1), ("_id", -1)])
                .limit(1)
                .to_list(1)
            )
        return to_record(ConsentTemplate, found[0]) if found else FIRST

    async def add(
        self, body: str, *, valid_from: datetime, created_by: str, session: Session
    ) -> ConsentTemplate:
        """Store a text under the next number."""
        with translated():
            last = await self._texts.find_one({}, sort=[("_id", -1)], session=session)
            template = ConsentTemplate(
                number=(last["_id"] if last else FIRST.number) + 1,
                body=body,
                valid_from=valid_from,
                created_by=created_by,
            )
            await self._texts.insert_one(_document(template), session=session)
        return template


def _document(template: ConsentTemplate) -> Document:
    return {"_id": template.number, **to_document(template)}
