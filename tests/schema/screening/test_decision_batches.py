"""Decisions on many postings of the review queue at once, and their undoing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.postings.postings import Posting, PostingStatus
from domain.screening.posting_rules import RULES_VERSION
from domain.screening.reviews import ReportState
from storage.clock import utc_now
from storage.mongo.client import new_id
from storage.mongo.paging import PageRequest
from tests.domain.posting_terms_samples import monthly_pay
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.services import RunningServices
from tests.support.world import World, gid

DECIDED = "... on PostingsDecided { batchId undoUntil decided { id status } skipped { id } }"
UNDONE = "... on DecisionsUndone { restored { id status } kept { id } }"
QUEUE = "query ($code: String, $place: String) { reviewQueue(code: $code, placeCode: $place, first: 100) { edges { node { posting { id } } } } }"  # noqa: E501 - one document
WAGE = "MINIMUM_WAGE_TO_CHECK"


async def now(running: RunningServices, posting: Posting) -> Posting:
    return (await running.store.postings.by_ids([posting.id]))[posting.id]


async def add_held(
    running: RunningServices, world: World, number: int, place: str = "330402", **changes: Any
) -> list[Posting]:
    """Add postings that wait because the minimum wage of their place is not verified."""
    terms = replace(world.open.terms, place_code=place, pay=monthly_pay(2500), **changes)
    made = []
    for index in range(number):
        posting = replace(
            world.open,
            id=new_id(),
            terms=terms,
            status=PostingStatus.OPEN,
            waiting_since=None,
            job_key=None,
            rules=RULES_VERSION,
            created_at=utc_now() + timedelta(seconds=index),
        )
        await running.store.postings.add([posting])
        made.append(await running.services.posting_gate.rescreen(posting.id))
    assert {posting.status for posting in made} == {PostingStatus.IN_REVIEW}
    return made


async def decide(api: GraphQLClient, world: World, **given: Any) -> dict[str, Any]:
    values = {"approved": True, "reason": "已对照文件核实"} | given
    answer = await api.mutate("decidePostings", values, world.token(world.officer), DECIDED)
    assert answer["__typename"] == "PostingsDecided", answer
    return answer


async def undo(api: GraphQLClient, world: World, batch: dict[str, Any]) -> dict[str, Any]:
    given = {"batchId": batch["batchId"]}
    return await api.mutate("undoDecisions", given, world.token(world.officer), UNDONE)


async def test_postings_are_decided_by_code_and_place_and_the_decisions_undone(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    jiaxing = await add_held(running, world, 2)
    hangzhou = await add_held(running, world, 1, place="330102")
    (doubtful,) = await add_held(running, world, 1, conditions="35岁以下")
    before = [await now(running, posting) for posting in jiaxing]
    answer = await decide(api, world, code=WAGE, placeCode="330400")
    assert [each["id"] for each in answer["decided"]] == [gid(posting) for posting in jiaxing]
    assert {each["status"] for each in answer["decided"]} == {"OPEN"}
    assert [each["id"] for each in answer["skipped"]] == [gid(doubtful)]
    assert (await now(running, hangzhou[0])).status is PostingStatus.IN_REVIEW
    undone = await undo(api, world, answer)
    assert [each["id"] for each in undone["restored"]] == [gid(posting) for posting in jiaxing]
    assert undone["kept"] == []
    after = [await now(running, posting) for posting in jiaxing]
    assert after == [replace(posting, version=posting.version + 2) for posting in before]
    page = await running.store.reviews.decisions_on(jiaxing[0].id, PageRequest(limit=5))
    assert [(each.undone_by, each.reason) for each in page.items] == [
        (world.officer.id, "已对照文件核实")
    ]
    again = await undo(api, world, answer)
    assert [each["id"] for each in again["kept"]] == [gid(posting) for posting in jiaxing]


async def test_a_place_limits_the_decision_on_listed_postings(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    (here,) = await add_held(running, world, 1)
    (there,) = await add_held(running, world, 1, place="330102")
    answer = await decide(api, world, placeCode="330400", postingIds=[gid(there), gid(here)])
    assert [each["id"] for each in answer["decided"]] == [gid(here)]
    assert [each["id"] for each in answer["skipped"]] == [gid(there)]
    assert (await now(running, there)).status is PostingStatus.IN_REVIEW


async def test_an_empty_place_is_no_choice(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    (posting,) = await add_held(running, world, 1)
    given = {"approved": True, "reason": "-", "placeCode": ""}
    answer = await api.mutate("decidePostings", given, world.token(world.officer))
    assert answer["__typename"] == "InvalidInput"
    assert (await now(running, posting)).status is PostingStatus.IN_REVIEW


async def test_a_refusal_that_is_undone_shows_the_posting_and_its_reports_again(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    filed = await running.services.reviews.report(
        records.report(posting_id=world.open.id, origin="a", at=utc_now())
    )
    before = await now(running, world.open)
    await api.mutate(
        "pinPosting",
        MUTATION_CASES["pinPosting"].build_input(world),
        world.token(world.host),
    )
    answer = await decide(api, world, approved=False, postingIds=[gid(world.open)])
    assert answer["decided"] == [{"id": gid(world.open), "status": "REFUSED"}]
    room = "query ($id: ID!) { liveSession(id: $id) { pinnedPosting { id } } }"
    seen = await api.fetch_data(room, {"id": gid(world.live)})
    assert seen == {"liveSession": {"pinnedPosting": None}}
    undone = await undo(api, world, answer)
    assert undone["restored"] == [{"id": gid(world.open), "status": "OPEN"}]
    restored = await now(running, world.open)
    assert (restored.reports, restored.waiting_since) == (1, before.waiting_since)
    report = await running.store.reviews.report_by_id(filed.id)
    assert report is not None
    assert (report.state, report.resolved_by) == (ReportState.OPEN, None)


async def test_a_posting_that_changed_since_keeps_its_decision(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    one, other = await add_held(running, world, 2)
    answer = await decide(api, world, postingIds=[gid(one), gid(other)])
    given = {"postingId": gid(one)}
    await api.mutate("closePosting", given, world.token(world.officer))
    undone = await undo(api, world, answer)
    assert [each["id"] for each in undone["restored"]] == [gid(other)]
    assert [each["id"] for each in undone["kept"]] == [gid(one)]
    assert (await now(running, one)).status is PostingStatus.CLOSED


async def test_after_ten_minutes_a_decision_stays(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    (posting,) = await add_held(running, world, 1)
    answer = await decide(api, world, code=WAGE)
    assert len(answer["decided"]) == 1
    await running.store.mongo["decisions"].update_many(
        {"posting_id": posting.id}, {"$set": {"at": utc_now() - timedelta(minutes=11)}}
    )
    refused = await undo(api, world, answer)
    assert refused["__typename"] == "PostingConflict"
    assert (await now(running, posting)).status is PostingStatus.OPEN


async def test_a_restored_posting_follows_what_has_changed_meanwhile(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    (posting,) = await add_held(running, world, 1)
    answer = await decide(api, world, approved=False, code=WAGE)
    # A pay that passes everywhere by now needs no officer.
    await running.store.mongo["postings"].update_one(
        {"_id": posting.id}, {"$set": {"terms.pay.from_fen": 900_000, "terms.pay.to_fen": 900_000}}
    )
    undone = await undo(api, world, answer)
    assert undone["restored"] == [{"id": gid(posting), "status": "OPEN"}]


async def test_the_queue_is_filtered_like_the_decisions(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    (here,) = await add_held(running, world, 1)
    await add_held(running, world, 1, place="330102")
    for filters, expected in (
        ({"code": WAGE}, 2),
        ({"code": WAGE, "place": "330400"}, 1),
        ({"code": "LURE"}, 0),
        ({"place": "330000"}, 2),
    ):
        found = await api.fetch_data(QUEUE, filters, world.token(world.officer))
        assert len(found["reviewQueue"]["edges"]) == expected
    one = await api.fetch_data(QUEUE, {"place": "330402"}, world.token(world.officer))
    assert one["reviewQueue"]["edges"][0]["node"]["posting"]["id"] == gid(here)


async def test_officers_of_other_unions_decide_and_undo_nothing(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    await add_held(running, world, 1)
    elsewhere = world.token_of("officer elsewhere")
    given = {"approved": True, "reason": "-", "code": WAGE}
    answer = await api.mutate("decidePostings", given, elsewhere, DECIDED)
    assert (answer["decided"], answer["skipped"]) == ([], [])
    batch = await decide(api, world, code=WAGE)
    refused = await api.mutate("undoDecisions", {"batchId": batch["batchId"]}, elsewhere)
    assert refused["__typename"] == "NotFound"
