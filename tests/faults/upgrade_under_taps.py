"""Data of an earlier commit are upgraded while taps come: the nodes of that commit give way.

Nodes of commits without a schema version are stopped before the first new one starts, as the page
on upgrades asks. Nodes of later commits are replaced one after the other.
"""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from storage.clock import utc_now
from storage.mongo.client import Mongo, new_id
from tests.faults.fault_runs import FaultRun, main
from tests.faults.load import Deployment, run_load
from tests.faults.rigs import NODE_COUNT, SHORT, RunSize, full
from tests.faults.verdict import Verdict, combine
from tests.support import upgrade_dumps
from tests.support.faults import NodeProcess
from tests.support.mongod import temporary_folder
from tests.support.replica_set import run_replica_set
from tests.support.source_files import ROOT
from tests.support.upgrade_dumps import Dump, read_dump

NAME = "upgrade_under_taps"
LAST_COMMIT = "8803c50"
"""The commit of the newest dump, from which a short run upgrades."""
COMMITS = tuple(sorted(path.name.partition(".")[0] for path in upgrade_dumps.DUMPS.iterdir()))


async def run(size: RunSize) -> Verdict:
    """Upgrade the data of each dump, in a short run of the newest; one verdict over all."""
    commits = (LAST_COMMIT,) if size == SHORT else COMMITS
    async with run_replica_set() as replica_set:
        verdicts = [await upgrade(commit, replica_set.uri, size) for commit in commits]
    return combine(NAME, verdicts)


async def upgrade(commit: str, uri: str, size: RunSize) -> Verdict:
    """Load the dump of a commit, run its nodes under load, and replace them by new ones."""
    dump, database = read_dump(commit), f"upgrade_{new_id()}"
    mongo = await Mongo.connect(uri, database)
    await dump.load(mongo, at=utc_now())
    is_versioned = any(each["_id"] == "schema" for each in dump.collections["meta"])
    with temporary_folder() as folder:
        async with _checked_out(commit, folder / "source") as source:
            nodes = [
                NodeProcess(
                    uri,
                    database,
                    folder / f"node{number}",
                    PYTHONPATH=str(source),
                    SONGGANG_SECRET=upgrade_dumps.SECRET,
                    SONGGANG_DEMO_PASSWORD=upgrade_dumps.PASSWORD,
                )
                for number in range(NODE_COUNT)
            ]
            deployment = Deployment(
                nodes=nodes,
                uri=uri,
                database=database,
                secret=upgrade_dumps.SECRET,
                password=upgrade_dumps.PASSWORD,
            )
            try:
                for node in nodes:
                    await node.start()
                async with run_load(deployment, size.load) as load:
                    await load.wait_for_taps(size.taps_between)
                    await _replace(nodes, one_by_one=is_versioned)
                    await load.wait_for_taps(size.taps_between)
                    await load.wait_until_news_is_heard()
                    verdict = await load.finish(f"{NAME} {commit}")
            finally:
                for node in nodes:
                    await node.close()
    # A cursor of before events had tags is answered with one Reset.
    verdict.allowed_resets = size.load.viewers + NODE_COUNT
    verdict.problems += await _lost_of_dump(dump, mongo)
    await mongo.drop_database()
    await mongo.close()
    how = "one node after the other" if is_versioned else "all old nodes stopped first"
    was_old = "its own code" if source != ROOT else "this code, as the commit is not in this clone"
    verdict.notes.append(f"{commit}: {how}; before, {was_old} served its data")
    return verdict


async def _replace(nodes: list[NodeProcess], *, one_by_one: bool) -> None:
    """Stop the nodes of the earlier commit, and start those of this code at the same ports."""
    if not one_by_one:
        for node in nodes:
            await node.stop()
    for node in nodes:
        if one_by_one:
            await node.stop()
        node.change_settings(PYTHONPATH=str(ROOT))
        await node.start()


async def _lost_of_dump(dump: Dump, mongo: Mongo) -> list[str]:
    """What the dump had and the database no longer has: leads, and postings that were open."""
    leads = [lead["_id"] for lead in dump.collections["leads"]]
    kept = await mongo["leads"].distinct("_id", {"_id": {"$in": leads}})
    found = [f"lead {lead_id} of the dump is gone" for lead_id in {*leads} - {*kept}]
    still_open = await mongo["postings"].count_documents(
        {"_id": {"$in": sorted(dump.open_postings)}, "status": "OPEN"}
    )
    if still_open != len(dump.open_postings):
        found.append(f"{len(dump.open_postings)} postings were open, {still_open} are")
    return found


@asynccontextmanager
async def _checked_out(commit: str, folder: Path) -> AsyncIterator[Path]:
    """The source of a commit in a work tree; this source if the clone lacks the commit."""
    if _run_git("cat-file", "-e", f"{commit}^{{commit}}").returncode != 0:
        yield ROOT
        return
    _run_git("worktree", "add", "--quiet", "--detach", str(folder), commit).check_returncode()
    try:
        yield folder
    finally:
        _run_git("worktree", "remove", "--force", str(folder)).check_returncode()


def _run_git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    # Nothing is under load yet, or any more.
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, check=False)


RUN = FaultRun(
    name=NAME,
    about="The data of three earlier commits are upgraded while their sessions are on air.",
    size=full(taps_between=500),
    run=run,
)

if __name__ == "__main__":
    main(RUN)
