"""Every path on which a client can read a posting: one function for each.

A function returns whether its path shows the posting of a scene. A new reading path is one more
function in ``READING_PATHS``.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from domain.live.log_topics import seeker_topic, session_topic
from schema.live.subscriptions import UNREACHABLE
from tests.support.mutation_inputs import interest_input
from tests.support.posting_scene import PostingScene
from tests.support.world import gid

POSTINGS_QUERY = "query ($filter: PostingFilter!, $order: PostingOrder) { postings(filter: $filter, orderBy: $order, first: 100) { edges { node { id } } } }"  # noqa: E501 - one document
NODE_QUERY = "query ($id: ID!) { node(id: $id) { id } }"
PINNED_SUBSCRIPTION = "subscription ($session: ID!) { sessionEvents(sessionId: $session) { ... on PostingPinned { posting { id } } ... on SessionPostingOpened { posting { id } } ... on QuestionPublished { question { posting { id } } } } }"  # noqa: E501 - one document
SNAPSHOT_SUBSCRIPTION = "subscription ($session: ID!) { sessionEvents(sessionId: $session) { ... on Reset { snapshot { pinnedPosting { id } postings(first: 100) { edges { node { id } } } } } } }"  # noqa: E501 - one document
MATCHED_SUBSCRIPTION = "subscription { postingMatched { ... on PostingMatched { posting { id } match { posting { id } } } ... on MatchesReset { recommended { posting { id } } } } }"  # noqa: E501 - one document


async def _is_listed(scene: PostingScene, order: str | None = None, **narrowed: Any) -> bool:
    given = {"employerId": gid(scene.world.employer), **narrowed}
    return await scene.shows(POSTINGS_QUERY, filter=given, order=order)


async def listed(scene: PostingScene) -> bool:
    return await _is_listed(scene)


async def listed_by_pay(scene: PostingScene) -> bool:
    return await _is_listed(scene, "PAY", payFrom=1)


async def listed_by_distance(scene: PostingScene) -> bool:
    near = {"placeCode": scene.posting.terms.place_code, "withinKm": 50}
    return await _is_listed(scene, "DISTANCE", near=near)


async def found_by_words(scene: PostingScene) -> bool:
    return await _is_listed(scene, "RELEVANCE", search=scene.posting.terms.title)


async def found_by_occupation_and_place(scene: PostingScene) -> bool:
    terms = scene.posting.terms
    codes = {"occupation": terms.occupation.value, "placeCode": terms.place_code}
    return await _is_listed(scene, **codes)


async def found_by_session(scene: PostingScene) -> bool:
    return await _is_listed(scene, sessionId=gid(scene.world.live))


async def listed_as_open_to_recruiter(scene: PostingScene) -> bool:
    given = {"employerId": gid(scene.world.employer), "status": "OPEN"}
    token = scene.world.token(scene.world.recruiter)
    return await scene.shows(POSTINGS_QUERY, token, filter=given)


async def counted_in_facets(scene: PostingScene) -> bool:
    query = "query ($id: ID!, $title: String!) { postings(filter: {employerId: $id, search: $title}) { facets { total } } }"  # noqa: E501 - one document
    given = {"id": gid(scene.world.employer), "title": scene.posting.terms.title}
    answer = await scene.execute(query, **given)
    return bool(answer["data"]["postings"]["facets"]["total"])


async def found_by_node_id(scene: PostingScene) -> bool:
    return await scene.shows(NODE_QUERY, id=scene.id)


async def in_session_postings(scene: PostingScene) -> bool:
    query = "query ($id: ID!) { liveSession(id: $id) { postings(first: 100) { edges { node { id } } } } }"  # noqa: E501 - one document
    return await scene.shows(query, id=gid(scene.world.live))


async def in_sessions_list(scene: PostingScene) -> bool:
    query = "query ($id: ID!) { liveSessions(filter: {unionId: $id}, first: 20) { edges { node { postings(first: 20) { edges { node { id } } } } } } }"  # noqa: E501 - one document
    return await scene.shows(query, id=gid(scene.world.union))


async def in_replayed_session_events(scene: PostingScene) -> bool:
    """Replay the session's events that name the posting."""
    session = scene.world.live
    token, topic = scene.world.viewer_token(), session_topic(session.id)
    return await scene.replays(PINNED_SUBSCRIPTION, token, topic, session=gid(session))


