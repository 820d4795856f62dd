"""Use cases of the unions that keep the minimum wages: add a row, verify a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from domain.identity.accounts import Principal
from domain.identity.audit import AuditAction
from domain.identity.scopes import may_set_minimum_wages
from domain.identity.unions import Union
from domain.postings.list_checks import check_each_once, check_list_length
from domain.reference.calendar import day_in_china
from domain.refusals import InvalidInput, NotFound, NotPermitted
from domain.screening.minimum_wages import Grade, MinimumWage, check_wage, verify_wage
from services.screening.minimum_wages import MinimumWages
from storage.clock import Clock
from storage.mongo.client import new_id
from storage.store import Store

MAX_ROWS_AT_ONCE = 100
"""Rows that are verified in one transaction; a province has at most six tiers."""


class MinimumWageAdministration:
    """Checks who may add and verify minimum wages of a region, and stores the rows."""

    def __init__(self, store: Store, wages: MinimumWages, clock: Clock) -> None:
        self._store = store
        self._wages = wages
        self._clock = clock

    async def add(
        self,
        caller: Principal,
        *,
        region: str,
        tier: int,
        monthly: int | None,
        hourly: Decimal | None,
        effective_from: date,
        doc_no: str,
        source_url: str,
        includes_insurance: bool | None = None,
        places: Sequence[str] = (),
    ) -> MinimumWage:
        """Store a new, unverified row and have the postings it affects screened again.

        ``monthly`` and ``hourly`` are yuan; ``tier`` 1 is the highest. ``places`` are the codes of
        its cities and counties.

        :raises InvalidInput: a value cannot be right, or there are too many rows.
        :raises NotPermitted: the caller's union does not keep the wages of this region.
        """
        at = self._clock()
        row = MinimumWage(
            id=new_id(),
            region=region,
            tier=tier,
            monthly=monthly,
            hourly=hourly,
            includes_insurance=includes_insurance,
            places=tuple(places),
            effective_from=effective_from,
            doc_no=doc_no.strip() or None,
            source_url=source_url.strip() or None,
            grade=Grade.UNVERIFIED,
            added_by=caller.subject,
            added_at=at,
        )
        check_wage(row, day_in_china(at))
        _check_authority(caller, await self._find_union(caller), row.region)
        await self._wages.add(row, caller, AuditAction.ADD_MINIMUM_WAGE)
        return row

    async def verify(self, caller: Principal, row_id: str) -> MinimumWage:
        """Store a verified version of a row (grade A), and have its postings screened again.

        :raises NotFound: no row has this id.
        :raises NotPermitted: the caller's union does not keep the wages of this region.
        :raises AlreadyExists: the row is verified already.
        :raises InvalidInput: the row lacks its notice, address or day, or there are too many rows.
        """
        field = ("input", "minimumWageId")
        found = await self._find_rows(caller, [row_id], [field])
        row = self._verify_row(self._wages.table.find_verified(found[0]) or found[0], caller, field)
        await self._wages.add(row, caller, AuditAction.VERIFY_MINIMUM_WAGE)
        return row

    async def verify_all(self, caller: Principal, row_ids: Sequence[str]) -> list[MinimumWage]:
        """Store verified versions of up to ``MAX_ROWS_AT_ONCE`` rows, all or none.

        Returns the verified version of each row, in the order given. One that was verified before
        is returned as it is, so a repeated call changes nothing.

        :raises NotFound: no row has one of the ids; ``field`` names its place in the list.
        :raises NotPermitted: the caller's union does not keep the wages of one of the regions.
        :raises InvalidInput: there are too many rows or none, or one cannot be verified.
        """
        field = ("input", "minimumWageIds")
        check_list_length(row_ids, MAX_ROWS_AT_ONCE, field)
        check_each_once(row_ids, field)
        if not row_ids:
            raise InvalidInput(
                "List the rows to verify, at least one.",
                "请至少选择一条要核实的最低工资标准。",
                field=field,
            )
        fields = [(*field, str(index)) for index in range(len(row_ids))]
        found = await self._find_rows(caller, row_ids, fields)
        verified: list[MinimumWage] = []
        new: list[MinimumWage] = []
        for row, row_field in zip(found, fields, strict=True):
            now = row if row.is_verified else self._wages.table.find_verified(row)
            if now is None:
                now = self._verify_row(row, caller, row_field)
                new.append(now)
            verified.append(now)
        if new:
            await self._wages.add_all(new, caller, AuditAction.VERIFY_MINIMUM_WAGE)
        return verified

    async def _find_rows(
        self, caller: Principal, row_ids: Sequence[str], fields: Sequence[tuple[str, ...]]
    ) -> list[MinimumWage]:
        stored = await self._store.minimum_wages.by_ids(row_ids)
        union = await self._find_union(caller)
        rows: list[MinimumWage] = []
        for row_id, field in zip(row_ids, fields, strict=True):
            if row_id not in stored:
                raise NotFound(
                    "No minimum wage has this id. Check the id.",
                    "没有这条最低工资标准，请核对编号。",
                    field=field,
                )
            _check_authority(caller, union, stored[row_id].region)
            rows.append(stored[row_id])
        return rows

    def _verify_row(
        self, row: MinimumWage, caller: Principal, field: tuple[str, ...]
    ) -> MinimumWage:
        return verify_wage(row, new_id(), by=caller.subject, at=self._clock(), field=field)

    async def _find_union(self, caller: Principal) -> Union | None:
        return await self._store.unions.by_id(caller.union_id or "")


def _check_authority(caller: Principal, union: Union | None, region: str) -> None:
    if not may_set_minimum_wages(caller, union, region):
        raise NotPermitted(
            "Minimum wages are kept by the union of the province and by the national union. "
            "Ask an officer there.",
            "最低工资标准由省级工会和全国总工会维护，请联系相应工会的工作人员。",
        )
