"""A secondary is locked with ``fsyncLock``, as for a copy of its files. Nobody notices."""

from __future__ import annotations

from tests.faults.fault_runs import main, on_a_new_set
from tests.faults.former_primary_cut_off import locked
from tests.faults.load import Load
from tests.faults.rigs import RunSize, SetRig, full


async def lock_secondary(rig: SetRig, load: Load, size: RunSize) -> list[str]:
    """Lock one secondary for ``hold_seconds``."""
    secondary = (await rig.replica_set.find_secondaries())[0]
    async with locked(secondary):
        await load.hold(size.hold_seconds)
        await load.wait_for_taps(size.taps_between)
    await rig.replica_set.wait_healthy()
    return []


RUN = on_a_new_set(
    "secondary_locked",
    "A secondary is locked (fsyncLock) for 60 s. No viewer is silent for more than 10 s.",
    lock_secondary,
    full(hold_seconds=60),
    silence_limit=10,
)

if __name__ == "__main__":
    main(RUN)
