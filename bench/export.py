"""Measures an export of 200,000 leads: memory, time, and the delay of other requests.

``.venv/bin/python bench/export.py [--leads 200000] [--only csv]``; needs Linux and ``make setup``.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from api.http.limits import ExportLimits
from domain.identity.accounts import Account, Role
from domain.identity.unions import UnionLevel
from domain.leads.leads import Contact
from services.identity.tokens import Tokens
from storage.clock import utc_now
from storage.mongo.client import Mongo, new_id
from storage.mongo.codec import to_document
from storage.mongo.embedded import run_embedded
from storage.store import Store
from tests.support import records
from tests.support.songgang_process import ServerProcess, running_server

SECRET = secrets.token_hex(16)
DATABASE = "songgang_bench_export"
BATCH = 2_000
MOST_MIB = 100
"""The memory that the server may grow by."""
SESSIONS = 30
"""A year of sessions, over which the leads are spread."""


async def seed(store: Store, number: int) -> Account:
    """Store leads of one union, and return its officer."""
    union = records.union(id=new_id(), level=UnionLevel.CITY, path=("root", "union"))
    sessions = [records.live_session(title=f"第{n}场 劳模送岗") for n in range(SESSIONS)]
    employer = records.employer()
    await store.unions.add([union])
    await store.live_sessions.add(sessions)
    await store.employers.add([employer])
    officer = records.account(role=Role.OFFICER, union_id="union", created_at=datetime.now(UTC))
    await store.accounts.add(officer)
    for start in range(0, number, BATCH):
        made = []
        for place in range(start, min(start + BATCH, number)):
            lead_id, contact = new_id(), Contact(name="王小明", phone=f"+86144{place:08d}")
            made.append(
                records.lead(
                    id=lead_id,
                    session_id=sessions[place % SESSIONS].id,
                    employer_id=employer.id,
                    person=store.keyring.hash_phone(contact.phone),
                    contact=store.keyring.seal_contact(lead_id, contact),
                )
            )
        # None awaits the log, or the server would first write each into that of its session.
        documents = [to_document(lead) for lead in made]
        await store.mongo["leads"].insert_many(documents, ordered=False)
    return officer


def memory_mib(pid: int, name: str) -> float:
    """Read a value of /proc/pid/status: VmRSS (memory now) or VmHWM (peak since its reset)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(pid)


def reset_peak(pid: int) -> None:
    """Reset VmHWM, the peak of resident memory (proc(5))."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


@asynccontextmanager
async def waiting_times(client: httpx.AsyncClient) -> AsyncIterator[list[float]]:
    """The milliseconds that small sequential requests take while the context is active."""
    took: list[float] = []

    async def ask() -> None:
        while True:
            began = time.perf_counter()
            (await client.get("/health/live")).raise_for_status()
            took.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.02)

    asking = asyncio.create_task(ask())
    try:
        yield took
    finally:
        asking.cancel()
        await asyncio.wait({asking})


async def measure(server: ServerProcess, token: str, kind: str) -> float:
    """Export once, print the figures, and return the memory growth in MiB."""
    resident = memory_mib(server.pid, "VmRSS")
    reset_peak(server.pid)
    began = time.perf_counter()
    first: float | None = None
    size = 0
    async with (
        httpx.AsyncClient(base_url=server.url, timeout=ExportLimits().timeout_seconds) as client,
        waiting_times(client) as took,
        client.stream(
            "GET", f"/exports/leads.{kind}", headers={"authorization": f"Bearer {token}"}
        ) as answer,
    ):
        answer.raise_for_status()
        async for piece in answer.aiter_raw():
            first = first or time.perf_counter() - began
            size += len(piece)
    seconds = time.perf_counter() - began
    growth = memory_mib(server.pid, "VmHWM") - resident
    took.sort()
    print(
        f"{kind}: {size / 2**20:.1f} MiB in {seconds:.1f} s, first byte after {first:.1f} s; "
        f"server grew by {growth:.1f} MiB from {resident:.0f} MiB; others waited "
        f"{took[len(took) // 2]:.1f} ms (median), {took[len(took) * 99 // 100]:.1f} ms (p99)"
    )
    return growth


async def sign_in(store: Store, officer: Account, secret: str) -> str:
    """Store a sign-in of a stored account and return its access token."""
    record = records.sign_in(account_id=officer.id)
    await store.sign_ins.add(record, most=1)
    return Tokens(secret, utc_now).issue_for_account(officer, record).access


async def main(number: int, kinds: list[str]) -> int:
    """Return 0 if no export made the server grow by more than ``MOST_MIB``."""
    with tempfile.TemporaryDirectory(prefix="songgang-bench-", ignore_cleanup_errors=True) as data:
        async with run_embedded(Path(data)) as mongod:
            mongo = await Mongo.connect(mongod.uri, DATABASE)
            store = Store(mongo, SECRET)
            await store.prepare(SECRET)
            began = time.perf_counter()
            officer = await seed(store, number)
            print(f"{number} leads seeded in {time.perf_counter() - began:.0f} s")
            token = await sign_in(store, officer, SECRET)
            async with running_server(mongod.uri, DATABASE, SONGGANG_SECRET=SECRET) as server:
                growths = [await measure(server, token, kind) for kind in kinds]
            await mongo.close()
    return int(max(growths) > MOST_MIB)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--leads", type=int, default=200_000)
    parser.add_argument("--only", choices=("csv", "xlsx"), help="one format instead of both")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.leads, [given.only] if given.only else ["csv", "xlsx"])))
