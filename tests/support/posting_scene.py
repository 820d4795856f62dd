"""A posting that is put on every reading path, and the requests that read it.

The scene records what the paths request, so that a test can tell which fields no path reads.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from domain.live.events import PostingMatched
from domain.live.log_position import LOG_START, LogPosition
from domain.live.log_topics import seeker_topic
from domain.live.questions import QuestionStatus
from domain.postings.postings import Posting
from domain.seekers.seekers import Seeker
from realtime.hub import Membership
from schema.context import Context
from schema.execution.engine import GraphQLRequest
from storage.mongo.client import Transaction, new_id
from storage.seekers.call_campaigns import CampaignMatch
from tests.support.graphql_clients import GraphQLClient
from tests.support.hub_members import RecordingMember
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import interest_input
from tests.support.public_routes import serve_public_routes
from tests.support.services import RunningServices
from tests.support.world import World, gid


@dataclass(frozen=True, kw_only=True)
class AskedRequests:
    """Records what the paths requested, and keeps their subscriptions open."""

    documents: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)
    memberships: dict[tuple[str, str], Membership] = field(default_factory=dict)

    def leave(self) -> None:
        """End the subscriptions."""
        for membership in self.memberships.values():
            membership.leave()


@dataclass(frozen=True, kw_only=True)
class PostingScene:
    """A posting that is presented, pinned, scanned, matched and applied for, and clients that
    read it.
    """

    api: GraphQLClient
    world: World
    running: RunningServices
    posting: Posting
    seeker: Seeker
    """The seeker that the posting matches."""
    applicant: str
    """The device that gave the interest."""
    interest: dict[str, Any]
    """A lead for the posting."""
    qr_token: str
    """The token of a QR code that points at the posting."""
    qr_code_id: str
    asked: AskedRequests = field(default_factory=AskedRequests)

    @property
    def id(self) -> str:
        return gid(self.posting)

    @property
    def applicants_token(self) -> str:
        return self.running.tokens.issue_for_viewer(self.applicant).access

    @property
    def seekers_token(self) -> str:
        return self.world.seeker_token(self.seeker)

    async def execute(self, query: str, by: str | None = None, **variables: Any) -> dict[str, Any]:
        self.asked.documents.add(query)
        return await self.api.execute(query, variables, by or self.world.viewer_token())

    async def shows(self, query: str, by: str | None = None, **variables: Any) -> bool:
        """Return whether the answer names the posting."""
        answer = await self.execute(query, by, **variables)
        return self.id in json.dumps(answer["data"])

    async def replays(
        self, query: str, token: str, topic: str, after: LogPosition = LOG_START, **variables: Any
    ) -> bool:
        """Return whether a subscriber that resumes from the cursor gets the posting.

        The first subscriber stays joined, so that its rendered events remain cached.
        """
        self.asked.documents.add(query)
        principal = self.running.tokens.authenticate(f"Bearer {token}")
        request = GraphQLRequest(query=query, variables=variables)
        joining = await self.running.engine.subscribe(
            request, Context(self.running.services, principal)
        )
        member = RecordingMember()
        membership = await self.running.services.hub.join(
            topic,
            joining.group_key,
            joining.render,
            member,
            session_id=joining.log_source.subject_id,
            after=after,
            by=joining.log_source.principal.subject,
        )
        if (query, topic) in self.asked.memberships:
            membership.leave()
        else:
            self.asked.memberships[query, topic] = membership
        return self.id in json.dumps(member.events)

    async def get(self, *urls: str) -> list[httpx.Response]:
        """Return the responses of public paths without a token."""
        self.asked.urls.update(urls)
        async with serve_public_routes(self.running.services) as http:
            return [await http.get(url) for url in urls]


async def build_scene(
    api: GraphQLClient, world: World, running: RunningServices, posting: Posting, seeker: Seeker
) -> PostingScene:
    """Put a stored, open posting of the world's employer on every path."""
    store, services = running.store, running.services
    await store.mongo["sessions"].update_one(
        {"_id": world.live.id}, {"$push": {"posting_ids": posting.id}}
    )
    host = world.token(world.host)
    given = {"sessionId": gid(world.live), "postingId": gid(posting)}
    assert (await api.mutate("pinPosting", given, host))["__typename"] == "PostingShown"
    created = await api.mutate(
        "createCode", given | {"label": "海报"}, host, MUTATION_CASES["createCode"].selection
    )
    question = world.new_question(posting_id=posting.id, status=QuestionStatus.ASKED)
    await store.questions.add(question)
    shown = await api.mutate("publishQuestion", {"questionId": gid(question)}, host)
    assert shown["__typename"] == "QuestionChanged"
    tap = interest_input(world, postingId=gid(posting))
    applicant = await world.proven_viewer(tap["contact"]["phone"])
    given_lead = await api.mutate("expressInterest", tap, applicant.access)
    assert given_lead["__typename"] == "InterestRecorded"
    match = CampaignMatch(
        id=new_id(),
        campaign_id=world.campaign.id,
        seeker_id=seeker.id,
        posting_ids=(posting.id,),
        at=services.clock(),
    )
    await store.call_campaigns.save_matches([match])

    async def log_match(transaction: Transaction) -> None:
        event = PostingMatched(seeker_id=seeker.id, posting_id=posting.id)
        topic = seeker_topic(seeker.id)
        await store.event_log.append(topic, [event], at=services.clock(), transaction=transaction)

    await store.mongo.run_transaction(log_match)
    return PostingScene(
        api=api,
        world=world,
        running=running,
        posting=posting,
        seeker=seeker,
        applicant=applicant.principal.subject,
        interest=tap,
        qr_token=created["qrCode"]["token"],
        qr_code_id=created["qrCode"]["id"],
    )
