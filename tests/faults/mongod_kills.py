"""Members of the set are killed one after the other, the primary most often."""

from __future__ import annotations

from tests.faults.fault_runs import main, on_a_new_set
from tests.faults.load import Load
from tests.faults.rigs import RunSize, SetRig, full

PRIMARY_KILLS_OF_FOUR = 3


async def kill_members(rig: SetRig, load: Load, size: RunSize) -> list[str]:
    """Kill ``times`` members with SIGKILL, and start each again."""
    for number in range(size.times):
        if number % 4 < PRIMARY_KILLS_OF_FOUR:
            member = await rig.replica_set.wait_for_primary()
        else:
            member = (await rig.replica_set.find_secondaries())[0]
        await member.kill()
        await load.wait_for_taps(size.taps_between)
        await member.start()
        await rig.replica_set.wait_healthy()
    return [f"{size.times} members were killed"]


RUN = on_a_new_set(
    "mongod_kills",
    "Members of the replica set are killed 20 times, 15 times the primary.",
    kill_members,
    full(times=20, taps_between=300),
)

if __name__ == "__main__":
    main(RUN)
