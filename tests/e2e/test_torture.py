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
    report = await run_torture(SHORT_RUN, seed)
    assert report.violations == [], format_report(report, seed)
    assert len(report.ledger.acknowledged) >= SHORT_RUN.interests
    assert report.stored == len(report.ledger.acknowledged)
    assert report.faults["mongod killed"] >= SHORT_RUN.mongod_kills
    assert report.faults["node killed"] == SHORT_RUN.node_kills
    # In a short run it is chance whether the weak writer loses a document; the long run shows it.
    # This test only checks that the weak writer ran.
    assert report.weak.acknowledged
