"""Webhook messages to a real receiver while the sending process is killed."""

from __future__ import annotations

import signal
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

from domain.webhooks.deliveries import DeliveryState
from storage.clock import utc_now
from storage.mongo.client import Mongo
from tests.e2e.conftest import PASSWORD
from tests.e2e.test_nodes import INTEREST, POSTINGS
from tests.support.songgang_process import ServerProcess, running_server
from tests.support.third_party_clients import HttpClient
from tests.support.waiting import wait_until
from tests.support.webhook_receivers import WebhookReceiver
from workers.deliveries import CONCURRENT_MESSAGES_PER_WEBHOOK

MESSAGES = 12
CREATE = """
mutation ($url: String!) {
  createWebhook(input: { url: $url, events: [LEAD_RECORDED] }) {
    ... on WebhookCreated { webhook { id } }
  }
}
"""
SWITCH = """
mutation ($id: ID!) { %s(input: { webhookId: $id }) { ... on WebhookChanged { webhook { id } } } }
"""
DELIVERIES = """
query ($id: ID!) {
  webhookDeliveries(webhookId: $id, first: 100) { edges { node { messageId state attempts } } }
}
"""


async def enable_with_pending_messages(node: ServerProcess, url: str) -> tuple[str, str]:
    """Queue ``MESSAGES`` for a disabled webhook, enable it; returns its id and a token."""
    async with HttpClient(node.url) as http:
        officer: str = (await http.sign_in("officer", PASSWORD))["accessToken"]
        created = (await http(CREATE, {"url": url}, token=officer))["createWebhook"]
        webhook: str = created["webhook"]["id"]
        await http(SWITCH % "disableWebhook", {"id": webhook}, token=officer)
        viewer, session = await http.enter(), node.live_session
        shown = await http(POSTINGS, {"id": session})
        posting = shown["liveSession"]["postings"]["edges"][0]["node"]["id"]
        for number in range(MESSAGES):
            given = {"session": session, "posting": posting, "phone": f"144{number:08d}"}
            await http(INTEREST, given, token=viewer)

        async def all_are_pending() -> bool:
            return len(await list_deliveries(node, webhook, officer)) == MESSAGES

        await wait_until(all_are_pending, every=0.05)
        await http(SWITCH % "enableWebhook", {"id": webhook}, token=officer)
        return webhook, officer


async def list_deliveries(node: ServerProcess, webhook: str, token: str) -> list[dict[str, Any]]:
    async with HttpClient(node.url) as http:
        found = await http(DELIVERIES, {"id": webhook}, token=token)
    return [edge["node"] for edge in found["webhookDeliveries"]["edges"]]


async def test_after_a_kill_unrecorded_messages_are_sent_again_and_all_others_once(
    mongo_uri: str, database_name: str, mongo: Mongo
) -> None:
    node = partial(
        running_server,
        mongo_uri,
        database_name,
        "--demo",
        SONGGANG_SECRET="a secret that both nodes share",
        SONGGANG_DEMO_PASSWORD=PASSWORD,
        SONGGANG_WEBHOOK_PRIVATE="true",
    )
    claimed = mongo["deliveries"]
    async with WebhookReceiver() as partner:
        partner.is_holding = True
        async with node() as dying:
            webhook, officer = await enable_with_pending_messages(dying, partner.url)
            await wait_until(lambda: len(partner.requests) == CONCURRENT_MESSAGES_PER_WEBHOOK)
            # A stopped process records nothing, while the receiver accepts the messages.
            dying.process.send_signal(signal.SIGSTOP)
            unrecorded = partner.message_ids()
            partner.release()
            assert (await dying.stop(signal.SIGKILL)).code == -signal.SIGKILL
        # Extend its claims from a minute to an hour: a busy machine starts a node slowly.
        later = {"$set": {"next_at": utc_now() + timedelta(hours=1)}}
        done = await claimed.update_many({"claim": {"$ne": None}}, later)
        assert done.modified_count == CONCURRENT_MESSAGES_PER_WEBHOOK
        async with node() as living:

            async def all_recorded(number: int) -> bool:
                found = await list_deliveries(living, webhook, officer)
                states = Counter(each["state"] for each in found)
                return states[DeliveryState.DELIVERED] == number

            await wait_until(
                partial(all_recorded, MESSAGES - CONCURRENT_MESSAGES_PER_WEBHOOK), every=0.05
            )
            assert len(set(partner.message_ids())) == len(partner.requests) == MESSAGES
            await claimed.update_many({"claim": {"$ne": None}}, {"$set": {"next_at": utc_now()}})
            await wait_until(partial(all_recorded, MESSAGES), every=0.05)
            found = await list_deliveries(living, webhook, officer)
    assert Counter(partner.message_ids()) == Counter(
        [*partner.message_ids()[:MESSAGES], *unrecorded]
    )
    assert len({(headers["webhook-id"], body) for headers, body in partner.requests}) == MESSAGES
    attempts = {each["messageId"]: each["attempts"] for each in found}
    assert attempts == {each: 2 if each in unrecorded else 1 for each in partner.message_ids()}
