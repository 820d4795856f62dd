"""Every reading path shows a posting exactly while it is open, after any sequence of actions.

``PostingLife`` tracks from the actions whether the posting is open. The clock only goes forward.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, note, settings
from hypothesis import strategies as st

from storage.clock import utc_now
from storage.mongo.client import Mongo, new_id
from tests.support.graphql_clients import GraphQLClient
from tests.support.posting_life import CLOCK, PostingLife, apply_step
from tests.support.services import RunningServices, running_services
from tests.support.world import World


@pytest.fixture(scope="module")
async def ahead(mongo_uri: str) -> AsyncIterator[RunningServices]:
    """Services with ``CLOCK``, which runs ahead of the real time."""
    # Set here, not at the import: tokens are issued at its time and expire in real time.
    CLOCK.at = utc_now()
    mongo = await Mongo.connect(mongo_uri, f"test_{new_id()}")
    async with running_services(mongo, clock=CLOCK) as running:
        yield running
    await mongo.drop_database()
    await mongo.close()


PAYS = st.sampled_from((3_000, 6_000))
DAYS = st.sampled_from((20, 300))

STEPS = st.one_of(
    st.tuples(st.just("wage"), st.sampled_from((2_000, 4_000, 7_000))),
    st.tuples(st.just("check"), st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from((1, 25, 190))),
    st.tuples(st.just("sweep")),
    st.tuples(st.just("change"), PAYS, DAYS, st.booleans()),
    st.tuples(st.just("pin")),
    st.tuples(st.just("close")),
    st.tuples(st.just("report"), st.integers(1, 3)),
    st.tuples(st.just("review"), st.booleans()),
    st.tuples(st.just("hire")),
)


@settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    # Each example has a world of its own, so the fixtures can be reused.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(pay=PAYS, days=DAYS, plan=st.lists(STEPS, min_size=4, max_size=10))
@example(pay=6_000, days=20, plan=[("wait", 25), ("sweep",), ("change", 6_000, 300, False)])
@example(pay=3_000, days=300, plan=[("report", 1), ("wage", 4_000), ("review", True)])
@example(
    pay=3_000, days=300, plan=[("wage", 4_000), ("wage", 2_000), ("wait", 190), ("check", True)]
)
@example(pay=6_000, days=300, plan=[("report", 3), ("review", False), ("change", 6_000, 20, False)])
async def test_every_path_shows_a_posting_exactly_while_it_is_open(
    ahead: RunningServices, pay: int, days: int, plan: list[Any]
) -> None:
    world = World(ahead)
    await world.store_records()
    async with GraphQLClient(ahead.endpoint) as api:
        life = PostingLife(api, world, ahead)
        await life.set_up(pay, days)
        try:
            await life.check_paths()
            for step in plan:
                note(repr(step))
                await apply_step(life, step)
                await life.check_paths()
        finally:
            await life.tear_down()
