"""Expressing interest: one lead for each person and posting, counted exactly."""

from __future__ import annotations

from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import interest_input
from tests.support.services import RunningServices
from tests.support.waiting import wait_until
from tests.support.world import World, gid


async def test_every_spelling_of_a_phone_gives_the_same_lead(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    operation, viewer = MUTATION_CASES["expressInterest"], world.viewer_token()
    given = interest_input(world)
    first = await api.mutate("expressInterest", given, viewer, operation.selection)
    assert first["created"] is True
    assert first["lead"] == {
        "id": first["lead"]["id"],
        "stage": "INTERESTED",
        "version": 1,
        "contact": None,
    }
    phone = given["contact"]["phone"]
    given["contact"] = {"name": "王大明", "phone": f"+86 {phone[:3]}-{phone[3:]}"}
    again = await api.mutate("expressInterest", given, viewer, operation.selection)
    assert (again["created"], again["lead"]) == (False, first["lead"])
    person = running.store.keyring.hash_phone(f"+86{phone}")
    assert (
        await running.store.mongo["leads"].count_documents(
            {"person": person, "session_id": world.live.id}
        )
        == 1
    )


async def test_a_repeated_interest_does_not_reveal_the_stage_of_the_lead(
    api: GraphQLClient, world: World
) -> None:
    operation, viewer = MUTATION_CASES["expressInterest"], world.viewer_token()
    selection = "... on InterestRecorded { created lead { id stage confirmation reason version createdAt updatedAt nextStages posting { id } } }"  # noqa: E501 - one document
    given = interest_input(world)
    first = await api.mutate("expressInterest", given, viewer, selection)
    assert first["lead"]["confirmation"] == "UNCONFIRMED"
    spoken = {"leadId": first["lead"]["id"], "method": "CALL"}
    await api.mutate("confirmLead", spoken, world.token(world.officer))
    step = {"leadId": first["lead"]["id"], "stage": "REFUSED", "reason": "NO_SHOW"}
    advance = MUTATION_CASES["advanceLead"].selection
    advanced = await api.mutate("advanceLead", step, world.token(world.host), advance)
    assert advanced["lead"] == {
        "id": first["lead"]["id"],
        "stage": "REFUSED",
        "version": 3,
        "nextStages": [],
    }
    again = await api.mutate("expressInterest", given, viewer, selection)
    assert again == first | {"created": False}
    assert operation.success_type == again["__typename"]


async def test_a_giver_gets_the_same_answer_after_the_session_has_ended(
    api: GraphQLClient, world: World
) -> None:
    given, viewer = interest_input(world), world.viewer_token()
    selection = MUTATION_CASES["expressInterest"].selection
    first = await api.mutate("expressInterest", given, viewer, selection)
    await api.mutate("endSession", {"sessionId": gid(world.live)}, world.token(world.host))
    again = await api.mutate("expressInterest", given, viewer, selection)
    assert (again["created"], again["lead"]) == (False, first["lead"])
    # Somebody else learns nothing about a phone that applied.
    for other in (given, interest_input(world)):
        late = await api.mutate("expressInterest", other, world.viewer_token())
        assert late["code"] == "SESSION_NOT_LIVE"


async def test_interests_are_counted_exactly(
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
    # Two each: the world's own lead is for the first posting.
    assert sorted(shown["tallies"], key=lambda tally: tally["postingId"]) == sorted(
        [
            {"postingId": gid(world.open), "interests": 2},
            {"postingId": gid(world.second), "interests": 2},
        ],
        key=lambda tally: str(tally["postingId"]),
    )
    quiet = await api.fetch_data(query, {"id": gid(world.scheduled)})
    assert quiet["liveSession"] == {"interests": 0, "tallies": []}
