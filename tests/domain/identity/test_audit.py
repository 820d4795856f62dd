"""The chain of the audit log, and the check of reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.audit import (
    GENESIS_DIGEST,
    OPERATOR_ACTOR,
    SERVICE_ACTOR,
    AuditAction,
    AuditEntry,
    AuditRow,
    chain_entry,
    check_reason,
    find_chain_fault,
)
from domain.refusals import InvalidInput

AT = datetime(2026, 10, 1, 12, 0, 0, 123_000, tzinfo=UTC)
FIELD = ("input", "reason")


def digest(content: bytes) -> str:
    return sha256(b"key" + content).hexdigest()


def chain(details: list[str]) -> list[AuditRow]:
    rows: list[AuditRow] = []
    for seq, detail in enumerate(details, start=1):
        entry = AuditEntry(
            actor=SERVICE_ACTOR, action=AuditAction.ERASE, subject_type="Lead", detail=detail
        )
        previous = rows[-1].sha256 if rows else GENESIS_DIGEST
        rows.append(chain_entry(entry, seq=seq, previous=previous, at=AT, digest=digest))
    return rows


def first_fault(rows: list[AuditRow]) -> str | None:
    last: AuditRow | None = None
    for row in rows:
        fault = find_chain_fault(row, before=last, digest=digest)
        if fault is not None:
            return fault
        last = row
    return None


def test_the_digest_of_stored_rows_never_changes() -> None:
    [row] = chain(["核实"])
    assert row.sha256 == "a625bd7bca488e543d8a4bb42756f30929a577b39bb7948eab8f251c0991015e"


def test_a_whole_chain_has_no_fault() -> None:
    assert first_fault(chain(["a", "b", "b"])) is None


CHANGES: dict[str, Any] = {
    "at": AT.replace(second=1),
    "actor_role": OPERATOR_ACTOR.role,
    "actor_id": "x",
    "action": AuditAction.REVEAL,
    "subject_type": "x",
    "subject_id": "x",
    "detail": "x",
    "sha256": "0" * 64,
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_field_is_found_in_its_row(field: str) -> None:
    first, second, third = chain(["a", "b", "c"])
    changed = replace(second, **{field: CHANGES[field]})
    assert first_fault([first, changed, third]) == "row 2 was changed"


def test_a_missing_repeated_moved_or_replaced_row_is_named() -> None:
    first, second, third = chain(["a", "b", "c"])
    assert first_fault([first, third]) == "row 2 is missing"
    assert first_fault([second, third]) == "row 1 is missing"
    assert first_fault([first, first]) == "row 1 is in the place of row 2"
    assert first_fault([first, third, second]) == "row 2 is missing"
    other = chain(["x", "b"])[1]
    assert first_fault([first, other, third]) == "row 2 does not follow the row before it"


@given(st.lists(st.text(max_size=5), min_size=2, max_size=6, unique=True), st.data())
def test_different_contents_have_different_digests(details: list[str], data: st.DataObject) -> None:
    rows = chain(details)
    place = data.draw(st.integers(0, len(rows) - 1))
    other = data.draw(st.sampled_from([text for text in details if text != details[place]]))
    rows[place] = replace(rows[place], detail=other)
    assert first_fault(rows) == f"row {place + 1} was changed"


def test_a_reason_is_stripped() -> None:
    assert check_reason("  通知面试时间 ", FIELD) == "通知面试时间"


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "面试通知",
        "     a     ",
        "长" * 201,
        "回拨13800138000",
        "回拨 +86 138-0013 8000",
        "回拨１３８００１３８０００",
        "身份证 11010519491231002X",
        "面试\x00通知时间",
    ],
)
def test_a_reason_of_wrong_length_or_with_numbers_of_people_is_refused(reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_reason(reason, FIELD)
    assert refused.value.field == FIELD


def test_a_reason_may_hold_other_numbers() -> None:
    assert check_reason("第3场 10:30 面试, 工号 202611230001", FIELD)
