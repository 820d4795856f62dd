"""QR codes: creating and resolving them, who sees them, and what is counted for them."""

from __future__ import annotations

from typing import Any

import pytest

from storage.leads.lead_query import LeadQuery
from storage.mongo.paging import PageRequest
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import interest_input
from tests.support.services import PUBLIC_URL, RunningServices
from tests.support.world import World, gid

RESOLVE = "query ($token: String!) { resolveCode(token: $token) { kind place session { id } posting { id } } }"  # noqa: E501 - one document
CODES = "query ($session: ID) { codes(sessionId: $session) { edges { node { id } } } }"
LEAD = "query ($id: ID!) { node(id: $id) { ... on Lead { source session { id } qrCode { label interests } contact { phone } } } }"  # noqa: E501 - one document


async def create_code(
    api: GraphQLClient, world: World, caller: str, **given: Any
) -> dict[str, Any]:
    """Create a code as a member of staff."""
    answer = await api.mutate(
        "createCode",
        {"label": "海报"} | given,
        world.token_of(caller),
        MUTATION_CASES["createCode"].selection,
    )
    assert answer["__typename"] == "CodeCreated", answer
    code: dict[str, Any] = answer["qrCode"]
    return code


async def tap(api: GraphQLClient, world: World, **given: Any) -> dict[str, Any]:
    """Express interest from a device that has confirmed its phone."""
    interest = interest_input(world, **given)
    viewer = await world.proven_viewer_token(interest["contact"]["phone"])
    selection = MUTATION_CASES["expressInterest"].selection
    return await api.mutate("expressInterest", interest, viewer, selection)


@pytest.mark.parametrize(
    ("names", "place", "kind"),
    [
        (("session",), None, "SESSION"),
        (("session", "posting"), None, "POSTING"),
        (("session", "posting"), "东门", "POSTER"),
        (("session",), "东门", "POSTER"),
        (("posting",), "东门", "POSTER"),
        ((), "东门", "POSTER"),
    ],
)
async def test_a_code_resolves_to_its_target_for_everybody(
    names: tuple[str, ...], place: str | None, kind: str, api: GraphQLClient, world: World
) -> None:
    targets = {"session": world.live, "posting": world.open}
    given = {f"{name}Id": gid(targets[name]) for name in names}
    made = await create_code(api, world, "officer", **given, place=place)
    pointed = {name: {"id": gid(targets[name])} if name in names else None for name in targets}
    assert made == pointed | {
        "id": made["id"],
        "kind": kind,
        "token": made["token"],
        "url": f"{PUBLIC_URL}/q/{made['token']}",
        "imageUrl": f"{PUBLIC_URL}/codes/{made['token']}.svg",
        "label": "海报",
        "place": place or "",
        "scans": 0,
        "interests": 0,
        "hires": 0,
    }
    resolved = await api.fetch_data(RESOLVE, {"token": made["token"]})
    assert resolved["resolveCode"] == pointed | {"kind": kind, "place": place or ""}


async def test_a_code_does_not_reveal_what_is_not_public(api: GraphQLClient, world: World) -> None:
    given = {"sessionId": gid(world.draft), "postingId": gid(world.open)}
    made = await create_code(api, world, "host", **given)
    assert made["session"] == {"id": gid(world.draft)}
    await api.mutate("closePosting", {"postingId": gid(world.open)}, world.token(world.officer))
    resolved = await api.fetch_data(RESOLVE, {"token": made["token"]}, world.viewer_token())
    assert (resolved["resolveCode"]["session"], resolved["resolveCode"]["posting"]) == (None, None)


@pytest.mark.parametrize("token", ["", "x", "A" * 32, "岗" * 32, "A" * 100_000])
async def test_a_forged_token_is_refused_with_its_field(token: str, api: GraphQLClient) -> None:
    error = await api.fetch_error(RESOLVE, {"token": token})
    assert error["extensions"]["code"] == "CODE_INVALID"
    assert error["extensions"]["field"] == ["token"]


