"""Employers, and the checks of their papers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.employers.employers import Employer, EmployerCheck
from storage.mongo.client import Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page

NEWEST_FIRST = (("_id", -1),)


class Employers:
    """One employer a credit code."""

    def __init__(self, mongo: Mongo) -> None:
        self._employers = mongo["employers"]
        self._checks = mongo["employer_checks"]

    async def add(
        self, employers: Sequence[Employer], *, transaction: Transaction | None = None
    ) -> None:
        """Store new employers.

        :raises Duplicate: a credit code is already there.
        """
        documents = [to_document(employer) for employer in employers]
        with translate_errors():
            await self._employers.insert_many(documents, session=transaction)

    async def by_ids(
        self, ids: Iterable[str], *, transaction: Transaction | None = None
    ) -> dict[str, Employer]:
        """The employers among ``ids`` that exist, by id."""
        with translate_errors():
            found = self._employers.find({"_id": {"$in": list(ids)}}, session=transaction)
            return {document["_id"]: to_record(Employer, document) async for document in found}

    async def by_credit_codes(self, codes: Iterable[str]) -> dict[str, Employer]:
        """The employers that exist among those of the codes, by code."""
        with translate_errors():
            found = self._employers.find({"credit_code": {"$in": list(codes)}})
            records = [to_record(Employer, document) async for document in found]
        return {record.credit_code: record for record in records}

    async def page(self, wanted: PageRequest) -> Page[Employer]:
        """Newest first; the key is the id."""
        with translate_errors():
            page = await find_page(self._employers, {}, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Employer, document))

    async def save_check(
        self, employer: Employer, check: EmployerCheck, transaction: Transaction
    ) -> None:
        """Store a check, and what it says of the employer."""
        changed = {"verified_until": to_document(employer)["verified_until"]}
        with translate_errors():
            await self._employers.update_one(
                {"_id": employer.id}, {"$set": changed, "$inc": {"checks": 1}}, session=transaction
            )
            await self._checks.insert_one(to_document(check), session=transaction)

    async def checks_of(self, employer_id: str, wanted: PageRequest) -> Page[EmployerCheck]:
        """The checks of an employer, the latest first; the key is the id."""
        with translate_errors():
            page = await find_page(self._checks, {"employer_id": employer_id}, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(EmployerCheck, document))
