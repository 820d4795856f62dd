"""The processes that read rows: the same answers as in the service, and no process left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.exchange.import_columns import POSTING_COLUMNS
from domain.exchange.imports import EXAMPLE_MARKER, RawRow
from domain.postings.postings import PostingTerms
from domain.screening.known_wages import KNOWN_WAGES
from services.exchange import row_processes as module
from services.exchange.row_child import LENGTH_BYTES
from services.exchange.row_processes import RowProcesses
from services.exchange.written_rows import RowReader, RowRules, WrittenTerms
from tests.support import records
from tests.support.waiting import wait_until
from tests.support.world import today

KEYS = tuple(column.key for column in POSTING_COLUMNS)
LARGE: dict[str, Any] = {"import_rows": 100}
CELLS: tuple[dict[str, str], ...] = (
    {},
    {"externalId": "", "validUntil": "长期有效"},
    {"pay.amount": "6k-8k", "licences": "低压电工证、C1"},
    {"duties": "只招男性，35岁以下，不交社保。"},
    {"pay.amount": "面议"},
    {"occupation": "宇宙飞船驾驶", "creditCode": ""},
    {"externalId": EXAMPLE_MARKER},
    {"externalId": "9" * 65},
)


def exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def make_reader(**changes: Any) -> RowReader:
    rules = RowRules(columns=KEYS, today=today(), additions=(), wages=KNOWN_WAGES.rows)
    return RowReader(replace(rules, **changes))


def make_rows(number: int = 64) -> list[RawRow]:
    plain = {column.key: column.example for column in POSTING_COLUMNS}
    plain |= {"creditCode": "", "validUntil": (today() + timedelta(days=30)).isoformat()}
    return [
        RawRow(
            number=place + 2,
            cells=tuple(
                ({**plain, "externalId": f"B-{place}"} | CELLS[place % len(CELLS)])[key]
                for key in KEYS
            ),
        )
        for place in range(number)
    ]


@pytest.fixture
async def processes() -> AsyncIterator[RowProcesses]:
    """Two processes that are ready."""
    started = RowProcesses(2, min_rows=100)
    started.prepare(99)
    await started.wait_until_started()
    assert started.pids == ()
    started.prepare(100)
    await started.wait_until_started()
    assert len(started.pids) == 2
    yield started
    await started.close()


def all_terms(reader: RowReader, rows: list[RawRow]) -> list[PostingTerms]:
    offers = [reader.read(row).offer for row in rows]
    return [each.terms for each in offers if isinstance(each, WrittenTerms)]


async def test_processes_answer_what_the_service_would_until_they_are_idle(
    processes: RowProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, rows = make_reader(), make_rows()
    terms = all_terms(reader, rows)
    assert len(terms) == 40
    assert await processes.read(reader, rows, **LARGE) == [*map(reader.read, rows)]
    assert await processes.screen(reader, terms, **LARGE) == [*map(reader.screen, terms)]
    assert processes.answered == len(rows) + len(terms)
    # Rows and terms in one order; an order waits until the processes have answered another one.
    both, again = await asyncio.gather(
        processes.read(reader, rows, screens=True, **LARGE), processes.read(reader, rows, **LARGE)
    )
    assert both == [*map(reader.read_and_screen, rows)]
    offers = [each.offer for each in both]
    found = [each.found for each in offers if isinstance(each, WrittenTerms)]
    assert found == [*map(reader.screen, terms)]
    assert again == [*map(reader.read, rows)]
    assert processes.answered == 3 * len(rows) + len(terms)
    # The rules of the next import replace those of the last.
    later = make_reader(
        today=today() + timedelta(days=40),
        wages=(),
        additions=(records.occupation_addition(id="宇宙飞船驾驶", zh="宇宙飞船驾驶"),),
    )
    assert await processes.read(later, rows, **LARGE) == [*map(later.read, rows)]
    assert await processes.screen(later, terms, **LARGE) == [*map(later.screen, terms)]
    assert later.read(rows[5]) != reader.read(rows[5])
    # A small import does not use them.
    before = processes.answered
    assert await processes.read(reader, rows, import_rows=99) == [*map(reader.read, rows)]
    assert processes.answered == before
    pids = processes.pids
    monkeypatch.setattr(processes, "_idle_seconds", 0.0)
    await processes.screen(reader, [], **LARGE)
    await wait_until(lambda: not processes.pids)
    await processes.close()
    assert not any(map(exists, pids))


async def test_the_service_reads_what_a_lost_process_does_not_answer(
    processes: RowProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, rows = make_reader(), make_rows()
    first, second = processes.pids
    os.kill(first, signal.SIGSTOP)
    reading = asyncio.create_task(processes.read(reader, rows, **LARGE))
    await wait_until(lambda: processes.answered == len(rows) // 2)
    os.kill(first, signal.SIGKILL)
    assert await reading == [*map(reader.read, rows)]
    assert [*processes.pids] == [second]
    # One that hangs is given up, too.
    monkeypatch.setattr(module, "_ANSWER_SECONDS", 0.01)
    os.kill(second, signal.SIGSTOP)
    assert await processes.read(reader, rows, **LARGE) == [*map(reader.read, rows)]
    assert await processes.screen(reader, all_terms(reader, rows)[:1], **LARGE) == [None]
    # They are not replaced at once, however often rows come.
    assert processes.pids == ()
    await processes.wait_until_started()
    assert processes.pids == ()


async def test_no_process_is_left_behind(processes: RowProcesses) -> None:
    ended = processes.pids
    # A service that stops while rows are read.
    os.kill(processes.pids[0], signal.SIGSTOP)
    reading = asyncio.create_task(processes.read(make_reader(), make_rows(), **LARGE))
    await wait_until(lambda: processes.answered == len(make_rows()) // 2)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await processes.close()
    assert not any(map(exists, ended))
    assert await processes.read(make_reader(), make_rows(1), **LARGE)
    assert processes.pids == ()


async def test_a_process_ends_with_its_input() -> None:
    """The end of its input is all that it sees of a service that was killed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "services.exchange.row_child"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readexactly(LENGTH_BYTES)
    # Ctrl-C reaches it before the service has finished its part.
    process.send_signal(signal.SIGINT)
    await process.communicate(b"")
    assert process.returncode == 0
