"""What people may write to a report, and to a decision on it."""

from __future__ import annotations

import pytest

from domain.errors import InvalidInput, PostingConflict
from domain.screening.reviews import (
    ReportReason,
    ReportState,
    check_reason,
    check_report,
    resolved,
)
from tests.support import records

FIELD = ("input", "body")


def test_a_report_says_what_is_wrong_if_no_code_does_and_names_no_phone() -> None:
    assert check_report("  收押金 ", ReportReason.OTHER, FIELD) == "收押金"
    assert check_report("", ReportReason.FEES_TAKEN, FIELD) == ""
    for body, reason in (
        ("  ", ReportReason.OTHER),
        ("打13800138000问", ReportReason.FEES_TAKEN),
        ("长" * 501, ReportReason.FEES_TAKEN),
    ):
        with pytest.raises(InvalidInput) as refused:
            check_report(body, reason, FIELD)
        assert refused.value.field == FIELD


def test_a_decision_has_a_reason() -> None:
    assert check_reason(" 已核实 ", FIELD) == "已核实"
    for reason in ("", "  ", "长" * 501):
        with pytest.raises(InvalidInput) as refused:
            check_reason(reason, FIELD)
        assert refused.value.field == FIELD


def test_a_report_is_decided_once() -> None:
    filed = records.report()
    decided = resolved(filed, ReportState.UPHELD, by="officer", at=records.AT)
    assert (decided.state, decided.resolved_by) == (ReportState.UPHELD, "officer")
    with pytest.raises(PostingConflict):
        resolved(decided, ReportState.DISMISSED, by="officer", at=records.AT)
