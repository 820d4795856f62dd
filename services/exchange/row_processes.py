"""The processes that read and screen the rows of large imports beside the event loop.

Live sessions share the event loop with the importer. On a machine with more than one core, rows
are cheaper for them in other processes. A process holds nothing that is needed: whatever it does
not answer is computed here, in slices of time.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import structlog

from domain.exchange.imports import RawRow
from domain.postings.postings import Finding, PostingTerms
from services.exchange.import_planner import TimeSlice
from services.exchange.row_child import LENGTH_BYTES, Verb, frame, unframe
from services.exchange.written_rows import RowReader, RowRules, WrittenRow

MAX_PROCESSES = 4
"""More than four cannot be kept busy: writing a part takes a fifth of what planning takes."""
DEFAULT_PROCESSES = 0 if (os.cpu_count() or 1) == 1 else min(os.cpu_count() or 1, MAX_PROCESSES)
"""One for each core; none on a single core, where they only cost memory."""
MIN_IMPORT_ROWS = 2_000
"""Rows of the smallest import that starts processes: it lasts about as long as their start."""
IDLE_SECONDS = 60.0
"""Time without work after which the processes end, and the pause before lost ones are replaced."""
_ANSWER_SECONDS = 20.0
"""Longest wait for an answer, which usually takes 0.05 s; the process is then given up."""
_ITEMS_PER_ORDER = 16
"""The fewest rows that are worth an order."""

_log = structlog.get_logger(__name__)


class _RowProcess:
    """One process that is ready; it works on one order at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None  # it was asked for
        assert process.stdout is not None
        self.process = process
        self._stdin, self._stdout = process.stdin, process.stdout
        self._rules: RowRules | None = None

    async def receive(self) -> Any:
        """Return the next message of the process.

        :raises EOFError: it has ended.
        """
        head = await self._stdout.readexactly(LENGTH_BYTES)
        return unframe(await self._stdout.readexactly(int.from_bytes(head, "big")))

    async def answer(self, rules: RowRules, verb: Verb, items: Sequence[object]) -> Any:
        """Return the answer to an order; the rules go along if the process lacks them.

        :raises EOFError: the process has ended.
        :raises OSError: it has ended, or does not answer.
        """
        if self._stdin.is_closing():
            raise EOFError
        sent = None if rules == self._rules else rules
        async with asyncio.timeout(_ANSWER_SECONDS):
            self._stdin.write(frame((sent, verb, items)))
            await self._stdin.drain()
            self._rules = rules
            return await self.receive()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()


