"""Peer: stock Strawberry under uvicorn, written the way its documentation shows.

Every subscriber has a queue and a generator, and every event is executed for each of them.
Usage: strawberry_stock.py PORT
"""

import asyncio
import sys
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from itertools import count

import strawberry
import uvicorn
from strawberry.asgi import GraphQL


@strawberry.interface
class SessionEvent:
    seq: int
    at: datetime
    cursor: str


@strawberry.type
class Announcement(SessionEvent):
    body: str


@strawberry.type
class Announced:
    seq: int


@strawberry.input
class AnnounceInput:
    session_id: strawberry.ID
    body: str


numbers = count(1)
subscribers: set[asyncio.Queue[Announcement]] = set()


@strawberry.type
class Query:
    alive: bool = True


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def announce(self, input: AnnounceInput) -> Announced:  # noqa: A002 - the contract's name
        seq = next(numbers)
        cursor = urlsafe_b64encode(f"log:{seq}:session:{input.session_id}".encode()).decode()
        event = Announcement(seq=seq, at=datetime.now(UTC), cursor=cursor, body=input.body)
        for queue in subscribers:
            queue.put_nowait(event)
        return Announced(seq=seq)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def session_events(
        self,
        session_id: strawberry.ID,  # noqa: ARG002 - the contract's argument; there is one session
    ) -> AsyncGenerator[SessionEvent, None]:
        queue: asyncio.Queue[Announcement] = asyncio.Queue()
        subscribers.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            subscribers.discard(queue)


app = GraphQL(strawberry.Schema(Query, Mutation, Subscription, types=[Announcement]))

if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        backlog=4096,
        access_log=False,
        log_level="warning",
    )
