"""Counters, scope and file name of an import."""

from __future__ import annotations

import pytest

from domain.exchange.imports import (
    COUNTER_FIELDS,
    RowOutcome,
    check_file_name,
    count_outcomes,
    import_scope,
)
from domain.identity.accounts import Principal, Role
from domain.refusals import InvalidInput
from tests.support import records


def test_every_outcome_is_counted_once() -> None:
    assert set(COUNTER_FIELDS) == set(RowOutcome)
    rows = [records.import_row(outcome=outcome) for outcome in (*RowOutcome, RowOutcome.HELD)]
    assert count_outcomes(rows) == {
        "accepted": 1,
        "held": 2,
        "refused": 1,
        "duplicates": 1,
        "failed": 1,
    }


def test_processed_rows_are_the_sum_of_the_outcomes() -> None:
    record = records.import_record(accepted=1, held=2, refused=4, duplicates=8, failed=16)
    assert record.processed_rows == 31


def test_colleagues_share_the_import_scope() -> None:
    officer = Principal(role=Role.OFFICER, subject="a", union_id="u")
    recruiter = Principal(role=Role.RECRUITER, subject="b", employer_id="e")
    assert (import_scope(officer), import_scope(recruiter)) == ("union/u", "employer/e")


def test_rows_are_written_on_behalf_of_the_uploader() -> None:
    officer = records.import_record(employer_id="e").principal
    assert (officer.role, officer.union_id, officer.employer_id) == (
        Role.OFFICER,
        records.UNION_ID,
        None,
    )
    recruiter = records.import_record(role=Role.RECRUITER, union_id=None, employer_id="e").principal
    assert recruiter.employer_id == "e"


def test_a_file_name_is_cut_and_printable() -> None:
    assert check_file_name(" 岗位.xlsx ") == "岗位.xlsx"
    assert len(check_file_name("岗" * 300)) == 200
    with pytest.raises(InvalidInput):
        check_file_name("a\nb")