class RowProcesses:
    """Reads and screens rows, in up to ``number`` processes when an import is large.

    The first large import starts them. They end when they were idle for ``IDLE_SECONDS``, with
    ``close``, and when this process ends. Until they are ready, rows are read here.
    """

    def __init__(
        self, number: int, *, min_rows: int = MIN_IMPORT_ROWS, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self._number = number
        self._min_rows = min_rows
        self._idle_seconds = idle_seconds
        self._ready: list[_RowProcess] = []
        self._starting: set[asyncio.Task[None]] = set()
        self._ended: list[asyncio.subprocess.Process] = []
        self._turns = asyncio.Lock()
        """Held by the caller whose orders the processes work on."""
        self._start_from = 0.0
        self._idle: asyncio.TimerHandle | None = None
        self.answered = 0
        """Rows and terms that processes answered."""

    @property
    def pids(self) -> tuple[int, ...]:
        """The ids of the processes that are ready."""
        return tuple(each.process.pid for each in self._ready)

    async def read(
        self,
        reader: RowReader,
        rows: Sequence[RawRow],
        *,
        import_rows: int,
        screens: bool = False,
    ) -> list[WrittenRow]:
        """Return what each row says, in their order; ``import_rows`` is the size of the import.

        With ``screens`` processes screen the terms at once. Rows that are read here are not
        screened.
        """
        verb: Verb = "read_and_screen" if screens else "read"
        answers = await self._ask_all(reader.rules, rows, verb, import_rows)
        time_slice, read = TimeSlice(), list[WrittenRow]()
        for row, answer in zip(rows, answers, strict=True):
            read.append(answer or reader.read(row))
            await time_slice.yield_if_used_up()
        return read

    async def screen(
        self, reader: RowReader, terms: Sequence[PostingTerms], *, import_rows: int
    ) -> list[tuple[Finding, ...] | None]:
        """Return the findings on the terms of each row, in their order; None where no process
        screened them."""
        return await self._ask_all(reader.rules, terms, "screen", import_rows)

    async def wait_until_started(self) -> None:
        """Wait until the processes that are being started are ready or have failed."""
        await asyncio.gather(*self._starting, return_exceptions=True)

    async def close(self) -> None:
        """End all processes and wait for their end."""
        self._number = 0
        if self._idle is not None:
            self._idle.cancel()
        for task in self._starting:
            task.cancel()
        await self.wait_until_started()
        self._end_all()
        for process in self._ended:
            await process.wait()

    def prepare(self, import_rows: int) -> None:
        """Start the processes for a large import, unless they run or were lost just now.

        Starting takes a second, in which rows are read here.
        """
        if not self._number or import_rows < self._min_rows:
            return
        self._put_off_end()
        now = asyncio.get_running_loop().time()
        if self._ready or self._starting or now < self._start_from:
            return
        self._ended = [each for each in self._ended if each.returncode is None]
        for _ in range(self._number):
            task = asyncio.create_task(self._start_process(), name="row process")
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    def _put_off_end(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(self._idle_seconds, self._end_all)

    async def _start_process(self) -> None:
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "services.exchange.row_child"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            self._record_loss(error)
            return
        started = _RowProcess(process)
        try:
            await started.receive()
        except EOFError as error:
            self._give_up(started, error)
        except BaseException:
            self._end(started)
            raise
        else:
            self._ready.append(started)
            self._put_off_end()

    async def _ask_all(
        self, rules: RowRules, items: Sequence[Any], verb: Verb, import_rows: int
    ) -> list[Any]:
        """Return the processes' answer for each item, None where there is none.

        It waits until the orders of another part are answered.
        """
        self.prepare(import_rows)
        wanted = len(items) // _ITEMS_PER_ORDER if import_rows >= self._min_rows else 0
        if not wanted:
            return [None] * len(items)
        async with self._turns:
            free = self._ready[:wanted]
            if not free:
                return [None] * len(items)
            size = -(-len(items) // len(free))
            parts = [items[start : start + size] for start in range(0, len(items), size)]
            pairs = zip(free, parts, strict=False)
            answers = await asyncio.gather(*(self._ask(*pair, rules, verb) for pair in pairs))
        return [answer for part in answers for answer in part]

    async def _ask(
        self, process: _RowProcess, items: Sequence[Any], rules: RowRules, verb: Verb
    ) -> Sequence[Any]:
        """Return a process's answers; None for each item if it is lost, and then it is ended."""
        try:
            answers: list[Any] = await process.answer(rules, verb, items)
        except (EOFError, OSError) as error:
            self._give_up(process, error)
            return [None] * len(items)
        except BaseException:
            # Its answer would be taken for that of the next order.
            self._end(process)
            raise
        self.answered += len(answers)
        return answers

    def _give_up(self, process: _RowProcess, error: Exception) -> None:
        self._end(process)
        self._record_loss(error)

    def _record_loss(self, error: Exception) -> None:
        self._start_from = asyncio.get_running_loop().time() + self._idle_seconds
        _log.warning("row process lost", error=type(error).__name__)

    def _end_all(self) -> None:
        for process in [*self._ready]:
            self._end(process)

    def _end(self, process: _RowProcess) -> None:
        process.kill()
        self._ended.append(process.process)
        if process in self._ready:
            self._ready.remove(process)
