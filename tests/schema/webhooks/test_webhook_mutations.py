"""Webhooks through the API: created, changed, switched, tested and replayed."""

from __future__ import annotations

from typing import Any

import pytest
from standardwebhooks import Webhook as Receiver

from domain.refusals import Busy
from domain.webhooks.messages import WebhookEvent
from domain.webhooks.webhooks import MAX_WEBHOOKS_PER_OWNER, DeliveryResult
from schema.relay import parse_global_id
from storage.clock import utc_now
from tests.schema.webhooks.webhook_calls import DELIVERIES, create_webhook, list_deliveries
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.services import RunningServices, hash_collections
from tests.support.world import World, gid


async def test_a_test_message_is_queued_and_holds_no_data(api: GraphQLClient, world: World) -> None:
    token = world.token_of("officer")
    tested = await api.mutate(
        "testWebhook",
        {"webhookId": gid(world.webhook)},
        token,
        MUTATION_CASES["testWebhook"].selection,
    )
    delivery = tested["delivery"]
    assert (delivery["event"], delivery["state"]) == ("WEBHOOK_TEST", "PENDING")
    assert (delivery["payload"]["type"], delivery["payload"]["data"]) == ("webhook.test", {})
    pending = {"webhookId": gid(world.webhook), "deliveryId": delivery["id"]}
    refused = await api.mutate("replayWebhook", pending, token)
    assert (refused["code"], refused["field"]) == ("NOT_FOUND", ["input", "deliveryId"])


async def test_the_secret_works_in_a_standard_receiver_and_changes_on_rotation(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    created = await create_webhook(api, world, "officer", "LEAD_RECORDED")
    assert Receiver(created["secret"])
    rotate = {"webhookId": created["webhook"]["id"]}
    selection = MUTATION_CASES["rotateWebhookSecret"].selection
    rotated = await api.mutate("rotateWebhookSecret", rotate, world.token_of("officer"), selection)
    assert Receiver(rotated["secret"])
    assert rotated["secret"] != created["secret"]


CHANGED = "... on WebhookChanged { webhook { url events version state failingSince lastStatus } }"


async def change_webhook(
    api: GraphQLClient, world: World, caller: str = "officer", **given: Any
) -> dict[str, Any]:
    given = {"webhookId": gid(world.webhook)} | given
    return await api.mutate("changeWebhook", given, world.token_of(caller), CHANGED)


async def test_omitted_values_stay_and_each_change_raises_the_version(
    api: GraphQLClient, world: World
) -> None:
    events, url = [event.value for event in world.webhook.events], "https://partner.example/new"
    first = (await change_webhook(api, world, url=f" {url} "))["webhook"]
    assert (first["url"], first["events"], first["version"]) == (url, events, 2)
    given = ["POSTING_OPENED", "SESSION_ENDED", "POSTING_OPENED"]
    second = (await change_webhook(api, world, events=given, expectedVersion=2))["webhook"]
    assert (second["url"], second["events"], second["version"]) == (url, given[:2], 3)
    refused = await change_webhook(api, world, events=["LEAD_ERASED"], expectedVersion=2)
    assert (refused["code"], refused["field"]) == ("STATUS_CONFLICT", ["input", "expectedVersion"])
    assert "version 3" in refused["message"]
    third = (await change_webhook(api, world, url=url))["webhook"]
    assert third == second | {"version": 4}


async def test_a_change_of_an_outdated_webhook_overwrites_nothing(
    world: World, running: RunningServices
) -> None:
    webhooks, url = running.services.webhooks, "https://partner.example/new"
    changed = await webhooks.change(world.webhook, url, None)
    with pytest.raises(Busy):
        await webhooks.change(world.webhook, None, [WebhookEvent.LEAD_ERASED])
    assert await running.store.webhooks.by_id(world.webhook.id) == changed
    assert (changed.url, changed.events, changed.version) == (url, world.webhook.events, 2)


async def test_a_new_url_clears_the_failures_and_new_events_do_not(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    failed = world.webhook.record_failure(
        DeliveryResult(status=410), at=utc_now().replace(microsecond=0)
    )
    assert await running.store.webhooks.record_failure(world.webhook, failed)
    changed = (await change_webhook(api, world, events=["LEAD_ERASED"]))["webhook"]
    assert (changed["state"], changed["lastStatus"]) == ("FAILED", 410)
    moved = (await change_webhook(api, world, url="https://partner.example/new"))["webhook"]
    # Only its owner switches it on again.
    assert (moved["state"], moved["failingSince"], moved["lastStatus"]) == ("FAILED", None, None)


async def test_a_webhook_stored_without_a_version_is_at_version_one(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    webhooks = running.store.mongo["webhooks"]
    await webhooks.update_one({"_id": world.webhook.id}, {"$unset": {"version": 1}})
    changed = await change_webhook(api, world, events=["LEAD_ERASED"], expectedVersion=1)
    assert changed["webhook"]["version"] == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "url"),
        ({"url": "http://partner.example/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["WEBHOOK_TEST"]}, "events"),
    ],
)
async def test_an_empty_or_invalid_change_is_refused_and_writes_nothing(
    given: dict[str, Any],
    field: str,
    api: GraphQLClient,
    readonly_world: World,
    running: RunningServices,
) -> None:
    before = await hash_collections(running)
    refused = await change_webhook(api, readonly_world, **given)
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", ["input", field])
    assert await hash_collections(running) == before


async def test_a_recruiter_changes_their_own_webhook_without_session_events(
    api: GraphQLClient, world: World
) -> None:
    own = (await create_webhook(api, world, "recruiter", "LEAD_RECORDED"))["webhook"]["id"]
    refused = await change_webhook(api, world, "recruiter", webhookId=own, events=["SESSION_ENDED"])
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", ["input", "events"])
    changed = await change_webhook(api, world, "recruiter", webhookId=own, events=["LEAD_ERASED"])
    assert changed["webhook"]["events"] == ["LEAD_ERASED"]
    assert (
        await change_webhook(api, world, "other recruiter", webhookId=own, events=["LEAD_ERASED"])
    )["code"] == "NOT_FOUND"


async def test_an_owner_has_at_most_ten_webhooks_and_a_deletion_makes_room(
    api: GraphQLClient, world: World
) -> None:
    ids = [
        (await create_webhook(api, world, "recruiter", "LEAD_RECORDED"))["webhook"]["id"]
        for _ in range(MAX_WEBHOOKS_PER_OWNER)
    ]
    assert (await create_webhook(api, world, "recruiter", "LEAD_RECORDED"))[
        "code"
    ] == "ALREADY_EXISTS"
    await api.mutate("deleteWebhook", {"webhookId": ids[3]}, world.token_of("recruiter"))
    assert (await create_webhook(api, world, "recruiter", "LEAD_RECORDED"))[
        "__typename"
    ] == "WebhookCreated"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": "http://partner.example/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["WEBHOOK_TEST"]}, "events"),
        ({"events": ["SESSION_STARTED"]}, "events"),
    ],
)
async def test_an_invalid_url_or_event_is_refused_and_writes_nothing(
    changes: dict[str, Any],
    field: str,
    api: GraphQLClient,
    readonly_world: World,
    running: RunningServices,
) -> None:
    before = await hash_collections(running)
    given = {"events": ["LEAD_RECORDED"]} | changes
    events = given.pop("events")
    refused = await create_webhook(api, readonly_world, "recruiter", *events, **given)
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", ["input", field])
    assert await hash_collections(running) == before


