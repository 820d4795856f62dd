"""Who may subscribe, and the code of every refusal."""

from __future__ import annotations

import pytest

from schema.execution.results import RequestInvalid
from schema.relay import global_id
from tests.schema.execution.joining import LEADS_SUBSCRIPTION, new_viewer, subscribe
from tests.support.services import RunningServices
from tests.support.world import World, gid

SESSION_FIELD = "sessionEvents(sessionId: $session)"

REFUSED_SUBSCRIPTIONS: dict[str, tuple[str, str, str]] = {
    "nobody": (
        "nobody",
        f"subscription ($session: ID!) {{ {SESSION_FIELD} {{ seq }} }}",
        "UNAUTHENTICATED",
    ),
    "leads, nobody": ("nobody", LEADS_SUBSCRIPTION, "UNAUTHENTICATED"),
    "leads, viewer": ("viewer", LEADS_SUBSCRIPTION, "NOT_PERMITTED"),
    "leads, recruiter": ("recruiter", LEADS_SUBSCRIPTION, "NOT_PERMITTED"),
    "leads, other host": ("other host", LEADS_SUBSCRIPTION, "NOT_PERMITTED"),
    "leads, officer elsewhere": ("officer elsewhere", LEADS_SUBSCRIPTION, "NOT_PERMITTED"),
    "two fields": (
        "viewer",
        (
            f"subscription ($session: ID!) {{ a: {SESSION_FIELD} {{ seq }} "
            f"b: {SESSION_FIELD} {{ seq }} }}"
        ),
        "BAD_REQUEST",
    ),
    "a fragment at the root": (
        "viewer",
        f"subscription ($session: ID!) {{ ... {{ {SESSION_FIELD} {{ seq }} }} }}",
        "BAD_REQUEST",
    ),
    "the name of the type": (
        "viewer",
        "subscription ($session: ID = 1) { __typename @include(if: true) }",
        "BAD_REQUEST",
    ),
    "a query": (
        "viewer",
        "query ($session: ID!) { liveSession(id: $session) { id } }",
        "BAD_REQUEST",
    ),
    "a variable of another type": (
        "viewer",
        f"subscription ($session: ID!, $n: Int!) {{ {SESSION_FIELD} {{ seq @skip(if: $n) }} }}",
        "BAD_REQUEST",
    ),
    "a missing variable": (
        "viewer",
        f"subscription ($session: ID!, $n: Boolean!) {{ {SESSION_FIELD} {{ seq @skip(if: $n) }} }}",
        "BAD_REQUEST",
    ),
    "an id that is null after all": (
        "viewer",
        'subscription ($gone: ID = "x") { sessionEvents(sessionId: $gone) { seq } }',
        "BAD_REQUEST",
    ),
    "a garbage cursor": (
        "viewer",
        'subscription ($session: ID!) { sessionEvents(sessionId: $session, after: "x") { seq } }',
        "BAD_CURSOR",
    ),
    "an id of another type": (
        "viewer",
        'subscription { sessionEvents(sessionId: "UG9zdGluZzox") { seq } }',
        "INVALID_ID",
    ),
    "a session that is not there": (
        "viewer",
        f'subscription {{ sessionEvents(sessionId: "{global_id("LiveSession", "0")}") {{ seq }} }}',
        "NOT_FOUND",
    ),
}


@pytest.mark.parametrize(
    ("caller", "query", "code"), REFUSED_SUBSCRIPTIONS.values(), ids=list(REFUSED_SUBSCRIPTIONS)
)
async def test_a_refused_subscription_has_a_code(
    caller: str, query: str, code: str, running: RunningServices, readonly_world: World
) -> None:
    principal = None
    if caller == "viewer":
        principal = new_viewer(running)
    elif caller != "nobody":
        principal = readonly_world.principal(readonly_world.staff[caller])
    with pytest.raises(RequestInvalid) as refusal:
        await subscribe(
            running, principal, query, None, session=gid(readonly_world.live), gone=None
        )
    assert refusal.value.errors[0]["extensions"]["code"] == code


async def test_only_staff_of_the_session_can_follow_a_draft(
    running: RunningServices, readonly_world: World
) -> None:
    session = gid(readonly_world.draft)
    with pytest.raises(RequestInvalid, match="No session has this id"):
        await subscribe(running, new_viewer(running), session=session)
    host = readonly_world.principal(readonly_world.host)
    assert (
        await subscribe(running, host, session=session)
    ).log_source.subject_id == readonly_world.draft.id


async def test_only_viewers_count_as_present(
    running: RunningServices, readonly_world: World
) -> None:
    viewer, session = new_viewer(running), gid(readonly_world.live)
    assert (
        await subscribe(running, viewer, session=session)
    ).log_source.viewer_id == viewer.subject
    host = readonly_world.principal(readonly_world.host)
    assert (await subscribe(running, host, session=session)).log_source.viewer_id is None
    assert (
        await subscribe(running, host, LEADS_SUBSCRIPTION, None, session=session)
    ).log_source.viewer_id is None
