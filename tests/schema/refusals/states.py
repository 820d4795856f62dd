"""Refusals of a mutation whose session or posting is in another status, and of slow mode."""

from __future__ import annotations

from tests.schema.refusals.case import (
    RefusalCase,
    invalid_input,
    unknown_id,
    with_values,
)
from tests.support.mutation_inputs import session_mutation_input
from tests.support.world import gid

CASES: dict[str, RefusalCase] = {
    f"slow mode, {seconds} seconds": invalid_input(
        "setSlowMode", "host", with_values(seconds=seconds), "seconds"
    )
    for seconds in (-1, 601)
}

for posting in ("held", "refused", "closed", "expired"):
    for name, caller in (("pinPosting", "host"), ("expressInterest", "viewer")):
        CASES[f"{name}, {posting} posting"] = RefusalCase(
            name,
            caller,
            with_values(postingId=lambda world, posting=posting: gid(getattr(world, posting))),
            "PostingNotOpen",
            "POSTING_NOT_OPEN",
            None,
        )
    CASES[f"schedule, {posting} posting"] = RefusalCase(
        "scheduleSession",
        "host",
        with_values(postingIds=lambda world, posting=posting: [gid(getattr(world, posting))]),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        ("input", "postingIds", "0"),
    )

for what, given, *field in (
    ("no title", {"title": " "}, "title"),
    ("a start that has passed", {"startsAt": "2026-01-01T19:00:00+08:00"}, "startsAt"),
    ("a cover elsewhere", {"coverUrl": "https://evil.example/1"}, "coverUrl"),
    ("no postings", {"postingIds": []}, "postingIds"),
    ("a host without name", {"host": {"name": "", "honour": "CITY_CRAFTSMAN"}}, "host", "name"),
):
    CASES[f"edit, {what}"] = invalid_input("editSession", "host", with_values(**given), *field)

for changed in ("postingIds", "addPostingIds"):
    CASES[f"edit, {changed}, unknown posting"] = RefusalCase(
        "editSession",
        "host",
        with_values(**{changed: lambda _: [unknown_id("Posting")]}),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        ("input", changed, "0"),
    )

for session in ("scheduled", "interrupted", "ended", "draft"):
    for name, caller in (
        ("pinPosting", "host"),
        ("unpinPosting", "host"),
        ("setSegment", "host"),
        ("setSlowMode", "host"),
        ("announce", "host"),
        ("expressInterest", "viewer"),
    ):
        if (name, session) == ("expressInterest", "interrupted"):
            continue  # an interrupted session still takes interests
        if (name, session) == ("expressInterest", "draft"):
            continue  # hidden from viewers, see below
        CASES[f"{name}, {session} session"] = RefusalCase(
            name,
            caller,
            session_mutation_input(session),
            "SessionNotLive",
            "SESSION_NOT_LIVE",
            None,
        )

# A draft is hidden from everybody who may not direct it.
DIRECTING_MUTATIONS = [
    "startSession",
    "interruptSession",
    "resumeSession",
    "endSession",
    "cancelSession",
    "pinPosting",
    "unpinPosting",
    "setSegment",
    "setSlowMode",
    "announce",
    "createCode",
    "setStreamSource",
    "createStreamKey",
    "editSession",
    "createCameraKey",
    "recordPortraitConsent",
    "deleteRecording",
]
for name, caller in [
    ("expressInterest", "viewer"),
    ("askQuestion", "viewer"),
    *((name, caller) for name in DIRECTING_MUTATIONS for caller in ("other host", "officer below")),
]:
    CASES[f"{name}, draft of others, {caller}"] = RefusalCase(
        name,
        caller,
        session_mutation_input("draft"),
        "NotFound",
        "NOT_FOUND",
        ("input", "sessionId"),
    )

for name, sessions in {
    "startSession": ("live", "ended", "draft"),
    "interruptSession": ("scheduled", "interrupted", "ended"),
    "resumeSession": ("live", "ended"),
    "endSession": ("scheduled", "ended"),
    "cancelSession": ("live", "ended"),
    "setStreamSource": ("ended",),
    "createStreamKey": ("ended",),
    "editSession": ("ended",),
    "createCameraKey": ("ended",),
    "recordPortraitConsent": ("ended",),
}.items():
    for session in sessions:
        CASES[f"{name}, {session} session"] = RefusalCase(
            name,
            "officer",
            session_mutation_input(session),
            "SessionStateConflict",
            "SESSION_STATE_CONFLICT",
            None,
        )
    CASES[f"{name}, unknown session"] = RefusalCase(
        name,
        "officer",
        with_values(sessionId=lambda _: unknown_id("LiveSession")),
        "NotFound",
        "NOT_FOUND",
        ("input", "sessionId"),
    )
