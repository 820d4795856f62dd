"""The seam between the two drivers: every call in which PyMongo's async API and Motor differ.

The rest of Songgang is typed with PyMongo's classes. Motor's classes have the same methods, apart
from those of ``DriverClient``.
"""

from typing import Any, Literal, Self, cast

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient, ReadPreference
from pymongo.asynchronous.change_stream import AsyncChangeStream
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.command_cursor import AsyncCommandCursor
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

Document = dict[str, Any]
Driver = Literal["pymongo", "motor"]
Collection = AsyncCollection[Document]
Transaction = AsyncClientSession
"""The driver's session, for transactions and for reads of one snapshot. A live session is another
thing."""

WRITE_CONCERN_TIMEOUT_MS = 20_000
"""A write fails when no majority has confirmed it by then."""
SOCKET_TIMEOUT_MS = 30_000
"""Longer than the write concern timeout, so that the server's answer still arrives."""


class DriverClient:
    """An open client of either driver."""

    def __init__(self, client: AsyncMongoClient[Document], driver: Driver) -> None:
        self.client = client
        self.is_motor = driver == "motor"

    @classmethod
    def create(cls, uri: str, driver: Driver, *, timeout_ms: int) -> Self:
        """Create a client. It connects in the background.

        ``timeout_ms`` bounds a connection attempt and the wait for a primary. The URI cannot
        weaken write concern, read concern or read preference: the options given here win over
        those of the URI. Raises the driver's errors for a URI that it cannot read.
        """
        options: Document = {
            "appname": "songgang",
            "tz_aware": True,
            "w": "majority",
            "journal": True,
            "wTimeoutMS": WRITE_CONCERN_TIMEOUT_MS,
            "readConcernLevel": "majority",
            "readPreference": "primary",
            "retryWrites": True,
            "maxPoolSize": 100,
            "serverSelectionTimeoutMS": timeout_ms,
            "connectTimeoutMS": timeout_ms,
            "socketTimeoutMS": SOCKET_TIMEOUT_MS,
        }
        if driver == "motor":
            client = cast("AsyncMongoClient[Document]", AsyncIOMotorClient(uri, **options))
        else:
            client = AsyncMongoClient(uri, **options)
        return cls(client, driver)

    async def aggregate(
        self, collection: Collection, pipeline: list[Document], **options: Any
    ) -> AsyncCommandCursor[Document]:
        """Run an aggregation and return its cursor."""
        cursor: Any = collection.aggregate(pipeline, **options)
        return cast("AsyncCommandCursor[Document]", cursor if self.is_motor else await cursor)

    async def watch(
        self, target: Collection | AsyncDatabase[Document], pipeline: list[Document], **options: Any
    ) -> AsyncChangeStream[Document]:
        """Open a change stream; it is open on the server when this returns."""
        opening: Any = target.watch(pipeline, **options)
        # Motor opens the cursor when its context is entered, PyMongo when it is awaited.
        stream = await (opening.__aenter__() if self.is_motor else opening)
        return cast("AsyncChangeStream[Document]", stream)

    async def start_session(self, *, snapshot: bool = False) -> Transaction:
        """Start a session of the driver, for transactions or for reads of one snapshot."""
        session: Any = self.client.start_session(snapshot=snapshot)
        return cast("Transaction", await session if self.is_motor else session)

    async def start_transaction(self, session: Transaction) -> None:
        """Start a transaction that reads one snapshot and commits to a majority's journals."""
        starting: Any = session.start_transaction(
            ReadConcern("snapshot"),
            WriteConcern("majority", wtimeout=WRITE_CONCERN_TIMEOUT_MS, j=True),
            ReadPreference.PRIMARY,
        )
        if not self.is_motor:
            await starting

    async def close(self) -> None:
        """Close all connections."""
        closing: Any = self.client.close()
        if not self.is_motor:
            await closing
