"""What a submission is asked back about: the same job twice, and an unusual pay."""

from __future__ import annotations

import asyncio
from typing import Any

from domain.reference.occupations import Occupation
from storage.store import Store
from tests.domain.posting_terms_samples import monthly_pay, posting_terms
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_inputs import posting_input
from tests.support.services import RunningServices
from tests.support.world import World, gid, today

SELECTION = (
    "... on PostingAccepted { posting { id title } } ... on PostingRefused { posting { id } } "
    "... on UserError { code field message }"
)


async def submit(api: GraphQLClient, world: World, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await api.mutate(
        "submitPosting", posting_input(world, **changes), world.token(world.recruiter), SELECTION
    )
    return answer


async def change(
    api: GraphQLClient, world: World, posting_id: str, **changes: Any
) -> dict[str, Any]:
    given = posting_input(world, **changes) | {"postingId": posting_id}
    del given["employerId"]
    answer: dict[str, Any] = await api.mutate(
        "changePosting", given, world.token(world.recruiter), SELECTION
    )
    return answer


async def test_the_same_job_is_submitted_once(api: GraphQLClient, world: World) -> None:
    first = await submit(api, world)
    again = await submit(api, world, title="【急聘】电 工", headcount=9, duties="巡检。")
    assert (again["__typename"], again["code"]) == ("AlreadyExists", "ALREADY_EXISTS")
    separate = await submit(api, world, separate=True)
    assert separate["posting"]["id"] != first["posting"]["id"]
    other = await submit(api, world, pay={"amount": 6001, "period": "MONTH"})
    assert other["__typename"] == "PostingAccepted"


async def test_of_submissions_at_one_moment_one_is_stored(api: GraphQLClient, world: World) -> None:
    answers = await asyncio.gather(*(submit(api, world) for _ in range(5)))
    kinds = sorted(answer["__typename"] for answer in answers)
    assert kinds == ["AlreadyExists"] * 4 + ["PostingAccepted"]


async def test_a_closed_or_refused_job_hinders_nothing(api: GraphQLClient, world: World) -> None:
    refused = await submit(api, world, insurance=[])
    assert refused["__typename"] == "PostingRefused"
    first = await submit(api, world)
    token = world.token(world.recruiter)
    await api.mutate("closePosting", {"postingId": first["posting"]["id"]}, token)
    assert (await submit(api, world))["__typename"] == "PostingAccepted"
    reopened = await change(api, world, first["posting"]["id"])
    assert reopened["__typename"] == "AlreadyExists"


async def test_a_change_may_not_make_the_same_job_twice(api: GraphQLClient, world: World) -> None:
    await submit(api, world)
    welder = (await submit(api, world, title="焊工"))["posting"]["id"]
    assert (await change(api, world, welder))["__typename"] == "AlreadyExists"
    assert (await change(api, world, welder, separate=True))["__typename"] == "PostingAccepted"
    # It stays separate.
    assert (await change(api, world, welder, headcount=5))["__typename"] == "PostingAccepted"


async def test_an_unusual_pay_is_confirmed_once(api: GraphQLClient, world: World) -> None:
    much = {"amount": 65_000, "period": "MONTH"}
    asked = await submit(api, world, pay=much)
    assert (asked["__typename"], asked["field"]) == ("PayUnusual", ["input", "pay"])
    accepted = await submit(api, world, pay=much, payConfirmed=True)
    # Other terms change without another confirmation.
    changed = await change(api, world, accepted["posting"]["id"], pay=much, headcount=4)
    assert changed["__typename"] == "PostingAccepted"
    more = {"amount": 66_000, "period": "MONTH"}
    asked = await change(api, world, accepted["posting"]["id"], pay=more)
    assert asked["__typename"] == "PayUnusual"


async def test_open_postings_of_occupation_and_city_say_what_is_usual(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    store: Store = running.store
    terms = posting_terms(
        occupation=Occupation.INDUSTRIAL_DESIGNER,
        pay=monthly_pay(40_000),
        valid_until=today().replace(year=today().year + 1),
    )
    await store.postings.add(
        [
            records.posting(
                employer_id=world.employer.id, terms=terms, verified_until=terms.valid_until
            )
            for _ in range(10)
        ]
    )
    designer = {"title": "设计师", "occupation": "INDUSTRIAL_DESIGNER"}
    usual = await submit(api, world, **designer, pay={"amount": 65_000, "period": "MONTH"})
    assert usual["__typename"] == "PostingAccepted"
    low = await submit(api, world, **designer, pay={"amount": 4_000, "period": "MONTH"})
    assert low["__typename"] == "PayUnusual"
    elsewhere = await submit(
        api, world, **designer, placeCode="440305", pay={"amount": 4_000, "period": "MONTH"}
    )
    assert "40000 yuan per month" in elsewhere["message"]


async def test_a_start_that_has_passed_is_refused(api: GraphQLClient, world: World) -> None:
    given = {
        "title": "送岗",
        "format": "JOB_FAIR",
        "host": {"name": "王师傅"},
        "startsAt": "2026-01-01T19:00:00+08:00",
        "postingIds": [gid(world.open)],
    }
    answer = await api.mutate(
        "scheduleSession",
        given,
        world.token(world.host),
        "... on InvalidInput { field message }",
    )
    assert answer["field"] == ["input", "startsAt"]
    assert "has passed" in answer["message"]
