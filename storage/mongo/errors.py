"""What can go wrong in storage, and how the driver's errors become ours.

All below `StorageError`; no message shows a stored value or a password:

    StorageError                   MongoDB refused a command: a fault of ours
    ├── Duplicate                  a unique index already holds the value
    ├── HistoryLost                a change stream cannot go on from its token: read the log again
    └── StorageUnavailable         no primary, a timeout, a broken connection: try again later
        └── StorageMisconfigured   the settings are wrong: trying again does not help
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
)

TRANSIENT_TRANSACTION_LABEL = "TransientTransactionError"
DUPLICATE_KEY_CODE = 11000
# What a server says that is stopping, is no longer or not yet primary, or has lost the others:
# the codes of the specifications of retryable reads and writes, and those of a new primary that
# has not committed yet, and of a read that began on another server (LockTimeout, KeyNotFound,
# CursorNotFound).
UNAVAILABLE_CODES = frozenset(
    {6, 7, 24, 43, 89, 91, 134, 189, 211, 262, 9001, 10107, 11600, 11602, 13435, 13436}
)
# InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost (mongo/base/error_codes.yml).
HISTORY_LOST_CODES = frozenset({260, 280, 286})


class StorageError(Exception):
    """MongoDB refused a command; the message has the error code, never the values."""


class Duplicate(StorageError):
    """A unique index already holds such a document; this one was not written.

    `fields` are the indexed fields, in their order; empty if the server does not name them.
    `positions` are the places, from 0, of the documents of a batch that were refused; empty for
    a single write.
    """

    def __init__(self, fields: tuple[str, ...], positions: tuple[int, ...] = ()) -> None:
        super().__init__(f"already stored with the same {', '.join(fields) or 'key'}")
        self.fields = fields
        self.positions = positions


class HistoryLost(StorageError):
    """A change stream cannot go on from its token, the oplog no longer holds that moment."""


class StorageUnavailable(StorageError):
    """MongoDB does not answer or does not confirm; a write may or may not have happened."""


class StorageMisconfigured(StorageUnavailable):
    """MongoDB cannot be used with these settings; the message says what to change."""


@contextmanager
def reraise_cancellation() -> Iterator[None]:
    """Raise, after the block, a cancellation that the driver swallowed within it.

    PyMongo sends within asyncio.wait_for, which up to Python 3.11 returns as if nothing had been
    when it is cancelled at the moment at which its awaitable ends. A loop would go on for ever.
    """
    task = asyncio.current_task()
    assert task is not None  # both drivers are awaited by tasks
    cancellations = task.cancelling()
    try:
        yield
    finally:
        if task.cancelling() > cancellations:
            raise asyncio.CancelledError


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn an error of the driver into ours, at the place where it arises.

    An error that asks for the whole transaction to be run again passes unchanged, so that
    `Mongo.transaction` can do so. A cancellation goes before it all: see `cancellable`.
    """
    try:
        with reraise_cancellation():
            yield
    except PyMongoError as error:
        if error.has_error_label(TRANSIENT_TRANSACTION_LABEL):
            raise
        # Not chained: the driver's message quotes the values, which may be personal.
        raise to_storage_error(error) from None


def to_storage_error(error: PyMongoError) -> StorageError:
    """The error of ours that stands for one of the driver."""
    if isinstance(error, BulkWriteError):
        return _from_batch_error(error)
    if isinstance(error, WriteConcernError):
        return StorageUnavailable(f"no majority confirmed the write ({error.code})")
    if error.has_error_label(TRANSIENT_TRANSACTION_LABEL):
        return StorageUnavailable("other transactions kept getting in the way, or MongoDB is away")
    if isinstance(error, ConnectionFailure) or error.timeout:
        return StorageUnavailable(f"MongoDB does not answer ({type(error).__name__})")
    if isinstance(error, OperationFailure):
        return _from_command_error(error.code, error.details)
    return StorageError(f"the driver refuses ({type(error).__name__})")


def _from_command_error(code: int | None, details: Mapping[str, Any] | None) -> StorageError:
    if code == DUPLICATE_KEY_CODE:
        return Duplicate(_index_fields(details))
    if code in HISTORY_LOST_CODES:
        return HistoryLost(f"the change stream's token is not in the oplog ({code})")
    if code in UNAVAILABLE_CODES:
        return StorageUnavailable(f"MongoDB is electing, starting or stopping ({code})")
    return StorageError(f"MongoDB refuses: {(details or {}).get('codeName', 'error')} ({code})")


def _from_batch_error(error: BulkWriteError) -> StorageError:
    refused = error.details.get("writeErrors", [])
    if error.details.get("writeConcernErrors"):
        return StorageUnavailable("no majority confirmed the batch")
    for each in refused:
        if each["code"] != DUPLICATE_KEY_CODE:
            return _from_command_error(each["code"], each)
    return Duplicate(_index_fields(refused[0]), tuple(sorted(each["index"] for each in refused)))


def _index_fields(details: Mapping[str, Any] | None) -> tuple[str, ...]:
    return tuple((details or {}).get("keyPattern", {}))
