"""What the gate takes away is on no reading path any more: every path, every way of being taken.

A new reading path is one more function in ``PATHS``: whether it shows the posting to a viewer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from domain.audit import AuditAction
from domain.events import session_topic
from domain.postings import Occupation, Posting
from domain.reviews import Report
from domain.seekers import Seeker
from domain.wages import Grade
from domain.wants import Wants
from schema.engine import Request
from schema.nodes import global_id
from storage.client import new_id
from storage.clock import utc_now
from tests.domain.samples import monthly, terms
from tests.support import records
from tests.support.graphql import Api
from tests.support.operations import OPERATIONS, change_input, interest_input
from tests.support.public import served
from tests.support.services import Running, World, gid, today

PROVINCE = "630000"
"""Nobody else's: its minimum wage is raised here."""
EVENTS = "subscription ($session: ID!) { sessionEvents(sessionId: $session) { __typename ... on PostingPinned { posting { id } } } }"  # noqa: E501 - one document


@dataclass(frozen=True)
class Scene:
    """A posting that is open, presented and pinned, and somebody who looks."""

    api: Api
    world: World
    running: Running
    posting: Posting
    seeker: Seeker
    code: str

    @property
    def id(self) -> str:
        return gid(self.posting)

    async def shows(self, query: str, **variables: Any) -> bool:
        """Whether the answer names the posting."""
        answer = await self.api.answer(query, variables, self.world.viewer())
        return self.id in json.dumps(answer["data"])


async def listed(scene: Scene) -> bool:
    query = "query ($id: ID!) { postings(filter: {employerId: $id}, first: 100) { edges { node { id } } } }"  # noqa: E501 - one document
    return await scene.shows(query, id=gid(scene.world.employer))


async def counted(scene: Scene) -> bool:
    query = "query ($id: ID!, $place: String!) { postings(filter: {employerId: $id, placeCode: $place}) { facets { total } } }"  # noqa: E501 - one document
    given = {"id": gid(scene.world.employer), "place": PROVINCE}
    data = await scene.api.ask(query, given, scene.world.viewer())
    return bool(data["postings"]["facets"]["total"])


async def found_again(scene: Scene) -> bool:
    return await scene.shows("query ($id: ID!) { node(id: $id) { id } }", id=scene.id)


async def presented(scene: Scene) -> bool:
    query = "query ($id: ID!) { liveSession(id: $id) { postings(first: 100) { edges { node { id } } } } }"  # noqa: E501 - one document
    return await scene.shows(query, id=gid(scene.world.live))


async def pinned(scene: Scene) -> bool:
    query = "query ($id: ID!) { liveSession(id: $id) { pinnedPosting { id } } }"
    return await scene.shows(query, id=gid(scene.world.live))


async def replayed(scene: Scene) -> bool:
    """The event that pinned it, as somebody gets it who comes back later."""
    request = Request(query=EVENTS, variables={"session": gid(scene.world.live)})
    viewer = scene.running.tokens.for_viewer().principal
    joined = await scene.running.engine.subscribe(request, viewer)
    log = scene.running.store.log
    placed = await log.read(session_topic(scene.world.live.id), after=0, limit=1)
    return scene.id.encode() in await joined.render(placed[0])


async def consented_to(scene: Scene) -> bool:
    query = "query ($id: ID!) { consentText(postingId: $id) { version } }"
    answer = await scene.api.answer(query, {"id": scene.id}, scene.world.viewer())
    return "errors" not in answer


async def tapped(scene: Scene) -> bool:
    given = interest_input(scene.world, postingId=scene.id)
    answer = await scene.api.mutate("expressInterest", given, scene.world.viewer())
    assert answer["__typename"] == "InterestRecorded" or answer["code"] == "POSTING_NOT_OPEN"
    return bool(answer["__typename"] == "InterestRecorded")


async def scanned(scene: Scene) -> bool:
    query = "query ($token: String!) { resolveCode(token: $token) { posting { id } } }"
    return await scene.shows(query, token=scene.code)


