"""What a person sees of their leads beside the lead: the posting and session as they are now."""

from __future__ import annotations

from typing import Any

from domain.postings.postings import PostingStatus
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_inputs import interest_input
from tests.support.services import RunningServices
from tests.support.world import World, gid

INTEREST = """... on InterestRecorded {
  receipt lead { id } ownLead { id posting { id } session { id } terms { title } }
}"""
OWN = """query Me($receipt: String!, $stale: String!, $room: ID!) {
  myLeads(receipt: $receipt) { edges { node {
    id posting { id title status } session { id title } terms { title }
  } } }
  stale: myLeads(receipt: $stale) { edges { cursor } }
  recommendedPostings { score }
  consentText(postingId: $room) { version }
  liveSession(id: $room) { title }
}"""


async def give_interest(api: GraphQLClient, world: World) -> dict[str, Any]:
    given = interest_input(world)
    return await api.mutate("expressInterest", given, world.viewer_token(), INTEREST)


async def test_an_own_lead_has_its_posting_and_session_and_an_id_of_its_own(
    api: GraphQLClient, world: World
) -> None:
    recorded = await give_interest(api, world)
    own = recorded["ownLead"]
    assert own["id"] != recorded["lead"]["id"]
    assert own == {
        "id": own["id"],
        "posting": {"id": gid(world.open)},
        "session": {"id": gid(world.live)},
        "terms": {"title": world.open.terms.title},
    }
    for lead_id in (own["id"], recorded["lead"]["id"]):
        withdrawn = await api.mutate(
            "withdrawConsent",
            {"receipt": recorded["receipt"], "leadId": lead_id},
            None,
            "... on ConsentTakenBack { lead { id } }",
        )
        assert withdrawn["lead"] == {"id": own["id"]}


async def test_a_posting_that_closed_is_null_and_a_stale_receipt_does_not_empty_the_page(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    recorded = await give_interest(api, world)
    variables = {"receipt": recorded["receipt"], "stale": "x", "room": gid(world.live)}
    answer = await api.execute(OWN, variables, world.viewer_token())
    assert answer["data"] == {
        "myLeads": {
            "edges": [
                {
                    "node": {
                        "id": recorded["ownLead"]["id"],
                        "posting": {
                            "id": gid(world.open),
                            "title": world.open.terms.title,
                            "status": "OPEN",
                        },
                        "session": {"id": gid(world.live), "title": world.live.title},
                        "terms": {"title": world.open.terms.title},
                    }
                }
            ]
        },
        "stale": None,
        "recommendedPostings": None,
        "consentText": None,
        "liveSession": {"title": world.live.title},
    }
    assert sorted(
        (error["path"][0], error["extensions"]["code"]) for error in answer["errors"]
    ) == [
        ("consentText", "INVALID_ID"),
        ("recommendedPostings", "NOT_PERMITTED"),
        ("stale", "UNAUTHENTICATED"),
    ]
    await running.store.mongo["postings"].update_one(
        {"_id": world.open.id}, {"$set": {"status": PostingStatus.CLOSED}}
    )
    closed = await api.execute(OWN, variables, world.viewer_token())
    (edge,) = closed["data"]["myLeads"]["edges"]
    assert edge["node"]["posting"] is None
    assert edge["node"]["terms"] == {"title": world.open.terms.title}
