"""Builders of employers and the checks of their papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from domain.employers.employers import CheckMethod, Employer, EmployerCheck
from storage.mongo.client import new_id
from tests.support.records.clock import FIXED_NOW
from tests.support.records.identity import UNION_ID

VERIFIED_UNTIL = date(2099, 12, 31)


def employer(**changes: Any) -> Employer:
    record = Employer(
        id=new_id(),
        name="合成电机有限公司",
        credit_code=new_id()[-18:],
        place_code="330402",
        union_id=UNION_ID,
        created_by="officer",
        created_at=FIXED_NOW,
        verified_until=VERIFIED_UNTIL,
        checks=1,
    )
    return replace(record, **changes)


def employer_check(**changes: Any) -> EmployerCheck:
    record = EmployerCheck(
        id=new_id(),
        employer_id="employer",
        licence=True,
        handler_identity=True,
        handler_authority=True,
        method=CheckMethod.ON_SITE,
        note="",
        by="officer",
        at=FIXED_NOW,
        valid_until=VERIFIED_UNTIL,
    )
    return replace(record, **changes)
