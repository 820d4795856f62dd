"""What a fault run breaks: two nodes over a replica set of three, or over an embedded mongod."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.mongo.client import new_id
from tests.faults.load import Deployment, LoadSize
from tests.support.faults import NodeProcess
from tests.support.mongod import temporary_folder
from tests.support.partitions import FIRST_GROUP, Network, network_of, why_no_partitions
from tests.support.replica_set import ReplicaSet, run_replica_set

NODE_COUNT = 2
SECRET = "a secret that both nodes share"
PASSWORD = "demo-for-faults-1"


@dataclass(frozen=True, kw_only=True)
class RunSize:
    """The size of a fault run. ``hold_seconds`` is how long a fault stands, ``times`` how often."""

    load: LoadSize
    hold_seconds: float
    times: int
    taps_between: int
    """Interests that are acknowledged before, between and after faults."""


FULL_LOAD = LoadSize(taps_per_second=100, viewers=200, announce_every_seconds=0.5)
SHORT_LOAD = LoadSize(taps_per_second=25, viewers=10, announce_every_seconds=0.2)


def full(*, hold_seconds: float = 0, times: int = 1, taps_between: int = 1_000) -> RunSize:
    """The size of a run that a person starts."""
    return RunSize(
        load=FULL_LOAD, hold_seconds=hold_seconds, times=times, taps_between=taps_between
    )


SHORT = RunSize(load=SHORT_LOAD, hold_seconds=0, times=1, taps_between=25)
"""The size in ``make test``: everything ends with work that is done, nothing with time."""


@dataclass(frozen=True, kw_only=True)
class SetRig:
    """A replica set of three members and two nodes."""

    replica_set: ReplicaSet
    deployment: Deployment
    network: Network | None
    """None where members cannot be cut off."""
    why_no_network: str | None


@asynccontextmanager
async def run_set_rig(*, with_network: bool = False) -> AsyncIterator[SetRig]:
    """Run a set and two nodes during the block. ``with_network``: its members can be cut off."""
    why = why_no_partitions() if with_network else "it was not asked for"
    async with AsyncExitStack() as stack:
        replica_set = await stack.enter_async_context(
            run_replica_set(FIRST_GROUP if why is None else None)
        )
        network = stack.enter_context(network_of(replica_set.members)) if why is None else None
        folder = stack.enter_context(temporary_folder())
        database = f"faults_{new_id()}"
        nodes = create_nodes(replica_set.uri, database, folder)
        await start_nodes(nodes, stack)
        yield SetRig(
            replica_set=replica_set,
            deployment=Deployment(
                nodes=nodes,
                uri=replica_set.uri,
                database=database,
                secret=SECRET,
                password=PASSWORD,
            ),
            network=network,
            why_no_network=why,
        )


def create_nodes(uri: str, database: str, folder: Path) -> list[NodeProcess]:
    """Two nodes that are not started."""
    return [
        NodeProcess(
            uri,
            database,
            folder / f"node{number}",
            SONGGANG_SECRET=SECRET,
            SONGGANG_DEMO_PASSWORD=PASSWORD,
        )
        for number in range(NODE_COUNT)
    ]


async def start_nodes(nodes: Sequence[NodeProcess], stack: AsyncExitStack) -> None:
    """Start nodes, and close them with the stack."""
    for node in nodes:
        stack.push_async_callback(node.close)
    await asyncio.gather(*(node.start() for node in nodes))
