"""The errors of storage, and their translation from the driver's errors.

No message contains a stored value or a password.

    StorageError                   MongoDB refused a command: a fault of the service
    ├── Duplicate                  a unique index already holds the value
    ├── HistoryLost                a change stream cannot resume: read the log again
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
# The codes of a server that is stopping, is not primary, or has lost the other members (from the
# driver specifications of retryable reads and writes), of a new primary that has not committed yet,
# and of a read that began on another server (LockTimeout, KeyNotFound, CursorNotFound).
UNAVAILABLE_CODES = frozenset(
    {6, 7, 24, 43, 89, 91, 134, 189, 211, 262, 9001, 10107, 11600, 11602, 13435, 13436}
)
# InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost (mongo/base/error_codes.yml).
HISTORY_LOST_CODES = frozenset({260, 280, 286})


class StorageError(Exception):
    """MongoDB refused a command; the message has the error code and never a value."""


class Duplicate(StorageError):
    """A unique index already holds the values of a document, which was not written.

    ``fields`` are the indexed fields in order; empty if the server does not name them.
    ``positions`` are the indexes, from 0, of the refused documents of a batch; empty for a single
    write.
    """

    def __init__(self, fields: tuple[str, ...], positions: tuple[int, ...] = ()) -> None:
        super().__init__(f"already stored with the same {', '.join(fields) or 'key'}")
        self.fields = fields
        self.positions = positions


class HistoryLost(StorageError):
    """A change stream cannot resume: the oplog no longer reaches back to its token."""


class StorageUnavailable(StorageError):
    """MongoDB does not answer or does not confirm; a write may or may not be stored."""


class StorageMisconfigured(StorageUnavailable):
    """MongoDB cannot be used with these settings; the message says what to change."""


@contextmanager
def reraise_cancellation() -> Iterator[None]:
    """Raise, after the block, a cancellation that the driver has swallowed within it.

    PyMongo sends with ``asyncio.wait_for``. Up to Python 3.11 that returns normally when it is
    cancelled at the moment its awaitable ends, so a loop around it would never end.
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
    """Raise errors of the driver within the block as errors of storage.

    An error that asks for the transaction to be run again passes unchanged, so that
    ``Mongo.run_transaction`` can do so. A cancellation comes first: see ``reraise_cancellation``.
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
    """The error of storage that an error of the driver becomes."""
    if isinstance(error, BulkWriteError):
        return _from_batch_error(error)
    if isinstance(error, WriteConcernError):
        return StorageUnavailable(f"no majority confirmed the write ({error.code})")
    if error.has_error_label(TRANSIENT_TRANSACTION_LABEL):
        return StorageUnavailable("other transactions kept conflicting, or MongoDB is away")
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
