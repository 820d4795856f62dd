"""The matcher runs call campaigns: it resumes a run and replaces earlier matches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.postings.postings import PostingStatus
from domain.seekers.call_campaigns import MatchRun, RunStatus
from domain.seekers.seekers import SeekerStatus
from storage.mongo.client import StorageError
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from tests.support.matcher_node import create_matcher, open_posting
from tests.support.records import ManualClock
from workers.matcher import MatcherLimits


def queued_run(total: int) -> MatchRun:
    return MatchRun(
        status=RunStatus.QUEUED, requested_by="officer", requested_at=records.FIXED_NOW, total=total
    )


async def test_an_interrupted_campaign_run_resumes_where_it_stopped(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = records.campaign()
    await store.call_campaigns.add([campaign])
    seekers = [records.seeker(campaign_id=campaign.id) for _ in range(5)]
    refused = records.seeker(campaign_id=campaign.id, matching=False)
    await store.seekers.add([*seekers, refused, records.seeker(campaign_id="another")])
    postings = [
        open_posting(employer_id=f"employer {number % 3}", status=status)
        for number, status in enumerate([PostingStatus.OPEN] * 4 + [PostingStatus.CLOSED] * 2)
    ]
    await store.postings.add(postings)
    assert await store.call_campaigns.queue_run(campaign.id, queued_run(6)) is not None
    assert await store.call_campaigns.queue_run(campaign.id, queued_run(6)) is None
    save_matches, times = store.call_campaigns.save_matches, 0

    async def cut_off(found: Any) -> None:
        nonlocal times
        times += 1
        if times == 2:
            raise StorageError
        await save_matches(found)

    monkeypatch.setattr(store.call_campaigns, "save_matches", cut_off)
    node = create_matcher(store, limits=MatcherLimits(seekers_matched_per_write=2))
    with pytest.raises(StorageError):
        await node.run()
    (half,) = (await store.call_campaigns.by_ids([campaign.id])).values()
    assert half.run is not None
    assert (half.run.status, half.run.done, half.run.total) == (RunStatus.RUNNING, 2, 6)
    _, matched = await node.run()
    assert matched == 4
    (whole,) = (await store.call_campaigns.by_ids([campaign.id])).values()
    assert whole.run is not None
    assert (whole.run.status, whole.run.done) == (RunStatus.DONE, 6)
    assert whole.run.finished_at == records.FIXED_NOW
    page = await store.call_campaigns.matches(campaign.id, PageRequest(limit=10))
    assert [match.seeker_id for match in page.items] == [seeker.id for seeker in seekers]
    open_ids = {each.id for each in postings[:4]}
    for match in page.items:
        assert set(match.posting_ids) == open_ids
        assert len(match.posting_ids) == 4


async def test_a_second_run_replaces_the_earlier_matches(store: Store) -> None:
    campaign = records.campaign()
    await store.call_campaigns.add([campaign])
    seeker = records.seeker(campaign_id=campaign.id)
    await store.seekers.add([seeker])
    await store.postings.add([open_posting()])
    clock = ManualClock()
    node = create_matcher(store, clock=clock)
    await store.call_campaigns.queue_run(campaign.id, queued_run(1))
    await node.run()
    assert len((await store.call_campaigns.matches(campaign.id, PageRequest(limit=5))).items) == 1
    await store.seekers.replace_if_unchanged(
        seeker, replace(seeker, status=SeekerStatus.EMPLOYED, version=2)
    )
    clock.advance(hours=1)
    await store.call_campaigns.queue_run(campaign.id, replace(queued_run(1), requested_at=clock()))
    await node.run()
    assert (await store.call_campaigns.matches(campaign.id, PageRequest(limit=5))).items == []


async def store_queued_campaign(store: Store) -> tuple[str, MatchRun]:
    """Store a campaign with three seekers and a queued run."""
    campaign = records.campaign()
    await store.call_campaigns.add([campaign])
    await store.seekers.add([records.seeker(campaign_id=campaign.id) for _ in range(3)])
    run = MatchRun(
        status=RunStatus.QUEUED, requested_by="me", requested_at=records.FIXED_NOW, total=3
    )
    assert await store.call_campaigns.queue_run(campaign.id, run)
    return campaign.id, run


async def test_a_run_that_another_node_continued_is_left_to_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign_id, run = await store_queued_campaign(store)
    further = replace(run, status=RunStatus.RUNNING, after="f" * 24, done=3)
    save_matches = store.call_campaigns.save_matches

    async def overtaken(matches: Any) -> None:
        await save_matches(matches)
        await store.call_campaigns.save_run_progress(campaign_id, run, further)

    monkeypatch.setattr(store.call_campaigns, "save_matches", overtaken)
    assert await create_matcher(store).run() == (0, 0)
    (found,) = (await store.call_campaigns.by_ids([campaign_id])).values()
    assert found.run == replace(further, status=RunStatus.DONE, finished_at=records.FIXED_NOW)


async def test_a_run_stays_queued_when_the_lease_is_lost(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign_id, run = await store_queued_campaign(store)
    answers = iter([True, False, False])

    async def take(*_: Any, **__: Any) -> bool:
        return next(answers)

    monkeypatch.setattr(store.leases, "acquire", take)
    assert await create_matcher(store).run() == (0, 0)
    (found,) = (await store.call_campaigns.by_ids([campaign_id])).values()
    assert found.run == run
