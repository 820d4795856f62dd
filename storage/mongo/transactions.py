"""Transactions with retries, by the driver specification "transactions-convenient-api"."""

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pymongo.errors import PyMongoError

from storage.mongo.drivers import DriverClient, Transaction
from storage.mongo.errors import (
    TRANSIENT_TRANSACTION_LABEL,
    reraise_cancellation,
    to_storage_error,
)

T = TypeVar("T")

UNKNOWN_COMMIT_LABEL = "UnknownTransactionCommitResult"
# The figures of the specification.
FIRST_BACKOFF_SECONDS = 0.005
MAX_BACKOFF_SECONDS = 0.5
BACKOFF_FACTOR = 1.5


async def run_transaction(
    client: DriverClient,
    body: Callable[[Transaction], Awaitable[T]],
    *,
    timeout: float,
) -> T:
    """Run ``body`` in a transaction; run it again when the server says so, up to ``timeout`` s.

    See ``Mongo.run_transaction`` for what it promises.
    """
    give_up_at = time.monotonic() + timeout
    async with await client.start_session() as session:
        for attempt in itertools.count():
            limit = min(FIRST_BACKOFF_SECONDS * BACKOFF_FACTOR**attempt, MAX_BACKOFF_SECONDS)
            pause = random.random() * limit  # noqa: S311 - jitter is no secret
            try:
                with reraise_cancellation():
                    return await _attempt_transaction(client, session, body, give_up_at)
            except PyMongoError as error:
                if (
                    not error.has_error_label(TRANSIENT_TRANSACTION_LABEL)
                    or time.monotonic() + pause > give_up_at
                ):
                    raise to_storage_error(error) from None
            await asyncio.sleep(pause)
    raise AssertionError("itertools.count() does not end")


async def _attempt_transaction(
    client: DriverClient,
    session: Transaction,
    body: Callable[[Transaction], Awaitable[T]],
    give_up_at: float,
) -> T:
    await client.start_transaction(session)
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
            if error.has_error_label(UNKNOWN_COMMIT_LABEL) and time.monotonic() < give_up_at:
                continue
            raise
        return result
