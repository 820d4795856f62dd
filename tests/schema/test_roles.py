"""Who may do what: every mutation by every kind of caller."""

from __future__ import annotations

import pytest

from tests.support.graphql import Api
from tests.support.operations import OPERATIONS
from tests.support.services import Running, World, stored

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
OFFICERS = {"officer", "officer above"} | OTHER_OFFICERS
RECRUITERS = {"recruiter", "other recruiter"}
DIRECTORS = {"host", "officer", "officer above"}
ALLOWED = {
    "signIn": set(CALLERS),
    "refreshSignIn": set(CALLERS),
    "enterAsViewer": set(CALLERS),
    "createEmployer": OFFICERS,
    "verifyEmployer": {"officer", "officer above"},
    "submitPosting": OFFICERS | {"recruiter"},
    "reviewPosting": {"officer", "officer above"},
    "reportPosting": {"viewer"},
    "resolveReport": {"officer", "officer above"},
    "addMinimumWage": {"officer above"},
    "verifyMinimumWage": {"officer above"},
    "changePosting": {"officer", "officer above", "recruiter"},
    "closePosting": {"officer", "officer above", "recruiter"},
    "scheduleSession": DIRECTORS | {"other host"},
    "startSession": DIRECTORS,
    "interruptSession": DIRECTORS,
    "resumeSession": DIRECTORS,
    "endSession": DIRECTORS,
    "cancelSession": DIRECTORS,
    "pinPosting": DIRECTORS,
    "unpinPosting": DIRECTORS,
    "setSegment": DIRECTORS,
    "createCode": DIRECTORS,
    "announce": DIRECTORS,
    "expressInterest": {"viewer", "seeker"},
    "askQuestion": {"viewer", "seeker"},
    "publishQuestion": DIRECTORS,
    "answerQuestion": DIRECTORS,
    "declineQuestion": DIRECTORS,
    "advanceLead": DIRECTORS | {"recruiter"},
    "revealContact": {"officer", "officer above", "recruiter"},
    "publishConsentText": {"officer above"},
    # The receipt says who it is.
    "withdrawConsent": set(CALLERS),
    "confirmMyHire": set(CALLERS),
    "correctMyContact": set(CALLERS),
    "eraseMyData": set(CALLERS),
    "exportMyData": set(CALLERS),
    # Whoever is staff gets an answer; what each lead is refused with stands in its outcome.
    "advanceLeads": {*CALLERS} - {"nobody", "viewer", "seeker"},
    "assignLead": {"officer", "officer above", "recruiter"},
    "createWebhook": OFFICERS | RECRUITERS,
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
    "createCampaign": OFFICERS,
    "importCallList": {"officer", "officer above"},
    "recordCall": {"officer", "officer above"},
    "saveProfileFor": {"officer", "officer above"},
    "matchCampaign": {"officer", "officer above"},
    "openReferral": {"officer", "officer above"},
    "advanceReferral": {"officer", "officer above"},
    "cancelImport": {"officer"},
}
# Somebody of the right role, but not of this scope, is not told that it exists.
UNSEEN = {
    "publishQuestion": OTHER_OFFICERS | {"other host"},
    "answerQuestion": OTHER_OFFICERS | {"other host"},
    "declineQuestion": OTHER_OFFICERS | {"other host"},
    "reviewPosting": OTHER_OFFICERS,
    "resolveReport": OTHER_OFFICERS,
    "changePosting": OTHER_OFFICERS | {"other recruiter"},
    "closePosting": OTHER_OFFICERS | {"other recruiter"},
    "advanceLead": OTHER_OFFICERS | {"other host", "other recruiter"},
    "revealContact": OTHER_OFFICERS | {"other recruiter"},
    "assignLead": OTHER_OFFICERS | {"other recruiter"},
    "rotateWebhookSecret": OTHER_OFFICERS | RECRUITERS,
    "enableWebhook": OTHER_OFFICERS | RECRUITERS,
    "disableWebhook": OTHER_OFFICERS | RECRUITERS,
    "deleteWebhook": OTHER_OFFICERS | RECRUITERS,
    "testWebhook": OTHER_OFFICERS | RECRUITERS,
    "replayWebhook": OTHER_OFFICERS | RECRUITERS,
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
    "cancelImport": OTHER_OFFICERS | RECRUITERS | {"officer above"},
}
SUCCESSES = [(name, caller) for name, allowed in ALLOWED.items() for caller in sorted(allowed)]
DENIED = sorted(name for name, allowed in ALLOWED.items() if allowed != set(CALLERS))


def _expected(name: str, caller: str) -> tuple[str, str]:
    if caller == "nobody":
        return "Unauthenticated", "UNAUTHENTICATED"
    if caller in UNSEEN.get(name, set()):
        return "NotFound", "NOT_FOUND"
    return "NotPermitted", "NOT_PERMITTED"


def test_the_matrix_of_roles_names_every_mutation() -> None:
    assert set(ALLOWED) == set(OPERATIONS)


@pytest.mark.parametrize(("name", "caller"), SUCCESSES)
async def test_a_caller_of_the_right_role_and_scope_may(
    name: str, caller: str, api: Api, world: World
) -> None:
    operation = OPERATIONS[name]
    token = world.token_of(caller)
    answer = await api.mutate(name, operation.given(world), token, operation.selection)
    assert answer["__typename"] == operation.success, answer


@pytest.mark.parametrize("name", DENIED)
async def test_anybody_else_is_refused_by_name_and_nothing_is_written(
    name: str, api: Api, still_world: World, running: Running
) -> None:
    before = await stored(running)
    for caller in CALLERS:
        if caller in ALLOWED[name]:
            continue
        answer = await api.mutate(
            name, OPERATIONS[name].given(still_world), still_world.token_of(caller)
        )
        assert (answer["__typename"], answer["code"]) == _expected(name, caller), caller
    assert await stored(running) == before


@pytest.mark.parametrize("name", DENIED)
async def test_a_token_that_does_not_count_is_refused_as_such(
    name: str, api: Api, still_world: World
) -> None:
    answer = await api.mutate(name, OPERATIONS[name].given(still_world), "forged")
    assert answer["__typename"] == "Unauthenticated"
    assert answer["message"] == "The token is expired or not one of ours. Sign in again."
