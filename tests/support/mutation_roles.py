"""Which callers each mutation allows, and from which of them its objects are hidden."""

from __future__ import annotations

CALLERS = (
    "nobody",
    "viewer",
    "seeker",
    "host",
    "other host",
    "officer",
    "officer above",
    "officer below",
    "officer elsewhere",
    "recruiter",
    "other recruiter",
)
OTHER_OFFICERS = {"officer below", "officer elsewhere"}
ALL_OFFICERS = {"officer", "officer above"} | OTHER_OFFICERS
ALL_RECRUITERS = {"recruiter", "other recruiter"}
DIRECTORS = {"host", "officer", "officer above"}
ALLOWED_CALLERS = {
    "signIn": set(CALLERS),
    "refreshSignIn": set(CALLERS),
    "changePassword": set(CALLERS),
    "signOut": set(CALLERS),
    "disableAccount": {"officer", "officer above"},
    "enableAccount": {"officer", "officer above"},
    "resetPassword": {"officer", "officer above"},
    "signOutEverywhere": {*CALLERS} - {"nobody", "viewer", "seeker"},
    "enterAsViewer": set(CALLERS),
    "requestCode": {"viewer", "seeker"},
    "confirmPhone": {"viewer", "seeker"},
    "createEmployer": ALL_OFFICERS,
    "verifyEmployer": {"officer", "officer above"},
    "submitPosting": {"officer", "officer above", "recruiter"},
    "reviewPosting": {"officer", "officer above"},
    "appealPosting": {"officer", "officer above", "recruiter"},
    "decidePostings": {"officer", "officer above"},
    "undoDecisions": {"officer", "officer above"},
    "reportPosting": {"viewer"},
    "resolveReport": {"officer", "officer above"},
    "addMinimumWage": {"officer above"},
    "addOccupation": {"officer above"},
    "addOccupationName": {"officer above"},
    "verifyMinimumWage": {"officer above"},
    "verifyMinimumWages": {"officer above"},
    "proposeMinimumWage": ALL_OFFICERS - {"officer above"},
    "decideMinimumWageProposals": {"officer above"},
    "changePosting": {"officer", "officer above", "recruiter"},
    "closePosting": {"officer", "officer above", "recruiter"},
    "scheduleSession": DIRECTORS | {"other host"},
    "editSession": DIRECTORS,
    "createRecruitmentCampaign": ALL_OFFICERS,
    "changeUnion": {"officer", "officer above"},
    "startSession": DIRECTORS,
    "interruptSession": DIRECTORS,
    "resumeSession": DIRECTORS,
    "endSession": DIRECTORS,
    "cancelSession": DIRECTORS,
    "pinPosting": DIRECTORS,
    "unpinPosting": DIRECTORS,
    "setSegment": DIRECTORS,
    "setStreamSource": DIRECTORS,
    "createStreamKey": DIRECTORS,
    "createCameraKey": DIRECTORS,
    "cutOffStream": {"officer", "officer above"},
    "restoreStream": {"officer", "officer above"},
    "setSlowMode": DIRECTORS,
    "createCode": DIRECTORS,
    "announce": DIRECTORS,
    "expressInterest": {"viewer", "seeker"},
    "askQuestion": {"viewer", "seeker"},
    "publishQuestion": DIRECTORS,
    "answerQuestion": DIRECTORS,
    "declineQuestion": DIRECTORS,
    "advanceLead": DIRECTORS | {"recruiter"},
    "confirmLead": {"officer", "officer above"},
    "revealContact": {"officer", "officer above", "recruiter"},
    "publishConsentText": {"officer above"},
    # The receipt identifies the person.
    "withdrawConsent": set(CALLERS),
    "confirmMyHire": set(CALLERS),
    "correctMyContact": set(CALLERS),
    "eraseMyData": set(CALLERS),
    "exportMyData": set(CALLERS),
    # Staff get an answer; a refusal of a lead is in its outcome.
    "advanceLeads": {*CALLERS} - {"nobody", "viewer", "seeker"},
    "assignLead": {"officer", "officer above", "recruiter"},
    "createWebhook": ALL_OFFICERS | ALL_RECRUITERS,
    "changeWebhook": {"officer", "officer above"},
    "rotateWebhookSecret": {"officer", "officer above"},
    "enableWebhook": {"officer", "officer above"},
    "disableWebhook": {"officer", "officer above"},
    "deleteWebhook": {"officer", "officer above"},
    "testWebhook": {"officer", "officer above"},
    "replayWebhook": {"officer", "officer above"},
    "noteLead": DIRECTORS | {"recruiter"},
    "confirmHire": {"officer", "officer above", "recruiter"},
    "saveProfile": {"viewer", "seeker"},
    "enterAsSeeker": set(CALLERS),
    "withdrawProfileConsent": set(CALLERS),
    "setMatching": {"seeker", "officer", "officer above"},
    "setSeekerStatus": {"seeker", "officer", "officer above"},
    "saveSearch": {"seeker"},
    "removeSearch": {"seeker"},
    "revealPerson": {"officer", "officer above"},
    "eraseSeeker": {"officer", "officer above"},
    "createCampaign": ALL_OFFICERS,
    "importCallList": {"officer", "officer above"},
    "recordCall": {"officer", "officer above"},
    "saveProfileFor": {"officer", "officer above"},
    "matchCampaign": {"officer", "officer above"},
    "openReferral": {"officer", "officer above"},
    "advanceReferral": {"officer", "officer above"},
    "cancelImport": {"officer"},
}
# A caller of the right role but outside the scope gets NOT_FOUND.
HIDDEN_FROM = {
    "disableAccount": OTHER_OFFICERS,
    "enableAccount": OTHER_OFFICERS,
    "resetPassword": OTHER_OFFICERS,
    "publishQuestion": OTHER_OFFICERS | {"other host"},
    "answerQuestion": OTHER_OFFICERS | {"other host"},
    "declineQuestion": OTHER_OFFICERS | {"other host"},
    "reviewPosting": OTHER_OFFICERS,
    "appealPosting": OTHER_OFFICERS | {"other recruiter"},
    "decidePostings": OTHER_OFFICERS,
    "undoDecisions": OTHER_OFFICERS,
    "resolveReport": OTHER_OFFICERS,
    "changePosting": OTHER_OFFICERS | {"other recruiter"},
    "closePosting": OTHER_OFFICERS | {"other recruiter"},
    "advanceLead": OTHER_OFFICERS | {"other host", "other recruiter"},
    "confirmLead": OTHER_OFFICERS,
    "revealContact": OTHER_OFFICERS | {"other recruiter"},
    "assignLead": OTHER_OFFICERS | {"other recruiter"},
    "changeWebhook": OTHER_OFFICERS | ALL_RECRUITERS,
    "rotateWebhookSecret": OTHER_OFFICERS | ALL_RECRUITERS,
    "enableWebhook": OTHER_OFFICERS | ALL_RECRUITERS,
    "disableWebhook": OTHER_OFFICERS | ALL_RECRUITERS,
    "deleteWebhook": OTHER_OFFICERS | ALL_RECRUITERS,
    "testWebhook": OTHER_OFFICERS | ALL_RECRUITERS,
    "replayWebhook": OTHER_OFFICERS | ALL_RECRUITERS,
    "noteLead": OTHER_OFFICERS | {"other host", "other recruiter"},
    "confirmHire": OTHER_OFFICERS | {"other recruiter"},
    "setMatching": OTHER_OFFICERS,
    "setSeekerStatus": OTHER_OFFICERS,
    "revealPerson": OTHER_OFFICERS,
    "eraseSeeker": OTHER_OFFICERS,
    "importCallList": OTHER_OFFICERS,
    "recordCall": OTHER_OFFICERS,
    "saveProfileFor": OTHER_OFFICERS,
    "matchCampaign": OTHER_OFFICERS,
    "openReferral": OTHER_OFFICERS,
    "advanceReferral": OTHER_OFFICERS,
    "cancelImport": OTHER_OFFICERS | ALL_RECRUITERS | {"officer above"},
}


