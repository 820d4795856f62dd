"""The texts of findings are for the employer and for the officer who decides."""

from __future__ import annotations

import pytest

from domain.postings.postings import Finding
from domain.screening import (
    conduct_findings,
    hours_findings,
    labour_findings,
    phrase_findings,
    posting_findings,
)

FINDINGS = {
    finding.code: finding
    for module in (
        conduct_findings,
        hours_findings,
        labour_findings,
        phrase_findings,
        posting_findings,
    )
    for finding in vars(module).values()
    if isinstance(finding, Finding)
}


@pytest.mark.parametrize("code", sorted(FINDINGS))
def test_no_text_sends_an_officer_to_an_officer(code: str) -> None:
    finding = FINDINGS[code]
    assert finding.message
    assert finding.message_zh
    for word in ("officer", "wait"):
        assert word not in finding.message.lower()
    for word in ("工会干部", "人工审核", "人工核对", "等待"):
        assert word not in finding.message_zh
