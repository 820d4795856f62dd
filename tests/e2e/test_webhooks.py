"""Messages to a real receiver while the process that sends them is killed."""

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
from tests.support.clients import Http
from tests.support.partners import Partner
from tests.support.server import Server, running_server
from tests.support.waiting import until
from workers.deliveries import PER_ENDPOINT

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


async def waiting_messages(node: Server, url: str) -> tuple[str, str]:
    """A webhook with ``MESSAGES`` that wait until it is switched on, and who may do that."""
    async with Http(node.url) as http:
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

        async def all_wait() -> bool:
            return len(await deliveries(node, webhook, officer)) == MESSAGES

        await until(all_wait, every=0.05)
        await http(SWITCH % "enableWebhook", {"id": webhook}, token=officer)
        return webhook, officer


async def deliveries(node: Server, webhook: str, token: str) -> list[dict[str, Any]]:
    async with Http(node.url) as http:
        found = await http(DELIVERIES, {"id": webhook}, token=token)
    return [edge["node"] for edge in found["webhookDeliveries"]["edges"]]


async def test_what_a_killed_node_had_sent_and_not_noted_comes_again_under_its_id_and_all_else_once(
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
    async with Partner() as partner:
        partner.holds = True
        async with node() as dying:
            webhook, officer = await waiting_messages(dying, partner.url)
            await until(lambda: len(partner.got) == PER_ENDPOINT)
            # From here on it notes nothing, and the receiver answers that it has taken them.
            dying.process.send_signal(signal.SIGSTOP)
            unnoted = partner.ids()
            partner.let_go()
            assert (await dying.stop(signal.SIGKILL)).code == -signal.SIGKILL
        # Its claims last a minute; here an hour, since a busy machine needs long to start a node.
        later = {"$set": {"next_at": utc_now() + timedelta(hours=1)}}
        done = await claimed.update_many({"claim": {"$ne": None}}, later)
        assert done.modified_count == PER_ENDPOINT
        async with node() as living:

            async def all_noted(number: int) -> bool:
                found = await deliveries(living, webhook, officer)
                states = Counter(each["state"] for each in found)
                return states[DeliveryState.DELIVERED] == number

            await until(partial(all_noted, MESSAGES - PER_ENDPOINT), every=0.05)
            assert len(set(partner.ids())) == len(partner.got) == MESSAGES
            await claimed.update_many({"claim": {"$ne": None}}, {"$set": {"next_at": utc_now()}})
            await until(partial(all_noted, MESSAGES), every=0.05)
            found = await deliveries(living, webhook, officer)
    assert Counter(partner.ids()) == Counter([*partner.ids()[:MESSAGES], *unnoted])
    assert len({(headers["webhook-id"], body) for headers, body in partner.got}) == MESSAGES
    tries = {each["messageId"]: each["attempts"] for each in found}
    assert tries == {each: 2 if each in unnoted else 1 for each in partner.ids()}
