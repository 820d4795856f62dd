"""Refusals of decisions on many postings, and of minimum wages."""

from __future__ import annotations

from schema.relay import global_id
from tests.schema.refusals.case import (
    RefusalCase,
    invalid_id,
    invalid_input,
    unknown_id,
    with_values,
)
from tests.support.mutation_inputs import proposal_gid
from tests.support.world import gid

CASES: dict[str, RefusalCase] = {
    "decide, no choice": invalid_input(
        "decidePostings", "officer", with_values(postingIds=None), "code"
    ),
    "decide, no reason": invalid_input(
        "decidePostings", "officer", with_values(reason=" "), "reason"
    ),
    "decide, no such place": invalid_input(
        "decidePostings", "officer", with_values(postingIds=None, placeCode="999999"), "placeCode"
    ),
    "appeal, no reason": invalid_input(
        "appealPosting", "recruiter", with_values(reason=" "), "reason"
    ),
    "appeal, long reason": invalid_input(
        "appealPosting", "recruiter", with_values(reason="长" * 501), "reason"
    ),
    "appeal, a phone": invalid_input(
        "appealPosting", "recruiter", with_values(reason="请打13800138000"), "reason"
    ),
    "appeal, unknown posting": RefusalCase(
        "appealPosting",
        "recruiter",
        with_values(postingId=lambda _: unknown_id("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "appeal, an open posting": RefusalCase(
        "appealPosting",
        "recruiter",
        with_values(postingId=lambda world: gid(world.open)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        None,
    ),
    "appeal, of terms that were not seen": RefusalCase(
        "appealPosting",
        "recruiter",
        with_values(expectedRevision=2),
        "PostingConflict",
        "POSTING_CONFLICT",
        None,
    ),
    "propose, no notice": invalid_input(
        "proposeMinimumWage", "officer", with_values(docNo=" "), "docNo"
    ),
    "propose, no address of the notice": invalid_input(
        "proposeMinimumWage", "officer", with_values(sourceUrl=""), "sourceUrl"
    ),
    "propose, no figure": invalid_input(
        "proposeMinimumWage", "officer", with_values(monthly=None, hourly=None), "monthly"
    ),
    "propose, another city": RefusalCase(
        "proposeMinimumWage",
        "officer",
        with_values(region="330100"),
        "NotPermitted",
        "NOT_PERMITTED",
        None,
    ),
    "propose, what waits already": RefusalCase(
        "proposeMinimumWage",
        "officer",
        with_values(
            region=lambda world: world.proposal.row.region,
            tier=lambda world: world.proposal.row.tier,
            effectiveFrom=lambda world: world.proposal.row.effective_from.isoformat(),
        ),
        "AlreadyExists",
        "ALREADY_EXISTS",
        ("input", "region"),
    ),
    "proposals, none": invalid_input(
        "decideMinimumWageProposals", "officer above", with_values(decisions=[]), "decisions"
    ),
    "proposals, too many": invalid_input(
        "decideMinimumWageProposals",
        "officer above",
        with_values(
            decisions=lambda world: [{"proposalId": proposal_gid(world), "accepted": True}] * 101
        ),
        "decisions",
    ),
    "proposals, unknown": RefusalCase(
        "decideMinimumWageProposals",
        "officer above",
        with_values(
            decisions=lambda _: [
                {"proposalId": unknown_id("MinimumWageProposal"), "accepted": True}
            ]
        ),
        "NotFound",
        "NOT_FOUND",
        ("input", "decisions", "0", "proposalId"),
    ),
    "proposals, refused without a reason": invalid_input(
        "decideMinimumWageProposals",
        "officer above",
        with_values(
            decisions=lambda world: [{"proposalId": proposal_gid(world), "accepted": False}]
        ),
        *("decisions", "0", "reason"),
    ),
    "proposals, id of another type": invalid_id(
        "decideMinimumWageProposals",
        "officer above",
        with_values(decisions=lambda world: [{"proposalId": gid(world.wage), "accepted": True}]),
        *("decisions", "0", "proposalId"),
    ),
    "decide, unknown posting": RefusalCase(
        "decidePostings",
        "officer",
        with_values(postingIds=lambda world: [gid(world.held), unknown_id("Posting")]),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingIds", "1"),
    ),
    "decide, too many": invalid_input(
        "decidePostings",
        "officer",
        with_values(postingIds=lambda world: [gid(world.held)] * 101),
        "postingIds",
    ),
    "undo, unknown decisions": RefusalCase(
        "undoDecisions",
        "officer",
        with_values(batchId=lambda _: unknown_id("DecisionBatch")),
        "NotFound",
        "NOT_FOUND",
        ("input", "batchId"),
    ),
    "wage, no region": invalid_input(
        "addMinimumWage", "officer above", with_values(region="99"), "region"
    ),
    "wage, no tier": invalid_input("addMinimumWage", "officer above", with_values(tier=0), "tier"),
    "wage, too much": invalid_input(
        "addMinimumWage", "officer above", with_values(monthly=100_001), "monthly"
    ),
    "wage, tenths of a fen": invalid_input(
        "addMinimumWage", "officer above", with_values(hourly=25.001), "hourly"
    ),
    "wage, no figure": invalid_input(
        "addMinimumWage", "officer above", with_values(monthly=None, hourly=None), "monthly"
    ),
    "wage, long ago": invalid_input(
        "addMinimumWage", "officer above", with_values(effectiveFrom="1999-12-31"), "effectiveFrom"
    ),
    "wage, no address": invalid_input(
        "addMinimumWage", "officer above", with_values(sourceUrl="zj.gov.cn"), "sourceUrl"
    ),
    "wage, places elsewhere": RefusalCase(
        "addMinimumWage",
        "officer above",
        with_values(places=["330400", "310115"]),
        "InvalidInput",
        "INVALID_INPUT",
        ("input", "places", "1"),
    ),
    "wage, another province": RefusalCase(
        "addMinimumWage",
        "officer above",
        with_values(region="310000"),
        "NotPermitted",
        "NOT_PERMITTED",
        None,
    ),
    "wage to verify, unknown": RefusalCase(
        "verifyMinimumWage",
        "officer above",
        with_values(minimumWageId=lambda _: unknown_id("MinimumWage")),
        "NotFound",
        "NOT_FOUND",
        ("input", "minimumWageId"),
    ),
    "wage to verify, of another province": RefusalCase(
        "verifyMinimumWage",
        "officer above",
        with_values(minimumWageId=lambda _: global_id("MinimumWage", "seed3100001")),
        "NotPermitted",
        "NOT_PERMITTED",
        None,
    ),
    "wages to verify, one unknown": RefusalCase(
        "verifyMinimumWages",
        "officer above",
        with_values(minimumWageIds=lambda world: [gid(world.wage), unknown_id("MinimumWage")]),
        "NotFound",
        "NOT_FOUND",
        ("input", "minimumWageIds", "1"),
    ),
    "wages to verify, one of another province": RefusalCase(
        "verifyMinimumWages",
        "officer above",
        with_values(
            minimumWageIds=lambda world: [
                gid(world.wage),
                global_id("MinimumWage", "seed3100001"),
            ]
        ),
        "NotPermitted",
        "NOT_PERMITTED",
        None,
    ),
    "wages to verify, none": invalid_input(
        "verifyMinimumWages", "officer above", with_values(minimumWageIds=[]), "minimumWageIds"
    ),
    "wages to verify, too many": invalid_input(
        "verifyMinimumWages",
        "officer above",
        with_values(minimumWageIds=lambda _: [global_id("MinimumWage", "seed3300001")] * 101),
        "minimumWageIds",
    ),
    "wages to verify, one twice": RefusalCase(
        "verifyMinimumWages",
        "officer above",
        with_values(minimumWageIds=lambda _: [global_id("MinimumWage", "seed3300001")] * 2),
        "InvalidInput",
        "INVALID_INPUT",
        ("input", "minimumWageIds"),
    ),
}
