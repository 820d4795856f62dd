"""The counts of caps on one-time codes, one document for each cap.

A count is taken and checked in one update of its document, so it is exact over any number of
nodes. A window that has ended begins again with the next request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.identity.code_caps import HOUSE, Cap, CapUse, CapWindow
from domain.identity.phone_codes import CountedCode
from storage.mongo.client import Document, Duplicate, Mongo, translate_errors


class CodeCapCounts:
    """Counts by key; documents are deleted after the end of their last window."""

    def __init__(self, mongo: Mongo) -> None:
        self._counts = mongo["code_caps"]

    async def take(self, cap: Cap, *, at: datetime) -> CapUse:
        """Count one code in every window of the cap, unless one of them is full."""
        while True:
            try:
                with translate_errors():
                    document = await self._counts.find_one_and_update(
                        {"_id": cap.key}, _take(cap.windows, at), upsert=True, return_document=True
                    )
            except Duplicate:
                continue  # another request created the document in this moment
            assert document is not None  # an upsert always returns one
            return _to_use(cap.key, [window.name for window in cap.windows], document)

    async def give_back(self, counted: CountedCode) -> None:
        """Take one code back from its windows, unless they have ended."""
        windows = {window.name: window.until for window in counted.windows}
        with translate_errors():
            await self._counts.update_one({"_id": counted.key}, [{"$set": _give_back(windows)}])

    async def read_house(self, *, at: datetime) -> Mapping[str, int]:
        """The messages of the house in the present day and month."""
        with translate_errors():
            document = await self._counts.find_one({"_id": HOUSE})
        windows = (document or {}).get("windows", {})
        return {
            name: windows[name]["count"] if windows.get(name, {}).get("until", at) > at else 0
            for name in ("day", "month")
        }


def _take(windows: Sequence[CapWindow], at: datetime) -> Sequence[Document]:
    """An update pipeline: decide with the old values, then count."""
    counted = {window.name: _count_now(window.name, at) for window in windows}
    has_room = [{"$lt": [counted[window.name], window.limit]} for window in windows]
    after = {
        window.name: {
            "count": {"$add": [counted[window.name], {"$cond": ["$admitted", 1, 0]}]},
            "until": {
                "$cond": [_is_open(window.name, at), f"$windows.{window.name}.until", window.until]
            },
        }
        for window in windows
    }
    return [
        {"$set": {"admitted": {"$and": has_room}}},
        {"$set": {"windows": after}},
        {"$set": {"until": {"$max": [f"$windows.{window.name}.until" for window in windows]}}},
    ]


def _is_open(name: str, at: datetime) -> Document:
    # A missing field is lower than every date.
    return {"$gt": [f"$windows.{name}.until", at]}


def _count_now(name: str, at: datetime) -> Document:
    return {"$cond": [_is_open(name, at), f"$windows.{name}.count", 0]}


def _give_back(windows: Mapping[str, datetime]) -> Document:
    return {
        f"windows.{name}.count": {
            "$cond": [
                {
                    "$and": [
                        {"$eq": [f"$windows.{name}.until", until]},
                        {"$gt": [f"$windows.{name}.count", 0]},
                    ]
                },
                {"$subtract": [f"$windows.{name}.count", 1]},
                f"$windows.{name}.count",
            ]
        }
        for name, until in windows.items()
    }


def _to_use(key: str, names: Sequence[str], document: Mapping[str, Any]) -> CapUse:
    windows = document["windows"]
    return CapUse(
        key=key,
        is_admitted=document["admitted"],
        windows={name: (windows[name]["count"], windows[name]["until"]) for name in names},
    )
