"""An event that this version cannot read is delivered as a reset, and the feed goes on."""

from __future__ import annotations

from typing import Any

import pytest

from domain.live import events
from domain.live.events import EventEnvelope, LoggedEvent
from domain.live.log_topics import lead_topic, question_topic, seeker_topic, session_topic
from domain.live.own_room_events import QuestionReceived
from storage.clock import utc_now
from storage.mongo.client import Document, Transaction
from storage.mongo.event_log import envelope_to_document
from storage.store import Store
from tests.support.graphql_clients import UvicornServer, open_websocket
from tests.support.services import RunningServices
from tests.support.world import World, gid

SUBSCRIPTIONS = {
    "sessionEvents": (
        "subscription ($id: ID!, $after: String) "
        "{ sessionEvents(sessionId: $id, after: $after) { __typename seq cursor } }"
    ),
    "leadEvents": (
        "subscription ($id: ID!, $after: String) "
        "{ leadEvents(sessionId: $id, after: $after) { __typename seq cursor } }"
    ),
    "questionEvents": (
        "subscription ($id: ID!, $after: String) "
        "{ questionEvents(sessionId: $id, after: $after) { __typename seq cursor } }"
    ),
    "postingMatched": (
        "subscription ($after: String) { postingMatched(after: $after) { __typename seq cursor } }"
    ),
}
UNRELATED = {"TallyChanged", "PresenceChanged", "LeadRecorded"}
"""Events that other work in the same process may send at any moment."""


async def append(store: Store, topic: str, event: LoggedEvent, newer: Document) -> None:
    """Log an event; ``newer`` replaces parts of its document, as a newer version writes them."""

    async def body(transaction: Transaction) -> None:
        head = await store.mongo["logs"].find_one_and_update(
            {"_id": topic},
            {"$inc": {"seq": 1}},
            upsert=True,
            return_document=True,
            session=transaction,
        )
        assert head is not None  # an upsert always returns a document
        placed = EventEnvelope(topic=topic, seq=head["seq"], tag="tag", at=utc_now(), event=event)
        document = {**envelope_to_document(placed), **newer}
        await store.mongo["events"].insert_one(document, session=transaction)

    await store.mongo.run_transaction(body)


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
@pytest.mark.parametrize("kind", ["of another name", "of other fields"])
async def test_an_unknown_event_is_a_reset_and_what_follows_is_delivered(
    server: UvicornServer, running: RunningServices, world: World, name: str, kind: str
) -> None:
    session_id, seeker_id = world.live.id, world.seeker.id
    cases: dict[str, tuple[str, LoggedEvent, str, str | None]] = {
        "sessionEvents": (
            session_topic(session_id),
            events.SessionInterrupted(session_id=session_id),
            "Reset",
            world.token_of("viewer"),
        ),
        "leadEvents": (
            lead_topic(session_id),
            events.LeadNoted(session_id=session_id, lead_id=world.lead.id),
            "LeadsReset",
            world.token_of("host"),
        ),
        "questionEvents": (
            question_topic(session_id),
            QuestionReceived(session_id=session_id, question_id=world.question.id),
            "QuestionsReset",
            world.token_of("host"),
        ),
        "postingMatched": (
            seeker_topic(seeker_id),
            events.PostingMatched(seeker_id=seeker_id, posting_id=world.open.id),
            "MatchesReset",
            world.seeker_token(),
        ),
    }
    topic, known, reset, token = cases[name]
    written_kind = "OfTomorrow" if kind == "of another name" else type(known).__name__
    restarts = running.feed.restarts
    async with open_websocket(server.url) as client:

        async def receive() -> dict[str, Any]:
            while (event := await client.receive_event("1", name))["__typename"] in UNRELATED:
                pass
            return event

        await client.initialise(token)
        await client.subscribe_live("1", SUBSCRIPTIONS[name], id=gid(world.live))
        newer = {"kind": written_kind, "event": {"since": "tomorrow"}}
        await append(running.store, topic, known, newer)
        await append(running.store, topic, known, {})
        unknown, following = await receive(), await receive()
    assert [unknown["__typename"], following["__typename"]] == [reset, type(known).__name__]
    assert following["seq"] > unknown["seq"]
    assert running.feed.restarts == restarts
    # A client that comes back before it meets the same, from the log.
    async with open_websocket(server.url) as client:
        await client.initialise(token)
        await client.subscribe(
            "1", SUBSCRIPTIONS[name], id=gid(world.live), after=unknown["cursor"]
        )
        assert (await receive())["__typename"] == type(known).__name__
