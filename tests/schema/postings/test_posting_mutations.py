"""Submitting and reviewing a posting: the gate's decision, and the terms that come back."""

from __future__ import annotations

import pytest

from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import posting_input
from tests.support.world import World, gid


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


async def test_every_term_of_a_submitted_posting_is_returned(
    api: GraphQLClient, world: World
) -> None:
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
async def test_a_held_posting_is_reviewed_once(
    approved: bool, status: str, api: GraphQLClient, world: World
) -> None:
    operation = MUTATION_CASES["reviewPosting"]
    given = operation.build_input(world) | {"approved": approved}
    token = world.token(world.officer)
    answer = await api.mutate("reviewPosting", given, token, operation.selection)
    assert answer["posting"] == {"id": gid(world.held), "status": status}
    again = await api.mutate("reviewPosting", given, token, operation.selection)
    assert again["code"] == "POSTING_NOT_OPEN"
