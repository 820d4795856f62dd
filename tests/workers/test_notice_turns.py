"""In which turn profiles are notified: made-up ones silence nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.postings.postings import Posting
from domain.seekers.match_keys import list_seeker_match_keys
from domain.seekers.seekers import NoticeTurn
from storage.store import Store
from tests.support import records
from tests.support.matcher_node import create_matcher, notified_posting_ids, open_posting
from workers.matcher import MatcherLimits

HOUR = timedelta(hours=1)


async def test_proven_profiles_are_notified_first_and_those_of_a_crowd_last(store: Store) -> None:
    crowd = [records.seeker(crowded=True) for _ in range(5)]
    typed = [records.seeker() for _ in range(3)]
    proven_at = records.FIXED_NOW - timedelta(days=1)
    proven = [records.seeker(phone_proven_at=proven_at, crowded=True)]
    entered = [records.seeker(giver=None, entered_by="officer", campaign_id="campaign")]
    seekers = [*crowd, *typed, *proven, *entered]
    await store.seekers.add(seekers)
    limits = MatcherLimits(max_seekers_notified_per_posting=2, seekers_per_read=2)

    async def told_of(posting: Posting) -> list[int]:
        await store.postings.add([posting])
        await create_matcher(store, limits=limits).run()
        ids = [await notified_posting_ids(store, seeker) for seeker in seekers]
        return [of_seeker.count(posting.id) for of_seeker in ids]

    assert await told_of(open_posting()) == [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    limits = replace(limits, max_seekers_notified_per_posting=7)
    assert await told_of(open_posting()) == [1, 1, 0, 0, 0, 1, 1, 1, 1, 1]
    # By default all are notified, each once.
    limits = MatcherLimits()
    assert await told_of(open_posting()) == [1] * 10


async def test_a_seeker_that_proves_its_phone_during_a_run_is_in_exactly_one_turn(
    store: Store,
) -> None:
    at = records.FIXED_NOW
    seekers = [records.seeker(phone_proven_at=proven) for proven in (None, at, at - HOUR)]
    seekers += [records.seeker(phone_proven_at=at + HOUR, crowded=True)]
    await store.seekers.add(seekers)
    keys = list_seeker_match_keys(seekers[0])
    turns = [
        [
            each.id
            for each in await store.seekers.find_to_notify(keys, turn, known_before=at, limit=9)
        ]
        for turn in NoticeTurn
    ]
    assert turns == [[seekers[2].id], [seekers[0].id, seekers[1].id], [seekers[3].id]]


async def test_two_thousand_made_up_profiles_silence_nobody(store: Store) -> None:
    made_up = [records.seeker() for _ in range(2_100)]
    real = [records.seeker(phone_proven_at=records.FIXED_NOW - HOUR), records.seeker()]
    await store.seekers.add([*made_up, *real])
    await store.postings.add([open_posting()])
    assert await create_matcher(store).run() == (2_102, 0)
    assert [len(await notified_posting_ids(store, seeker)) for seeker in real] == [1, 1]
