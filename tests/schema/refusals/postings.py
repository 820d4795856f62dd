"""Refusals of postings, their reviews and reports, and imports."""

from __future__ import annotations

from datetime import timedelta

from tests.schema.refusals.case import (
    RefusalCase,
    invalid_id,
    invalid_input,
    unknown_id,
    with_values,
)
from tests.support.world import gid, today

CASES: dict[str, RefusalCase] = {
    "posting, unknown employer": RefusalCase(
        "submitPosting",
        "officer",
        with_values(employerId=lambda _: unknown_id("Employer")),
        "NotFound",
        "NOT_FOUND",
        ("input", "employerId"),
    ),
    "posting, long title": invalid_input(
        "submitPosting", "officer", with_values(title="长" * 121), "title"
    ),
    "posting, much pay": invalid_input(
        "submitPosting",
        "officer",
        with_values(pay={"amount": 1_000_001, "period": "MONTH"}),
        "pay",
        "amount",
    ),
    "posting, ten times the usual pay": RefusalCase(
        "submitPosting",
        "officer",
        with_values(pay={"amount": 65_000, "period": "MONTH"}),
        "PayUnusual",
        "PAY_UNUSUAL",
        ("input", "pay"),
    ),
    "change, a tenth of the usual pay": RefusalCase(
        "changePosting",
        "officer",
        with_values(pay={"amount": 25, "period": "MONTH"}),
        "PayUnusual",
        "PAY_UNUSUAL",
        ("input", "pay"),
    ),
    "posting, long hours": invalid_input(
        "submitPosting", "officer", with_values(hoursPerDay=25), "hoursPerDay"
    ),
    "posting, no hours": invalid_input(
        "submitPosting", "officer", with_values(hoursPerWeek=0), "hoursPerWeek"
    ),
    "posting, wrong place": invalid_input(
        "submitPosting", "officer", with_values(placeCode="1"), "placeCode"
    ),
    "posting, insurance twice": invalid_input(
        "submitPosting", "officer", with_values(insurance=["PENSION", "PENSION"]), "insurance"
    ),
    "posting, open too long": invalid_input(
        "submitPosting",
        "officer",
        with_values(validUntil=lambda _: (today() + timedelta(days=400)).isoformat()),
        "validUntil",
    ),
    "review, no reason": invalid_input(
        "reviewPosting", "officer", with_values(reason=" "), "reason"
    ),
    "review, long reason": invalid_input(
        "reviewPosting", "officer", with_values(reason="长" * 501), "reason"
    ),
    "review, of terms that were not seen": RefusalCase(
        "reviewPosting",
        "officer",
        with_values(expectedRevision=2),
        "PostingConflict",
        "POSTING_CONFLICT",
        None,
    ),
    "change, of terms that were not seen": RefusalCase(
        "changePosting",
        "recruiter",
        with_values(expectedRevision=2),
        "PostingConflict",
        "POSTING_CONFLICT",
        None,
    ),
    "change, long title": invalid_input(
        "changePosting", "officer", with_values(title="长" * 121), "title"
    ),
    "change, unknown posting": RefusalCase(
        "changePosting",
        "officer",
        with_values(postingId=lambda _: unknown_id("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "report, unknown posting": RefusalCase(
        "reportPosting",
        "viewer",
        with_values(postingId=lambda _: unknown_id("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "report, held posting": RefusalCase(
        "reportPosting",
        "viewer",
        with_values(postingId=lambda world: gid(world.held)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        None,
    ),
    "report, OTHER without a word": invalid_input(
        "reportPosting", "viewer", with_values(reason="OTHER"), "body"
    ),
    "report, somebody's phone": invalid_input(
        "reportPosting", "viewer", with_values(body="打13800138000要钱"), "body"
    ),
    "report, long text": invalid_input(
        "reportPosting", "viewer", with_values(body="长" * 501), "body"
    ),
    "report, id of an employer": invalid_id(
        "reportPosting",
        "viewer",
        with_values(postingId=lambda world: gid(world.employer)),
        "postingId",
    ),
    "resolve, no reason": invalid_input(
        "resolveReport", "officer", with_values(reason=" "), "reason"
    ),
    "resolve, long reason": invalid_input(
        "resolveReport", "officer", with_values(reason="长" * 501), "reason"
    ),
    "resolve, unknown report": RefusalCase(
        "resolveReport",
        "officer",
        with_values(reportId=lambda _: unknown_id("Report")),
        "NotFound",
        "NOT_FOUND",
        ("input", "reportId"),
    ),
    "close, a refused posting": RefusalCase(
        "closePosting",
        "officer",
        with_values(postingId=lambda world: gid(world.refused)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        None,
    ),
    "close, unknown posting": RefusalCase(
        "closePosting",
        "officer",
        with_values(postingId=lambda _: unknown_id("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "review, unknown posting": RefusalCase(
        "reviewPosting",
        "officer",
        with_values(postingId=lambda _: unknown_id("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "review, a posting that was decided": RefusalCase(
        "reviewPosting",
        "officer",
        with_values(postingId=lambda world: gid(world.refused)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        None,
    ),
}

CASES["cancelImport, unknown import"] = RefusalCase(
    "cancelImport",
    "officer",
    with_values(importId=lambda _: unknown_id("Import")),
    "NotFound",
    "NOT_FOUND",
    ("input", "importId"),
)