async def test_a_cancelled_session_gets_no_code(api: GraphQLClient, world: World) -> None:
    token = world.token(world.host)
    await api.mutate("cancelSession", {"sessionId": gid(world.scheduled)}, token)
    given = {"sessionId": gid(world.scheduled), "label": "海报"}
    assert (await api.mutate("createCode", given, token))["code"] == "SESSION_STATE_CONFLICT"


@pytest.mark.parametrize(
    ("caller", "seen"),
    [
        ("host", {"session"}),
        ("officer", {"session", "poster"}),
        ("officer above", {"session", "poster"}),
        ("other host", set()),
        ("officer elsewhere", set()),
    ],
)
async def test_codes_are_for_the_staff_of_their_scope(
    caller: str, seen: set[str], api: GraphQLClient, world: World
) -> None:
    made = {
        "session": await create_code(api, world, "host", sessionId=gid(world.live)),
        "poster": await create_code(api, world, "officer", place="东门"),
    }
    token = world.token_of(caller)
    ids = {made[name]["id"] for name in seen}
    listed = await api.fetch_data(CODES, {"session": None}, token)
    assert {edge["node"]["id"] for edge in listed["codes"]["edges"]} == ids
    narrowed = await api.fetch_data(CODES, {"session": gid(world.live)}, token)
    of_session = {edge["node"]["id"] for edge in narrowed["codes"]["edges"]}
    assert of_session == ids & {made["session"]["id"]}
    for code in made.values():
        node = await api.fetch_data(
            "query ($id: ID!) { node(id: $id) { id } }", {"id": code["id"]}, token
        )
        assert (node["node"] is not None) == (code["id"] in ids)


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        ("nobody", "UNAUTHENTICATED"),
        ("viewer", "NOT_PERMITTED"),
        ("recruiter", "NOT_PERMITTED"),
    ],
)
async def test_other_callers_cannot_list_codes(
    caller: str, code: str, api: GraphQLClient, readonly_world: World
) -> None:
    error = await api.fetch_error(CODES, None, readonly_world.token_of(caller))
    assert error["extensions"]["code"] == code


async def test_interests_and_hires_of_a_code_are_counted(api: GraphQLClient, world: World) -> None:
    made = await create_code(
        api, world, "host", sessionId=gid(world.live), postingId=gid(world.second)
    )
    scanned = {
        "source": "POSTING_QR",
        "code": made["token"],
        "postingId": gid(world.second),
    }
    given = interest_input(world, **scanned)
    viewer = await world.proven_viewer_token(given["contact"]["phone"])
    for _ in range(3):
        answer = await api.mutate(
            "expressInterest", given, viewer, MUTATION_CASES["expressInterest"].selection
        )
    await tap(api, world, **scanned)
    await tap(api, world, code=made["token"])
    await tap(api, world)
    for stage in ("CONTACTED", "INTERVIEWED", "OFFERED", "HIRED"):
        step = {"leadId": answer["lead"]["id"], "stage": stage}
        await api.mutate("advanceLead", step, world.token(world.host))
    query = "query ($id: ID!) { node(id: $id) { ... on Code { interests hires } } }"
    shown = await api.fetch_data(query, {"id": made["id"]}, world.token(world.officer))
    assert shown["node"] == {"interests": 3, "hires": 1}


async def test_a_lead_keeps_its_code_for_the_staff_of_the_code(
    api: GraphQLClient, world: World
) -> None:
    made = await create_code(api, world, "host", sessionId=gid(world.live), label="电梯")
    lead = (await tap(api, world, source="SESSION_QR", code=made["token"]))["lead"]
    seen = {}
    for caller in ("host", "officer", "recruiter"):
        shown = (await api.fetch_data(LEAD, {"id": lead["id"]}, world.token_of(caller)))["node"]
        assert shown["source"] == "SESSION_QR"
        seen[caller] = shown["qrCode"]
    known = {"label": "电梯", "interests": 1}
    assert seen == {"host": known, "officer": known, "recruiter": None}


