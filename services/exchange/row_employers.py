"""The employers that the rows of a chunk are for, with the paths of their unions."""

from __future__ import annotations

from collections.abc import Iterable

from domain.employers.employers import Employer
from domain.exchange.imports import (
    EMPLOYER_MISSING,
    EMPLOYER_NOT_YOURS,
    EMPLOYER_UNKNOWN,
    Import,
)
from domain.identity.unions import Union
from domain.postings.postings import Finding
from storage.store import Store


class RowEmployers:
    """Finds the employer of each row: the one that it names, or the one that the import is for."""

    def __init__(self, store: Store, record: Import) -> None:
        self._store = store
        self._import = record
        self._by_code: dict[str, Employer] = {}
        self._own: Employer | None = None
        self._unions: dict[str, Union] = {}

    async def load(self, codes: Iterable[str]) -> None:
        """Read the employers with these credit codes and that of the import, and their unions.

        :raises StorageError: MongoDB does not answer.
        """
        self._by_code = await self._store.employers.by_credit_codes(codes)
        employers = [*self._by_code.values()]
        if self._import.employer_id is not None:
            known = await self._store.employers.by_ids([self._import.employer_id])
            self._own = known.get(self._import.employer_id)
            employers += known.values()
        self._unions = await self._store.unions.by_ids({each.union_id for each in employers})

    def resolve(self, code: str) -> Employer | Finding:
        """Return the employer of a row with this credit code, "" for none; or what is wrong."""
        if not code:
            return self._own or EMPLOYER_MISSING
        named = self._by_code.get(code)
        if named is None:
            return EMPLOYER_UNKNOWN
        if self._own is not None and named.id != self._own.id:
            return EMPLOYER_NOT_YOURS
        return named

    def union_path(self, union_id: str) -> tuple[str, ...]:
        """Return the path of a union; empty if there is no such union."""
        union = self._unions.get(union_id)
        return union.path if union else ()
