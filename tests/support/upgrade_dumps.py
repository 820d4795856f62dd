"""Dumps of databases that earlier commits of this service have written, for tests of upgrades.

A dump is canonical Extended JSON (MongoDB Extended JSON v2), with what a client knew of the
database at that moment. ``tests.support.make_upgrade_dump`` makes one.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bson.json_util import CANONICAL_JSON_OPTIONS, loads

from storage.mongo.client import Document, Mongo

DUMPS = Path(__file__).parent.parent / "data" / "upgrades"
SECRET = "the secret of the dumps, only for tests"
"""The SONGGANG_SECRET of the databases in the dumps."""

JSON_OPTIONS = CANONICAL_JSON_OPTIONS.with_options(tz_aware=True, tzinfo=UTC)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
PASSWORD = "the password of the dumps"


@dataclass(frozen=True, kw_only=True)
class LeadAsGiven:
    """A lead as the person gave it: its id, the name and the phone."""

    id: str
    name: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class ClientKnowledge:
    """What clients of the earlier commit knew when the dump was taken.

    ``cursor`` is an old cursor of the session's log: the announcements came after it.
    """

    at: datetime
    session_id: str
    cursor: str
    announcements: tuple[str, ...]
    leads: tuple[LeadAsGiven, ...]


@dataclass(frozen=True, kw_only=True)
class Dump:
    """The documents of a database by collection, and what its clients knew."""

    collections: Mapping[str, list[Document]]
    known: ClientKnowledge

    @property
    def open_postings(self) -> set[str]:
        """The ids of the postings that were open."""
        return {
            posting["_id"]
            for posting in self.collections["postings"]
            if posting["status"] == "OPEN"
        }

    @property
    def schema_version(self) -> int:
        """The schema version of the database; 0 if it is from before schema versions."""
        meta = {document["_id"]: document for document in self.collections.get("meta", [])}
        return int(meta["schema"]["version"]) if "schema" in meta else 0

    async def load(self, mongo: Mongo, *, at: datetime) -> None:
        """Store the documents in an empty database, without indexes and validators.

        All times are moved by whole days, as if the dump had been taken in the day before ``at``.
        """
        days = timedelta(days=(at - self.known.at).days)
        for name, documents in self.collections.items():
            await mongo[name].insert_many([_move(document, days) for document in documents])


def _move(value: Any, by: timedelta) -> Any:
    """A value of a document with all its times and days moved."""
    if isinstance(value, dict):
        return {key: _move(each, by) for key, each in value.items()}
    if isinstance(value, list):
        return [_move(each, by) for each in value]
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, str) and _DAY.fullmatch(value):
        return (date.fromisoformat(value) + by).isoformat()
    return value


def read_dump(commit: str) -> Dump:
    """The dump of a commit in ``tests/data/upgrades``."""
    with gzip.open(DUMPS / f"{commit}.json.gz", "rt", encoding="utf-8") as file:
        stored = loads(file.read(), json_options=JSON_OPTIONS)
    known = stored["known"]
    return Dump(
        collections=stored["collections"],
        known=ClientKnowledge(
            **{
                **known,
                "announcements": tuple(known["announcements"]),
                "leads": tuple(LeadAsGiven(**lead) for lead in known["leads"]),
            }
        ),
    )
