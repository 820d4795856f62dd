"""Refusals of interests, leads, consent texts and the rights of the person behind a lead."""

from __future__ import annotations

from datetime import timedelta

from tests.schema.refusals.case import (
    Refused,
    contact,
    invalid,
    setting,
    unknown,
)
from tests.support import records
from tests.support.mutation_inputs import CONSENT_TEMPLATE
from tests.support.world import gid, today

CASES: dict[str, Refused] = {
    "interest, no session but not from the board": invalid(
        "expressInterest", "viewer", setting(sessionId=None), "sessionId"
    ),
    "interest, from the board in a session": invalid(
        "expressInterest", "viewer", setting(source="BOARD"), "sessionId"
    ),
    "interest, from the replay of a live session": invalid(
        "expressInterest", "viewer", setting(source="REPLAY"), "source"
    ),
    "interest, scanned without a code": invalid(
        "expressInterest", "viewer", setting(source="SESSION_QR"), "code"
    ),
    "interest, a code that was made up": Refused(
        "expressInterest",
        "viewer",
        setting(source="SESSION_QR", code="A" * 32),
        "CodeInvalid",
        "CODE_INVALID",
        ("input", "code"),
    ),
    "interest, a code that was never stored": Refused(
        "expressInterest",
        "viewer",
        setting(code=lambda world: world.running.store.qr_codes.sign_token(records.code())),
        "CodeInvalid",
        "CODE_INVALID",
        ("input", "code"),
    ),
    "interest, no phone": Refused(
        "expressInterest",
        "viewer",
        contact(phone="12345"),
        "PhoneInvalid",
        "PHONE_INVALID",
        ("input", "contact", "phone"),
    ),
    "interest, no name": invalid("expressInterest", "viewer", contact(name=" "), "contact", "name"),
    "interest, no consent": Refused(
        "expressInterest",
        "viewer",
        setting(consent=None),
        "ConsentRequired",
        "CONSENT_REQUIRED",
        ("input", "consent", "textVersion"),
    ),
    "interest, consent to another text": Refused(
        "expressInterest",
        "viewer",
        setting(consent={"textVersion": "0"}),
        "ConsentRequired",
        "CONSENT_REQUIRED",
        ("input", "consent", "textVersion"),
    ),
    "interest, unknown session": Refused(
        "expressInterest",
        "viewer",
        setting(sessionId=lambda _: unknown("LiveSession")),
        "NotFound",
        "NOT_FOUND",
        ("input", "sessionId"),
    ),
    "interest, unknown posting": Refused(
        "expressInterest",
        "viewer",
        setting(postingId=lambda _: unknown("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "interest, a posting of no session": Refused(
        "expressInterest",
        "viewer",
        setting(postingId=lambda world: gid(world.absent)),
        "PostingNotInSession",
        "POSTING_NOT_IN_SESSION",
        None,
    ),
    "reveal, unknown lead": Refused(
        "revealContact",
        "officer",
        setting(leadId=lambda _: unknown("Lead")),
        "NotFound",
        "NOT_FOUND",
        ("input", "leadId"),
    ),
    "reveal, no reason": invalid("revealContact", "officer", setting(reason=" 面试 "), "reason"),
    "reveal, long reason": invalid(
        "revealContact", "officer", setting(reason="长" * 201), "reason"
    ),
    "reveal, a phone for a reason": invalid(
        "revealContact", "officer", setting(reason="回拨 +86 138-0013 8000"), "reason"
    ),
    "publish, a short text": invalid(
        "publishConsentText", "officer above", setting(template="{employer}{posting}"), "template"
    ),
    "publish, a long text": invalid(
        "publishConsentText",
        "officer above",
        setting(template="{employer}{posting}" + "长" * 5_000),
        "template",
    ),
    "publish, without the employer": invalid(
        "publishConsentText",
        "officer above",
        setting(template=CONSENT_TEMPLATE.replace("{employer}", "")),
        "template",
    ),
    "publish, other braces": invalid(
        "publishConsentText",
        "officer above",
        setting(template=CONSENT_TEMPLATE + "{employer.__class__}"),
        "template",
    ),
    "publish, in the past": invalid(
        "publishConsentText",
        "officer above",
        setting(validFrom="2026-01-01T00:00:00Z"),
        "validFrom",
    ),
    "publish, far ahead": invalid(
        "publishConsentText",
        "officer above",
        setting(validFrom="2099-01-01T00:00:00Z"),
        "validFrom",
    ),
    "publish, without a zone": invalid(
        "publishConsentText",
        "officer above",
        setting(validFrom="2099-01-01T00:00:00"),
        "validFrom",
    ),
    "withdraw, a lead of somebody else": Refused(
        "withdrawConsent",
        "viewer",
        setting(receipt=lambda world: world.lead_receipt(world.new_lead("王", "+8613800138000"))),
        "NotFound",
        "NOT_FOUND",
        ("input", "leadId"),
    ),
    "correct, no name": invalid("correctMyContact", "viewer", setting(name=" "), "name"),
    "export, a cursor of another list": Refused(
        "exportMyData",
        "viewer",
        setting(after="bm90OmFuOmlk"),
        "InvalidInput",
        "BAD_CURSOR",
        None,
    ),
    "advance, unknown lead": Refused(
        "advanceLead",
        "host",
        setting(leadId=lambda _: unknown("Lead")),
        "NotFound",
        "NOT_FOUND",
        ("input", "leadId"),
    ),
    "advance, a step left out": Refused(
        "advanceLead",
        "host",
        setting(stage="HIRED"),
        "LeadStageConflict",
        "LEAD_STAGE_CONFLICT",
        None,
    ),
    "advance, another version": Refused(
        "advanceLead",
        "host",
        setting(expectedVersion=2),
        "LeadStageConflict",
        "LEAD_STAGE_CONFLICT",
        None,
    ),
    "advance, refused without reason": invalid(
        "advanceLead", "host", setting(stage="REFUSED"), "reason"
    ),
    "advance, a reason for nothing": invalid(
        "advanceLead", "host", setting(reason="OTHER"), "reason"
    ),
}

for name, caller in (("assignLead", "officer"), ("noteLead", "host"), ("confirmHire", "officer")):
    CASES[f"{name}, unknown lead"] = Refused(
        name,
        caller,
        setting(leadId=lambda _: unknown("Lead")),
        "NotFound",
        "NOT_FOUND",
        ("input", "leadId"),
    )
for whom, caller, account in (
    ("nobody", "officer", lambda _: unknown("Account")),
    ("an officer above", "officer", lambda world: gid(world.upper_officer)),
    ("an officer elsewhere", "officer", lambda world: gid(world.other_officer)),
    ("a rival", "officer", lambda world: gid(world.other_recruiter)),
    ("the union by the employer", "recruiter", lambda world: gid(world.officer)),
):
    CASES[f"assign, to {whom}"] = Refused(
        "assignLead",
        caller,
        setting(accountId=account),
        "NotFound",
        "NOT_FOUND",
        ("input", "accountId"),
    )
CASES |= {
    "note, nothing": invalid("noteLead", "host", setting(body=" \n"), "body"),
    "note, too much": invalid("noteLead", "host", setting(body="长" * 501), "body"),
    "note, a phone": invalid("noteLead", "host", setting(body="打 138-0013-8000"), "body"),
    "note, a day of the past": invalid(
        "noteLead",
        "host",
        setting(nextActionOn=lambda _: (today() - timedelta(days=1)).isoformat()),
        "nextActionOn",
    ),
    "confirm, before an offer": Refused(
        "confirmHire",
        "officer",
        setting(leadId=lambda world: gid(world.lead)),
        "LeadStageConflict",
        "LEAD_STAGE_CONFLICT",
        None,
    ),
    "advance several, none": invalid("advanceLeads", "host", setting(leadIds=[]), "leadIds"),
    "advance several, too many": invalid(
        "advanceLeads",
        "host",
        setting(leadIds=lambda _: [unknown("Lead") for _ in range(101)]),
        "leadIds",
    ),
    "advance several, one twice": invalid(
        "advanceLeads", "host", setting(leadIds=lambda world: [gid(world.lead)] * 2), "leadIds"
    ),
}

for name in ("withdrawConsent", "confirmMyHire", "correctMyContact", "eraseMyData", "exportMyData"):
    for what, receipt in {
        "garbage": "x",
        "very long": "x" * 100_000,
        "a token of a viewer": lambda world: world.viewer_token(),
        "a token of staff": lambda world: world.token(world.officer),
    }.items():
        CASES[f"{name}, {what} for a receipt"] = Refused(
            name, "viewer", setting(receipt=receipt), "Unauthenticated", "UNAUTHENTICATED", None
        )
