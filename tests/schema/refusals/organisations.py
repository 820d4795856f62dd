"""Refusals of sign-in and of employers."""

from __future__ import annotations

from tests.schema.refusals.case import (
    IDENTITY_CARD,
    Refused,
    invalid,
    setting,
    unknown,
    wrong_id,
)
from tests.support.world import gid

CASES: dict[str, Refused] = {
    "sign in, wrong password": Refused(
        "signIn", "nobody", setting(password="wrong"), "SignInFailed", "SIGN_IN_FAILED", None
    ),
    "sign in, unknown name": Refused(
        "signIn", "nobody", setting(username="nobody"), "SignInFailed", "SIGN_IN_FAILED", None
    ),
    "refresh, garbage": Refused(
        "refreshSignIn",
        "nobody",
        setting(refreshToken="x"),
        "Unauthenticated",
        "UNAUTHENTICATED",
        None,
    ),
    "refresh, an access token": Refused(
        "refreshSignIn",
        "nobody",
        setting(refreshToken=lambda world: world.token(world.host)),
        "Unauthenticated",
        "UNAUTHENTICATED",
        None,
    ),
    "employer, no name": invalid("createEmployer", "officer", setting(name="  "), "name"),
    "employer, long name": invalid("createEmployer", "officer", setting(name="长" * 121), "name"),
    "employer, long text": invalid(
        "createEmployer", "officer", setting(description="长" * 2001), "description"
    ),
    "employer, wrong code": invalid(
        "createEmployer", "officer", setting(creditCode="91330402MA00000000"), "creditCode"
    ),
    "employer, wrong place": invalid(
        "createEmployer", "officer", setting(placeCode="990000"), "placeCode"
    ),
    "employer, known code": Refused(
        "createEmployer",
        "officer",
        setting(creditCode=lambda world: world.employer.credit_code),
        "AlreadyExists",
        "ALREADY_EXISTS",
        ("input", "creditCode"),
    ),
    "employer, a phrase in the description": Refused(
        "createEmployer",
        "officer",
        setting(description="入职交押金300元"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "description"),
    ),
    "verify, unknown employer": Refused(
        "verifyEmployer",
        "officer",
        setting(employerId=lambda _: unknown("Employer")),
        "NotFound",
        "NOT_FOUND",
        ("input", "employerId"),
    ),
    "verify, id of a posting": wrong_id(
        "verifyEmployer", "officer", setting(employerId=lambda world: gid(world.open)), "employerId"
    ),
    "verify, long note": invalid("verifyEmployer", "officer", setting(note="长" * 501), "note"),
    "verify, note with an identity card": invalid(
        "verifyEmployer", "officer", setting(note=f"经办人 {IDENTITY_CARD}"), "note"
    ),
}
