"""Measures searches in 100,000 postings, and a page of them against peers; see bench/README.md."""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import shlex
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bench import search_report
from bench.asking import asked, request
from bench.machine import Cores, Disturbance, Usage, described
from bench.postings import SEED, UNION, dice_of, market, postings, searches
from bench.servers import DATABASE, Missing, Running, Songgang, peer
from bench.trial import settled
from domain.reference.regions import list_children
from storage.mongo.client import Mongo
from storage.store import Store

SEARCH = """query Search($filter: PostingFilter!, $orderBy: PostingOrder) {
  postings(filter: $filter, orderBy: $orderBy, first: 20) {
    edges {
      cursor
      highlights { field start end }
      node {
        id title employmentType shift
        pay { amount period }
        place { fullName }
        employer { id name }
      }
    }
    pageInfo { hasNextPage endCursor }
    facets {
      total complete
      codes { name counts { code zh count } }
      places { region { code name } count }
      pay { payFrom payTo count }
    }
  }
}"""
PAGE = """query Page($after: String) {
  postings(first: 20, after: $after) {
    edges {
      cursor
      node {
        id title occupation headcount placeCode validUntil employmentType shift insurance benefits
        pay { amount period }
        place { code name fullName }
        employer { id name place { name } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""
AT_ONCE = 8
SEARCHES = 400
PAGES = 200
PEERS = {
    "strawberry": ("board-strawberry", ()),
    "strawberry-cached": ("board-strawberry", ("cached",)),
    "yoga": ("board-node", ()),
}


class Run:
    """One run of the benchmark: the data, all measurements, and their results."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._number: int = given.postings
        self._rounds: int = given.rounds
        self._folder: Path | None = given.data
        self._only: list[str] = given.only
        self._seconds = 4.0 if given.quick else 8.0
        machine = described()
        self._cores = Cores.divide()
        # Load and mongod inherit this affinity; servers start on their own core.
        os.sched_setaffinity(0, self._cores.others)
        self.found: dict[str, Any] = {
            "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            "command": shlex.join(["python", "bench/search.py", *sys.argv[1:]]),
            "machine": machine,
            "searches": [],
            "pages": [],
            "skipped": {},
        }

    async def measure(self) -> None:
        """Fill the database once, measure searches, then pages in turn with the peers."""
        async with AsyncExitStack() as stack:
            songgang = await stack.enter_async_context(
                Songgang.on_own_mongod(self._cores, self._folder)
            )
            mongo = await Mongo.connect(songgang.mongod.uri, DATABASE)
            stack.push_async_callback(mongo.close)
            async with songgang.nodes():
                pass  # creates the collections, and a demo next to the generated data
            ids = await self._filled(mongo)
            for order in ("NEWEST", "RELEVANCE", "PAY"):
                if self._is_wanted("searches"):
                    await self._searched(order, songgang)
            for _ in range(self._rounds):
                for name in ("songgang", *PEERS):
                    if self._is_wanted(name):
                        await self._paged(name, songgang, ids)

    def _is_wanted(self, name: str) -> bool:
        return not self._only or name in self._only

    async def _filled(self, mongo: Mongo) -> list[str]:
        """Store union, employers and postings as the service does; return the posting ids."""
        made_of = market(datetime.now(UTC))
        store = Store(mongo, "bench")
        ids: list[str] = []
        coming = postings(made_of, self._number)
        known = mongo["postings"].find({"employer_id": made_of.employers[0].id}).limit(1)
        if await known.to_list(1):
            stored = mongo["postings"].find({"union_id": UNION}, {"_id": 1})
            ids = sorted([document["_id"] async for document in stored])
            self.found["filled"] = {"postings": len(ids)} | await _sizes(mongo)
            return ids
        await store.unions.add([made_of.union])
        await store.employers.add(made_of.employers)
        await mongo["peer_regions"].insert_many(_regions())
        begin = time.monotonic()
        while batch := list(islice(coming, 1_000)):
            await store.postings.add(batch)
            ids += [posting.id for posting in batch]
        # The postings count as old, so that no notification is due.
        await mongo["postings"].update_many({}, {"$set": {"told": True}})
        self.found["filled"] = {
            "postings": self._number,
            "per_s": round(self._number / (time.monotonic() - begin)),
        } | await _sizes(mongo)
        print(f"filled: {self.found['filled']}", flush=True)
        return ids

    async def _searched(self, order: str, songgang: Songgang) -> None:
        made_of = market(datetime.now(UTC))
        async with songgang.nodes() as running:
            requests = [
                request(running.ports[0], SEARCH, {"filter": given, "orderBy": order})
                for given in searches(made_of, SEARCHES)
            ]
            trial = {"order": order, **await self._measured(running, requests, songgang)}
        self.found["searches"].append(trial)
        print(search_report.line(trial), flush=True)

    async def _paged(self, name: str, songgang: Songgang, ids: Sequence[str]) -> None:
        after = dice_of(SEED).sample(ids, PAGES)
        try:
            async with self._server(name, songgang) as running:
                cursors = map(_cursor, after) if name == "songgang" else iter(after)
                requests = [
                    request(running.ports[0], PAGE, {"after": cursor}) for cursor in cursors
                ]
                measured = await self._measured(running, requests, songgang)
        except Missing as missing:
            self.found["skipped"][name] = str(missing)
            return
        trial = {"server": name, **measured}
        self.found["pages"].append(trial)
        print(search_report.line(trial), flush=True)

    @asynccontextmanager
    async def _server(self, name: str, songgang: Songgang) -> AsyncIterator[Running]:
        if name == "songgang":
            async with songgang.nodes() as running:
                yield running
            return
        kind, options = PEERS[name]
        env = {"MONGODB_URI": songgang.mongod.uri, "MONGODB_DATABASE": DATABASE}
        async with peer(kind, self._cores, options=options, env=env) as running:
            yield running

    async def _measured(
        self, running: Running, requests: Sequence[bytes], songgang: Songgang
    ) -> dict[str, Any]:
        await settled(running.pids)
        await asked(running.ports[0], requests, at_once=AT_ONCE, warm_up=0, seconds=2)
        disturbance = Disturbance(self._cores, running.pids)
        before, mongod = Usage.of(running.pids), Usage.of([songgang.mongod.pid])
        answers = await asked(
            running.ports[0], requests, at_once=AT_ONCE, warm_up=0, seconds=self._seconds
        )
        after, mongod_after = Usage.of(running.pids), Usage.of([songgang.mongod.pid])
        number = max(len(answers.took), 1)
        return {
            **answers.described(),
            "server_cpu_ms": round((after.cpu_seconds - before.cpu_seconds) / number * 1e3, 2),
            "mongod_cpu_ms": round(
                (mongod_after.cpu_seconds - mongod.cpu_seconds) / number * 1e3, 2
            ),
            "disturbed": disturbance.share(),
        }


