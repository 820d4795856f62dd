"""Refusals of postings, their reviews and reports, minimum wages and imports."""

from __future__ import annotations

from datetime import timedelta

from schema.relay import global_id
from tests.schema.refusals.case import (
    Refused,
    invalid,
    setting,
    unknown,
    wrong_id,
)
from tests.support.world import gid, today

CASES: dict[str, Refused] = {
    "posting, unknown employer": Refused(
        "submitPosting",
        "officer",
        setting(employerId=lambda _: unknown("Employer")),
        "NotFound",
        "NOT_FOUND",
        ("input", "employerId"),
    ),
    "posting, long title": invalid("submitPosting", "officer", setting(title="长" * 121), "title"),
    "posting, much pay": invalid(
        "submitPosting",
        "officer",
        setting(pay={"amount": 1_000_001, "period": "MONTH"}),
        "pay",
        "amount",
    ),
    "posting, long hours": invalid(
        "submitPosting", "officer", setting(hoursPerDay=25), "hoursPerDay"
    ),
    "posting, no hours": invalid(
        "submitPosting", "officer", setting(hoursPerWeek=0), "hoursPerWeek"
    ),
    "posting, wrong place": invalid(
        "submitPosting", "officer", setting(placeCode="1"), "placeCode"
    ),
    "posting, insurance twice": invalid(
        "submitPosting", "officer", setting(insurance=["PENSION", "PENSION"]), "insurance"
    ),
    "posting, open too long": invalid(
        "submitPosting",
        "officer",
        setting(validUntil=lambda _: (today() + timedelta(days=400)).isoformat()),
        "validUntil",
    ),
    "review, no reason": invalid("reviewPosting", "officer", setting(reason=" "), "reason"),
    "review, long reason": invalid(
        "reviewPosting", "officer", setting(reason="长" * 501), "reason"
    ),
    "review, of terms that were not seen": Refused(
        "reviewPosting",
        "officer",
        setting(expectedRevision=2),
        "PostingConflict",
        "POSTING_CONFLICT",
        None,
    ),
    "change, of terms that were not seen": Refused(
        "changePosting",
        "recruiter",
        setting(expectedRevision=2),
        "PostingConflict",
        "POSTING_CONFLICT",
        None,
    ),
    "change, long title": invalid("changePosting", "officer", setting(title="长" * 121), "title"),
    "change, unknown posting": Refused(
        "changePosting",
        "officer",
        setting(postingId=lambda _: unknown("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "report, unknown posting": Refused(
        "reportPosting",
        "viewer",
        setting(postingId=lambda _: unknown("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "report, held posting": Refused(
        "reportPosting",
        "viewer",
        setting(postingId=lambda world: gid(world.held)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        None,
    ),
    "report, OTHER without a word": invalid(
        "reportPosting", "viewer", setting(reason="OTHER"), "body"
    ),
    "report, somebody's phone": invalid(
        "reportPosting", "viewer", setting(body="打13800138000要钱"), "body"
    ),
    "report, long text": invalid("reportPosting", "viewer", setting(body="长" * 501), "body"),
    "report, id of an employer": wrong_id(
        "reportPosting", "viewer", setting(postingId=lambda world: gid(world.employer)), "postingId"
    ),
    "resolve, no reason": invalid("resolveReport", "officer", setting(reason=" "), "reason"),
    "resolve, long reason": invalid(
        "resolveReport", "officer", setting(reason="长" * 501), "reason"
    ),
    "resolve, unknown report": Refused(
        "resolveReport",
        "officer",
        setting(reportId=lambda _: unknown("Report")),
        "NotFound",
        "NOT_FOUND",
        ("input", "reportId"),
    ),
    "wage, no region": invalid("addMinimumWage", "officer above", setting(region="99"), "region"),
    "wage, no tier": invalid("addMinimumWage", "officer above", setting(tier=0), "tier"),
    "wage, too much": invalid(
        "addMinimumWage", "officer above", setting(monthly=100_001), "monthly"
    ),
    "wage, tenths of a fen": invalid(
        "addMinimumWage", "officer above", setting(hourly=25.001), "hourly"
    ),
    "wage, no figure": invalid(
        "addMinimumWage", "officer above", setting(monthly=None, hourly=None), "monthly"
    ),
    "wage, long ago": invalid(
        "addMinimumWage", "officer above", setting(effectiveFrom="1999-12-31"), "effectiveFrom"
    ),
    "wage, no address": invalid(
        "addMinimumWage", "officer above", setting(sourceUrl="zj.gov.cn"), "sourceUrl"
    ),
    "wage, another province": Refused(
        "addMinimumWage",
        "officer above",
        setting(region="310000"),
        "NotPermitted",
        "NOT_PERMITTED",
        None,
    ),
    "wage to verify, unknown": Refused(
        "verifyMinimumWage",
        "officer above",
        setting(minimumWageId=lambda _: unknown("MinimumWage")),
        "NotFound",
        "NOT_FOUND",
        ("input", "minimumWageId"),
    ),
    "wage to verify, without its notice": invalid(
        "verifyMinimumWage",
        "officer above",
        setting(minimumWageId=lambda _: global_id("MinimumWage", "seed3300001")),
        "minimumWageId",
    ),
    "close, a refused posting": Refused(
        "closePosting",
        "officer",
        setting(postingId=lambda world: gid(world.refused)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        None,
    ),
    "close, unknown posting": Refused(
        "closePosting",
        "officer",
        setting(postingId=lambda _: unknown("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "review, unknown posting": Refused(
        "reviewPosting",
        "officer",
        setting(postingId=lambda _: unknown("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "review, a posting that was decided": Refused(
        "reviewPosting",
        "officer",
        setting(postingId=lambda world: gid(world.refused)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        None,
    ),
}

CASES["cancelImport, unknown import"] = Refused(
    "cancelImport",
    "officer",
    setting(importId=lambda _: unknown("Import")),
    "NotFound",
    "NOT_FOUND",
    ("input", "importId"),
)
