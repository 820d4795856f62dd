"""Whoever reads the rows of an import later is told of them while the table arrives."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.exchange.import_columns import EMPLOYER_COLUMNS, POSTING_COLUMNS
from domain.exchange.imports import ImportKind
from domain.identity.accounts import Principal, Role
from services.exchange.import_creation import ImportCreator, ImportLimits, ImportOrder
from storage.clock import utc_now
from storage.store import Store


@pytest.mark.parametrize(
    ("kind", "expected"), [(ImportKind.POSTINGS, [2, 4, 5]), (ImportKind.EMPLOYERS, [])]
)
async def test_rows_of_postings_are_expected_while_a_table_is_read(
    store: Store, tmp_path: Path, kind: ImportKind, expected: list[int]
) -> None:
    columns = POSTING_COLUMNS if kind is ImportKind.POSTINGS else EMPLOYER_COLUMNS
    lines = [",".join(column.zh for column in columns), *["x"] * 5]
    path = tmp_path / "table.csv"
    path.write_text("\n".join(lines), "utf-8")
    told: list[int] = []
    creator = ImportCreator(
        store, utc_now, limits=ImportLimits(rows_per_chunk=2), expect_rows=told.append
    )
    order = ImportOrder(
        kind=kind,
        dry_run=False,
        employer_id=None,
        file_name="table.csv",
        caller=Principal(subject="officer", role=Role.OFFICER, union_id="union"),
    )
    created = await creator.create_import(path, order)
    assert (created.record.total, told) == (5, expected)
