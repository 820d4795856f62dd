"""Both nodes are restarted one after the other, as in an update."""

from __future__ import annotations

from tests.faults.fault_runs import main, on_a_new_set
from tests.faults.load import Load
from tests.faults.rigs import RunSize, SetRig, full


async def restart_nodes(rig: SetRig, load: Load, size: RunSize) -> list[str]:
    """Stop each node with SIGTERM and start it again, ``times`` times.

    :raises AssertionError: a node did not end with exit code 0.
    """
    for _ in range(size.times):
        for node in rig.deployment.nodes:
            code = await node.stop()
            assert code == 0, f"a node ended with {code}"
            await node.start()
            await load.wait_for_taps(size.taps_between)
            await load.wait_until_news_is_heard()
    return [f"{size.times * len(rig.deployment.nodes)} restarts"]


RUN = on_a_new_set(
    "rolling_restarts",
    "Both nodes are restarted one after the other, 20 times.",
    restart_nodes,
    full(times=20, taps_between=200),
)

if __name__ == "__main__":
    main(RUN)