async def test_a_delivered_message_can_be_replayed(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    token = world.token_of("officer")
    webhook = (await create_webhook(api, world, "officer", "SESSION_ENDED"))["webhook"]["id"]
    selection = MUTATION_CASES["testWebhook"].selection
    sent = await api.mutate("testWebhook", {"webhookId": webhook}, token, selection)
    one = {"webhookId": webhook, "deliveryId": sent["delivery"]["id"]}
    done = {"$set": {"state": "DELIVERED", "attempts": 3}}
    of_it = {"webhook_id": parse_global_id(webhook, "Webhook")}
    await running.store.mongo["deliveries"].update_one(of_it, done)

    async def of_state(state: str) -> list[tuple[str, int]]:
        found = await api.fetch_data(DELIVERIES, {"id": webhook, "state": state}, token)
        nodes = [edge["node"] for edge in found["webhookDeliveries"]["edges"]]
        return [(node["id"], node["attempts"]) for node in nodes]

    assert (await of_state("PENDING"), len(await of_state("DELIVERED"))) == ([], 1)
    other = await create_webhook(api, world, "officer", "LEAD_RECORDED")
    refused = await api.mutate("replayWebhook", one | {"webhookId": other["webhook"]["id"]}, token)
    assert (refused["code"], refused["field"]) == ("NOT_FOUND", ["input", "deliveryId"])
    selection = MUTATION_CASES["replayWebhook"].selection
    assert (await api.mutate("replayWebhook", one, token, selection))["deliveries"] == 1
    assert await of_state("PENDING") == [(sent["delivery"]["id"], 0)]


async def test_a_replay_time_needs_a_zone(api: GraphQLClient, readonly_world: World) -> None:
    given = {"webhookId": gid(readonly_world.webhook), "since": "2026-10-01T12:00:00"}
    refused = await api.mutate("replayWebhook", given, readonly_world.token_of("officer"))
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", ["input", "since"])


async def test_a_disabled_webhook_keeps_its_deliveries_pending(
    api: GraphQLClient, world: World
) -> None:
    token = world.token_of("officer")
    given = {
        "webhookId": (await create_webhook(api, world, "officer", "POSTING_CLOSED"))["webhook"][
            "id"
        ]
    }
    shown = "... on WebhookChanged { webhook { state version } }"
    off = (await api.mutate("disableWebhook", given, token, shown))["webhook"]
    await api.mutate("closePosting", {"postingId": gid(world.open)}, world.token_of("recruiter"))
    assert [
        each["state"] for each in await list_deliveries(api, world, "officer", given["webhookId"])
    ] == ["PENDING"]
    on = (await api.mutate("enableWebhook", given, token, shown))["webhook"]
    assert [off, on] == [
        {"state": "DISABLED", "version": 2},
        {"state": "ENABLED", "version": 3},
    ]


@pytest.mark.parametrize("given", [{}, {"since": "2026-10-01T12:00:00Z", "deliveryId": "x"}])
async def test_a_replay_names_either_a_delivery_or_a_time(
    given: dict[str, Any], api: GraphQLClient, readonly_world: World
) -> None:
    given = given | {"webhookId": gid(readonly_world.webhook)}
    refused = await api.mutate("replayWebhook", given, readonly_world.token_of("officer"))
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", ["input", "deliveryId"])
