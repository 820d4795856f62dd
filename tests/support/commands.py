"""Records which commands MongoDB executes, by its profiler."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from storage.mongo.client import Mongo


@asynccontextmanager
async def record_commands(mongo: Mongo) -> AsyncIterator[list[tuple[str, str]]]:
    """Fill a list with the collection and the kind of each command of the block, sorted."""
    commands: list[tuple[str, str]] = []
    await mongo["system.profile"].drop()
    await mongo.command({"profile": 2})
    try:
        yield commands
    finally:
        await mongo.command({"profile": 0})
    found = await mongo["system.profile"].find({"op": {"$ne": "getmore"}}).to_list(None)
    commands += sorted(
        (each["ns"].partition(".")[2], each["op"])
        for each in found
        if not each["ns"].endswith(("system.profile", ".$cmd"))
    )
