"""Builders of imports and their rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.exchange.imports import Import, ImportKind, ImportRow, ImportStatus, RowOutcome
from domain.identity.accounts import Role
from storage.mongo.client import new_id
from tests.support.records.clock import FIXED_NOW
from tests.support.records.identity import UNION_ID


def import_record(**changes: Any) -> Import:
    """Build a finished import of an officer."""
    record = Import(
        id=new_id(),
        kind=ImportKind.POSTINGS,
        dry_run=False,
        file_name="岗位.xlsx",
        scope=f"union/{UNION_ID}",
        account_id="officer",
        role=Role.OFFICER,
        union_id=UNION_ID,
        employer_id=None,
        columns=("externalId", "title"),
        headings=("岗位编号", "岗位名称"),
        total=1,
        chunks=1,
        next_chunk=1,
        status=ImportStatus.DONE,
        active=False,
        accepted=1,
        created_at=FIXED_NOW,
        updated_at=FIXED_NOW,
    )
    return replace(record, **changes)


def import_row(**changes: Any) -> ImportRow:
    record = ImportRow(
        id="import/0000002", import_id="import", number=2, outcome=RowOutcome.ACCEPTED, at=FIXED_NOW
    )
    return replace(record, **changes)
