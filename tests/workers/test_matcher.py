"""The matcher notifies each suited seeker once of each open posting, on whichever node it runs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.exchange.imports import ImportStatus
from domain.matching.jobs import build_job
from domain.postings.postings import Intensity, Posting, PostingStatus
from domain.reference.occupations import Occupation
from domain.seekers.profile import Wants
from domain.seekers.seekers import SeekerStatus
from realtime.background import Schedule
from storage.matching.jobs import job_from_document
from storage.mongo.client import StorageError
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.matcher_node import (
    OPEN_UNTIL,
    create_matcher,
    notified_posting_ids,
    open_posting,
)
from tests.support.records import ManualClock
from tests.support.waiting import wait_until
from workers.matcher import MatcherLimits, should_notify


async def test_an_open_posting_is_notified_once_to_each_suited_seeker(store: Store) -> None:
    suited = records.seeker()
    by_search = records.seeker(
        profile=replace(suited.profile, wants=Wants(places=("230000",))),
        searches=(replace(suited.searches[0], wants=Wants(places=("310115",))),),
    )
    others = [
        records.seeker(profile=replace(suited.profile, wants=Wants(places=("230000",)))),
        records.seeker(profile=replace(suited.profile, wants=Wants(heaviest=Intensity.LIGHT))),
        records.seeker(status=SeekerStatus.PAUSED),
        records.seeker(matching=False),
        records.seeker(withdrawn_at=records.FIXED_NOW),
    ]
    await store.seekers.add([suited, by_search, *others])
    opened = open_posting()
    hidden = [
        open_posting(status=PostingStatus.IN_REVIEW),
        open_posting(status=PostingStatus.CLOSED),
    ]
    expired = records.posting(
        terms=posting_terms(valid_until=(records.FIXED_NOW - timedelta(days=1)).date())
    )
    await store.postings.add([opened, *hidden, expired])
    node = create_matcher(store)
    assert await node.run() == (2, 0)
    assert await node.run() == (0, 0)
    for seeker in (suited, by_search):
        assert await notified_posting_ids(store, seeker) == [opened.id]
    for seeker in others:
        assert await notified_posting_ids(store, seeker) == []


async def test_a_changed_posting_notifies_only_seekers_not_yet_notified(store: Store) -> None:
    first = records.seeker()
    light = records.seeker(profile=replace(first.profile, wants=Wants(heaviest=Intensity.LIGHT)))
    await store.seekers.add([first, light])
    opened = open_posting()
    await store.postings.add([opened])
    node = create_matcher(store)
    assert await node.run() == (1, 0)
    lighter = replace(opened.terms, intensity=Intensity.LIGHT)
    changed = replace(opened, terms=lighter, revision=2, version=opened.version + 1)
    assert await store.postings.update_if_unchanged(opened, changed)
    assert await node.run() == (1, 0)
    assert await notified_posting_ids(store, first) == [opened.id]
    assert await notified_posting_ids(store, light) == [opened.id]


async def test_two_concurrent_nodes_notify_once(store: Store, other_store: Store) -> None:
    seekers = [records.seeker() for _ in range(120)]
    await store.seekers.add(seekers)
    postings = [open_posting() for _ in range(3)]
    await store.postings.add(postings)
    # Both hold the lease, as with a wrong clock.
    ahead = ManualClock()
    ahead.advance(hours=1)
    one, two = create_matcher(store, "one"), create_matcher(other_store, "two", ahead)
    outcomes = await asyncio.gather(one.run(), two.run(), return_exceptions=True)
    assert not [each for each in outcomes if not isinstance(each, (tuple, StorageError))]
    ahead.advance(hours=1)
    await create_matcher(store, "three", ahead).run()
    for seeker in seekers:
        assert sorted(await notified_posting_ids(store, seeker)) == sorted(
            each.id for each in postings
        )


async def test_a_node_without_the_lease_does_nothing(store: Store) -> None:
    await store.seekers.add([records.seeker()])
    await store.postings.add([open_posting()])
    clock = ManualClock()
    await store.leases.acquire(
        "matching", "another", at=clock(), until=clock() + timedelta(seconds=60)
    )
    assert await create_matcher(store, clock=clock).run() == (0, 0)
    clock.advance(seconds=61)
    assert await create_matcher(store, clock=clock).run() == (1, 0)


async def test_the_number_of_seekers_notified_per_posting_is_limited(
    store: Store,
) -> None:
    limits = MatcherLimits(max_seekers_notified_per_posting=4, seekers_per_read=2)
    seekers = [records.seeker() for _ in range(9)]
    await store.seekers.add(seekers)
    await store.postings.add([open_posting()])
    assert await create_matcher(store, limits=limits).run() == (4, 0)
    # The oldest seekers.
    notified = [len(await notified_posting_ids(store, seeker)) for seeker in seekers]
    assert notified == [1] * 4 + [0] * 5


async def test_postings_of_one_place_are_notified_together_to_every_seeker(
    store: Store,
) -> None:
    limits = MatcherLimits(seekers_per_read=2)
    seekers = [records.seeker() for _ in range(5)]
    await store.seekers.add(seekers)
    opened = [open_posting(), open_posting()]
    elsewhere = posting_terms(valid_until=OPEN_UNTIL, place_code="330402")
    await store.postings.add([*opened, records.posting(terms=elsewhere)])
    node = create_matcher(store, limits=limits)
    assert await node.run() == (10, 0)
    for seeker in seekers:
        assert sorted(await notified_posting_ids(store, seeker)) == sorted(
            each.id for each in opened
        )
    assert await store.jobs.find_unnotified(records.FIXED_NOW.date(), limit=10) == []


async def test_a_node_that_loses_the_lease_stops_and_the_other_continues(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = MatcherLimits(seekers_per_read=2)
    seekers = [records.seeker() for _ in range(5)]
    await store.seekers.add(seekers)
    await store.postings.add([open_posting()])
    clock = ManualClock()
    first, second = (create_matcher(store, name, clock, limits) for name in ("first", "second"))
    tell_some = first._notify_batch

    async def slowly(*given: Any) -> int:
        clock.advance(minutes=2)
        assert await second._take_lease()
        return await tell_some(*given)

    monkeypatch.setattr(first, "_notify_batch", slowly)
    assert await first.run() == (2, 0)
    assert await second.run() == (3, 0)
    for seeker in seekers:
        assert len(await notified_posting_ids(store, seeker)) == 1


async def test_postings_of_a_running_import_are_notified_in_rounds(
    store: Store,
) -> None:
    await store.seekers.add([records.seeker()])
    await store.postings.add([open_posting() for _ in range(7)])
    one = records.import_record(active=True, status=ImportStatus.RUNNING)
    await store.imports.add(one)
    node = create_matcher(store, limits=MatcherLimits(postings_per_round=2))
    assert [await node.run() for _ in range(2)] == [(2, 0), (2, 0)]
    await store.imports.end_early(one.id, ImportStatus.CANCELLED, at=records.FIXED_NOW)
    assert await node.run() == (3, 0)


async def test_a_job_is_the_same_from_a_document_as_from_a_record(store: Store) -> None:
    for made in (open_posting(), records.posting(terms=posting_terms(place_code="230100"))):
        await store.postings.add([made])
        document = await store.mongo["postings"].find_one({"_id": made.id})
        assert document is not None
        assert job_from_document(document) == build_job(made)


def test_a_saved_search_matches_in_addition_to_the_profile() -> None:
    seeker = records.seeker()
    job = build_job(open_posting())
    assert should_notify(seeker, job)
    elsewhere = replace(
        seeker, profile=replace(seeker.profile, wants=Wants(occupations=(Occupation.SALES,)))
    )
    assert not should_notify(elsewhere, job)
    assert not should_notify(replace(seeker, matching=False), job)


async def test_a_started_matcher_runs_until_it_is_closed(store: Store) -> None:
    seeker = records.seeker()
    await store.seekers.add([seeker])
    await store.postings.add([open_posting()])
    node = create_matcher(store)
    await node.close()
    node.start()
    node.wake()

    async def is_told() -> bool:
        return bool(await notified_posting_ids(store, seeker))

    await wait_until(is_told)
    await node.close()
    assert await store.leases.acquire(
        "matching", "another", at=records.FIXED_NOW, until=records.FIXED_NOW + timedelta(seconds=1)
    )


async def test_a_fault_delays_the_matcher_and_does_not_end_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeker = records.seeker()
    await store.seekers.add([seeker])
    await store.postings.add([open_posting()])
    wrong = [StorageError("no answer"), ValueError("a mistake of ours")]
    find_unnotified, reads = store.jobs.find_unnotified, 0

    async def failing(*args: Any, **given: Any) -> list[Posting]:
        nonlocal reads
        reads += 1
        if wrong:
            raise wrong.pop()
        return await find_unnotified(*args, **given)

    async def lost(*_: Any) -> None:
        raise StorageError("no answer")

    monkeypatch.setattr(store.jobs, "find_unnotified", failing)
    often = Schedule(interval_seconds=0.01, first_retry_seconds=0.01)
    node = create_matcher(store, limits=MatcherLimits(schedule=often))
    node.start()
    # Two rounds that fail, one that notifies, and one more.
    await wait_until(lambda: reads >= 4)
    assert len(await notified_posting_ids(store, seeker)) == 1
    monkeypatch.setattr(store.leases, "release", lost)
    await node.close()
