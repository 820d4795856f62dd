"""The texts of reports and decisions, and the resolution of a report."""

from __future__ import annotations

import pytest

from domain.refusals import InvalidInput, PostingConflict
from domain.screening.reviews import (
    ReportReason,
    ReportState,
    check_decision_reason,
    check_report_text,
    resolve_report,
)
from tests.support import records

FIELD = ("input", "body")


def test_a_report_for_another_reason_needs_a_text_without_a_phone_number() -> None:
    assert check_report_text("  收押金 ", ReportReason.OTHER, FIELD) == "收押金"
    assert check_report_text("", ReportReason.FEES_TAKEN, FIELD) == ""
    for body, reason in (
        ("  ", ReportReason.OTHER),
        ("打13800138000问", ReportReason.FEES_TAKEN),
        ("长" * 501, ReportReason.FEES_TAKEN),
    ):
        with pytest.raises(InvalidInput) as refused:
            check_report_text(body, reason, FIELD)
        assert refused.value.field == FIELD


def test_a_decision_has_a_reason() -> None:
    assert check_decision_reason(" 已核实 ", FIELD) == "已核实"
    for reason in ("", "  ", "长" * 501):
        with pytest.raises(InvalidInput) as refused:
            check_decision_reason(reason, FIELD)
        assert refused.value.field == FIELD


def test_a_report_is_decided_once() -> None:
    filed = records.report()
    decided = resolve_report(filed, ReportState.UPHELD, by="officer", at=records.FIXED_NOW)
    assert (decided.state, decided.resolved_by) == (ReportState.UPHELD, "officer")
    with pytest.raises(PostingConflict):
        resolve_report(decided, ReportState.DISMISSED, by="officer", at=records.FIXED_NOW)
