"""The creation of all collections with their validators and indexes, at every start."""

from __future__ import annotations

import structlog
from pymongo import IndexModel
from pymongo.errors import OperationFailure

from storage.mongo.client import Collection, Mongo, translate_errors
from storage.mongo.indexes import INDEXES, OBSOLETE_INDEXES
from storage.mongo.validators import VALIDATORS

COLLMOD_TIMEOUT_MS = 10_000
"""How long the writes of a collection may have to wait for a new validator."""
# IndexOptionsConflict, IndexKeySpecsConflict (mongo/base/error_codes.yml).
_INDEX_CONFLICT_CODES = frozenset({85, 86})
# IndexNotFound.
_INDEX_NOT_FOUND_CODE = 27

_log = structlog.get_logger(__name__)


async def ensure_collections(mongo: Mongo) -> None:
    """Create every collection with its validator and indexes; safe to run concurrently.

    What is already correct is not touched: changing a validator waits for every transaction on the
    collection, and every write waits behind it. Each change of an existing collection is logged.
    """
    existing = await mongo.read_validators()
    for name, indexes in INDEXES.items():
        validator = {"$jsonSchema": VALIDATORS[name]} if name in VALIDATORS else {}
        if name not in existing:
            await mongo.create_collection(name)
        elif existing[name] != validator:
            _log.info("validator changed", collection=name)
        if existing.get(name, {}) != validator:
            change = {"collMod": name, "validator": validator, "maxTimeMS": COLLMOD_TIMEOUT_MS}
            await mongo.command(change)
        for index in indexes:
            with translate_errors():
                await _ensure_index(mongo[name], index)
        for obsolete in OBSOLETE_INDEXES.get(name, ()):
            with translate_errors():
                await _drop_index(mongo[name], obsolete)


async def _ensure_index(collection: Collection, index: IndexModel) -> None:
    """Create an index; if an earlier version defined it differently, replace it."""
    try:
        await collection.create_indexes([index])
    except OperationFailure as error:
        if error.code not in _INDEX_CONFLICT_CODES:
            raise
        await collection.drop_index(index.document["name"])
        await collection.create_indexes([index])
        _log.info("index replaced", collection=collection.name, index=index.document["name"])


async def _drop_index(collection: Collection, name: str) -> None:
    try:
        await collection.drop_index(name)
        _log.info("index dropped", collection=collection.name, index=name)
    except OperationFailure as error:
        if error.code != _INDEX_NOT_FOUND_CODE:
            raise
