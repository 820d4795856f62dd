"""Runs all fault runs at full length, one after the other: ``make soak``."""

from __future__ import annotations

import argparse
import asyncio
import sys

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
from tests.faults.fault_runs import (
    FaultRun,
    add_load_options,
    end_cleanly,
    print_verdict,
    sized,
)

FAULT_RUNS: dict[str, FaultRun] = {
    module.RUN.name: module.RUN
    for module in (
        former_primary_cut_off,
        secondary_locked,
        majority_away,
        full_disk,
        mongod_kills,
        rolling_restarts,
        upgrade_under_taps,
        backup_under_taps,
        silent_crowd,
        honest_storm,
    )
}


def run_all() -> None:
    """Run those that are named, or all; exit with 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=run_all.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(FAULT_RUNS)}")
    add_load_options(parser)
    given = parser.parse_args()
    chosen = given.names or list(FAULT_RUNS)
    if unknown := {*chosen} - {*FAULT_RUNS}:
        parser.error(f"no fault run is named {', '.join(sorted(unknown))}")
    end_cleanly()
    is_good = True
    for name in chosen:
        fault_run = FAULT_RUNS[name]
        try:
            verdict = asyncio.run(fault_run.run(sized(fault_run.size, given)))
        except (AssertionError, TimeoutError, RuntimeError) as error:
            sys.stdout.write(f"{name}: FAILED: {type(error).__name__} {error}\n")
            is_good = False
        else:
            print_verdict(verdict)
            is_good = is_good and verdict.is_good
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    run_all()