async def pinned_anew(scene: Scene) -> bool:
    given = {"sessionId": gid(scene.world.live), "postingId": scene.id}
    answer = await scene.api.mutate("pinPosting", given, scene.world.token(scene.world.host))
    assert answer["__typename"] == "PostingShown" or answer["code"] == "POSTING_NOT_OPEN"
    return bool(answer["__typename"] == "PostingShown")


async def suggested(scene: Scene) -> bool:
    query = "query ($start: String!) { postingSuggestions(prefix: $start) { text } }"
    title = scene.posting.terms.title
    data = await scene.api.ask(query, {"start": title}, scene.world.viewer())
    return title in {suggestion["text"] for suggestion in data["postingSuggestions"]}


async def recommended(scene: Scene) -> bool:
    query = "{ recommendedPostings { posting { id } } }"
    token = scene.world.seeker_token(scene.seeker)
    return scene.id in json.dumps(await scene.api.ask(query, {}, token))


async def explained(scene: Scene) -> bool:
    query = "query ($id: ID!) { matchExplained(postingId: $id) { match { score } } }"
    token = scene.world.seeker_token(scene.seeker)
    answer = await scene.api.answer(query, {"id": scene.id}, token)
    return answer["data"] is not None and answer["data"]["matchExplained"]["match"] is not None


async def offered_to_seekers(scene: Scene) -> bool:
    query = "query ($id: ID!) { matchingSeekers(postingId: $id, first: 100) { edges { cursor } } }"
    token = scene.world.token(scene.world.officer)
    answer = await scene.api.answer(query, {"id": scene.id}, token)
    return answer["data"] is not None and bool(answer["data"]["matchingSeekers"]["edges"])


async def has_a_page(scene: Scene) -> bool:
    async with served(scene.running.services) as http:
        answer = await http.get(f"/jobs/{scene.id}")
    assert answer.status_code in {200, 410}
    return answer.status_code == 200


async def in_the_sitemap(scene: Scene) -> bool:
    async with served(scene.running.services) as http:
        index = (await http.get("/sitemap.xml")).text
        parts = re.findall(r"/sitemaps/([0-9a-f]+\.xml)</loc>", index)
        texts = [(await http.get(f"/sitemaps/{part}")).text for part in parts]
    return any(scene.id in text for text in texts)


async def in_the_feed(scene: Scene) -> bool:
    async with served(scene.running.services) as http:
        return scene.id in (await http.get("/feed.xml")).text


async def in_the_open_data(scene: Scene) -> bool:
    async with served(scene.running.services) as http:
        texts = [(await http.get(f"/open-data/postings.{form}")).text for form in ("csv", "json")]
    assert len({scene.id in text for text in texts}) == 1
    return scene.id in texts[0]


PATHS: tuple[Callable[[Scene], Awaitable[bool]], ...] = (
    listed,
    counted,
    found_again,
    presented,
    pinned,
    replayed,
    consented_to,
    tapped,
    scanned,
    pinned_anew,
    suggested,
    recommended,
    explained,
    offered_to_seekers,
    has_a_page,
    in_the_sitemap,
    in_the_feed,
    in_the_open_data,
)


async def closes(scene: Scene) -> None:
    token = scene.world.token(scene.world.recruiter)
    await scene.api.mutate("closePosting", {"postingId": scene.id}, token)


async def is_past_its_day(scene: Scene) -> None:
    past = (today() - timedelta(days=1)).isoformat()
    await scene.running.store.mongo["postings"].update_one(
        {"_id": scene.posting.id}, {"$set": {"terms.valid_until": past}}
    )


async def is_changed_for_the_worse(scene: Scene) -> None:
    given = change_input(scene.world, postingId=scene.id, duties="入职交押金300元")
    await scene.api.mutate("changePosting", given, scene.world.token(scene.world.recruiter))


async def employer_fails_its_check(scene: Scene) -> None:
    given = OPERATIONS["verifyEmployer"].given(scene.world)
    given |= {"employerId": gid(scene.world.employer), "handlerAuthority": False}
    token = scene.world.token(scene.world.officer)
    answer = await scene.api.mutate("verifyEmployer", given, token)
    assert answer["__typename"] == "EmployerVerified"