async def in_the_snapshot(scene: PostingScene) -> bool:
    session = scene.world.live
    topic, after = session_topic(session.id), UNREACHABLE
    return await scene.replays(
        SNAPSHOT_SUBSCRIPTION, scene.world.viewer_token(), topic, after, session=gid(session)
    )


async def in_session_questions(scene: PostingScene) -> bool:
    query = "query ($id: ID!) { liveSession(id: $id) { questions { edges { node { posting { id } } } } } }"  # noqa: E501 - one document
    return await scene.shows(query, id=gid(scene.world.live))


async def has_consent_text(scene: PostingScene) -> bool:
    query = "query ($id: ID!) { consentText(postingId: $id) { version } }"
    return "errors" not in await scene.execute(query, id=scene.id)


async def accepts_interest(scene: PostingScene) -> bool:
    given = interest_input(scene.world, postingId=scene.id)
    answer = await scene.api.mutate("expressInterest", given, scene.world.viewer_token())
    assert answer["__typename"] == "InterestRecorded" or answer["code"] == "POSTING_NOT_OPEN"
    return bool(answer["__typename"] == "InterestRecorded")


async def shown_to_earlier_applicant(scene: PostingScene) -> bool:
    query = "mutation ($input: ExpressInterestInput!) { expressInterest(input: $input) { __typename ... on InterestRecorded { created lead { posting { id } } } } }"  # noqa: E501 - one document
    answer = await scene.execute(query, by=scene.applicants_token, input=scene.interest)
    result = answer["data"]["expressInterest"]
    assert (result["__typename"], result["created"]) == ("InterestRecorded", False)
    return bool(result["lead"]["posting"])


async def named_by_own_lead(scene: PostingScene) -> bool:
    query = "mutation ($input: ExpressInterestInput!) { expressInterest(input: $input) { ... on InterestRecorded { ownLead { posting { id } } receipt } } }"  # noqa: E501 - one document
    answer = await scene.execute(query, by=scene.applicants_token, input=scene.interest)
    recorded = answer["data"]["expressInterest"]
    query = "query ($receipt: String!) { myLeads(receipt: $receipt, first: 5) { edges { node { posting { id } } } } }"  # noqa: E501 - one document
    is_in_my_leads = await scene.shows(query, receipt=recorded["receipt"])
    assert is_in_my_leads is bool(recorded["ownLead"]["posting"])
    return is_in_my_leads


async def resolved_from_qr_token(scene: PostingScene) -> bool:
    query = "query ($token: String!) { resolveCode(token: $token) { posting { id } } }"
    return await scene.shows(query, token=scene.qr_token)


async def shown_by_qr_code_node(scene: PostingScene) -> bool:
    query = "query ($id: ID!) { node(id: $id) { ... on Code { posting { id } } } }"
    return await scene.shows(query, scene.world.token(scene.world.host), id=scene.qr_code_id)


async def accepts_new_qr_code(scene: PostingScene) -> bool:
    given = {"sessionId": gid(scene.world.live), "postingId": scene.id, "label": "海报"}
    token = scene.world.token(scene.world.host)
    answer = await scene.api.mutate("createCode", given, token)
    assert answer["__typename"] == "CodeCreated" or answer["code"] == "POSTING_NOT_OPEN"
    return bool(answer["__typename"] == "CodeCreated")


async def suggested(scene: PostingScene) -> bool:
    query = "query ($start: String!) { postingSuggestions(prefix: $start) { text } }"
    title = scene.posting.terms.title
    answer = await scene.execute(query, start=title)
    return title in {each["text"] for each in answer["data"]["postingSuggestions"]}


