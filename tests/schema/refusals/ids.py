"""Refusals of a global id that is malformed or of another type, in every field that takes one."""

from __future__ import annotations

from schema.relay import global_id
from tests.schema.refusals.case import (
    RefusalCase,
    invalid_id,
    with_values,
)
from tests.support.world import gid

CASES: dict[str, RefusalCase] = {}

ID_FIELDS = {
    ("submitPosting", "officer", "employerId"): "Employer",
    ("reviewPosting", "officer", "postingId"): "Posting",
    ("appealPosting", "recruiter", "postingId"): "Posting",
    ("scheduleSession", "host", "unionId"): "Union",
    ("editSession", "host", "sessionId"): "LiveSession",
    ("startSession", "host", "sessionId"): "LiveSession",
    ("interruptSession", "host", "sessionId"): "LiveSession",
    ("resumeSession", "host", "sessionId"): "LiveSession",
    ("endSession", "host", "sessionId"): "LiveSession",
    ("cancelSession", "host", "sessionId"): "LiveSession",
    ("pinPosting", "host", "sessionId"): "LiveSession",
    ("pinPosting", "host", "postingId"): "Posting",
    ("unpinPosting", "host", "sessionId"): "LiveSession",
    ("setSegment", "host", "sessionId"): "LiveSession",
    ("setSlowMode", "host", "sessionId"): "LiveSession",
    ("announce", "host", "sessionId"): "LiveSession",
    ("createCode", "host", "sessionId"): "LiveSession",
    ("setStreamSource", "host", "sessionId"): "LiveSession",
    ("createStreamKey", "host", "sessionId"): "LiveSession",
    ("createCameraKey", "host", "sessionId"): "LiveSession",
    ("cutOffStream", "officer", "sessionId"): "LiveSession",
    ("restoreStream", "officer", "sessionId"): "LiveSession",
    ("createCode", "officer", "postingId"): "Posting",
    ("changePosting", "officer", "postingId"): "Posting",
    ("closePosting", "recruiter", "postingId"): "Posting",
    ("askQuestion", "viewer", "sessionId"): "LiveSession",
    ("askQuestion", "viewer", "postingId"): "Posting",
    ("publishQuestion", "host", "questionId"): "Question",
    ("answerQuestion", "host", "questionId"): "Question",
    ("declineQuestion", "host", "questionId"): "Question",
    ("expressInterest", "viewer", "sessionId"): "LiveSession",
    ("expressInterest", "viewer", "postingId"): "Posting",
    ("advanceLead", "host", "leadId"): "Lead",
    ("revealContact", "officer", "leadId"): "Lead",
    ("withdrawConsent", "viewer", "leadId"): "Lead",
    ("confirmMyHire", "viewer", "leadId"): "Lead",
    ("assignLead", "officer", "leadId"): "Lead",
    ("assignLead", "officer", "accountId"): "Account",
    ("noteLead", "host", "leadId"): "Lead",
    ("confirmHire", "officer", "leadId"): "Lead",
    ("cancelImport", "officer", "importId"): "Import",
    ("setMatching", "officer", "seekerId"): "Seeker",
    ("setSeekerStatus", "officer", "seekerId"): "Seeker",
    ("eraseSeeker", "officer", "seekerId"): "Seeker",
    ("openReferral", "officer", "seekerId"): "Seeker",
    ("advanceReferral", "officer", "referralId"): "Referral",
    ("importCallList", "officer", "campaignId"): "CallCampaign",
    ("matchCampaign", "officer", "campaignId"): "CallCampaign",
    ("recordCall", "officer", "entryId"): "CallEntry",
    ("saveProfileFor", "officer", "entryId"): "CallEntry",
}
INVALID_IDS = {
    "of another type": lambda world: gid(world.employer),
    "empty": "",
    "not base64": "岗位",
    "not ours": "bm90OmFuOmlk",
    "of nothing": "UG9zdGluZzo",
    "an injection": global_id("Posting", "a\x00b"),
    "very long": "A" * 100_000,
}
for (name, caller, changed), kind in ID_FIELDS.items():
    for what, given in INVALID_IDS.items():
        if what == "of another type" and kind == "Employer":
            given = lambda world: gid(world.union)  # noqa: E731, PLW2901 - the one field of the type
        CASES[f"{name}, {changed} {what}"] = invalid_id(
            name, caller, with_values(**{changed: given}), changed
        )
CASES["schedule, postingIds of another type"] = invalid_id(
    "scheduleSession",
    "host",
    with_values(postingIds=lambda world: [gid(world.open), gid(world.live)]),
    "postingIds",
    "1",
)
for changed in ("postingIds", "addPostingIds"):
    CASES[f"edit, {changed} of another type"] = invalid_id(
        "editSession",
        "host",
        with_values(**{changed: lambda world: [gid(world.live)]}),
        changed,
        "0",
    )
