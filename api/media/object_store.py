"""The S3-compatible storage that players read from: what is put there, listed and deleted.

Credentials, region and endpoint come from the environment, under the names of AWS
(``AWS_ACCESS_KEY_ID``, ``AWS_ENDPOINT_URL`` ...), and are in no log.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import S3Store

from api.media.limits import MediaLimits

_ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9._-]+)*)/?", re.ASCII)
_NAMES_PER_REQUEST = 1_000
"""What S3 lists and deletes in one request."""
_DELETIONS = 3
"""How often a folder is listed and deleted before it is left to the next round."""

_T = TypeVar("_T")
_log = structlog.get_logger(__name__)


class StoreAway(Exception):
    """The object store does not answer, or refuses. It is asked again; no caller sees this."""


@dataclass(frozen=True, kw_only=True)
class StoreAddress:
    """A bucket, and the folder in it that this service has for itself; empty for all of it."""

    bucket: str
    prefix: str


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """An object as the store lists it; ``name`` has no folder."""

    name: str
    changed_at: datetime


def parse_store_address(given: str) -> StoreAddress:
    """Return the bucket and the folder of an address such as ``s3://bucket/folder``.

    :raises ValueError: it is no such address.
    """
    found = _ADDRESS.fullmatch(given)
    if found is None:
        raise ValueError("is an address such as s3://bucket/songgang")
    return StoreAddress(bucket=found[1], prefix=found[2].strip("/"))


class ObjectStore:
    """The part of a bucket that belongs to one media process. A folder is a common prefix."""

    def __init__(self, address: StoreAddress, limits: MediaLimits) -> None:
        timeout = timedelta(seconds=limits.store_timeout_seconds)
        self._store = S3Store(
            address.bucket,
            prefix=address.prefix or None,
            # The operator names the endpoint; plain http is for one in the same network.
            client_options={"timeout": timeout, "connect_timeout": timeout, "allow_http": True},
            # What failed is tried again in the next round, as it is needed by then.
            retry_config={"max_retries": 0, "retry_timeout": timeout},
        )
        self._timeout_seconds = limits.store_timeout_seconds
        self._requests = asyncio.Semaphore(limits.max_store_requests)
        self.is_away = False
        """Whether the last request failed."""

    async def put(self, folder: str, name: str, content: bytes, headers: Mapping[str, str]) -> None:
        """Store an object whole, with these headers for who reads it.

        :raises StoreAway: it was not stored, or nobody said so.
        """
        await self._ask(lambda: self._put(f"{folder}/{name}", content, headers))

    async def put_file(self, folder: str, file: Path, headers: Mapping[str, str]) -> bool:
        """Store a file whole; False if there is no such file any more, or nothing in it.

        :raises StoreAway: it was not stored, or nobody said so.
        """

        async def put() -> bool:
            # Read in its turn, so only so many files are in memory.
            content = await asyncio.to_thread(_read, file)
            if content:
                await self._put(f"{folder}/{file.name}", content, headers)
            return bool(content)

        return await self._ask(put)

    async def _put(self, path: str, content: bytes, headers: Mapping[str, str]) -> None:
        attributes = dict(headers)
        await obstore.put_async(
            self._store, path, content, attributes=attributes, use_multipart=False
        )

    async def list_folders(self, folder: str) -> list[str]:
        """Return the names of the folders in a folder.

        :raises StoreAway: nobody said.
        """
        found = await self._ask(
            lambda: obstore.list_with_delimiter_async(self._store, f"{folder}/")
        )
        return [each.rstrip("/").rpartition("/")[2] for each in found["common_prefixes"]]

    async def list_objects(self, folder: str) -> list[StoredObject]:
        """Return the objects of a folder.

        :raises StoreAway: nobody said.
        """
        return [each async for objects in self._list(folder) for each in objects]

    async def list_names(self, folder: str) -> set[str]:
        """Return the names of the objects of a folder.

        :raises StoreAway: nobody said.
        """
        return {each.name for each in await self.list_objects(folder)}

    async def _list(self, folder: str) -> AsyncIterator[list[StoredObject]]:
        """Yield the objects of a folder, page by page."""
        pages = obstore.list(self._store, f"{folder}/", chunk_size=_NAMES_PER_REQUEST)
        while True:
            try:
                page = await self._ask(pages.__anext__)
            except StopAsyncIteration:
                return
            yield [
                StoredObject(name=each["path"].rpartition("/")[2], changed_at=each["last_modified"])
                for each in page
            ]

    async def delete(self, folder: str, names: Sequence[str]) -> None:
        """Delete objects of a folder; one that is not there counts as deleted.

        :raises StoreAway: not all are deleted, or nobody said so.
        """
        for at in range(0, len(names), _NAMES_PER_REQUEST):
            some = [f"{folder}/{name}" for name in names[at : at + _NAMES_PER_REQUEST]]
            await self._ask(partial(obstore.delete_async, self._store, some))

    async def delete_folder(self, folder: str, *, first: str) -> bool:
        """Delete a folder, the object ``first`` before the others; return whether there was one.

        It is deleted when the store lists nothing of it any more, whatever it said before.

        :raises StoreAway: something of it may be left.
        """
        for attempt in range(_DELETIONS):
            names = await self.list_names(folder)
            if not names:
                return attempt > 0
            with suppress(StoreAway):
                await self.delete(folder, [first] if first in names else [])
                await self.delete(folder, sorted(names - {first}))
        raise StoreAway

    async def _ask(self, request: Callable[[], Awaitable[_T]]) -> _T:
        try:
            async with self._requests, asyncio.timeout(self._timeout_seconds):
                answer = await request()
        except (BaseError, OSError) as error:  # asyncio's TimeoutError is one
            if not self.is_away:
                # Its message may quote what was asked.
                _log.error("object store is away", error=type(error).__name__)
            self.is_away = True
            raise StoreAway from None
        if self.is_away:
            _log.info("object store answers again")
        self.is_away = False
        return answer


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