async def recommended(scene: PostingScene) -> bool:
    query = "{ recommendedPostings { posting { id } } }"
    return await scene.shows(query, scene.seekers_token)


async def recommended_by_an_officer(scene: PostingScene) -> bool:
    query = "query ($id: ID!) { matches(seekerId: $id) { posting { id } } }"
    return await scene.shows(query, scene.world.token(scene.world.officer), id=gid(scene.seeker))


async def matched_in_a_campaign(scene: PostingScene) -> bool:
    query = "query ($id: ID!) { campaignMatches(campaignId: $id) { edges { node { matches { posting { id } } } } } }"  # noqa: E501 - one document
    token = scene.world.token(scene.world.officer)
    return await scene.shows(query, token, id=gid(scene.world.campaign))


async def explained(scene: PostingScene) -> bool:
    query = "query ($id: ID!) { matchExplained(postingId: $id) { match { posting { id } } } }"
    return await scene.shows(query, scene.seekers_token, id=scene.id)


async def in_matching_seekers(scene: PostingScene) -> bool:
    query = "query ($id: ID!) { matchingSeekers(postingId: $id, first: 100) { edges { node { match { posting { id } } } } } }"  # noqa: E501 - one document
    return await scene.shows(query, scene.world.token(scene.world.officer), id=scene.id)


async def in_replayed_match_events(scene: PostingScene) -> bool:
    """Replay the match event as its seeker."""
    return await scene.replays(
        MATCHED_SUBSCRIPTION, scene.seekers_token, seeker_topic(scene.seeker.id)
    )


async def in_the_seekers_snapshot(scene: PostingScene) -> bool:
    topic = seeker_topic(scene.seeker.id)
    return await scene.replays(MATCHED_SUBSCRIPTION, scene.seekers_token, topic, UNREACHABLE)


async def has_a_page(scene: PostingScene) -> bool:
    (answer,) = await scene.get(f"/jobs/{scene.id}")
    assert answer.status_code in {200, 410}
    return answer.status_code == 200


async def in_the_sitemap(scene: PostingScene) -> bool:
    (index,) = await scene.get("/sitemap.xml")
    parts = re.findall(r"(/sitemaps/[0-9a-f]+\.xml)</loc>", index.text)
    return any(scene.id in part.text for part in await scene.get(*parts))


async def in_the_feed(scene: PostingScene) -> bool:
    (feed,) = await scene.get("/feed.xml")
    return scene.id in feed.text


async def in_the_open_data(scene: PostingScene) -> bool:
    tables = await scene.get(*(f"/open-data/postings.{form}" for form in ("csv", "json")))
    (found,) = {scene.id in table.text for table in tables}
    return found


READING_PATHS: tuple[Callable[[PostingScene], Awaitable[bool]], ...] = (
    listed,
    listed_by_pay,
    listed_by_distance,
    found_by_words,
    found_by_occupation_and_place,
    found_by_session,
    listed_as_open_to_recruiter,
    counted_in_facets,
    found_by_node_id,
    in_session_postings,
    in_sessions_list,
    in_replayed_session_events,
    in_the_snapshot,
    in_session_questions,
    has_consent_text,
    accepts_interest,
    shown_to_earlier_applicant,
    named_by_own_lead,
    resolved_from_qr_token,
    shown_by_qr_code_node,
    accepts_new_qr_code,
    suggested,
    recommended,
    recommended_by_an_officer,
    matched_in_a_campaign,
    explained,
    in_matching_seekers,
    in_replayed_match_events,
    in_the_seekers_snapshot,
    has_a_page,
    in_the_sitemap,
    in_the_feed,
    in_the_open_data,
)


async def walk_paths(scene: PostingScene) -> dict[str, bool]:
    """Return by path whether it shows the posting."""
    return {path.__name__: await path(scene) for path in READING_PATHS}


def expected_on_all_paths(shown: bool) -> dict[str, bool]:
    """Return by path what ``walk_paths`` must return."""
    return dict.fromkeys((path.__name__ for path in READING_PATHS), shown)
