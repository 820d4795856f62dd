"""Reports from viewers, the review queue, and decisions of officers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.leads.leads import LeadStage
from domain.postings.postings import Posting, PostingStatus
from domain.refusals import AlreadyExists, PostingConflict, TooManyAttempts
from domain.screening.reviews import MAX_REPORTS_PER_VIEWER_HOUR, ReportState
from schema.relay import global_id
from storage.clock import utc_now
from storage.mongo.paging import PageRequest
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import posting_change_input
from tests.support.services import RunningServices
from tests.support.world import FINDING, World, gid

QUEUE = "query ($first: Int, $after: String) { reviewQueue(first: $first, after: $after) { edges { cursor node { waitingSince posting { id } } } pageInfo { hasNextPage } } }"  # noqa: E501 - one document
HISTORY = "query ($id: ID!) { node(id: $id) { ... on Posting { status closeReason decisions { edges { node { kind reason revision by { displayName } findings { code } } } } reports { edges { node { id reason state resolvedBy { displayName } } } } } } }"  # noqa: E501 - one document


async def report(running: RunningServices, posting: Posting, origin: str, **changes: Any) -> Any:
    made = records.report(posting_id=posting.id, origin=origin, at=utc_now(), **changes)
    return await running.services.reviews.report(made)


async def now(running: RunningServices, posting: Posting) -> Posting:
    return (await running.store.postings.by_ids([posting.id]))[posting.id]


async def resolve(
    api: GraphQLClient, world: World, report_id: str, *, upheld: bool
) -> dict[str, Any]:
    given = {"reportId": global_id("Report", report_id), "upheld": upheld, "reason": "已核实"}
    return await api.mutate("resolveReport", given, world.token(world.officer))


async def queue(api: GraphQLClient, world: World, caller: str, **paging: Any) -> dict[str, Any]:
    answer = await api.fetch_data(QUEUE, paging, world.token_of(caller))
    found: dict[str, Any] = answer["reviewQueue"]
    return found


async def test_every_report_is_queued_and_those_of_three_proven_persons_hold_the_posting(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    assert (await queue(api, world, "officer"))["edges"] == []
    filed = [
        await report(running, world.open, "a", reporter="one"),
        await report(running, world.open, "b", reporter="two"),
    ]
    # The same person on another device.
    filed.append(await report(running, world.open, "c", reporter="two"))
    seen = await now(running, world.open)
    assert (seen.status, seen.reports) == (PostingStatus.OPEN, 2)
    for caller in ("officer", "officer above"):
        (edge,) = (await queue(api, world, caller))["edges"]
        assert edge["node"]["posting"]["id"] == gid(world.open)
    assert (await queue(api, world, "officer elsewhere"))["edges"] == []
    filed.append(await report(running, world.open, "b", reporter="three"))
    held = await now(running, world.open)
    assert (held.status, held.reports) == (PostingStatus.IN_REVIEW, 3)
    # Dismissing one report shows the posting again; the other reports still wait.
    answer = await resolve(api, world, filed[0].id, upheld=False)
    assert answer["__typename"] == "ReportResolved"
    assert (await now(running, world.open)).status is PostingStatus.OPEN
    assert len((await queue(api, world, "officer"))["edges"]) == 1
    again = await resolve(api, world, filed[0].id, upheld=False)
    assert again["code"] == "POSTING_CONFLICT"
    # Upholding one refuses the posting and upholds all of them.
    await resolve(api, world, filed[1].id, upheld=True)
    refused = await now(running, world.open)
    assert (refused.status, refused.reports) == (PostingStatus.REFUSED, 0)
    assert (await queue(api, world, "officer"))["edges"] == []
    page = await running.store.reviews.reports_of(world.open.id, PageRequest(limit=10))
    states = {each.id: each.state for each in page.items}
    assert states.pop(filed[0].id) is ReportState.DISMISSED
    assert set(states.values()) == {ReportState.UPHELD}


async def test_addresses_alone_never_take_a_posting_off_the_board(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    for number in range(30):
        await report(running, world.open, f"address {number}")
    seen = await now(running, world.open)
    assert (seen.status, seen.reports, seen.report_weight) == (PostingStatus.OPEN, 30, 4)
    assert len((await queue(api, world, "officer"))["edges"]) == 1
    await report(running, world.open, "address", reporter="one")
    assert (await now(running, world.open)).status is PostingStatus.OPEN
    # Two persons whose phones are proven, and four addresses.
    await report(running, world.open, "address", reporter="two")
    held = await now(running, world.open)
    assert (held.status, held.reports, held.report_weight) == (PostingStatus.IN_REVIEW, 32, 12)


async def test_a_report_of_a_device_with_a_proven_phone_counts_once_for_its_person(
    world: World, running: RunningServices
) -> None:
    given = {"postingId": gid(world.open), "reason": "FEES_TAKEN"}
    phones = ["14400000001", "14400000001", "14400000002"]
    for number, phone in enumerate(phones):
        token = await world.proven_viewer_token(phone)
        async with GraphQLClient(running.endpoint, f"192.0.2.{number}") as api:
            answer = await api.mutate("reportPosting", given, token)
            assert answer["__typename"] == "PostingReported"
    seen = await now(running, world.open)
    assert (seen.status, seen.reports, seen.report_weight) == (PostingStatus.OPEN, 2, 8)
    page = await running.store.reviews.reports_of(world.open.id, PageRequest(limit=10))
    assert len({each.reporter for each in page.items}) == 2
    # Nothing in a report tells the person from other collections.
    persons = {running.store.keyring.hash_phone(phone) for phone in phones}
    assert persons.isdisjoint(str(value) for each in page.items for value in vars(each).values())


async def test_many_ipv6_addresses_of_one_household_are_one_origin(
    world: World, running: RunningServices
) -> None:
    given = {"postingId": gid(world.open), "reason": "FEES_TAKEN"}
    for number in range(4):
        async with GraphQLClient(running.endpoint, f"2001:db8:0:1::{number + 1}") as api:
            answer = await api.mutate("reportPosting", given, world.viewer_token())
            assert answer["__typename"] == "PostingReported"
    seen = await now(running, world.open)
    assert (seen.status, seen.reports) == (PostingStatus.OPEN, 1)
    async with GraphQLClient(running.endpoint, "2001:db8:0:2::1") as api:
        await api.mutate("reportPosting", given, world.viewer_token())
    assert (await now(running, world.open)).reports == 2


async def test_a_viewer_reports_a_posting_once_and_ten_postings_an_hour(
    world: World, running: RunningServices
) -> None:
    filed = await report(running, world.open, "a")
    with pytest.raises(AlreadyExists):
        await report(running, world.open, "b", by=filed.by)
    seen = await now(running, world.open)
    others = [replace(world.second, id=f"{world.second.id}{number}") for number in range(10)]
    await running.store.postings.add(others)
    for posting in others[: MAX_REPORTS_PER_VIEWER_HOUR - 1]:
        await report(running, posting, "a", by=filed.by)
    with pytest.raises(TooManyAttempts):
        await report(running, others[-1], "a", by=filed.by)
    assert await now(running, world.open) == seen


async def test_the_queue_has_the_longest_waiting_first_and_pages_by_key(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    for posting in (world.third, world.open, world.second):
        await report(running, posting, "a")
    expected = [gid(posting) for posting in (world.third, world.open, world.second)]
    first = await queue(api, world, "officer", first=2)
    assert first["pageInfo"]["hasNextPage"]
    after = first["edges"][-1]["cursor"]
    rest = await queue(api, world, "officer", first=2, after=after)
    pages = [*first["edges"], *rest["edges"]]
    assert [edge["node"]["posting"]["id"] for edge in pages] == expected


@pytest.mark.parametrize(
    ("caller", "code"), [("nobody", "UNAUTHENTICATED"), ("recruiter", "NOT_PERMITTED")]
)
async def test_the_queue_is_for_officers(
    caller: str, code: str, api: GraphQLClient, readonly_world: World
) -> None:
    error = await api.fetch_error(QUEUE, None, readonly_world.token_of(caller))
    assert error["extensions"]["code"] == code


async def test_a_decision_keeps_its_officer_its_reason_and_the_findings(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    given = MUTATION_CASES["reviewPosting"].build_input(world) | {
        "approved": False,
        "reason": "属于歧视",
    }
    await api.mutate("reviewPosting", given, world.token(world.officer))
    shown = (await api.fetch_data(HISTORY, {"id": gid(world.held)}, world.token(world.recruiter)))[
        "node"
    ]
    (edge,) = shown["decisions"]["edges"]
    assert edge["node"] == {
        "kind": "REFUSED",
        "reason": "属于歧视",
        "revision": 1,
        "by": {"displayName": world.officer.display_name},
        "findings": [{"code": FINDING.code}],
    }
    filed = await report(running, world.open, "a")
    for caller, seen in (("officer", 1), ("viewer", 0), ("other recruiter", 0)):
        shown = (await api.fetch_data(HISTORY, {"id": gid(world.open)}, world.token_of(caller)))[
            "node"
        ]
        assert len(shown["reports"]["edges"]) == seen
        if seen:
            node = shown["reports"]["edges"][0]["node"]
            assert node["id"] == global_id("Report", filed.id)
            assert (node["reason"], node["state"], node["resolvedBy"]) == (
                "FEES_TAKEN",
                "OPEN",
                None,
            )


async def test_an_approval_counts_only_for_the_terms_that_the_officer_saw(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    words = posting_change_input(world, conditions="35岁以下，有电工证")
    token = world.token(world.recruiter)
    held = await api.mutate(
        "changePosting", words, token, "... on PostingHeld { findings { code } }"
    )
    assert held["findings"] == [{"code": "AGE_DISCRIMINATION"}]
    seen = await now(running, world.open)
    approve = {"postingId": gid(world.open), "approved": True, "reason": "高空作业，依法限龄"}
    await api.mutate("reviewPosting", approve, world.token(world.officer))
    assert (
        await running.services.posting_gate.rescreen(world.open.id)
    ).status is PostingStatus.OPEN
    # A change of the terms is reviewed again, even if the words are the same.
    await api.mutate("changePosting", words, token)
    assert (await now(running, world.open)).status is PostingStatus.IN_REVIEW
    with pytest.raises(PostingConflict):
        await running.services.reviews.decide(seen, approved=True, reason="-", by="officer")


async def test_the_last_hire_that_is_wanted_closes_a_posting(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    posting = world.open.id
    await running.store.mongo["postings"].update_one(
        {"_id": posting}, {"$set": {"terms.headcount": 1}}
    )
    pin = MUTATION_CASES["pinPosting"]
    await api.mutate("pinPosting", pin.build_input(world), world.token(world.host))
    token = world.token(world.officer)
    hire = {"leadId": gid(world.offered), "stage": LeadStage.HIRED.value}
    answer = await api.mutate("advanceLead", hire, token)
    assert answer["__typename"] == "LeadStageAdvanced"
    shown = (await api.fetch_data(HISTORY, {"id": gid(world.open)}, token))["node"]
    assert (shown["status"], shown["closeReason"]) == ("CLOSED", "FILLED")
    room = "query ($id: ID!) { liveSession(id: $id) { pinnedPosting { id } } }"
    seen = await api.fetch_data(room, {"id": gid(world.live)})
    assert seen == {"liveSession": {"pinnedPosting": None}}
    # A headcount that is filled already is refused; a larger one opens the posting.
    full = await api.mutate("changePosting", posting_change_input(world, headcount=1), token)
    assert (full["code"], full["field"]) == ("INVALID_INPUT", ["input", "headcount"])
    more = await api.mutate("changePosting", posting_change_input(world, headcount=2), token)
    assert more["__typename"] == "PostingAccepted"
    # A withdrawn hire is no longer counted.
    leaves = hire | {"stage": LeadStage.WITHDRAWN.value}
    await api.mutate("advanceLead", leaves, token)
    after = await now(running, world.open)
    assert (after.hires, after.status) == (0, PostingStatus.OPEN)
