"""What a mutation that succeeds has done, as its caller and others then read it."""

from __future__ import annotations

from datetime import datetime

import pytest

from domain.leads.leads import LeadStage
from schema.relay import global_id
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import interest_input, posting_input, session_input
from tests.support.services import PASSWORD, RunningServices
from tests.support.waiting import wait_until
from tests.support.world import World, gid

SESSION_STEPS = [
    ("startSession", "LIVE"),
    ("interruptSession", "INTERRUPTED"),
    ("resumeSession", "LIVE"),
    ("endSession", "ENDED"),
]


async def test_staff_sign_in_and_are_who_they_are(api: GraphQLClient, world: World) -> None:
    given = {"username": world.officer.username.upper(), "password": PASSWORD}
    signed_in = await api.mutate("signIn", given, None, MUTATION_CASES["signIn"].selection)
    query = "{ me { id role username displayName union { id name parent { id parent { id } } } employer { id } } }"  # noqa: E501 - one document
    me = (await api.fetch_data(query, token=signed_in["accessToken"]))["me"]
    assert me == {
        "id": gid(world.officer),
        "role": "OFFICER",
        "username": world.officer.username,
        "displayName": "王主席",
        "union": {
            "id": gid(world.union),
            "name": world.union.name,
            "parent": {"id": gid(world.province), "parent": None},
        },
        "employer": None,
    }
    refreshed = await api.mutate(
        "refreshSignIn",
        {"refreshToken": signed_in["refreshToken"]},
        None,
        "... on SignedIn { accessToken expiresAt }",
    )
    assert (await api.fetch_data("{ me { id } }", token=refreshed["accessToken"]))["me"] == {
        "id": gid(world.officer)
    }
    assert datetime.fromisoformat(refreshed["expiresAt"]).tzinfo is not None


async def test_a_recruiter_sees_the_own_employer(api: GraphQLClient, world: World) -> None:
    me = await api.fetch_data(
        "{ me { employer { name } union { id } } }", None, world.token(world.recruiter)
    )
    assert me == {"me": {"employer": {"name": world.employer.name}, "union": None}}


async def test_a_viewer_enters_with_nothing_and_is_nobody_in_particular(api: GraphQLClient) -> None:
    data = await api.fetch_data(
        "mutation { enterAsViewer(input: {}) { ... on ViewerEntered { accessToken clientMutationId } } }"  # noqa: E501 - one document
    )
    assert data["enterAsViewer"]["clientMutationId"] is None
    me = await api.fetch_data(
        "{ me { role username displayName } }", token=data["enterAsViewer"]["accessToken"]
    )
    assert me == {"me": {"role": "VIEWER", "username": None, "displayName": "观众"}}


async def test_a_client_mutation_id_comes_back(api: GraphQLClient) -> None:
    given = {"clientMutationId": "一"}
    selection = MUTATION_CASES["enterAsViewer"].selection
    entered = await api.mutate("enterAsViewer", given, None, selection)
    assert entered["clientMutationId"] == "一"


async def test_nobody_is_nobody(api: GraphQLClient) -> None:
    assert await api.fetch_data("{ me { id } }") == {"me": None}


async def test_a_token_that_does_not_count_says_so_and_public_things_stay_public(
    api: GraphQLClient,
) -> None:
    error = await api.fetch_error("{ me { id } }", None, "forged")
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert await api.fetch_data("{ employers(first: 0) { edges { cursor } } }", None, "forged") == {
        "employers": {"edges": []}
    }


async def test_an_employer_is_stored_as_it_was_given(api: GraphQLClient, world: World) -> None:
    operation = MUTATION_CASES["createEmployer"]
    given = operation.build_input(world) | {
        "name": "  合成电机有限公司 ",
        "creditCode": f" {operation.build_input(world)['creditCode'].lower()} ",
        "description": " 做电机 ",
    }
    made = (
        await api.mutate("createEmployer", given, world.token(world.officer), operation.selection)
    )["employer"]
    assert made == {
        "id": made["id"],
        "name": "合成电机有限公司",
        "creditCode": given["creditCode"].strip().upper(),
        "placeCode": "330402",
        "description": "做电机",
    }
    query = "query ($id: ID!) { node(id: $id) { ... on Employer { id name creditCode placeCode description synthetic } } }"  # noqa: E501 - one document
    assert await api.fetch_data(query, {"id": made["id"]}) == {"node": made | {"synthetic": False}}