def expected_refusal(name: str, caller: str) -> tuple[str, str]:
    """Return the type and code of the refusal for a caller that the mutation does not allow."""
    if caller == "nobody":
        return "Unauthenticated", "UNAUTHENTICATED"
    if caller in HIDDEN_FROM.get(name, set()):
        return "NotFound", "NOT_FOUND"
    return "NotPermitted", "NOT_PERMITTED"


CREATING_MUTATIONS = {
    "createEmployer",
    "submitPosting",
    "proposeMinimumWage",
    "scheduleSession",
    "createRecruitmentCampaign",
    "createWebhook",
    "createCampaign",
}
"""Mutations whose result is in the caller's own scope."""
CALLER_BECOMES = {
    "withdrawConsent": "giver",
    "confirmMyHire": "giver",
    "expressInterest": "giver",
    "saveProfile": "seeker",
    "enterAsSeeker": "seeker",
    "withdrawProfileConsent": "seeker",
}
"""Mutations whose caller is, or becomes, the person in the answer."""

FIELDS_SHOWN_AFTERWARDS = {
    "withdrawProfileConsent": {("Seeker", "withdrawnAt")},
    "disableAccount": {("StaffAccount", "disabledAt")},
    "resetPassword": {("StaffAccount", "passwordExpiresAt")},
}
"""Fields that show what the caller has just changed."""


def visibility_caller(name: str, caller: str) -> str:
    """Return the caller of tests/support/visibility.py whose view applies to the answer."""
    if name in CREATING_MUTATIONS:
        return next(role for role in ("officer", "host", "recruiter") if role in caller)
    return CALLER_BECOMES.get(name, caller)