@pytest.mark.parametrize("status", ["live", "interrupted", "ended"])
async def test_a_scan_creates_a_lead_during_and_after_the_session(
    status: str, api: GraphQLClient, world: World
) -> None:
    session = gid(getattr(world, status))
    made = await create_code(api, world, "host", sessionId=session)
    given = {"sessionId": session, "source": "SESSION_QR", "code": made["token"]}
    assert (await tap(api, world, **given))["created"] is True


async def test_a_code_of_another_session_or_posting_is_refused(
    api: GraphQLClient, world: World
) -> None:
    of_session = await create_code(api, world, "host", sessionId=gid(world.ended))
    of_posting = await create_code(
        api, world, "host", sessionId=gid(world.live), postingId=gid(world.second)
    )
    for given in (
        {"source": "SESSION_QR", "code": of_session["token"]},
        {"source": "LIVE_TAP", "code": of_session["token"]},
        {"source": "POSTING_QR", "code": of_posting["token"]},
    ):
        refused = await tap(api, world, **given)
        assert (refused["code"], refused["field"]) == ("CODE_INVALID", ["input", "code"])


@pytest.mark.parametrize("source", ["BOARD", "POSTING_QR"])
async def test_an_interest_without_a_session_is_followed_up_by_union_and_employer(
    source: str, api: GraphQLClient, world: World, running: RunningServices
) -> None:
    made = await create_code(api, world, "officer", place="东门", postingId=gid(world.absent))
    given = interest_input(world, source=source, code=made["token"], postingId=gid(world.absent))
    del given["sessionId"]
    viewer = await world.proven_viewer_token(given["contact"]["phone"])
    selection = MUTATION_CASES["expressInterest"].selection
    first = await api.mutate("expressInterest", given, viewer, selection)
    again = await api.mutate("expressInterest", given, viewer, selection)
    assert (first["created"], again["created"]) == (True, False)
    assert again["lead"] == first["lead"]
    page = await running.store.leads.page(
        LeadQuery(union_id=world.union.id, posting_id=world.absent.id), PageRequest(limit=5)
    )
    assert [(lead.session_id, lead.owner_id) for lead in page.items] == [(None, None)]

    lead_id = {"id": first["lead"]["id"]}
    for caller in ("host", "other recruiter", "officer elsewhere"):
        assert await api.fetch_data(LEAD, lead_id, world.token_of(caller)) == {"node": None}
    for version, (caller, stage) in enumerate(
        (("officer above", "CONTACTED"), ("recruiter", "INTERVIEWED"), ("officer", "OFFERED")),
        start=1,
    ):
        shown = (await api.fetch_data(LEAD, lead_id, world.token_of(caller)))["node"]
        assert (shown["session"], shown["source"]) == (None, source)
        step = {"leadId": lead_id["id"], "stage": stage, "expectedVersion": version}
        selection = MUTATION_CASES["advanceLead"].selection
        advanced = await api.mutate("advanceLead", step, world.token_of(caller), selection)
        assert (advanced["lead"]["stage"], advanced["lead"]["version"]) == (stage, version + 1)


async def test_an_interest_on_the_board_is_separate_from_one_in_a_session(
    api: GraphQLClient, world: World
) -> None:
    given = interest_input(world)
    selection = MUTATION_CASES["expressInterest"].selection
    tapped = await api.mutate("expressInterest", given, world.viewer_token(), selection)
    board = given | {"sessionId": None, "source": "BOARD"}
    asked = await api.mutate("expressInterest", board, world.viewer_token(), selection)
    assert (tapped["created"], asked["created"]) == (True, True)
    assert tapped["lead"]["id"] != asked["lead"]["id"]


async def test_the_replay_creates_leads_after_the_session_has_ended(
    api: GraphQLClient, world: World
) -> None:
    given = {"sessionId": gid(world.ended), "source": "REPLAY"}
    assert (await tap(api, world, **given))["created"] is True


async def test_an_interrupted_session_still_takes_interests(
    api: GraphQLClient, world: World
) -> None:
    assert (await tap(api, world, sessionId=gid(world.interrupted)))["created"] is True


def test_a_sample_code_has_an_id_that_fits_a_token() -> None:
    assert len(bytes.fromhex(records.code().id)) == 12
