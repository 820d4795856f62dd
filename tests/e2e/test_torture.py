"""Acknowledged leads survive kills of MongoDB and of the service: a short ``make torture``."""

import pytest

from tests.support.torture import SHORT_RUN, new_seed, run_torture
from tests.support.torture_report import format_report


@pytest.mark.alone
@pytest.mark.timeout(300)  # it waits for elections, and more than once on a busy machine
async def test_no_acknowledged_interest_is_lost_or_doubled_while_mongod_and_nodes_are_killed() -> (
    None
):
    seed = new_seed()
    outcome = await run_torture(SHORT_RUN, seed)
    assert outcome.violations == [], format_report(outcome, seed)
    assert len(outcome.ledger.acknowledged) >= SHORT_RUN.interests
    assert outcome.stored == len(outcome.ledger.acknowledged)
    assert outcome.faults["mongod killed"] >= SHORT_RUN.mongod_kills
    assert outcome.faults["node killed"] == SHORT_RUN.node_kills
    # What the same faults cost a writer that asks for less is chance in so short a run: the long
    # form shows it. Here it is only seen that such a writer was there.
    assert outcome.weak.acknowledged
