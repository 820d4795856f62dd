"""The connection to MongoDB: one client, one database, and the calls that repositories use.

The errors of ``storage.mongo.errors`` and the types of ``storage.mongo.drivers`` can be imported
from here as well, because most callers need them together with the client.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import datetime
from typing import Self, TypeVar

import pymongo
from bson import ObjectId
from pymongo import ReadPreference
from pymongo.errors import (
    BulkWriteError,
    CollectionInvalid,
    ConfigurationError,
    InvalidName,
    OperationFailure,
    PyMongoError,
)

from storage.mongo import transactions
from storage.mongo.change_stream import ChangeStream
from storage.mongo.drivers import Collection, Document, Driver, DriverClient, Transaction
from storage.mongo.errors import (
    Duplicate,
    HistoryLost,
    StorageError,
    StorageMisconfigured,
    StorageUnavailable,
    translate_errors,
)

__all__ = [
    "BulkWriteError",
    "ChangeStream",
    "Collection",
    "Document",
    "Driver",
    "Duplicate",
    "HistoryLost",
    "Mongo",
    "StorageError",
    "StorageMisconfigured",
    "StorageUnavailable",
    "Transaction",
    "deadline",
    "new_id",
    "translate_errors",
]

T = TypeVar("T")

AUTHENTICATION_FAILED_CODE = 18
NAMESPACE_EXISTS_CODE = 48


class Mongo:
    """An open client and its database.

    A write is acknowledged when a majority has it in the journal. A read is served by the primary
    from what a majority has. Times come back in UTC, with their time zone.
    """

    def __init__(self, driver_client: DriverClient, database: str) -> None:
        """Use ``database`` over an open client; see ``connect``."""
        self._driver = driver_client
        self._database = driver_client.client.get_database(database)

    @classmethod
    async def connect(
        cls, uri: str, database: str, *, driver: Driver = "pymongo", timeout: float = 10
    ) -> Self:
        """Open a client and check that a replica set answers within ``timeout`` seconds.

        ``timeout`` is also how long each later operation waits for a primary.

        :raises StorageMisconfigured: the URI or the database name cannot be read, the credentials
            are refused, or the server has no replication.
        :raises StorageUnavailable: no primary answers.
        """
        try:
            client = DriverClient.create(uri, driver, timeout_ms=int(timeout * 1000))
            mongo = cls(client, database)
        except InvalidName:
            raise StorageMisconfigured(
                f"MONGODB_DATABASE is not the name of a database: {database!r}"
            ) from None
        except (PyMongoError, TypeError, ValueError):
            # The driver quotes the part it cannot read, which may hold the password.
            raise StorageMisconfigured(
                "MONGODB_URI cannot be read; it looks like "
                "mongodb://user:password@host:27017/?replicaSet=name, and special characters of "
                "the user and the password are percent-encoded"
            ) from None
        try:
            await mongo._check_server(_hosts(uri), timeout)
        except BaseException:
            await mongo.close()
            raise
        return mongo

    async def _check_server(self, hosts: str, timeout: float) -> None:
        try:
            hello = await self._driver.client.admin.command("hello")
        except ConfigurationError as error:
            raise StorageMisconfigured(
                f"MongoDB at {hosts} cannot be used with this MONGODB_URI ({type(error).__name__})"
            ) from None
        except PyMongoError as error:
            if isinstance(error, OperationFailure) and error.code == AUTHENTICATION_FAILED_CODE:
                raise StorageMisconfigured(
                    f"MongoDB at {hosts} refuses the user or the password of MONGODB_URI"
                ) from None
            raise StorageUnavailable(
                f"no MongoDB primary answers at {hosts} within {timeout:g} s"
            ) from None
        if "setName" not in hello and hello.get("msg") != "isdbgrid":
            raise StorageMisconfigured(
                f"MongoDB at {hosts} is not a replica set, which transactions and change streams "
                "need: start mongod with --replSet and run rs.initiate() once"
            )

    @property
    def database_name(self) -> str:
        return self._database.name

    def __getitem__(self, name: str) -> Collection:
        """The collection of that name.

        Both drivers agree on find, find_one, insert, update, replace, delete, find_one_and_*,
        bulk_write, count_documents, distinct, create_indexes, index_information and drop. Use
        ``aggregate`` and ``watch`` of this class instead of the collection's.
        """
        return self._database[name]

    async def aggregate(
        self,
        collection: str,
        pipeline: list[Document],
        *,
        session: Transaction | None = None,
        hint: str | None = None,
    ) -> AsyncGenerator[Document, None]:
        """Yield the documents of an aggregation, read from the server batch by batch.

        ``hint`` is the name of the index to use; without it the server chooses.
        """
        options: Document = {"hint": hint} if hint else {}
        with translate_errors():
            cursor = await self._driver.aggregate(
                self._database[collection], pipeline, session=session, **options
            )
        try:
            with translate_errors():
                async for document in cursor:
                    yield document
        finally:
            await cursor.close()

    @asynccontextmanager
    async def watch(
        self,
        collection: str,
        pipeline: list[Document],
        *,
        resume_after: Document | None = None,
        max_await_ms: int = 1000,
    ) -> AsyncIterator[ChangeStream]:
        """A change stream of a collection, open on the server when the block is entered.

        It contains every change that is committed after that moment, or after ``resume_after``.
        The server answers at least every ``max_await_ms`` milliseconds, with or without changes.

        :raises HistoryLost: the oplog no longer reaches back to ``resume_after``.
        """
        with translate_errors():
            stream = await self._driver.watch(
                self._database[collection],
                pipeline,
                resume_after=resume_after,
                max_await_time_ms=max_await_ms,
            )
        changes = ChangeStream(stream, cancellable=not self._driver.is_motor)
        try:
            yield changes
        finally:
            await changes.close()

    async def run_transaction(
        self, body: Callable[[Transaction], Awaitable[T]], *, timeout: float = 15
    ) -> T:
        """Run ``body`` in a transaction; return its result once a majority has committed it.

        All reads see one snapshot. ``body`` passes the transaction to every call, makes the calls
        one after the other, and may run more than once: the rules of the driver specification for
        ``withTransaction`` apply, with ``timeout`` seconds in place of its 120. An exception of
        ``body`` aborts the transaction and is raised unchanged.

        :raises StorageUnavailable: the transaction could not be committed in that time, or its
            outcome is not known.
        """
        return await transactions.run_transaction(self._driver, body, timeout=timeout)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Transaction]:
        """A session for reads that all see the database as it was at the first of them.

        The primary keeps that state for ``minSnapshotHistoryWindowInSeconds`` (300).
        """
        with translate_errors():
            session = await self._driver.start_session(snapshot=True)
        async with session:
            yield session

    async def read_validators(self) -> dict[str, Document]:
        """The validator of each collection of this database; empty for one without."""
        listed = await self.command({"listCollections": 1, "cursor": {"batchSize": 1_000}})
        return {
            each["name"]: each["options"].get("validator", {})
            for each in listed["cursor"]["firstBatch"]
        }

    async def create_collection(self, name: str) -> None:
        """Create an empty collection; an existing one stays as it is."""
        with translate_errors():
            try:
                await self._database.create_collection(name)
            except CollectionInvalid:
                return
            except OperationFailure as error:
                # Another process created it at the same moment.
                if error.code != NAMESPACE_EXISTS_CODE:
                    raise

    async def command(self, command: Document) -> Document:
        """Run a database command, such as ``{"serverStatus": 1}``, on this database."""
        with translate_errors():
            return await self._database.command(command)

    async def ping(self) -> None:
        """Return when the primary answers.

        :raises StorageUnavailable: it does not answer in time.
        """
        await self.command({"ping": 1})

    async def read_clock(self, *, of_secondary: bool = False) -> datetime:
        """The time of the primary's wall clock, or of a secondary's.

        :raises StorageUnavailable: it does not answer in time, or there is no secondary.
        """
        member = ReadPreference.SECONDARY if of_secondary else ReadPreference.PRIMARY
        with translate_errors():
            hello = await self._database.command(
                {"hello": 1}, read_preference=member, codec_options=self._database.codec_options
            )
        local_time: datetime = hello["localTime"]
        return local_time

    async def drop_database(self) -> None:
        """Delete the database and everything in it."""
        with translate_errors():
            await self._driver.client.drop_database(self._database.name)

    async def close(self) -> None:
        """Close all connections. No other method may be called afterwards."""
        await self._driver.close()


def deadline(seconds: float) -> AbstractContextManager[None]:
    """A context in which calls end after ``seconds``, including their retries.

    A call that fails because an election is under way is retried until then, not just once.
    """
    return pymongo.timeout(seconds)


def new_id() -> str:
    """A new unique id: 24 hexadecimal characters that sort by time, within one process."""
    return str(ObjectId())


def _hosts(uri: str) -> str:
    return uri.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
