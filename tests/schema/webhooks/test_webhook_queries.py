"""Queries for webhooks and their deliveries: what they receive, and who may see it."""

from __future__ import annotations

from typing import Any

import pytest

from domain.webhooks.messages import WebhookEvent
from schema.relay import global_id
from storage.mongo.client import new_id
from tests.schema.webhooks.webhook_calls import DELIVERIES, create_webhook, list_deliveries
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_inputs import interest_input, posting_input
from tests.support.services import RunningServices, hash_collections
from tests.support.world import World, gid

LIST = "query ($first: Int, $after: String) { webhooks(first: $first, after: $after) { edges { node { id url createdBy { id } } } pageInfo { endCursor } } }"  # noqa: E501 - one document
NODE = "query ($id: ID!) { node(id: $id) { ... on Webhook { id url } } }"
OFFICERS = {"officer", "officer above"}


async def test_union_and_employer_receive_the_events_of_their_scope(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    leads = [event.value for event in WebhookEvent if event.value.startswith("LEAD")]
    postings = [event.value for event in WebhookEvent if event.value.startswith("POSTING")]
    sessions = ["SESSION_STARTED", "SESSION_ENDED"]
    # Wait until the world's own leads are logged: they are not part of this test.
    await hash_collections(running)
    theirs = (await create_webhook(api, world, "recruiter", *leads, *postings))["webhook"]["id"]
    ours = (await create_webhook(api, world, "officer above", *leads, *postings, *sessions))[
        "webhook"
    ]["id"]
    board = interest_input(world, sessionId=None, source="BOARD")
    viewer = await world.proven_viewer_token(board["contact"]["phone"])
    await api.mutate("expressInterest", board, viewer)
    await hash_collections(running)
    officer, recruiter = world.token_of("officer"), world.token_of("recruiter")
    lead = gid(world.lead)
    await api.mutate("advanceLead", {"leadId": lead, "stage": "CONTACTED"}, recruiter)
    await api.mutate("noteLead", {"leadId": lead, "body": "已联系"}, officer)
    receipt = world.lead_receipt(world.lead)
    await api.mutate("withdrawConsent", {"receipt": receipt, "leadId": lead})
    host = gid(world.host)
    await api.mutate("assignLead", {"leadId": lead, "accountId": host}, officer)
    await api.mutate("submitPosting", posting_input(world), recruiter)
    await api.mutate("closePosting", {"postingId": gid(world.open)}, recruiter)
    await api.mutate("endSession", {"sessionId": gid(world.live)}, officer)

    def types(deliveries: list[dict[str, Any]]) -> list[str]:
        return [delivery["payload"]["type"] for delivery in deliveries]

    of_employer = types(await list_deliveries(api, world, "recruiter", theirs))
    assert of_employer == [
        "lead.recorded",
        "lead.advanced",
        "lead.consent_withdrawn",
        "posting.opened",
        "posting.closed",
    ]
    of_union = types(await list_deliveries(api, world, "officer above", ours))
    assert [kind for kind in of_union if kind not in {"lead.assigned", "session.ended"}] == [
        *of_employer
    ]
    assert {"lead.assigned", "session.ended"} <= set(of_union)


@pytest.mark.parametrize(
    "caller",
    ["nobody", "viewer", "host", "officer", "officer above", "officer elsewhere", "recruiter"],
)
async def test_only_officers_of_the_scope_see_a_webhook_and_its_deliveries(
    caller: str, api: GraphQLClient, readonly_world: World
) -> None:
    world, token = readonly_world, readonly_world.token_of(caller)
    webhook_id = gid(world.webhook)
    sees = caller in OFFICERS
    node = {"id": webhook_id, "url": world.webhook.url} if sees else None
    assert (await api.fetch_data(NODE, {"id": webhook_id}, token))["node"] == node
    if sees:
        types = {each["event"] for each in await list_deliveries(api, world, caller, webhook_id)}
        assert types <= {"LEAD_RECORDED", "WEBHOOK_TEST"}
    else:
        error = await api.fetch_error(DELIVERIES, {"id": webhook_id}, token)
        codes = {"nobody": "UNAUTHENTICATED", "viewer": "NOT_PERMITTED", "host": "NOT_PERMITTED"}
        assert error["extensions"]["code"] == codes.get(caller, "NOT_FOUND")
    if caller in {"nobody", "viewer", "host"}:
        error = await api.fetch_error(LIST, None, token)
        assert error["extensions"]["code"] == codes[caller]
    else:
        listed = (await api.fetch_data(LIST, None, token))["webhooks"]["edges"]
        assert (webhook_id in [edge["node"]["id"] for edge in listed]) is sees


async def test_an_unknown_webhook_is_not_found(api: GraphQLClient, readonly_world: World) -> None:
    error = await api.fetch_error(
        DELIVERIES, {"id": global_id("Webhook", new_id())}, readonly_world.token_of("officer")
    )
    assert error["extensions"]["code"] == "NOT_FOUND"
