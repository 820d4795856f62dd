"""Requests that tests of webhooks send: create a webhook, list its deliveries."""

from __future__ import annotations

from typing import Any

from tests.support.graphql_clients import GraphQLClient
from tests.support.world import World

CREATED = "... on WebhookCreated { secret webhook { id } }"
DELIVERIES = """
query ($id: ID!, $state: DeliveryState) {
  webhookDeliveries(webhookId: $id, state: $state, first: 100) {
    edges { node { id messageId event payload state attempts nextAt lastStatus } }
  }
}
"""


async def create_webhook(
    api: GraphQLClient, world: World, caller: str, *events: str, **changes: Any
) -> dict[str, Any]:
    """Create a webhook as a caller of the world; returns the mutation's result."""
    given = {"url": "https://partner.example/", "events": list(events)} | changes
    return await api.mutate("createWebhook", given, world.token_of(caller), CREATED)


async def list_deliveries(
    api: GraphQLClient, world: World, caller: str, webhook_id: str
) -> list[dict[str, Any]]:
    """Return the deliveries of a webhook as the caller sees them, oldest first."""
    answer = await api.fetch_data(DELIVERIES, {"id": webhook_id}, world.token_of(caller))
    return [edge["node"] for edge in reversed(answer["webhookDeliveries"]["edges"])]
