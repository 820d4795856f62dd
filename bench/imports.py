"""Measures the import of a large table: rows a second, memory, and the delay of other requests.

``.venv/bin/python bench/imports.py [--rows 50000] [--only csv] [--processes 0] [--record]``; needs
Linux and ``make setup``. Every row is screened and stored as a new posting, then the same table is
imported again.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from xlsxwriter import Workbook

from api.demo.job_templates import JOB_TEMPLATES
from api.demo.terms import TERM_DEFECTS, Dice, make_terms
from bench.export import memory_mib, reset_peak, sign_in, waiting_times
from bench.machine import Usage, described
from domain.employers.employers import Employer, compute_check_character
from domain.exchange.import_columns import POSTING_COLUMNS
from domain.identity.accounts import Role
from domain.identity.unions import UnionLevel
from domain.postings.pay_text import yuan_number
from domain.postings.postings import PostingTerms
from domain.reference.calendar import day_in_china
from storage.clock import utc_now
from storage.mongo.client import Mongo, new_id
from storage.mongo.embedded import run_embedded
from storage.store import Store
from tests.support import records
from tests.support.songgang_process import ServerProcess, running_server
from tests.support.waiting import wait_until

RESULTS = Path(__file__).parent / "results" / "imports.json"
SECRET = secrets.token_hex(16)
DATABASE = "songgang_bench_imports"
LEAST = 2_000
"""The least rows a second, screened and stored, of a run that passes."""
MOST_MIB = 150
"""The memory that the server may grow by."""
COUNTIES = ("310115", "310104", "320505", "330402", "440305", "520102")
FOLLOW = """query ($id: ID!) {
  import(id: $id) { status total read accepted held refused duplicates failed }
}"""


WORDS: tuple[dict[str, str], ...] = (
    {},
    {"pay.amount": "{0}元起，13薪，餐补15元/天", "restDays": "双休", "education": "大专及以上"},
    {"pay.amount": "{0}-{0}元", "experienceMonths": "1-3年", "licences": "低压电工证、C1"},
    {"benefits": "双休、包吃住", "skills": "看懂图纸、Excel", "education": "不限"},
)
"""How offices write cells, in turn; {0} is the plain value."""


def employers(number: int, union_id: str) -> list[Employer]:
    made = []
    for place in range(number):
        head = f"9131{place:013d}"
        code = head + compute_check_character(head)
        made.append(records.employer(union_id=union_id, credit_code=code))
    return made


def rows(number: int, firms: list[Employer]) -> Iterator[list[str]]:
    """Generate rows like the demo's postings; one in fifty breaks a rule on purpose."""
    dice, today = Dice(5), day_in_china(utc_now())
    occupations = list(JOB_TEMPLATES)
    for place in range(number):
        occupation = occupations[place % len(occupations)]
        terms = make_terms(occupation, counties=COUNTIES, source="某公众号", today=today, dice=dice)
        # A realistic length: about 300 characters.
        # No two rows have the same texts, but they share sentences, and repeat their own: what is
        # remembered of sentences helps here more than in a table whose rows share none.
        own = f"第{place}号工位，"
        terms = replace(terms, duties=own + terms.duties * 8, conditions=own + terms.conditions * 5)
        if place % 50 == 7:
            terms = TERM_DEFECTS[place // 50 % len(TERM_DEFECTS)](terms)
        plain = cells(terms, f"B-{place:06}", firms[place % len(firms)].credit_code)
        yield [
            WORDS[place % len(WORDS)].get(column.key, "{}").format(cell)
            for column, cell in zip(POSTING_COLUMNS, plain, strict=True)
        ]


def cells(terms: PostingTerms, number: str, credit_code: str) -> list[str]:
    said = {
        "externalId": number,
        "creditCode": credit_code,
        "title": terms.title,
        "occupation": terms.occupation.zh,
        "headcount": str(terms.headcount),
        "duties": terms.duties,
        "conditions": terms.conditions,
        "placeCode": terms.place_code,
        "address": terms.address,
        "pay.amount": str(yuan_number(terms.pay.from_fen)),
        "pay.period": terms.pay.period.zh,
        "probationPay": str(yuan_number(terms.probation_fen) or ""),
        "employmentType": terms.employment_type.zh,
        "shift": terms.shift.zh,
        "intensity": terms.intensity.zh,
        "hoursPerDay": str(terms.hours_per_day),
        "hoursPerWeek": str(terms.hours_per_week),
        "insurance": "、".join(kind.zh for kind in terms.insurance),
        "benefits": "、".join(kind.zh for kind in terms.benefits),
        "validUntil": terms.valid_until.isoformat(),
        "isRepost": "是" if terms.is_repost else "",
        "repostSource": terms.repost_source or "",
    }
    return [said.get(column.key, "") for column in POSTING_COLUMNS]


def table(path: Path, number: int, firms: list[Employer]) -> bytes:
    """Return the table as a file."""
    write_table(path, number, firms)
    return path.read_bytes()


def write_table(path: Path, number: int, firms: list[Employer]) -> None:
    headings = [column.zh for column in POSTING_COLUMNS]
    if path.suffix == ".csv":
        # The encoding of Excel on Chinese Windows.
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows([headings, *rows(number, firms)])
        return
    with Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate([headings, *rows(number, firms)]):
            sheet.write_row(line, 0, row)


async def bring(server: ServerProcess, token: str, form: str, content: bytes) -> dict[str, Any]:
    """Import the table, wait until it is done, and return the figures."""
    headers = {"authorization": f"Bearer {token}"}
    resident = memory_mib(server.pid, "VmRSS")
    # Depends less on other load than time does, but cores that share a unit slow each other.
    used = family_seconds(server.pid)
    reset_peak(server.pid)
    async with (
        httpx.AsyncClient(base_url=server.url, timeout=600, headers=headers) as client,
        waiting_times(client) as took,
    ):
        began = time.perf_counter()
        answer = await client.post("/imports", content=content)
        answer.raise_for_status()
        taken_in = time.perf_counter() - began
        asked = {"query": FOLLOW, "variables": {"id": answer.json()["id"]}}
        while True:
            told = (await client.post("/graphql", json=asked)).json()["data"]["import"]
            if told["status"] in {"DONE", "BROKEN"}:
                break
            await asyncio.sleep(0.1)
        seconds = time.perf_counter() - began
        used = family_seconds(server.pid) - used
    took.sort()
    return {
        "form": form,
        "mib": round(len(content) / 2**20, 1),
        **told,
        "taken_in_seconds": round(taken_in, 1),
        "seconds": round(seconds, 1),
        "rows_a_second": round(told["total"] / seconds),
        "rows_a_second_screened_and_stored": round(told["total"] / (seconds - taken_in)),
        "rows_a_processor_second": round(told["total"] / used),
        "server_grew_by_mib": round(memory_mib(server.pid, "VmHWM") - resident, 1),
        "others_waited_ms": {
            "median": round(took[len(took) // 2], 1),
            "p99": round(took[len(took) * 99 // 100], 1),
            "most": round(took[-1], 1),
        },
    }


def family_seconds(pid: int) -> float:
    """Return the processor time of a process and of those that it started and that still run."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return Usage.of([pid, *map(int, children)]).cpu_seconds


async def findable(mongo: Mongo) -> float:
    """Return the seconds from the end of the import until every row is searchable."""
    began = time.perf_counter()

    async def all_are() -> bool:
        return await mongo["postings"].find_one({"search.version": None}, {"_id": 1}) is None

    await wait_until(all_are, within=600, every=0.1)
    return round(time.perf_counter() - began, 1)


def show(figures: dict[str, Any], what: str) -> None:
    waited = figures["others_waited_ms"]
    print(
        f"{figures['form']} {what}: {figures['total']} rows, {figures['mib']} MiB, in "
        f"{figures['seconds']} s ({figures['taken_in_seconds']} s to take it in): "
        f"{figures['rows_a_second']} rows a second, "
        f"{figures['rows_a_processor_second']} a second of processor time; "
        f"{figures['accepted']} accepted, "
        f"{figures['held']} held, {figures['refused']} refused, {figures['duplicates']} there, "
        f"{figures['failed']} failed; server grew by {figures['server_grew_by_mib']} MiB; others "
        f"waited {waited['median']} ms (median), {waited['p99']} (p99), {waited['most']} (most); "
        f"all findable {figures['findable_after_seconds']} s after it"
    )


async def main(number: int, kinds: list[str], *, record: bool, processes: int | None) -> int:
    """Return 0 if every table was imported fast enough and within the memory limit."""
    measured = []
    settings = {"SONGGANG_SECRET": SECRET}
    if processes is not None:
        settings["SONGGANG_IMPORT_PROCESSES"] = str(processes)
    with tempfile.TemporaryDirectory(prefix="songgang-bench-", ignore_cleanup_errors=True) as data:
        for kind in kinds:
            async with run_embedded(Path(data) / kind) as mongod:
                path = Path(data) / f"table.{kind}"
                measured += await measure(mongod.uri, path, number, settings)
    if record:
        RESULTS.parent.mkdir(exist_ok=True)
        said = {"machine": described(), "measured": measured}
        RESULTS.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return int(
        any(
            each["rows_a_second"] < LEAST or each["server_grew_by_mib"] > MOST_MIB
            for each in measured
        )
    )


async def measure(
    uri: str, path: Path, number: int, settings: dict[str, str]
) -> list[dict[str, Any]]:
    mongo = await Mongo.connect(uri, DATABASE)
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    union_id = new_id()
    union = records.union(id=union_id, level=UnionLevel.CITY, path=("root", union_id))
    officer = records.account(role=Role.OFFICER, union_id=union.id, created_at=utc_now())
    firms = employers(500, union.id)
    await store.unions.add([union])
    await store.accounts.add(officer)
    await store.employers.add(firms)
    content = table(path, number, firms)
    token = await sign_in(store, officer, SECRET)
    measured = []
    async with running_server(uri, DATABASE, folder=None, **settings) as server:
        for what in ("new", "again"):
            measured.append(
                {"rows_are": what, **await bring(server, token, path.suffix[1:], content)}
            )
            measured[-1]["findable_after_seconds"] = await findable(mongo)
            show(measured[-1], what)
    await mongo.close()
    return measured


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--only", choices=("csv", "xlsx"), help="one format instead of both")
    parser.add_argument("--processes", type=int, help="processes that read rows; 0 for none")
    parser.add_argument("--record", action="store_true", help="keep the figures in results/")
    given = parser.parse_args()
    chosen = [given.only] if given.only else ["csv", "xlsx"]
    sys.exit(asyncio.run(main(given.rows, chosen, record=given.record, processes=given.processes)))
