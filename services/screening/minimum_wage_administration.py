"""Use cases of the unions that keep the minimum wages: add a row, verify a row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.identity.accounts import Principal
from domain.identity.audit import AuditAction
from domain.identity.scopes import may_set_minimum_wages
from domain.reference.calendar import day_in_china
from domain.refusals import NotFound, NotPermitted
from domain.screening.minimum_wages import Grade, MinimumWage, check_wage, verify_wage
from services.screening.minimum_wages import MinimumWages
from storage.clock import Clock
from storage.mongo.client import new_id
from storage.store import Store


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
    ) -> MinimumWage:
        """Store a new, unverified row and have the postings it affects screened again.

        ``monthly`` and ``hourly`` are yuan; ``tier`` 1 is the highest.

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
            effective_from=effective_from,
            doc_no=doc_no.strip() or None,
            source_url=source_url.strip() or None,
            grade=Grade.UNVERIFIED,
            added_by=caller.subject,
            added_at=at,
        )
        check_wage(row, day_in_china(at))
        await self._check_authority(caller, row.region)
        await self._wages.add(row, caller, AuditAction.ADD_MINIMUM_WAGE)
        return row

    async def verify(self, caller: Principal, row_id: str) -> MinimumWage:
        """Store a verified version of a row (grade A), and have its postings screened again.

        :raises NotFound: no row has this id.
        :raises NotPermitted: the caller's union does not keep the wages of this region.
        :raises AlreadyExists: the row is verified already.
        :raises InvalidInput: the row lacks its notice, address or day, or there are too many rows.
        """
        found = (await self._store.minimum_wages.by_ids([row_id])).get(row_id)
        if found is None:
            raise NotFound(
                "No minimum wage has this id. Check the id.",
                "没有这条最低工资标准，请核对编号。",
                field=("input", "minimumWageId"),
            )
        await self._check_authority(caller, found.region)
        row = verify_wage(found, new_id(), by=caller.subject, at=self._clock())
        await self._wages.add(row, caller, AuditAction.VERIFY_MINIMUM_WAGE)
        return row

    async def _check_authority(self, caller: Principal, region: str) -> None:
        union_id = caller.union_id or ""
        union = (await self._store.unions.by_ids([union_id])).get(union_id)
        if not may_set_minimum_wages(caller, union, region):
            raise NotPermitted(
                "Minimum wages are kept by the union of the province and by the national union. "
                "Ask an officer there.",
                "最低工资标准由省级工会和全国总工会维护，请联系相应工会的工作人员。",
            )
