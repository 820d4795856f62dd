"""Every fault run in a short form: it ends when the work is done, whatever the machine does."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import pytest

from tests.faults import (
    backup_under_taps,
    former_primary_cut_off,
    full_disk,
    honest_storm,
    majority_away,
    mongod_kills,
    rolling_restarts,
    secondary_locked,
    silent_crowd,
    upgrade_under_taps,
)
from tests.faults.__main__ import FAULT_RUNS
from tests.faults.fault_runs import Fault, run_on_set
from tests.faults.rigs import SHORT, SetRig, run_set_rig

# Elections and starts of processes take long on a busy machine.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
async def rig() -> AsyncIterator[SetRig]:
    """One replica set with two nodes, which one fault after the other breaks and mends."""
    async with run_set_rig() as rig:
        yield rig


@pytest.mark.parametrize(
    "fault",
    [
        secondary_locked.lock_secondary,
        former_primary_cut_off.cut_off_former_primary,
        majority_away.take_majority_away,
        mongod_kills.kill_members,
        rolling_restarts.restart_nodes,
        backup_under_taps.back_up_and_restore,
    ],
    ids=lambda fault: fault.__name__,
)
async def test_a_replica_set_that_breaks_loses_and_doubles_nothing(
    rig: SetRig, fault: Fault
) -> None:
    verdict = await run_on_set(rig, fault.__name__, fault, SHORT)
    assert verdict.violations == [], verdict.to_text()


@pytest.mark.skipif(sys.platform != "linux", reason="a client cannot choose its address here")
async def test_honest_storms_are_recorded_whole(rig: SetRig) -> None:
    verdict = await honest_storm.send_storms(rig.deployment, SHORT)
    assert verdict.violations == [], verdict.to_text()
    assert verdict.acknowledged == (1 + honest_storm.MANY_TIMES) * SHORT.taps_between


async def test_a_full_disk_loses_and_doubles_nothing() -> None:
    verdict = await full_disk.run(SHORT)
    assert verdict.violations == [], verdict.to_text()


async def test_an_upgrade_under_taps_loses_and_doubles_nothing() -> None:
    verdict = await upgrade_under_taps.run(SHORT)
    assert verdict.violations == [], verdict.to_text()


def test_all_runs_are_started_by_one_command() -> None:
    modules = (
        *(former_primary_cut_off, secondary_locked, majority_away, full_disk),
        *(mongod_kills, rolling_restarts, upgrade_under_taps, backup_under_taps),
        *(silent_crowd, honest_storm),
    )
    assert {module.RUN.name: module.RUN for module in modules} == FAULT_RUNS
    for module in modules:
        assert module.__name__ == f"tests.faults.{module.RUN.name}"