async def _sizes(mongo: Mongo) -> dict[str, Any]:
    stats = await mongo.command({"collStats": "postings"})
    return {
        "mib": stats["size"] >> 20,
        "index_mib": {name: size >> 20 for name, size in stats["indexSizes"].items()},
    }


def _regions() -> Iterator[dict[str, Any]]:
    """Store regions for the peers, which read them from the database."""
    coming = list(list_children(None))
    while coming:
        region = coming.pop()
        coming += list_children(region.code)
        yield {"_id": region.code, "name": region.name, "full_name": region.full_name}


def _cursor(posting_id: str) -> str:
    return base64.urlsafe_b64encode(f"postings:{posting_id}".encode()).decode().rstrip("=")


def medians(trials: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one row per server: the medians of its rounds."""
    names = dict.fromkeys(trial["server"] for trial in trials)
    return [
        {
            "server": name,
            **{
                figure: statistics.median(
                    trial[figure] for trial in trials if trial["server"] == name
                )
                for figure in search_report.FIGURES
            },
        }
        for name in names
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter trials")
    parser.add_argument("--postings", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=2, help="of pages, two by default")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=["searches", "songgang", *PEERS],
        help="this alone; may be repeated",
    )
    parser.add_argument(
        "--data", type=Path, help="a folder whose filled database is used, or left for the next run"
    )
    parser.add_argument("--record", action="store_true", help="put the results into the README")
    given = parser.parse_args()
    run = Run(given)
    asyncio.run(run.measure())
    run.found["medians"] = medians(run.found["pages"])
    print(search_report.tables(run.found), flush=True)
    search_report.keep(run.found)
    if given.record:
        search_report.record(run.found)


if __name__ == "__main__":
    main()
