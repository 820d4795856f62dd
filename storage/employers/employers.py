"""The repository of employers and of the checks of their papers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.employers.employers import Employer, EmployerCheck
from storage.mongo.client import Mongo, Transaction
from storage.mongo.codec import to_document
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import NEWEST_FIRST, RecordCollection, Repository


class Employers(Repository[Employer]):
    """Employers; a credit code belongs to one of them."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "employers", Employer)
        self._checks = RecordCollection(mongo, "employer_checks", EmployerCheck)

    async def add(
        self, employers: Sequence[Employer], *, transaction: Transaction | None = None
    ) -> None:
        """Store new employers.

        :raises Duplicate: a credit code is taken.
        """
        await self._records.insert_many(employers, transaction=transaction)

    async def by_credit_codes(self, codes: Iterable[str]) -> dict[str, Employer]:
        """The employers that exist among those with these credit codes, by code."""
        found = await self._records.find({"credit_code": {"$in": list(codes)}})
        return {employer.credit_code: employer for employer in found}

    async def page(self, wanted: PageRequest) -> Page[Employer]:
        """All employers, newest first; the key is the id."""
        return await self._records.find_page({}, NEWEST_FIRST, wanted)

    async def save_check(
        self, employer: Employer, check: EmployerCheck, transaction: Transaction
    ) -> None:
        """Store a check, and with the employer how long it holds."""
        verified_until = to_document(employer)["verified_until"]
        await self._records.update_one(
            {"_id": employer.id},
            {"$set": {"verified_until": verified_until}, "$inc": {"checks": 1}},
            transaction=transaction,
        )
        await self._checks.insert(check, transaction=transaction)

    async def checks_of(self, employer_id: str, wanted: PageRequest) -> Page[EmployerCheck]:
        """The checks of an employer, newest first; the key is the id."""
        return await self._checks.find_page({"employer_id": employer_id}, NEWEST_FIRST, wanted)
