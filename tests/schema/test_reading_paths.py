"""A posting that the gate closes is on no reading path: every path, every way to close it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLNamedType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_abstract_type,
    is_object_type,
    parse,
    visit,
)

from api.app import PUBLIC_ROUTES
from domain.identity.audit import AuditAction
from domain.reference.occupations import Occupation
from domain.screening.minimum_wages import Grade
from domain.screening.reviews import Report
from domain.seekers.profile import Wants
from domain.seekers.seekers import Seeker
from schema.relay import global_id
from schema.root import SCHEMA
from storage.clock import utc_now
from storage.mongo.client import new_id
from storage.postings.postings import Postings
from tests.domain.posting_terms_samples import monthly_pay, posting_terms
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import posting_change_input
from tests.support.posting_scene import PostingScene, build_scene
from tests.support.reading_paths import expected_on_all_paths, in_session_postings, walk_paths
from tests.support.services import RunningServices
from tests.support.world import World, gid, today

PROVINCE = "630000"
"""A province that no other test uses: its minimum wage is raised here."""


async def close(scene: PostingScene) -> None:
    token = scene.world.token(scene.world.recruiter)
    await scene.api.mutate("closePosting", {"postingId": scene.id}, token)


async def pass_its_last_day(scene: PostingScene) -> None:
    past = (today() - timedelta(days=1)).isoformat()
    await scene.running.store.mongo["postings"].update_one(
        {"_id": scene.posting.id}, {"$set": {"terms.valid_until": past}}
    )


async def change_to_forbidden_terms(scene: PostingScene) -> None:
    given = posting_change_input(scene.world, postingId=scene.id, duties="入职交押金300元")
    await scene.api.mutate("changePosting", given, scene.world.token(scene.world.recruiter))


async def fail_the_employer_check(scene: PostingScene) -> None:
    given = MUTATION_CASES["verifyEmployer"].build_input(scene.world)
    given |= {"employerId": gid(scene.world.employer), "handlerAuthority": False}
    token = scene.world.token(scene.world.officer)
    answer = await scene.api.mutate("verifyEmployer", given, token)
    assert answer["__typename"] == "EmployerVerified"


async def expire_the_employer_check(scene: PostingScene) -> None:
    past = (today() - timedelta(days=1)).isoformat()
    for name, key in (("employers", "_id"), ("postings", "employer_id")):
        await scene.running.store.mongo[name].update_many(
            {key: scene.world.employer.id}, {"$set": {"verified_until": past}}
        )


async def raise_the_minimum_wage(scene: PostingScene) -> None:
    await set_wage(scene.running, scene.world, 7_000)


async def report_by_three_persons(scene: PostingScene) -> None:
    for number in range(3):
        await report(scene, reporter=f"{scene.posting.id}/{number}")


async def uphold_a_report(scene: PostingScene) -> None:
    filed = await report(scene, reporter=scene.posting.id)
    given = {"reportId": global_id("Report", filed.id), "upheld": True, "reason": "核实收取押金"}
    token = scene.world.token(scene.world.officer)
    await scene.api.mutate("resolveReport", given, token)


async def report(scene: PostingScene, *, reporter: str) -> Report:
    """File a report of a person who has confirmed their phone."""
    filed = records.report(posting_id=scene.posting.id, reporter=reporter, at=utc_now())
    return await scene.running.services.reviews.report(filed)


async def set_wage(running: RunningServices, world: World, amount: int) -> None:
    """Add a row of the province and complete the rescreening that follows."""
    row = records.minimum_wage(
        region=PROVINCE, monthly=amount, grade=Grade.A, effective_from=today(), added_at=utc_now()
    )
    services, store = running.services, running.store
    action = AuditAction.VERIFY_MINIMUM_WAGE
    await services.minimum_wages.add(row, world.principal(world.upper_officer), action)
    for asked in await store.rescreens.find_due(at=utc_now(), limit=100):
        left = await services.posting_gate.continue_rescreen(asked)
        while left is not None and left.done_at is None:
            left = await services.posting_gate.continue_rescreen(left)


ACTIONS: tuple[Callable[[PostingScene], Awaitable[None]], ...] = (
    close,
    pass_its_last_day,
    change_to_forbidden_terms,
    fail_the_employer_check,
    expire_the_employer_check,
    raise_the_minimum_wage,
    report_by_three_persons,
    uphold_a_report,
)


@pytest.fixture
async def scene(
    api: GraphQLClient, world: World, running: RunningServices
) -> AsyncIterator[PostingScene]:
    await set_wage(running, world, 2_000)
    offered = posting_terms(
        # Unique, because titles of other postings are suggested too.
        title=f"高原风电检修{new_id()[-6:]}",
        place_code="630102",
        pay=monthly_pay(6_000),
        valid_until=today() + timedelta(days=30),
    )
    # The newest posting: the feed shows only the newest ones.
    posting = replace(world.absent, id=f"f{new_id()[1:]}", terms=offered)
    await running.store.postings.add([posting])
    scene = await build_scene(
        api, world, running, posting, await store_matching_seeker(world, running)
    )
    yield scene
    scene.asked.leave()
    # Open postings of earlier tests would take its place among the five recommended ones.
    await close(scene)


async def store_matching_seeker(world: World, running: RunningServices) -> Seeker:
    """Store a seeker who wants this posting."""
    wants = Wants(occupations=(Occupation.ELECTRICIAN,), places=(PROVINCE,))
    profile = replace(world.seeker.profile, wants=wants, skills=())
    made = replace(
        world.seeker, id=new_id(), giver=new_id(), contact=None, searches=(), profile=profile
    )
    await running.store.seekers.add([made])
    return made


@pytest.mark.parametrize("way", ACTIONS, ids=lambda way: way.__name__)
async def test_a_posting_that_is_no_longer_open_is_on_no_reading_path(
    way: Callable[[PostingScene], Awaitable[None]], scene: PostingScene
) -> None:
    assert await walk_paths(scene) == expected_on_all_paths(shown=True)
    await way(scene)
    # A new viewer taps: an earlier applicant gets the earlier answer again.
    assert await walk_paths(scene) == expected_on_all_paths(shown=False)


async def test_a_posting_that_closes_during_a_read_is_not_shown(
    scene: PostingScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    visible_ids = Postings.visible_ids

    async def then_closed(*arguments: Any) -> list[str]:
        found = await visible_ids(*arguments)
        await close(scene)
        return found

    monkeypatch.setattr(Postings, "visible_ids", then_closed)
    assert not await in_session_postings(scene)


FIELDS_FOR_STAFF = {
    "Query.reviewQueue": "postings that wait for an officer",
    "ReviewItem.posting": "the same",
    "Query.comingWages": "open postings of the caller's scope",
    "ComingWages.postings": "the same",
    "ComingWageEffect.posting": "the same",
    "Query.funnel": "counts of leads, also for closed postings",
    "FunnelRow.posting": "the same",
    "Query.importRows": "results of the rows, for the uploader",
    "ImportRow.posting": "the same",
    "PostingAccepted.posting": "for the submitter",
    "PostingHeld.posting": "the same",
    "PostingRefused.posting": "the same",
    "PostingAppealed.posting": "for the staff who appealed",
    "PostingReviewed.posting": "for the officer who decided",
    "ReportResolved.posting": "the same",
    "PostingsDecided.decided": "the same",
    "PostingsDecided.skipped": "the same",
    "DecisionsUndone.restored": "the same",
    "DecisionsUndone.kept": "the same",
    "PostingClosed.posting": "for the account that closed it",
    "MyHireConfirmed.lead": "for the person, by `OwnLead.posting`, which is on a path",
    "ConsentTakenBack.lead": "the same",
    "PostingShown.posting": "for the host; only an open posting can be pinned",
}
"""Fields that show postings that are not open, and why."""
COUNTING_FIELDS = {"PostingConnection.facets", "Query.postingSuggestions"}
"""Fields that count or suggest open postings without naming one."""


def can_hold_a_posting(of: GraphQLNamedType, passed_types: frozenset[str] = frozenset()) -> bool:
    """Return whether a value of the type can hold a posting, without passing another node."""
    if of.name == "Posting":
        return True
    if of.name in passed_types:
        return False
    if is_abstract_type(of):
        inner = [*SCHEMA._schema.get_possible_types(of)]
    elif is_object_type(of) and "Node" not in {each.name for each in of.interfaces}:
        inner = [get_named_type(each.type) for each in of.fields.values()]
    else:
        return False
    return any(can_hold_a_posting(each, passed_types | {of.name}) for each in inner)


def fields_that_show_postings() -> Iterator[str]:
    mutation = SCHEMA._schema.mutation_type
    for of in SCHEMA._schema.type_map.values():
        if is_object_type(of) and of is not mutation:
            for name, each in of.fields.items():
                if can_hold_a_posting(get_named_type(each.type)):
                    yield f"{of.name}.{name}"


def selected_fields(document: str) -> set[str]:
    """Return the fields that a document selects, each with its type."""
    asked: set[str] = set()
    types = TypeInfo(SCHEMA._schema)

    class Noting(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            parent = types.get_parent_type()
            assert parent is not None  # the document is valid
            asked.add(f"{parent.name}.{node.name.value}")

    visit(parse(document), TypeInfoVisitor(types, Noting()))
    return asked


async def test_every_field_that_shows_a_posting_is_on_a_path(scene: PostingScene) -> None:
    await walk_paths(scene)
    asked = set().union(*map(selected_fields, scene.asked.documents))
    showing = {*fields_that_show_postings(), *COUNTING_FIELDS}
    assert len(showing) > 40
    connection_fields = {each for each in showing if each.endswith((".edges", "Edge.node"))}
    assert showing - asked - connection_fields == set(FIELDS_FOR_STAFF)


async def test_every_public_route_is_on_a_path_or_shows_no_posting(scene: PostingScene) -> None:
    await walk_paths(scene)
    unvisited = {
        route.path
        for route in PUBLIC_ROUTES
        if not any(route.path_regex.match(url) for url in scene.asked.urls)
    }
    without_postings = {
        *("/jobs.css", "/robots.txt", "/open-data/", "/open-data/code-lists.json"),
        "/open-data/national-codes.json",
        *("/jobs/{id}/", "/open-data"),  # they redirect
    }
    assert unvisited == without_postings
