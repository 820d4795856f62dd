"""Makes a mongod with a key file the only member of its replica set, with one user.

The service signs in as MongoDB's internal user ``__system``, whose password is the content of the
key file. That works before any other user exists, in a folder that had no password before, and in
one whose password file was replaced. So the exception for the first user from localhost is off.
"""

import asyncio
from contextlib import suppress
from pathlib import Path

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from storage.mongo.database_password import REPLICA_SET, USER
from storage.mongo.drivers import Document
from storage.mongo.local_ports import is_listening
from storage.mongo.mongod import POLL_INTERVAL_SECONDS, Mongod

START_TIMEOUT_SECONDS = 60.0
"""Enough to replay the journal after a crash on a slow disk."""
NOT_YET_INITIALIZED_CODE = 94
USER_EXISTS_CODE = 51003
MECHANISM = "SCRAM-SHA-256"


async def wait_until_primary(mongod: Mongod, db: Path, port: int, password: str) -> int | None:
    """mongod's pid once it accepts writes and has its user; None if it ends before.

    :raises TimeoutError: it is not that far within ``START_TIMEOUT_SECONDS``.
    """
    async with asyncio.timeout(START_TIMEOUT_SECONDS), _connect_as_system(port, password) as client:
        while mongod.exit_status is None:
            if await is_listening(port):
                # An error says that mongod is not that far yet, or that it is another's.
                with suppress(PyMongoError):
                    pid = await _prepare_member(client, db, port, password)
                    if pid is not None:
                        return pid
            await asyncio.sleep(POLL_INTERVAL_SECONDS)
    return None


def _connect_as_system(port: int, password: str) -> AsyncMongoClient[Document]:
    """A client of the mongod at this port with all rights; ``password`` is its key file's."""
    return AsyncMongoClient(
        "127.0.0.1",
        port,
        directConnection=True,
        serverSelectionTimeoutMS=5000,
        username="__system",
        password=password,
        authSource="local",
        authMechanism=MECHANISM,
    )


async def _prepare_member(
    client: AsyncMongoClient[Document], db: Path, port: int, password: str
) -> int | None:
    """Take one step towards a primary with its user; mongod's pid when nothing is left to do."""
    # Another mongod may have taken the port: it must not be reconfigured.
    options = await client.admin.command("getCmdLineOpts")
    if options["parsed"]["storage"]["dbPath"] != str(db):
        return None
    address = f"127.0.0.1:{port}"
    hello = await client.admin.command("hello")
    if not hello.get("isWritablePrimary") or hello.get("me") != address:
        await _configure_replica_set(client, address)
        return None
    await _store_user(client, password)
    return int((await client.admin.command("serverStatus"))["pid"])


async def _configure_replica_set(client: AsyncMongoClient[Document], address: str) -> None:
    """Make this mongod, at this address, the only member of its replica set."""
    members = [{"_id": 0, "host": address}]
    try:
        config = (await client.admin.command("replSetGetConfig"))["config"]
    except OperationFailure as error:
        if error.code != NOT_YET_INITIALIZED_CODE:
            raise
        # No other member votes, so there is nothing to wait for.
        settings = {"electionTimeoutMillis": 500}
        new = {"_id": REPLICA_SET, "members": members, "settings": settings}
        await client.admin.command("replSetInitiate", new)
        return
    if [member["host"] for member in config["members"]] != [address]:
        moved = {**config, "members": members, "version": config["version"] + 1}
        # Forced: no member at the old address can agree.
        await client.admin.command("replSetReconfig", moved, force=True)


async def _store_user(client: AsyncMongoClient[Document], password: str) -> None:
    """Create the user, or give it the password of the folder.

    It has all rights: the database is private to the service, and nobody else signs in to it.
    """
    rights = {"pwd": password, "roles": ["root"], "mechanisms": [MECHANISM]}
    try:
        await client.admin.command({"createUser": USER, **rights})
    except OperationFailure as error:
        if error.code != USER_EXISTS_CODE:
            raise
        await client.admin.command({"updateUser": USER, **rights})