@pytest.mark.parametrize(
    ("changes", "kind", "status"),
    [
        ({}, "PostingAccepted", "OPEN"),
        ({"pay": {"amount": 1000, "period": "MONTH"}}, "PostingRefused", "REFUSED"),
        ({"insurance": []}, "PostingRefused", "REFUSED"),
        (
            {"placeCode": "340100", "pay": {"amount": 2000, "period": "MONTH"}},
            "PostingHeld",
            "IN_REVIEW",
        ),
    ],
)
async def test_the_gate_opens_holds_or_refuses_a_posting(
    changes: dict[str, object], kind: str, status: str, api: GraphQLClient, world: World
) -> None:
    selection = MUTATION_CASES["submitPosting"].selection
    given = posting_input(world, **changes)
    answer = await api.mutate("submitPosting", given, world.token(world.recruiter), selection)
    assert (answer["__typename"], answer["posting"]["status"]) == (kind, status)
    assert bool(answer["findings"]) == (kind != "PostingAccepted")
    seen = await api.fetch_data(
        "query ($id: ID!) { node(id: $id) { id } }",
        {"id": answer["posting"]["id"]},
        world.viewer_token(),
    )
    assert (seen["node"] is not None) == (kind == "PostingAccepted")


async def test_every_term_of_a_posting_comes_back(api: GraphQLClient, world: World) -> None:
    given = posting_input(
        world,
        address="工业路1号",
        probationPay=5500,
        intensity="HEAVY",
        hoursPerDay=7.5,
        hoursPerWeek=37.5,
        benefits=["MEALS", "DORMITORY"],
        isRepost=True,
        repostSource="https://example.org/1",
        startsAt="08:30:00",
        endsAt="17:00:00",
        minAge=18,
        friendlyTo=["GRADUATE"],
        point={"latitude": 31.2, "longitude": 121.5},
    )
    fields = (
        "title occupation headcount duties conditions placeCode address pay { amount period } "
        "probationPay employmentType shift intensity hoursPerDay hoursPerWeek insurance benefits "
        "validUntil repostSource startsAt endsAt minAge friendlyTo point { latitude longitude }"
    )
    selection = f"... on PostingAccepted {{ posting {{ {fields} employer {{ id }} }} }}"
    answer = await api.mutate("submitPosting", given, world.token(world.recruiter), selection)
    given["employer"] = {"id": given.pop("employerId")}
    del given["isRepost"]
    assert answer["posting"] == given


@pytest.mark.parametrize(("approved", "status"), [(True, "OPEN"), (False, "REFUSED")])
async def test_a_person_decides_on_a_held_posting_once(
    approved: bool, status: str, api: GraphQLClient, world: World
) -> None:
    operation = MUTATION_CASES["reviewPosting"]
    given = operation.build_input(world) | {"approved": approved}
    token = world.token(world.officer)
    answer = await api.mutate("reviewPosting", given, token, operation.selection)
    assert answer["posting"] == {"id": gid(world.held), "status": status}
    again = await api.mutate("reviewPosting", given, token, operation.selection)
    assert again["code"] == "POSTING_NOT_OPEN"


