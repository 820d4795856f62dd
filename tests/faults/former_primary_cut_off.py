"""The primary steps down and is then cut off from the other members, not from the nodes.

It still answers the nodes, so a change stream that stays on it is silent for as long as this lasts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.fault_runs import main, on_a_new_set
from tests.faults.load import Load
from tests.faults.rigs import RunSize, SetRig, full
from tests.support.replica_set import ReplicaSetMember

STEP_DOWN_SECONDS = 300
"""How long the former primary does not stand for election; longer than the run."""


async def cut_off_former_primary(rig: SetRig, load: Load, size: RunSize) -> list[str]:
    """Let the primary step down, cut it off, and mend it after ``hold_seconds``."""
    former = await rig.replica_set.wait_for_primary()
    await former.client.admin.command({"replSetStepDown": STEP_DOWN_SECONDS})
    async with _separated(rig, former):
        await load.hold(size.hold_seconds)
    await former.client.admin.command({"replSetFreeze": 0})
    await rig.replica_set.wait_healthy()
    if rig.network is not None:
        return ["the former primary was cut off by iptables"]
    return [f"the former primary was locked (fsyncLock), not cut off: {rig.why_no_network}"]


@asynccontextmanager
async def _separated(rig: SetRig, member: ReplicaSetMember) -> AsyncIterator[None]:
    """Keep a member from following the others; nodes still reach it."""
    if rig.network is not None:
        with rig.network.cut_off(member):
            yield
        return
    async with locked(member):
        yield


@asynccontextmanager
async def locked(member: ReplicaSetMember) -> AsyncIterator[None]:
    """Lock the writes of a member (``fsyncLock``) during the block: it follows no longer."""
    await member.client.admin.command("fsync", lock=True)
    try:
        yield
    finally:
        await member.client.admin.command("fsyncUnlock")


RUN = on_a_new_set(
    "former_primary_cut_off",
    "The primary steps down and is cut off from the other members for 120 s. No viewer is silent "
    "for more than 10 s. Partitions need root, iptables and setpriv; fsyncLock takes their place.",
    cut_off_former_primary,
    full(hold_seconds=120),
    silence_limit=10,
    with_network=True,
)

if __name__ == "__main__":
    main(RUN)
