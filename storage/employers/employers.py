"""Employers, and the checks of their papers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.employers.employers import Employer, EmployerCheck
from storage.mongo.client import Mongo, Session, translated
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, Slice, find_page

NEWEST_FIRST = (("_id", -1),)


class Employers:
    """One employer a credit code."""

    def __init__(self, mongo: Mongo) -> None:
        self._employers = mongo["employers"]
        self._checks = mongo["employer_checks"]

    async def add(self, employers: Sequence[Employer], *, session: Session | None = None) -> None:
        """Store new employers.

        :raises Duplicate: a credit code is already there.
        """
        documents = [to_document(employer) for employer in employers]
        with translated():
            await self._employers.insert_many(documents, session=session)

    async def by_ids(
        self, ids: Iterable[str], *, session: Session | None = None
    ) -> dict[str, Employer]:
        """The employers among ``ids`` that exist, by id."""
        with translated():
            found = self._employers.find({"_id": {"$in": list(ids)}}, session=session)
            return {document["_id"]: to_record(Employer, document) async for document in found}

    async def by_credit_codes(self, codes: Iterable[str]) -> dict[str, Employer]:
        """The employers that exist among those of the codes, by code."""
        with translated():
            found = self._employers.find({"credit_code": {"$in": list(codes)}})
            records = [to_record(Employer, document) async for document in found]
        return {record.credit_code: record for record in records}

    async def page(self, wanted: Slice) -> Page[Employer]:
        """Newest first; the key is the id."""
        with translated():
            page = await find_page(self._employers, {}, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Employer, document))

    async def keep_check(self, employer: Employer, check: EmployerCheck, session: Session) -> None:
        """Store a check, and what it says of the employer."""
        changed = {"verified_until": to_document(employer)["verified_until"]}
        with translated():
            await self._employers.update_one(
                {"_id": employer.id}, {"$set": changed, "$inc": {"checks": 1}}, session=session
            )
            await self._checks.insert_one(to_document(check), session=session)

    async def checks_of(self, employer_id: str, wanted: Slice) -> Page[EmployerCheck]:
        """The checks of an employer, the latest first; the key is the id."""
        with translated():
            page = await find_page(self._checks, {"employer_id": employer_id}, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(EmployerCheck, document))
