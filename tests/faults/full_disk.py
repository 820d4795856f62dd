"""The disk of an embedded mongod is full for a while; another node uses the same mongod."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from storage.mongo.database_password import build_uri, load_password
from tests.faults.fault_runs import FaultRun, main
from tests.faults.load import Deployment, run_load
from tests.faults.rigs import PASSWORD, SECRET, RunSize, full
from tests.faults.verdict import Verdict
from tests.support.faults import NodeProcess
from tests.support.full_disks import LimitedFiles, TmpfsDisk, small_disk
from tests.support.mongod import temporary_folder
from tests.support.waiting import wait_until

NAME = "full_disk"
DATABASE = "songgang"
DISK_MEGABYTES = 1_000
"""Room for the journal files of mongod, and for some minutes of taps."""
WAIT_SECONDS = 240.0


async def run(size: RunSize) -> Verdict:
    """Fill the disk ``times`` times for ``hold_seconds``, and make room again."""
    async with _run_on_small_disk() as (disk, deployment):
        service = deployment.nodes[0]
        async with run_load(deployment, size.load) as load:
            await load.wait_for_taps(size.taps_between)
            for _ in range(size.times):
                before = _count(service, "does not run")
                disk.fill()
                await _wait_for_ends(service, before + 1)
                await asyncio.sleep(size.hold_seconds)
                disk.make_room()
                await load.wait_for_taps(size.taps_between)
            verdict = await load.finish(NAME)
        ends = service.log_lines("embedded mongod does not run")
        causes = {"data_disk_full" in line for line in ends}
        if causes != {True}:
            verdict.problems.append("a log line does not name the full disk")
        kind = (
            "a tmpfs was full" if isinstance(disk, TmpfsDisk) else "files were limited, not a disk"
        )
        verdict.notes.append(
            f"{kind}; mongod ended or did not start {len(ends)} times, "
            f"and ran again {_count(service, 'runs again')} times"
        )
    return verdict


async def _wait_for_ends(service: NodeProcess, number: int) -> None:
    """Wait until the service has logged that its mongod does not run, so often or more."""
    await wait_until(lambda: _count(service, "does not run") >= number, WAIT_SECONDS)


def _count(node: NodeProcess, text: str) -> int:
    return len(node.log_lines(f"embedded mongod {text}"))


@asynccontextmanager
async def _run_on_small_disk() -> AsyncIterator[tuple[TmpfsDisk | LimitedFiles, Deployment]]:
    """A service with an embedded mongod on a small disk, and a second node on that mongod."""
    given = {"SONGGANG_SECRET": SECRET, "SONGGANG_DEMO_PASSWORD": PASSWORD}
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        tmpfs = stack.enter_context(small_disk(folder / "disk", DISK_MEGABYTES))
        place = tmpfs.folder if tmpfs is not None else folder
        data = place / "data"
        first = NodeProcess(None, DATABASE, folder / "first", SONGGANG_DATA_DIR=str(data), **given)
        stack.push_async_callback(first.close)
        await first.start()
        uri = _uri_of(data)
        second = NodeProcess(uri, DATABASE, folder / "second", **given)
        stack.push_async_callback(second.close)
        await second.start()
        deployment = Deployment(
            nodes=[first, second], uri=uri, database=DATABASE, secret=SECRET, password=PASSWORD
        )
        if tmpfs is not None:
            yield tmpfs, deployment
            return
        limited = LimitedFiles(folder)
        assert first.server is not None  # it was started
        limited.service_pid = first.server.pid
        yield limited, deployment


def _uri_of(data: Path) -> str:
    return build_uri(int((data / "port").read_text()), load_password(data))


RUN = FaultRun(
    name=NAME,
    about="The disk of an embedded mongod is full for 20 s, three times. The full disk is a tmpfs "
    "where this user may mount one; otherwise the size of files is limited.",
    size=full(hold_seconds=20, times=3, taps_between=500),
    run=run,
)

if __name__ == "__main__":
    main(RUN)
