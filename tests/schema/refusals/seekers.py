"""Refusals of seekers' profiles, call campaigns and referrals."""

from __future__ import annotations

from tests.schema.refusals.case import (
    WANTS,
    Refused,
    invalid,
    setting,
    unknown,
    wants,
)
from tests.support.world import today

CASES: dict[str, Refused] = {
    "profile, without consent": Refused(
        "saveProfile",
        "viewer",
        setting(consent=None),
        "ConsentRequired",
        "CONSENT_REQUIRED",
        ("input", "consent", "textVersion"),
    ),
    "profile, six wishes": invalid(
        "saveProfile",
        "viewer",
        wants(
            occupations=[
                "ELECTRICIAN",
                "WELDER",
                "CRANE_OPERATOR",
                "NETWORK_PROGRAMMER",
                "CHILDCARE_WORKER",
                "ECOMMERCE_STREAMER",
            ]
        ),
        *WANTS,
        "occupations",
    ),
    "profile, a wish twice": invalid(
        "saveProfile", "viewer", wants(occupations=["SALES", "SALES"]), *WANTS, "occupations"
    ),
    "profile, no such place": invalid(
        "saveProfile", "viewer", wants(places=["999999"]), *WANTS, "places"
    ),
    "status, by an officer who names nobody": invalid(
        "setSeekerStatus", "officer", setting(seekerId=None), "seekerId"
    ),
    "search, no name": invalid("saveSearch", "seeker", setting(name=" "), "name"),
    "erase, no reason": invalid("eraseSeeker", "officer", setting(reason=" "), "reason"),
    "person, a short reason": invalid("revealPerson", "officer", setting(reason="x"), "reason"),
    "campaign, no title": invalid("createCampaign", "officer", setting(title=" "), "title"),
    "call, back on no day": invalid(
        "recordCall", "officer", setting(outcome="CALL_BACK"), "nextCallOn"
    ),
    "call, on a day after the last word": invalid(
        "recordCall",
        "officer",
        setting(outcome="DO_NOT_CALL", nextCallOn=lambda _: today().isoformat()),
        "nextCallOn",
    ),
    "profile by word, asked long ago": invalid(
        "saveProfileFor",
        "officer",
        setting(consent={"textVersion": "1", "askedAt": "2026-01-01T00:00:00Z"}),
        "consent",
        "askedAt",
    ),
    "referral, done before it is accepted": Refused(
        "advanceReferral",
        "officer",
        setting(status="DONE"),
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
    CASES[f"{name}, unknown {kind}"] = Refused(
        name,
        "officer",
        setting(**{field: lambda _, kind=kind: unknown(kind)}),
        "NotFound",
        "NOT_FOUND",
        ("input", field),
    )
