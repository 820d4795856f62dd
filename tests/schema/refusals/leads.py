"""Refusals of interests, leads, consent texts and the rights of the person behind a lead."""

from __future__ import annotations

from datetime import timedelta

from tests.schema.refusals.case import (
    RefusalCase,
    invalid_input,
    unknown_id,
    with_contact,
    with_values,
)
from tests.support import records
from tests.support.mutation_inputs import CONSENT_TEMPLATE
from tests.support.world import gid, today

CASES: dict[str, RefusalCase] = {
    "interest, no session but not from the board": invalid_input(
        "expressInterest", "viewer", with_values(sessionId=None), "sessionId"
    ),
    "interest, from the board in a session": invalid_input(
        "expressInterest", "viewer", with_values(source="BOARD"), "sessionId"
    ),
    "interest, from the replay of a live session": invalid_input(
        "expressInterest", "viewer", with_values(source="REPLAY"), "source"
    ),
    "interest, scanned without a code": invalid_input(
        "expressInterest", "viewer", with_values(source="SESSION_QR"), "code"
    ),
    "interest, a code that was made up": RefusalCase(
        "expressInterest",
        "viewer",
        with_values(source="SESSION_QR", code="A" * 32),
        "CodeInvalid",
        "CODE_INVALID",
        ("input", "code"),
    ),
    "interest, a code that was never stored": RefusalCase(
        "expressInterest",
        "viewer",
        with_values(code=lambda world: world.running.store.qr_codes.sign_token(records.code())),
        "CodeInvalid",
        "CODE_INVALID",
        ("input", "code"),
    ),
    "interest, no phone": RefusalCase(
        "expressInterest",
        "viewer",
        with_contact(phone="12345"),
        "PhoneInvalid",
        "PHONE_INVALID",
        ("input", "contact", "phone"),
    ),
    "interest, no name": invalid_input(
        "expressInterest", "viewer", with_contact(name=" "), "contact", "name"
    ),
    "interest, no consent": RefusalCase(
        "expressInterest",
        "viewer",
        with_values(consent=None),
        "ConsentRequired",
        "CONSENT_REQUIRED",
        ("input", "consent", "textVersion"),
    ),
    "interest, consent to another text": RefusalCase(
        "expressInterest",
        "viewer",
        with_values(consent={"textVersion": "0"}),
        "ConsentRequired",
        "CONSENT_REQUIRED",
        ("input", "consent", "textVersion"),
    ),
    "interest, unknown session": RefusalCase(
        "expressInterest",
        "viewer",
        with_values(sessionId=lambda _: unknown_id("LiveSession")),
        "NotFound",
        "NOT_FOUND",
        ("input", "sessionId"),
    ),
    "interest, unknown posting": RefusalCase(
        "expressInterest",
        "viewer",
        with_values(postingId=lambda _: unknown_id("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "interest, a posting of no session": RefusalCase(
        "expressInterest",
        "viewer",
        with_values(postingId=lambda world: gid(world.absent)),
        "PostingNotInSession",
        "POSTING_NOT_IN_SESSION",
        None,
    ),
    "reveal, unknown lead": RefusalCase(
        "revealContact",
        "officer",
        with_values(leadId=lambda _: unknown_id("Lead")),
        "NotFound",
        "NOT_FOUND",
        ("input", "leadId"),
    ),
    "reveal, no reason": invalid_input(
        "revealContact", "officer", with_values(reason=" 面试 "), "reason"
    ),
    "reveal, long reason": invalid_input(
        "revealContact", "officer", with_values(reason="长" * 201), "reason"
    ),
    "reveal, a phone for a reason": invalid_input(
        "revealContact", "officer", with_values(reason="回拨 +86 138-0013 8000"), "reason"
    ),
    "publish, a short text": invalid_input(
        "publishConsentText",
        "officer above",
        with_values(template="{employer}{posting}"),
        "template",
    ),
    "publish, a long text": invalid_input(
        "publishConsentText",
        "officer above",
        with_values(template="{employer}{posting}" + "长" * 5_000),
        "template",
    ),
    "publish, without the employer": invalid_input(
        "publishConsentText",
        "officer above",
        with_values(template=CONSENT_TEMPLATE.replace("{employer}", "")),
        "template",
    ),
    "publish, other braces": invalid_input(
        "publishConsentText",
        "officer above",
        with_values(template=CONSENT_TEMPLATE + "{employer.__class__}"),
        "template",
    ),
    "publish, in the past": invalid_input(
        "publishConsentText",
        "officer above",
        with_values(validFrom="2026-01-01T00:00:00Z"),
        "validFrom",
    ),
    "publish, far ahead": invalid_input(
        "publishConsentText",
        "officer above",
        with_values(validFrom="2099-01-01T00:00:00Z"),
        "validFrom",
    ),
    "publish, without a zone": invalid_input(
        "publishConsentText",
        "officer above",
        with_values(validFrom="2099-01-01T00:00:00"),
        "validFrom",
    ),
    "withdraw, a lead of somebody else": RefusalCase(
        "withdrawConsent",
        "viewer",
        with_values(
            receipt=lambda world: world.lead_receipt(world.new_lead("王", "+8613800138000"))
        ),
        "NotFound",
        "NOT_FOUND",
        ("input", "leadId"),
    ),
    "correct, no name": invalid_input("correctMyContact", "viewer", with_values(name=" "), "name"),
    "export, a cursor of another list": RefusalCase(
        "exportMyData",
        "viewer",
        with_values(after="bm90OmFuOmlk"),
        "InvalidInput",
        "BAD_CURSOR",
        None,
    ),
    "advance, unknown lead": RefusalCase(
        "advanceLead",
        "host",
        with_values(leadId=lambda _: unknown_id("Lead")),
        "NotFound",
        "NOT_FOUND",
        ("input", "leadId"),
    ),
    "advance, a step left out": RefusalCase(
        "advanceLead",
        "host",
        with_values(stage="HIRED"),
        "LeadStageConflict",
        "LEAD_STAGE_CONFLICT",
        None,
    ),
    "advance, another version": RefusalCase(
        "advanceLead",
        "host",
        with_values(expectedVersion=2),
        "LeadStageConflict",
        "LEAD_STAGE_CONFLICT",
        None,
    ),
    "advance, refused without reason": invalid_input(
        "advanceLead", "host", with_values(stage="REFUSED"), "reason"
    ),
    "advance, a reason for nothing": invalid_input(
        "advanceLead", "host", with_values(reason="OTHER"), "reason"
    ),
}

for name, caller in (("assignLead", "officer"), ("noteLead", "host"), ("confirmHire", "officer")):
    CASES[f"{name}, unknown lead"] = RefusalCase(
        name,
        caller,
        with_values(leadId=lambda _: unknown_id("Lead")),
        "NotFound",
        "NOT_FOUND",
        ("input", "leadId"),
    )
for assignee, caller, account in (
    ("nobody", "officer", lambda _: unknown_id("Account")),
    ("an officer above", "officer", lambda world: gid(world.upper_officer)),
    ("an officer elsewhere", "officer", lambda world: gid(world.other_officer)),
    ("a rival", "officer", lambda world: gid(world.other_recruiter)),
    ("the union by the employer", "recruiter", lambda world: gid(world.officer)),
):
    CASES[f"assign, to {assignee}"] = RefusalCase(
        "assignLead",
        caller,
        with_values(accountId=account),
        "NotFound",
        "NOT_FOUND",
        ("input", "accountId"),
    )
CASES |= {
    "note, nothing": invalid_input("noteLead", "host", with_values(body=" \n"), "body"),
    "note, too much": invalid_input("noteLead", "host", with_values(body="长" * 501), "body"),
    "note, a phone": invalid_input(
        "noteLead", "host", with_values(body="打 138-0013-8000"), "body"
    ),
    "note, a day of the past": invalid_input(
        "noteLead",
        "host",
        with_values(nextActionOn=lambda _: (today() - timedelta(days=1)).isoformat()),
        "nextActionOn",
    ),
    "confirm, before an offer": RefusalCase(
        "confirmHire",
        "officer",
        with_values(leadId=lambda world: gid(world.lead)),
        "LeadStageConflict",
        "LEAD_STAGE_CONFLICT",
        None,
    ),
    "advance several, none": invalid_input(
        "advanceLeads", "host", with_values(leadIds=[]), "leadIds"
    ),
    "advance several, too many": invalid_input(
        "advanceLeads",
        "host",
        with_values(leadIds=lambda _: [unknown_id("Lead") for _ in range(101)]),
        "leadIds",
    ),
    "advance several, one twice": invalid_input(
        "advanceLeads", "host", with_values(leadIds=lambda world: [gid(world.lead)] * 2), "leadIds"
    ),
}

for name in ("withdrawConsent", "confirmMyHire", "correctMyContact", "eraseMyData", "exportMyData"):
    for what, receipt in {
        "garbage": "x",
        "very long": "x" * 100_000,
        "a token of a viewer": lambda world: world.viewer_token(),
        "a token of staff": lambda world: world.token(world.officer),
    }.items():
        CASES[f"{name}, {what} for a receipt"] = RefusalCase(
            name, "viewer", with_values(receipt=receipt), "Unauthenticated", "UNAUTHENTICATED", None
        )
