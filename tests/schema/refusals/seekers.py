"""Refusals of seekers' profiles, call campaigns and referrals."""

from __future__ import annotations

from tests.schema.refusals.case import (
    WANTS_PATH,
    RefusalCase,
    invalid_input,
    unknown_id,
    with_values,
    with_wants,
)
from tests.support.world import today

CASES: dict[str, RefusalCase] = {
    "code, for no mobile number": RefusalCase(
        "requestCode",
        "viewer",
        with_values(phone="12345"),
        "PhoneInvalid",
        "PHONE_INVALID",
        ("input", "phone"),
    ),
    "confirmation, of no mobile number": RefusalCase(
        "confirmPhone",
        "viewer",
        with_values(phone="12345"),
        "PhoneInvalid",
        "PHONE_INVALID",
        ("input", "phone"),
    ),
    "confirmation, by no code": invalid_input(
        "confirmPhone", "viewer", with_values(code="12345"), "code"
    ),
    "confirmation, by a code that was never asked for": RefusalCase(
        "confirmPhone",
        "viewer",
        with_values(phone=lambda world: world.next_phone()),
        "PhoneCodeInvalid",
        "PHONE_CODE_INVALID",
        ("input", "code"),
    ),
    "profile, without consent": RefusalCase(
        "saveProfile",
        "viewer",
        with_values(consent=None),
        "ConsentRequired",
        "CONSENT_REQUIRED",
        ("input", "consent", "textVersion"),
    ),
    "profile, six wishes": invalid_input(
        "saveProfile",
        "viewer",
        with_wants(
            occupations=[
                "ELECTRICIAN",
                "WELDER",
                "CRANE_OPERATOR",
                "NETWORK_PROGRAMMER",
                "CHILDCARE_WORKER",
                "ECOMMERCE_STREAMER",
            ]
        ),
        *WANTS_PATH,
        "occupations",
    ),
    "profile, a wish twice": invalid_input(
        "saveProfile",
        "viewer",
        with_wants(occupations=["SALES", "SALES"]),
        *WANTS_PATH,
        "occupations",
    ),
    "profile, no such place": invalid_input(
        "saveProfile", "viewer", with_wants(places=["999999"]), *WANTS_PATH, "places"
    ),
    "status, by an officer who names nobody": invalid_input(
        "setSeekerStatus", "officer", with_values(seekerId=None), "seekerId"
    ),
    "search, no name": invalid_input("saveSearch", "seeker", with_values(name=" "), "name"),
    "erase, no reason": invalid_input("eraseSeeker", "officer", with_values(reason=" "), "reason"),
    "person, a short reason": invalid_input(
        "revealPerson", "officer", with_values(reason="x"), "reason"
    ),
    "campaign, no title": invalid_input(
        "createCampaign", "officer", with_values(title=" "), "title"
    ),
    "call, back on no day": invalid_input(
        "recordCall", "officer", with_values(outcome="CALL_BACK"), "nextCallOn"
    ),
    "call, on a day after the last word": invalid_input(
        "recordCall",
        "officer",
        with_values(outcome="DO_NOT_CALL", nextCallOn=lambda _: today().isoformat()),
        "nextCallOn",
    ),
    "profile by word, asked long ago": invalid_input(
        "saveProfileFor",
        "officer",
        with_values(consent={"textVersion": "1", "askedAt": "2026-01-01T00:00:00Z"}),
        "consent",
        "askedAt",
    ),
    "referral, done before it is accepted": RefusalCase(
        "advanceReferral",
        "officer",
        with_values(status="DONE"),
        "StatusConflict",
        "STATUS_CONFLICT",
        None,
    ),
}

for (name, field), kind in {
    ("setMatching", "seekerId"): "Seeker",
    ("setSeekerStatus", "seekerId"): "Seeker",
    ("eraseSeeker", "seekerId"): "Seeker",
    ("openReferral", "seekerId"): "Seeker",
    ("advanceReferral", "referralId"): "Referral",
    ("importCallList", "campaignId"): "CallCampaign",
    ("matchCampaign", "campaignId"): "CallCampaign",
    ("recordCall", "entryId"): "CallEntry",
    ("saveProfileFor", "entryId"): "CallEntry",
}.items():
    CASES[f"{name}, unknown {kind}"] = RefusalCase(
        name,
        "officer",
        with_values(**{field: lambda _, kind=kind: unknown_id(kind)}),
        "NotFound",
        "NOT_FOUND",
        ("input", field),
    )
