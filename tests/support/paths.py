"""Every way on which somebody may come upon a posting, and a scene to walk them in.

A new reading path is one more function in ``PATHS``: whether it shows the posting. What they ask is
kept in the scene, so that a test can tell which fields of the schema no path walks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from domain.live.events import PostingMatched, seeker_topic, session_topic
from domain.live.questions import QuestionStatus
from domain.postings.postings import Posting
from domain.seekers.seekers import Seeker
from realtime.hub import Membership
from schema.execution.engine import Request
from schema.live.subscriptions import OF_ANOTHER_LOG
from storage.mongo.client import Session, new_id
from storage.seekers.call_campaigns import CampaignMatch
from tests.support.graphql import Api
from tests.support.members import Recorder
from tests.support.operations import OPERATIONS, interest_input
from tests.support.public import served
from tests.support.services import Running, World, gid


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the paths have asked, and the subscriptions that stay while others come and go."""

    documents: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)
    staying: dict[tuple[str, str], Membership] = field(default_factory=dict)

    def leave(self) -> None:
        """End the subscriptions."""
        for membership in self.staying.values():
            membership.leave()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A posting that is presented, pinned, asked about, scanned, tapped and matched; who looks."""

    api: Api
    world: World
    running: Running
    posting: Posting
    seeker: Seeker
    """Whom it suits, if anything does."""
    tap: dict[str, Any]
    """The interest of somebody in it."""
    code: str
    """The token of one that points at it."""
    code_id: str
    asked: Asked = field(default_factory=Asked)

    @property
    def id(self) -> str:
        return gid(self.posting)

    @property
    def seekers_token(self) -> str:
        return self.world.seeker_token(self.seeker)

    async def answer(self, query: str, by: str | None = None, **variables: Any) -> dict[str, Any]:
        self.asked.documents.add(query)
        return await self.api.answer(query, variables, by or self.world.viewer())

    async def shows(self, query: str, by: str | None = None, **variables: Any) -> bool:
        """Whether the answer names the posting."""
        answer = await self.answer(query, by, **variables)
        return self.id in json.dumps(answer["data"])

    async def tells(
        self, query: str, token: str, topic: str, after: int = 0, **variables: Any
    ) -> bool:
        """Whether somebody who comes back with that cursor is told of the posting.

        The first who came stays, so that what was rendered then is at hand.
        """
        self.asked.documents.add(query)
        principal = self.running.tokens.authenticate(f"Bearer {token}")
        request = Request(query=query, variables=variables)
        joining = await self.running.engine.subscribe(request, principal)
        member = Recorder()
        membership = await self.running.services.hub.join(
            topic,
            joining.key,
            joining.render,
            member,
            session_id=joining.following.session_id,
            after=after,
            by=joining.following.principal.subject,
        )
        if (query, topic) in self.asked.staying:
            membership.leave()
        else:
            self.asked.staying[query, topic] = membership
        return self.id in json.dumps(member.told)

    async def read(self, *urls: str) -> list[httpx.Response]:
        """What anybody gets there without signing in."""
        self.asked.urls.update(urls)
        async with served(self.running.services) as http:
            return [await http.get(url) for url in urls]


LISTED = "query ($filter: PostingFilter!, $order: PostingOrder) { postings(filter: $filter, orderBy: $order, first: 100) { edges { node { id } } } }"  # noqa: E501 - one document
NODE = "query ($id: ID!) { node(id: $id) { id } }"
PINNED = "subscription ($session: ID!) { sessionEvents(sessionId: $session) { ... on PostingPinned { posting { id } } ... on QuestionPublished { question { posting { id } } } } }"  # noqa: E501 - one document
SNAPSHOT = "subscription ($session: ID!) { sessionEvents(sessionId: $session) { ... on Reset { snapshot { pinnedPosting { id } postings(first: 100) { edges { node { id } } } } } } }"  # noqa: E501 - one document
MATCHED = "subscription { postingMatched { ... on PostingMatched { posting { id } match { posting { id } } } ... on MatchesReset { recommended { posting { id } } } } }"  # noqa: E501 - one document


async def _found(scene: Scene, order: str | None = None, **narrowed: Any) -> bool:
    given = {"employerId": gid(scene.world.employer), **narrowed}
    return await scene.shows(LISTED, filter=given, order=order)


async def listed(scene: Scene) -> bool:
    return await _found(scene)


async def listed_by_pay(scene: Scene) -> bool:
    return await _found(scene, "PAY", payFrom=1)


async def listed_by_distance(scene: Scene) -> bool:
    near = {"placeCode": scene.posting.terms.place_code, "withinKm": 50}
    return await _found(scene, "DISTANCE", near=near)


async def found_by_words(scene: Scene) -> bool:
    return await _found(scene, "RELEVANCE", search=scene.posting.terms.title)


async def found_by_code_and_place(scene: Scene) -> bool:
    terms = scene.posting.terms
    codes = {"occupation": terms.occupation.value, "placeCode": terms.place_code}
    return await _found(scene, **codes)


async def found_by_session(scene: Scene) -> bool:
    return await _found(scene, sessionId=gid(scene.world.live))


async def listed_by_its_staff_as_open(scene: Scene) -> bool:
    given = {"employerId": gid(scene.world.employer), "status": "OPEN"}
    token = scene.world.token(scene.world.recruiter)
    return await scene.shows(LISTED, token, filter=given)


async def counted(scene: Scene) -> bool:
    query = "query ($id: ID!, $title: String!) { postings(filter: {employerId: $id, search: $title}) { facets { total } } }"  # noqa: E501 - one document
    given = {"id": gid(scene.world.employer), "title": scene.posting.terms.title}
    answer = await scene.answer(query, **given)
    return bool(answer["data"]["postings"]["facets"]["total"])


async def found_again(scene: Scene) -> bool:
    return await scene.shows(NODE, id=scene.id)


async def presented(scene: Scene) -> bool:
    query = "query ($id: ID!) { liveSession(id: $id) { postings(first: 100) { edges { node { id } } } } }"  # noqa: E501 - one document
    return await scene.shows(query, id=gid(scene.world.live))


async def presented_in_a_list(scene: Scene) -> bool:
    query = "query ($id: ID!) { liveSessions(filter: {unionId: $id}, first: 20) { edges { node { postings(first: 20) { edges { node { id } } } } } } }"  # noqa: E501 - one document
    return await scene.shows(query, id=gid(scene.world.union))


async def told_again(scene: Scene) -> bool:
    """The events that pinned it and asked about it, for somebody who comes back."""
    session = scene.world.live
    token, topic = scene.world.viewer(), session_topic(session.id)
    return await scene.tells(PINNED, token, topic, session=gid(session))


async def in_the_snapshot(scene: Scene) -> bool:
    session = scene.world.live
    topic, after = session_topic(session.id), OF_ANOTHER_LOG
    return await scene.tells(SNAPSHOT, scene.world.viewer(), topic, after, session=gid(session))


async def asked_about(scene: Scene) -> bool:
    query = "query ($id: ID!) { liveSession(id: $id) { questions { edges { node { posting { id } } } } } }"  # noqa: E501 - one document
    return await scene.shows(query, id=gid(scene.world.live))


async def consented_to(scene: Scene) -> bool:
    query = "query ($id: ID!) { consentText(postingId: $id) { version } }"
    return "errors" not in await scene.answer(query, id=scene.id)


async def tapped(scene: Scene) -> bool:
    given = interest_input(scene.world, postingId=scene.id)
    answer = await scene.api.mutate("expressInterest", given, scene.world.viewer())
    assert answer["__typename"] == "InterestRecorded" or answer["code"] == "POSTING_NOT_OPEN"
    return bool(answer["__typename"] == "InterestRecorded")


async def kept_by_who_tapped_before(scene: Scene) -> bool:
    query = "mutation ($input: ExpressInterestInput!) { expressInterest(input: $input) { __typename ... on InterestRecorded { created lead { posting { id } } } } }"  # noqa: E501 - one document
    answer = await scene.answer(query, input=scene.tap)
    result = answer["data"]["expressInterest"]
    assert (result["__typename"], result["created"]) == ("InterestRecorded", False)
    return bool(result["lead"]["posting"])


async def scanned(scene: Scene) -> bool:
    query = "query ($token: String!) { resolveCode(token: $token) { posting { id } } }"
    return await scene.shows(query, token=scene.code)


async def behind_its_code(scene: Scene) -> bool:
    query = "query ($id: ID!) { node(id: $id) { ... on Code { posting { id } } } }"
    return await scene.shows(query, scene.world.token(scene.world.host), id=scene.code_id)


async def given_a_code(scene: Scene) -> bool:
    given = {"sessionId": gid(scene.world.live), "postingId": scene.id, "label": "海报"}
    token = scene.world.token(scene.world.host)
    answer = await scene.api.mutate("createCode", given, token)
    assert answer["__typename"] == "CodeCreated" or answer["code"] == "POSTING_NOT_OPEN"
    return bool(answer["__typename"] == "CodeCreated")


async def suggested(scene: Scene) -> bool:
    query = "query ($start: String!) { postingSuggestions(prefix: $start) { text } }"
    title = scene.posting.terms.title
    answer = await scene.answer(query, start=title)
    return title in {each["text"] for each in answer["data"]["postingSuggestions"]}


async def recommended(scene: Scene) -> bool:
    query = "{ recommendedPostings { posting { id } } }"
    return await scene.shows(query, scene.seekers_token)


async def recommended_by_an_officer(scene: Scene) -> bool:
    query = "query ($id: ID!) { matches(seekerId: $id) { posting { id } } }"
    return await scene.shows(query, scene.world.token(scene.world.officer), id=gid(scene.seeker))


async def matched_in_a_campaign(scene: Scene) -> bool:
    query = "query ($id: ID!) { campaignMatches(campaignId: $id) { edges { node { matches { posting { id } } } } } }"  # noqa: E501 - one document
    token = scene.world.token(scene.world.officer)
    return await scene.shows(query, token, id=gid(scene.world.campaign))


async def explained(scene: Scene) -> bool:
    query = "query ($id: ID!) { matchExplained(postingId: $id) { match { posting { id } } } }"
    return await scene.shows(query, scene.seekers_token, id=scene.id)


async def offered_to_seekers(scene: Scene) -> bool:
    query = "query ($id: ID!) { matchingSeekers(postingId: $id, first: 100) { edges { node { match { posting { id } } } } } }"  # noqa: E501 - one document
    return await scene.shows(query, scene.world.token(scene.world.officer), id=scene.id)


async def told_to_whom_it_suits(scene: Scene) -> bool:
    """The event that told of it, for a seeker who comes back."""
    return await scene.tells(MATCHED, scene.seekers_token, seeker_topic(scene.seeker.id))


async def in_the_seekers_snapshot(scene: Scene) -> bool:
    topic = seeker_topic(scene.seeker.id)
    return await scene.tells(MATCHED, scene.seekers_token, topic, OF_ANOTHER_LOG)


async def has_a_page(scene: Scene) -> bool:
    (answer,) = await scene.read(f"/jobs/{scene.id}")
    assert answer.status_code in {200, 410}
    return answer.status_code == 200


async def in_the_sitemap(scene: Scene) -> bool:
    (index,) = await scene.read("/sitemap.xml")
    parts = re.findall(r"(/sitemaps/[0-9a-f]+\.xml)</loc>", index.text)
    return any(scene.id in part.text for part in await scene.read(*parts))


async def in_the_feed(scene: Scene) -> bool:
    (feed,) = await scene.read("/feed.xml")
    return scene.id in feed.text


async def in_the_open_data(scene: Scene) -> bool:
    tables = await scene.read(*(f"/open-data/postings.{form}" for form in ("csv", "json")))
    (found,) = {scene.id in table.text for table in tables}
    return found


PATHS: tuple[Callable[[Scene], Awaitable[bool]], ...] = (
    listed,
    listed_by_pay,
    listed_by_distance,
    found_by_words,
    found_by_code_and_place,
    found_by_session,
    listed_by_its_staff_as_open,
    counted,
    found_again,
    presented,
    presented_in_a_list,
    told_again,
    in_the_snapshot,
    asked_about,
    consented_to,
    tapped,
    kept_by_who_tapped_before,
    scanned,
    behind_its_code,
    given_a_code,
    suggested,
    recommended,
    recommended_by_an_officer,
    matched_in_a_campaign,
    explained,
    offered_to_seekers,
    told_to_whom_it_suits,
    in_the_seekers_snapshot,
    has_a_page,
    in_the_sitemap,
    in_the_feed,
    in_the_open_data,
)


async def walked(scene: Scene) -> dict[str, bool]:
    """Which of the paths show the posting."""
    return {path.__name__: await path(scene) for path in PATHS}


def on_all_paths(shown: bool) -> dict[str, bool]:
    """What ``walked`` gives of a posting that is open, or of one that is not."""
    return dict.fromkeys((path.__name__ for path in PATHS), shown)


async def set_scene(
    api: Api, world: World, running: Running, posting: Posting, seeker: Seeker
) -> Scene:
    """Take an open posting of the world's employer, which is stored, onto every path."""
    store, services = running.store, running.services
    await store.mongo["sessions"].update_one(
        {"_id": world.live.id}, {"$push": {"posting_ids": posting.id}}
    )
    host = world.token(world.host)
    given = {"sessionId": gid(world.live), "postingId": gid(posting)}
    assert (await api.mutate("pinPosting", given, host))["__typename"] == "PostingShown"
    created = await api.mutate(
        "createCode", given | {"label": "海报"}, host, OPERATIONS["createCode"].selection
    )
    question = world.asked(posting_id=posting.id, status=QuestionStatus.ASKED)
    await store.questions.add(question)
    shown = await api.mutate("publishQuestion", {"questionId": gid(question)}, host)
    assert shown["__typename"] == "QuestionChanged"
    tap = interest_input(world, postingId=gid(posting))
    given_lead = await api.mutate("expressInterest", tap, world.viewer())
    assert given_lead["__typename"] == "InterestRecorded"
    match = CampaignMatch(
        id=new_id(),
        campaign_id=world.campaign.id,
        seeker_id=seeker.id,
        posting_ids=(posting.id,),
        at=services.clock(),
    )
    await store.campaigns.keep([match])

    async def tell(session: Session) -> None:
        event = PostingMatched(seeker_id=seeker.id, posting_id=posting.id)
        topic = seeker_topic(seeker.id)
        await store.log.append(topic, [event], at=services.clock(), session=session)

    await store.mongo.transaction(tell)
    return Scene(
        api=api,
        world=world,
        running=running,
        posting=posting,
        seeker=seeker,
        tap=tap,
        code=created["qrCode"]["token"],
        code_id=created["qrCode"]["id"],
    )
