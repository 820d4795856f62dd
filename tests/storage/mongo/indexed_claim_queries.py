"""Queries about the leads of one phone that have to be served by an index."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from domain.identity.devices import PhonePair
from domain.leads.lead_identity import InterestKey
from storage.mongo.client import Transaction
from storage.store import Store
from tests.support import records


async def read_claims(store: Store) -> None:
    async def body(transaction: Transaction) -> None:
        await store.lead_claims.holders("session", "posting", "person", transaction=transaction)
        await store.lead_claims.of_giver("session", "device", "person", transaction=transaction)

    await store.mongo.run_transaction(body)


CLAIM_LOOKUPS: list[Callable[[Store], Awaitable[object]]] = [
    *(
        lambda store, key=key: store.lead_claims.find_given(key)
        for key in (
            InterestKey(
                session_id=session_id,
                posting_id="posting",
                person="person",
                giver="device",
                request_id="a request",
                is_proven=True,
            )
            for session_id in ("session", None)
        )
    ),
    lambda store: store.lead_claims.sessions_to_confirm("device", "person"),
    lambda store: store.lead_claims.given_in_session("session", "device", limit=100),
    lambda store: store.questions.asked_in_session("session", "device", limit=20),
    lambda store: store.questions.count_waiting_of("session", "device"),
    lambda store: store.lead_claims.beside("session", "posting", ["a", "b"], limit=3),
    read_claims,
    lambda store: store.phone_proofs.find_proven(
        [PhonePair(device_id="device", person="person")], at=records.FIXED_NOW
    ),
    lambda store: store.phone_proofs.erase_person("person"),
]
"""Lookups by giver, phone and place."""
