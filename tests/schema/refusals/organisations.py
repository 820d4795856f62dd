"""Refusals of sign-in and of employers."""

from __future__ import annotations

from tests.schema.refusals.case import (
    IDENTITY_CARD,
    RefusalCase,
    invalid_id,
    invalid_input,
    unknown_id,
    with_values,
)
from tests.support.world import gid

CASES: dict[str, RefusalCase] = {
    "sign in, wrong password": RefusalCase(
        "signIn", "nobody", with_values(password="wrong"), "SignInFailed", "SIGN_IN_FAILED", None
    ),
    "sign in, unknown name": RefusalCase(
        "signIn", "nobody", with_values(username="nobody"), "SignInFailed", "SIGN_IN_FAILED", None
    ),
    "refresh, garbage": RefusalCase(
        "refreshSignIn",
        "nobody",
        with_values(refreshToken="x"),
        "Unauthenticated",
        "UNAUTHENTICATED",
        None,
    ),
    "refresh, an access token": RefusalCase(
        "refreshSignIn",
        "nobody",
        with_values(refreshToken=lambda world: world.token(world.host)),
        "Unauthenticated",
        "UNAUTHENTICATED",
        None,
    ),
    "employer, no name": invalid_input("createEmployer", "officer", with_values(name="  "), "name"),
    "employer, long name": invalid_input(
        "createEmployer", "officer", with_values(name="长" * 121), "name"
    ),
    "employer, long text": invalid_input(
        "createEmployer", "officer", with_values(description="长" * 2001), "description"
    ),
    "employer, wrong code": invalid_input(
        "createEmployer", "officer", with_values(creditCode="91330402MA00000000"), "creditCode"
    ),
    "employer, wrong place": invalid_input(
        "createEmployer", "officer", with_values(placeCode="990000"), "placeCode"
    ),
    "employer, known code": RefusalCase(
        "createEmployer",
        "officer",
        with_values(creditCode=lambda world: world.employer.credit_code),
        "AlreadyExists",
        "ALREADY_EXISTS",
        ("input", "creditCode"),
    ),
    "employer, a phrase in the description": RefusalCase(
        "createEmployer",
        "officer",
        with_values(description="入职交押金300元"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "description"),
    ),
    "verify, unknown employer": RefusalCase(
        "verifyEmployer",
        "officer",
        with_values(employerId=lambda _: unknown_id("Employer")),
        "NotFound",
        "NOT_FOUND",
        ("input", "employerId"),
    ),
    "verify, id of a posting": invalid_id(
        "verifyEmployer",
        "officer",
        with_values(employerId=lambda world: gid(world.open)),
        "employerId",
    ),
    "verify, long note": invalid_input(
        "verifyEmployer", "officer", with_values(note="长" * 501), "note"
    ),
    "verify, note with an identity card": invalid_input(
        "verifyEmployer", "officer", with_values(note=f"经办人 {IDENTITY_CARD}"), "note"
    ),
}