async def test_a_session_is_scheduled_in_utc_and_for_ones_own_union_by_default(
    api: GraphQLClient, world: World
) -> None:
    given = session_input(world, startsAt="2026-12-24T19:00:00.123456+08:00")
    del given["unionId"]
    selection = "... on SessionScheduled { session { id status startsAt cursor union { id } host { name honour } postings { edges { node { id } } } } }"  # noqa: E501 - one document
    made = (await api.mutate("scheduleSession", given, world.token(world.host), selection))[
        "session"
    ]
    assert made["status"] == "SCHEDULED"
    assert made["startsAt"] == "2026-12-24T11:00:00.123000+00:00"
    assert made["union"] == {"id": gid(world.union)}
    assert made["host"] == {"name": "王师傅", "honour": "CITY_CRAFTSMAN"}
    shown = [edge["node"]["id"] for edge in made["postings"]["edges"]]
    assert shown == given["postingIds"]
    read = await api.fetch_data(
        "query ($id: ID!) { liveSession(id: $id) { startsAt } }", {"id": made["id"]}
    )
    assert read["liveSession"]["startsAt"] == made["startsAt"]


async def test_a_session_goes_its_way_and_logs_each_step(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    token = world.token(world.host)
    for name, status in SESSION_STEPS:
        given = {"sessionId": gid(world.scheduled)}
        answer = await api.mutate(name, given, token, MUTATION_CASES[name].selection)
        assert answer["session"] == {"id": gid(world.scheduled), "status": status}
    logged = await running.store.event_log.read(f"session/{world.scheduled.id}", after=0, limit=10)
    assert [type(placed.event).__name__ for placed in logged] == [
        "SessionStarted",
        "SessionInterrupted",
        "SessionResumed",
        "SessionEnded",
    ]
    assert [placed.seq for placed in logged] == [1, 2, 3, 4]


async def test_what_is_pinned_is_shown_until_it_is_unpinned(
    api: GraphQLClient, world: World
) -> None:
    token = world.token(world.host)
    pin, unpin = MUTATION_CASES["pinPosting"], MUTATION_CASES["unpinPosting"]
    answer = await api.mutate("pinPosting", pin.build_input(world), token, pin.selection)
    assert answer["posting"] == {"id": gid(world.open)}
    assert answer["session"] == {"pinnedPosting": {"id": gid(world.open)}}
    for _ in range(2):
        answer = await api.mutate("unpinPosting", unpin.build_input(world), token, unpin.selection)
        assert answer["session"] == {"pinnedPosting": None}


async def test_one_person_is_one_lead_a_posting_however_the_phone_is_written(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    operation = MUTATION_CASES["expressInterest"]
    given = interest_input(world)
    first = await api.mutate("expressInterest", given, world.viewer_token(), operation.selection)
    assert first["created"] is True
    assert first["lead"] == {
        "id": first["lead"]["id"],
        "stage": "INTERESTED",
        "version": 1,
        "contact": None,
    }
    phone = given["contact"]["phone"]
    given["contact"] = {"name": "王大明", "phone": f"+86 {phone[:3]}-{phone[3:]}"}
    again = await api.mutate("expressInterest", given, world.viewer_token(), operation.selection)
    assert (again["created"], again["lead"]) == (False, first["lead"])
    assert await running.store.leads.find(
        world.live.id, world.open.id, running.store.keyring.hash_phone(f"+86{phone}")
    )


async def test_who_sends_a_phone_again_does_not_learn_how_far_its_lead_has_come(
    api: GraphQLClient, world: World
) -> None:
    operation = MUTATION_CASES["expressInterest"]
    selection = "... on InterestRecorded { created lead { id stage reason version createdAt updatedAt nextStages posting { id } } }"  # noqa: E501 - one document
    given = interest_input(world)
    first = await api.mutate("expressInterest", given, world.viewer_token(), selection)
    step = {"leadId": first["lead"]["id"], "stage": "REFUSED", "reason": "NO_SHOW"}
    advance = MUTATION_CASES["advanceLead"].selection
    advanced = await api.mutate("advanceLead", step, world.token(world.host), advance)
    assert advanced["lead"] == {
        "id": first["lead"]["id"],
        "stage": "REFUSED",
        "version": 2,
        "nextStages": [],
    }
    again = await api.mutate("expressInterest", given, world.viewer_token(), selection)
    assert again == first | {"created": False}
    assert operation.success_type == again["__typename"]


async def test_an_interest_that_was_taken_is_confirmed_after_the_session(
    api: GraphQLClient, world: World
) -> None:
    given = interest_input(world)
    selection = MUTATION_CASES["expressInterest"].selection
    first = await api.mutate("expressInterest", given, world.viewer_token(), selection)
    await api.mutate("endSession", {"sessionId": gid(world.live)}, world.token(world.host))
    again = await api.mutate("expressInterest", given, world.viewer_token(), selection)
    assert (again["created"], again["lead"]) == (False, first["lead"])
    late = await api.mutate("expressInterest", interest_input(world), world.viewer_token())
    assert late["code"] == "SESSION_NOT_LIVE"


async def test_interest_is_counted_exactly(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    for posting in (world.open, world.second, world.second):
        given = interest_input(world, postingId=gid(posting))
        await api.mutate("expressInterest", given, world.viewer_token())
    query = "query ($id: ID!) { liveSession(id: $id) { interests tallies(first: 2) { postingId interests } } }"  # noqa: E501 - one document

    async def counted() -> bool:
        tallies = await running.store.interest_counts.by_sessions([world.live.id])
        return sum(tallies.get(world.live.id, {}).values()) == 4

    await wait_until(counted)
    shown = (await api.fetch_data(query, {"id": gid(world.live)}))["liveSession"]
    assert shown["interests"] == 4
    # Two each: the one that the world began with was for the first posting.
    assert sorted(shown["tallies"], key=lambda tally: tally["postingId"]) == sorted(
        [
            {"postingId": gid(world.open), "interests": 2},
            {"postingId": gid(world.second), "interests": 2},
        ],
        key=lambda tally: str(tally["postingId"]),
    )
    quiet = await api.fetch_data(query, {"id": gid(world.scheduled)})
    assert quiet["liveSession"] == {"interests": 0, "tallies": []}


async def test_a_lead_goes_step_by_step_and_each_step_is_a_version(
    api: GraphQLClient, world: World
) -> None:
    selection = MUTATION_CASES["advanceLead"].selection
    token = world.token(world.recruiter)
    for version, stage in enumerate(("CONTACTED", "INTERVIEWED", "OFFERED", "HIRED"), start=1):
        given = {"leadId": gid(world.lead), "stage": stage, "expectedVersion": version}
        answer = await api.mutate("advanceLead", given, token, selection)
        assert (answer["lead"]["stage"], answer["lead"]["version"]) == (stage, version + 1)
    assert answer["lead"]["nextStages"] == [LeadStage.RETAINED_30, LeadStage.WITHDRAWN]


async def test_the_consent_text_names_employer_and_posting(
    api: GraphQLClient, world: World
) -> None:
    query = "query ($id: ID!) { consentText(postingId: $id) { version body sha256 } }"
    text = (await api.fetch_data(query, {"id": gid(world.open)}))["consentText"]
    assert text["version"] == "1"
    assert world.employer.name in text["body"]
    assert world.open.terms.title in text["body"]
    assert len(text["sha256"]) == 64


async def test_a_lead_keeps_the_terms_that_were_shown(api: GraphQLClient, world: World) -> None:
    query = "query ($id: ID!) { node(id: $id) { ... on Lead { source terms { title pay { amount period } validUntil } session { id } posting { id } } } }"  # noqa: E501 - one document
    lead = (await api.fetch_data(query, {"id": gid(world.lead)}, world.token(world.host)))["node"]
    assert lead == {
        "source": "LIVE_TAP",
        "terms": {
            "title": "电工",
            "pay": {"amount": 6000, "period": "MONTH"},
            "validUntil": world.lead.terms.valid_until.isoformat(),
        },
        "session": {"id": gid(world.live)},
        "posting": {"id": gid(world.open)},
    }


def test_a_global_id_says_type_and_id_to_nobody_but_us() -> None:
    assert global_id("Posting", "1") == "UG9zdGluZzox"