async def check_of_employer_expires(scene: Scene) -> None:
    past = (today() - timedelta(days=1)).isoformat()
    for name, key in (("employers", "_id"), ("postings", "employer_id")):
        await scene.running.store.mongo[name].update_many(
            {key: scene.world.employer.id}, {"$set": {"verified_until": past}}
        )


async def wage_rises(scene: Scene) -> None:
    await set_wage(scene.running, scene.world, 7_000)


async def three_report_it(scene: Scene) -> None:
    for number in range(3):
        await report(scene, origin=f"{scene.posting.id}/{number}")


async def report_is_upheld(scene: Scene) -> None:
    filed = await report(scene, origin=scene.posting.id)
    given = {"reportId": global_id("Report", filed.id), "upheld": True, "reason": "核实收取押金"}
    token = scene.world.token(scene.world.officer)
    await scene.api.mutate("resolveReport", given, token)


async def report(scene: Scene, *, origin: str) -> Report:
    filed = records.report(posting_id=scene.posting.id, origin=origin, at=utc_now())
    return await scene.running.services.reviews.report(filed)


async def set_wage(running: Running, world: World, amount: int) -> None:
    """Another row for the province, and all that it asks for done."""
    row = records.wage_row(
        region=PROVINCE, monthly=amount, grade=Grade.A, effective_from=today(), added_at=utc_now()
    )
    services, store = running.services, running.store
    action = AuditAction.VERIFY_MINIMUM_WAGE
    await services.live_wages.add(row, world.principal(world.upper_officer), action)
    for asked in await store.rescreens.due(at=utc_now(), limit=100):
        left = await services.gate.carry_on(asked)
        while left is not None and left.done_at is None:
            left = await services.gate.carry_on(left)


WAYS: tuple[Callable[[Scene], Awaitable[None]], ...] = (
    closes,
    is_past_its_day,
    is_changed_for_the_worse,
    employer_fails_its_check,
    check_of_employer_expires,
    wage_rises,
    three_report_it,
    report_is_upheld,
)


@pytest.fixture
async def scene(api: Api, world: World, running: Running) -> Scene:
    await set_wage(running, world, 2_000)
    offered = terms(
        # Of its own, as the titles of other postings are suggested, too.
        title=f"高原风电检修{new_id()[-6:]}",
        place_code="630102",
        pay=monthly(6_000),
        valid_until=today() + timedelta(days=30),
    )
    # The newest of all, whatever other tests have left: the feed shows the newest only.
    posting = replace(world.absent, id=f"f{new_id()[1:]}", terms=offered)
    await running.store.postings.add([posting])
    await running.store.mongo["sessions"].update_one(
        {"_id": world.live.id}, {"$push": {"posting_ids": posting.id}}
    )
    host = world.token(world.host)
    given = {"sessionId": gid(world.live), "postingId": gid(posting)}
    assert (await api.mutate("pinPosting", given, host))["__typename"] == "PostingShown"
    created = await api.mutate(
        "createCode", given | {"label": "海报"}, host, OPERATIONS["createCode"].selection
    )
    seeker = await somebody(world, running)
    return Scene(api, world, running, posting, seeker, created["qrCode"]["token"])


async def somebody(world: World, running: Running) -> Seeker:
    """Who looks for just this work."""
    wants = Wants(occupations=(Occupation.ELECTRICIAN,), places=(PROVINCE,))
    profile = replace(world.seeker.profile, wants=wants, skills=())
    made = replace(
        world.seeker, id=new_id(), giver=new_id(), contact=None, searches=(), profile=profile
    )
    await running.store.seekers.add([made])
    return made


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_what_is_taken_away_is_on_no_reading_path(
    way: Callable[[Scene], Awaitable[None]], scene: Scene
) -> None:
    assert {path.__name__: await path(scene) for path in PATHS} == dict.fromkeys(
        (path.__name__ for path in PATHS), True
    )
    await way(scene)
    # Somebody else taps: who has tapped before gets the same answer again.
    assert {path.__name__: await path(scene) for path in PATHS} == dict.fromkeys(
        (path.__name__ for path in PATHS), False
    )
