"""The one seam between Songgang and its two drivers: PyMongo's asynchronous client and Motor.

The errors of `storage.mongo.errors` can be imported from here as well: whoever calls needs both.
"""

import asyncio
import itertools
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from typing import Any, Literal, Self, TypeVar, cast

import pymongo
from bson import ObjectId
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient, ReadPreference
from pymongo.asynchronous.change_stream import AsyncChangeStream
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import (
    BulkWriteError,
    CollectionInvalid,
    ConfigurationError,
    InvalidName,
    OperationFailure,
    PyMongoError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from storage.mongo.errors import (
    TRANSIENT_TRANSACTION_LABEL,
    Duplicate,
    HistoryLost,
    StorageError,
    StorageMisconfigured,
    StorageUnavailable,
    reraise_cancellation,
    to_storage_error,
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

Document = dict[str, Any]
Driver = Literal["pymongo", "motor"]
Collection = AsyncCollection[Document]
Transaction = AsyncClientSession
T = TypeVar("T")

UNKNOWN_COMMIT_LABEL = "UnknownTransactionCommitResult"
AUTHENTICATION_FAILED_CODE = 18
NAMESPACE_EXISTS_CODE = 48
# A write that the majority has not confirmed by then fails; the socket outlives that answer.
WRITE_CONCERN_TIMEOUT_MS = 20_000
SOCKET_TIMEOUT_MS = 30_000


class ChangeStream:
    """An open change stream: iterate over it for the changes, in the order of their commits.

    Cancelling a read (a timeout, say) loses nothing: the next read takes up where it was. The
    driver reconnects by itself; what it cannot mend is raised as `StorageUnavailable` or
    `HistoryLost`, after which the stream has ended. It also ends when the collection is dropped.
    """

    def __init__(self, stream: AsyncChangeStream[Document], *, cancellable: bool) -> None:
        self._stream = stream
        self._cancellable = cancellable
        self._read: asyncio.Task[Document | None] | None = None
        self._token = stream.resume_token

    @property
    def resume_token(self) -> Document | None:
        """Where to go on: after the last change handed out, or after idle time that followed it."""
        return None if self._token is None else dict(self._token)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Document:
        while self._read is not None or self._stream.alive:
            if self._read is None:
                self._read = asyncio.ensure_future(self._stream.try_next())
            await asyncio.wait({self._read})
            read, self._read = self._read, None
            with translate_errors():
                change = read.result()
            # Read only now: a read that outlived its caller must not move the token on its own.
            self._token = self._stream.resume_token
            if change is not None:
                return change
        raise StopAsyncIteration

    async def close(self) -> None:
        """Close the stream and its cursor on the server; at most `max_await_ms` with Motor."""
        try:
            if self._read is not None:
                if self._cancellable:
                    self._read.cancel()
                # Motor reads in a thread that cannot be stopped: closing under it would reopen.
                await asyncio.wait({self._read})
                if not self._read.cancelled():
                    self._read.exception()
        finally:
            with suppress(PyMongoError):
                await self._stream.close()


class Mongo:
    """One open client and its one database.

    Every write is acknowledged by a majority that has it in its journal; every read is served by
    the primary from what a majority has. Times come back in UTC, with their zone.
    """

    def __init__(self, client: AsyncMongoClient[Document], database: str, driver: Driver) -> None:
        self._client = client
        self._database = client.get_database(database)
        self._motor = driver == "motor"

    @classmethod
    async def connect(
        cls, uri: str, database: str, *, driver: Driver = "pymongo", timeout: float = 10
    ) -> Self:
        """Open a client, and see that a replica set answers within `timeout` seconds.

        `timeout` is also how long each later operation waits for a primary. Raises
        `StorageMisconfigured` for a URI or a database name that cannot be read, refused
        credentials or a server without replication, `StorageUnavailable` when nobody answers.
        """
        try:
            client = _create_client(uri, driver, milliseconds=int(timeout * 1000))
            mongo = cls(client, database, driver)
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
            hello = await self._client.admin.command("hello")
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
        `aggregate` and `watch` below instead of the collection's.
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
        """The documents that the pipeline yields, read from the server batch by batch.

        ``hint`` is the name of the index to read by; without one the server chooses.
        """
        options: Document = {"hint": hint} if hint else {}
        with translate_errors():
            found: Any = self._database[collection].aggregate(pipeline, session=session, **options)
            cursor = found if self._motor else await found
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
        """A change stream that is open on the server once the block is entered.

        Every change that is committed after that, or after `resume_after`, is seen. The server
        answers at least every `max_await_ms` milliseconds, with news or without. Raises
        `HistoryLost` if the oplog no longer goes back to `resume_after`.
        """
        with translate_errors():
            opening: Any = self._database[collection].watch(
                pipeline, resume_after=resume_after, max_await_time_ms=max_await_ms
            )
            # Motor opens the cursor when its context is entered, PyMongo when it is awaited.
            stream = await (opening.__aenter__() if self._motor else opening)
        changes = ChangeStream(stream, cancellable=not self._motor)
        try:
            yield changes
        finally:
            await changes.close()

    async def run_transaction(
        self, body: Callable[[Transaction], Awaitable[T]], *, patience: float = 15
    ) -> T:
        """Run `body` in one transaction and return its result once a majority has committed it.

        All reads see one snapshot. `body` passes the session to every call, makes them one after
        the other, and may run more than once: the driver specification's rules for
        `withTransaction` apply, with `patience` seconds in place of its 120. An exception of
        `body` aborts the transaction and is raised as it is. `StorageUnavailable` says that it
        could not be committed in that time, or that its outcome is not known.
        """
        give_up = time.monotonic() + patience
        async with await self._start_session() as session:
            for attempt in itertools.count():
                # The figures of the specification, "transactions-convenient-api".
                pause = random.random() * min(0.005 * 1.5**attempt, 0.5)  # noqa: S311 - jitter is no secret
                try:
                    with reraise_cancellation():
                        return await self._attempt_transaction(session, body, give_up)
                except PyMongoError as error:
                    if (
                        not error.has_error_label(TRANSIENT_TRANSACTION_LABEL)
                        or time.monotonic() + pause > give_up
                    ):
                        raise to_storage_error(error) from None
                await asyncio.sleep(pause)
        raise AssertionError("itertools.count() does not end")

    async def _attempt_transaction(
        self, session: Transaction, body: Callable[[Transaction], Awaitable[T]], give_up: float
    ) -> T:
        begun: Any = session.start_transaction(
            ReadConcern("snapshot"),
            WriteConcern("majority", wtimeout=WRITE_CONCERN_TIMEOUT_MS, j=True),
            ReadPreference.PRIMARY,
        )
        if not self._motor:
            await begun
        try:
            result = await body(session)
        except BaseException:
            if session.in_transaction:
                await session.abort_transaction()
            raise
        while True:
            try:
                with reraise_cancellation():
                    await session.commit_transaction()
            except PyMongoError as error:
                if error.has_error_label(UNKNOWN_COMMIT_LABEL) and time.monotonic() < give_up:
                    continue
                raise
            return result

    async def _start_session(self) -> Transaction:
        started: Any = self._client.start_session()
        return cast("Transaction", await started if self._motor else started)

    async def read_validators(self) -> dict[str, Document]:
        """The validator of each collection of this database; empty for one that has none."""
        listed = await self.command({"listCollections": 1, "cursor": {"batchSize": 1_000}})
        return {
            each["name"]: each["options"].get("validator", {})
            for each in listed["cursor"]["firstBatch"]
        }

    async def create_collection(self, name: str) -> None:
        """Make an empty collection; one that is there already stays as it is."""
        with translate_errors():
            try:
                await self._database.create_collection(name)
            except CollectionInvalid:
                return
            except OperationFailure as error:
                # Another process was faster.
                if error.code != NAMESPACE_EXISTS_CODE:
                    raise

    async def command(self, command: Document) -> Document:
        """Run a database command, such as `{"serverStatus": 1}`, on this database."""
        with translate_errors():
            return await self._database.command(command)

    async def ping(self) -> None:
        """Return when the primary answers; raise `StorageUnavailable` if it does not in time."""
        await self.command({"ping": 1})

    async def drop_database(self) -> None:
        """Delete the database with all it holds."""
        with translate_errors():
            await self._client.drop_database(self._database.name)

    async def close(self) -> None:
        """Close all connections. Nothing else may be called afterwards."""
        closing: Any = self._client.close()
        if not self._motor:
            await closing


def deadline(seconds: float) -> AbstractContextManager[None]:
    """Within the block, calls end after `seconds`, those included that are tried again.

    A call that fails because another member is being elected is tried until then, not just once.
    """
    return pymongo.timeout(seconds)


def new_id() -> str:
    """A new unique id: 24 hexadecimal characters that sort by time, within one process."""
    return str(ObjectId())


def _create_client(uri: str, driver: Driver, *, milliseconds: int) -> AsyncMongoClient[Document]:
    # Given here, these options win over those of the URI, so that no URI can weaken a promise.
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
        "serverSelectionTimeoutMS": milliseconds,
        "connectTimeoutMS": milliseconds,
        "socketTimeoutMS": SOCKET_TIMEOUT_MS,
    }
    if driver == "motor":
        return cast("AsyncMongoClient[Document]", AsyncIOMotorClient(uri, **options))
    return AsyncMongoClient(uri, **options)


def _hosts(uri: str) -> str:
    return uri.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
