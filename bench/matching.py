"""Measures the matching of a call campaign: seconds to find postings for each person, on one core.

``.venv/bin/python bench/matching.py [--seekers 10000] [--postings 100000] [--record]``; needs Linux
and ``make setup``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import time as clock
from datetime import timedelta
from pathlib import Path
from typing import Any

from api.demo.terms import Dice, make_terms
from bench.machine import described
from domain.matching.constraints import find_violations
from domain.matching.job_index import JobIndex
from domain.matching.jobs import Job
from domain.postings.pay import PayPeriod
from domain.postings.postings import Intensity, Shift
from domain.reference.calendar import day_in_china
from domain.reference.occupations import Occupation
from domain.reference.regions import city_of, list_counties, province_of
from domain.seekers.call_campaigns import MatchRun, RunStatus
from domain.seekers.profile import LowestPay, PickUp, Profile, Wants
from domain.seekers.seeker_groups import PERSON_GROUPS
from domain.seekers.seekers import Seeker
from storage.clock import utc_now
from storage.mongo.client import Mongo, new_id
from storage.mongo.codec import to_document
from storage.mongo.embedded import run_embedded
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from workers.matcher import Matcher

DATABASE = "songgang_bench_matching"
BATCH = 2_000
EMPLOYERS = 5_000
WITHIN = 60.0
"""The most seconds for 10,000 seekers and 100,000 postings."""
PEER_SEEKERS = 20
"""Seekers that the peer measures; the rest is extrapolated."""
RESULTS = Path(__file__).parent / "results" / "matching.json"
_OCCUPATIONS = tuple(each for each in Occupation if each is not Occupation.OTHER)


async def seed_postings(store: Store, number: int, dice: Dice) -> None:
    """Generate open postings in all counties, of all occupations."""
    codes = [county.code for county in list_counties()]
    employers = [new_id() for _ in range(EMPLOYERS)]
    now = utc_now()
    today = day_in_china(now)
    for start in range(0, number, BATCH):
        documents = []
        for place in range(start, min(start + BATCH, number)):
            terms = make_terms(
                _OCCUPATIONS[place % len(_OCCUPATIONS)],
                counties=codes,
                source="合成",
                today=today,
                dice=dice,
            )
            if terms.shift is Shift.DAY:
                begins = 7 + dice.below(3)
                ends = clock(begins + 9, 30 * dice.below(2))
                terms = replace(terms, starts_at=clock(begins), ends_at=ends)
            posting = records.posting(
                employer_id=dice.pick(employers),
                terms=terms,
                verified_until=today + timedelta(days=100),
            )
            # Notifications are not measured here.
            documents.append(to_document(posting) | {"told": True})
        await store.mongo["postings"].insert_many(documents)


def made_wants(dice: Dice, codes: list[str]) -> Wants:
    """Generate the wishes of a person on a call list: mostly a nearby place, and a limit or two."""
    county = dice.pick(codes)
    near = dice.pick((county, city_of(county), city_of(county), province_of(county)))
    places = () if dice.below(10) == 0 else (near,)
    occupations = () if dice.below(7) == 0 else dice.sample(_OCCUPATIONS, 3)
    return Wants(
        occupations=occupations,
        places=places,
        heaviest=dice.pick((Intensity.LIGHT, Intensity.MEDIUM, Intensity.HEAVY)),
        pick_up=PickUp(by=clock(17, 30)) if dice.below(4) == 0 else None,
        no_nights=dice.below(3) == 0,
        lowest_pay=LowestPay(amount=3_000 + 500 * dice.below(5), period=PayPeriod.MONTH)
        if dice.below(2)
        else None,
    )


async def seed_seekers(store: Store, campaign_id: str, number: int, dice: Dice) -> None:
    """Generate the seekers of one campaign."""
    codes = [county.code for county in list_counties()]
    for start in range(0, number, BATCH):
        made = [
            records.seeker(
                profile=Profile(
                    group=dice.pick(PERSON_GROUPS),
                    wants=made_wants(dice, codes),
                    skills=dice.sample(_OCCUPATIONS, 2),
                    wants_training=dice.below(4) == 0,
                    home_place=dice.pick(codes),
                ),
                campaign_id=campaign_id,
                searches=(),
            )
            for _ in range(start, min(start + BATCH, number))
        ]
        await store.seekers.add(made)


@dataclass(frozen=True)
class Figures:
    """The seconds of one run; ``peer`` is the same without the index, for all seekers."""

    seekers: int
    postings: int
    seconds: float
    cpu_seconds: float
    reading: float
    peer: float
    grown_mib: float
    matches: dict[int, int]


async def measure(store: Store, campaign_id: str, seekers: int, postings: int) -> Figures:
    """Match the campaign as the service does: read, match, store, save the progress."""
    run = MatchRun(
        status=RunStatus.QUEUED, requested_by="officer", requested_at=utc_now(), total=seekers
    )
    await store.call_campaigns.queue_run(campaign_id, run)
    before, began, cpu = resident_mib(), time.perf_counter(), time.process_time()
    _, matched = await Matcher(store, utc_now, node="bench").run()
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    grown = resident_mib() - before
    assert matched == seekers
    began = time.perf_counter()
    jobs = [job async for job in store.jobs.iterate_open(day_in_china(utc_now()))]
    reading = time.perf_counter() - began
    assert len(jobs) == postings
    people = await store.seekers.by_campaign(campaign_id, after="", limit=PEER_SEEKERS)
    return Figures(
        seekers=seekers,
        postings=postings,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        reading=reading,
        peer=reading + without_index(jobs, people) * seekers / len(people),
        grown_mib=grown,
        matches=await checked(store, campaign_id, jobs),
    )


def without_index(jobs: list[Job], people: list[Seeker]) -> float:
    """Return the seconds to check every posting for each seeker, with the same rules."""
    began = time.perf_counter()
    for seeker in people:
        wants = seeker.profile.wants
        JobIndex(job for job in jobs if not find_violations(wants, job)).find_matches(
            seeker.profile
        )
    return time.perf_counter() - began


async def checked(store: Store, campaign_id: str, jobs: list[Job]) -> dict[int, int]:
    """Count seekers by their number of matches, and check that no match breaks a limit."""
    by_id = {job.id: job for job in jobs}
    counts: Counter[int] = Counter()
    after: tuple[Any, ...] | None = None
    while True:
        page = await store.call_campaigns.matches(
            campaign_id, PageRequest(limit=1_000, after=after)
        )
        seekers = await store.seekers.by_ids([match.seeker_id for match in page.items])
        for match in page.items:
            wants = seekers[match.seeker_id].profile.wants
            assert not any(find_violations(wants, by_id[each]) for each in match.posting_ids)
            counts[len(match.posting_ids)] += 1
        if not page.has_next:
            return dict(sorted(counts.items()))
        after = (page.items[-1].id,)


def resident_mib() -> float:
    """Return the resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def main(seekers: int, postings: int, *, record: bool) -> int:
    """Return 0 if the matching was fast enough."""
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="songgang-bench-", ignore_cleanup_errors=True) as data:
        async with run_embedded(Path(data)) as mongod:
            mongo = await Mongo.connect(mongod.uri, DATABASE)
            secret = secrets.token_hex(16)
            store = Store(mongo, secret)
            await store.prepare(secret)
            dice = Dice(2026)
            campaign = records.campaign()
            await store.call_campaigns.add([campaign])
            began = time.perf_counter()
            await seed_postings(store, postings, dice)
            await seed_seekers(store, campaign.id, seekers, dice)
            print(f"seeded in {time.perf_counter() - began:.0f} s")
            # One core for the matching; MongoDB uses the others.
            os.sched_setaffinity(0, {cores[-1]})
            figures = await measure(store, campaign.id, seekers, postings)
            await mongo.close()
    found = sum(count for size, count in figures.matches.items() if size >= 3)
    print(
        f"{seekers} seekers against {postings} postings: {figures.seconds:.1f} s "
        f"({figures.cpu_seconds:.1f} s of one core), of which reading the postings about "
        f"{figures.reading:.1f} s; without the index {figures.peer:.0f} s, "
        f"{figures.peer / figures.seconds:.0f} times as long; grew by {figures.grown_mib:.0f} MiB; "
        f"3 to 5 postings for {found} of {seekers}"
    )
    if record:
        RESULTS.parent.mkdir(exist_ok=True)
        kept = {"machine": described(), **figures.__dict__}
        RESULTS.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return int(figures.seconds > WITHIN * max(1.0, seekers / 10_000))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seekers", type=int, default=10_000)
    parser.add_argument("--postings", type=int, default=100_000)
    parser.add_argument("--record", action="store_true", help="into results/matching.json")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.seekers, given.postings, record=given.record)))
