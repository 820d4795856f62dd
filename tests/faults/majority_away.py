"""Two of three members are away: nothing can be acknowledged until one is back."""

from __future__ import annotations

import asyncio

from tests.faults.fault_runs import main, on_a_new_set
from tests.faults.load import Load
from tests.faults.rigs import RunSize, SetRig, full
from tests.support.replica_set import PRIMARY
from tests.support.waiting import wait_until

WAIT_SECONDS = 120.0


async def take_majority_away(rig: SetRig, load: Load, size: RunSize) -> list[str]:
    """Kill two members for ``hold_seconds``, and see the staff log catch up."""
    primary = await rig.replica_set.wait_for_primary()
    away = await rig.replica_set.find_secondaries()
    await asyncio.gather(*(member.kill() for member in away))

    async def has_stepped_down() -> bool:
        return await primary.state() != PRIMARY

    await wait_until(has_stepped_down, WAIT_SECONDS, every=0.1)
    await asyncio.sleep(size.hold_seconds)
    await asyncio.gather(*(member.start() for member in away))
    await rig.replica_set.wait_healthy()
    await load.wait_for_taps(size.taps_between)
    behind = await load.wait_until_staff_log_is_complete()
    return [f"the staff log was complete {behind:.1f} s after taps were acknowledged again"]


RUN = on_a_new_set(
    "majority_away",
    "Two of three members are killed and come back after 30 s.",
    take_majority_away,
    full(hold_seconds=30),
)

if __name__ == "__main__":
    main(RUN)
