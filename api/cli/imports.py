"""``songgang import-postings``, ``import-employers`` and ``import-template``.

An import is created on behalf of an account, as by ``POST /imports``. The command processes it
itself unless a running node does, so it can be used while the service runs.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from api import logs
from api.cli.import_report import (
    describe_reading,
    format_outcome_lines,
    stream_outcomes_csv,
    summarise,
)
from api.command_errors import CommandError
from api.http.imports.templates import MEDIA_TYPES, build_template
from api.server import run_coroutine
from api.settings import Settings
from api.wiring.store import open_store
from api.wiring.workers import run_importer
from domain.exchange.imports import (
    HiddenRows,
    Import,
    ImportKind,
    ImportStatus,
    check_file_name,
)
from domain.identity.accounts import Principal, Role, require_role
from domain.refusals import InvalidInput, NotFound, NotPermitted
from schema.relay import parse_global_id
from services.exchange.import_creation import MAX_TABLE_BYTES, ImportCreator, ImportOrder
from storage.store import Store
from workers.importer import Importer

EXIT_ROWS_REFUSED = 3
"""Exit code when the import is complete and some rows were refused."""
POLL_INTERVAL_SECONDS = 0.2

RowPrinter = Callable[[Store, Import], Awaitable[None]]

commands = typer.Typer()


class ImportNotFinished(CommandError):
    """The import ended before its last row; the message says what to do."""


_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE")]
_Username = Annotated[
    str, typer.Option("--as", metavar="USERNAME", help="The account to import for.")
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Check every row, but store nothing.")]
_Hidden = Annotated[
    HiddenRows,
    typer.Option(
        "--hidden-rows", case_sensitive=False, help="What to do with rows that are hidden."
    ),
]
_Columns = Annotated[
    list[str],
    typer.Option(
        "--column",
        metavar="HEADING=COLUMN",
        help="What a heading means; without a COLUMN it is left out. May be repeated.",
    ),
]
_AsCsv = Annotated[bool, typer.Option("--csv", help="Print every row as CSV, not as a table.")]
_InChinese = Annotated[bool, typer.Option("--zh", help="Print the table in Chinese.")]


@commands.command()
def import_postings(
    file: _File,
    *,
    username: _Username,
    employer: Annotated[
        str | None, typer.Option(help="Id of the employer of rows without a credit code.")
    ] = None,
    dry_run: _DryRun = False,
    hidden_rows: _Hidden = HiddenRows.ASK,
    columns: _Columns = [],  # noqa: B006 - typer copies the default
    as_csv: _AsCsv = False,
    zh: _InChinese = False,
) -> None:
    """Import a table of postings, CSV or XLSX; exits with 3 when rows were refused."""
    arguments = ImportArguments(
        file, ImportKind.POSTINGS, username, employer, dry_run, hidden_rows, columns
    )
    _run_import(arguments, _print_csv if as_csv else partial(_print_table, zh=zh))


@commands.command()
def import_employers(
    file: _File,
    *,
    username: _Username,
    dry_run: _DryRun = False,
    hidden_rows: _Hidden = HiddenRows.ASK,
    columns: _Columns = [],  # noqa: B006 - typer copies the default
    as_csv: _AsCsv = False,
    zh: _InChinese = False,
) -> None:
    """Import a table of employers, CSV or XLSX; exits with 3 when rows were refused."""
    arguments = ImportArguments(
        file, ImportKind.EMPLOYERS, username, None, dry_run, hidden_rows, columns
    )
    _run_import(arguments, _print_csv if as_csv else partial(_print_table, zh=zh))


@commands.command()
def import_template(
    kind: Annotated[ImportKind, typer.Argument(case_sensitive=False)],
    file: Annotated[Path, typer.Argument(help="A new file that ends with .xlsx or .csv.")],
) -> None:
    """Write a template table to fill in."""
    form = file.suffix.lower().removeprefix(".")
    if form not in MEDIA_TYPES:
        raise InvalidInput(
            f"{file}: a template ends with .xlsx or .csv.",
            f"{file}：模板文件名须以 .xlsx 或 .csv 结尾。",
        )
    try:
        with file.open("xb") as out:
            out.write(build_template(kind, form))
    except FileExistsError:
        raise InvalidInput(
            f"{file} exists. Name a new file.", f"{file} 已存在，请换一个文件名。"
        ) from None
    except OSError as error:
        raise InvalidInput(
            f"{file}: {error.strerror}.", f"{file} 无法写入：{error.strerror}。"
        ) from None
    typer.echo(f"{file} is written. Replace the example row by your rows.")


@dataclass(frozen=True)
class ImportArguments:
    """The arguments of an import command."""

    file: Path
    kind: ImportKind
    username: str
    employer: str | None
    dry_run: bool
    hidden_rows: HiddenRows = HiddenRows.ASK
    columns: Sequence[str] = ()

    def to_order(self, caller: Principal) -> ImportOrder:
        employer_id = (
            parse_global_id(self.employer, "Employer", "employer") if self.employer else None
        )
        return ImportOrder(
            kind=self.kind,
            dry_run=self.dry_run,
            employer_id=employer_id,
            file_name=check_file_name(self.file.name),
            caller=caller,
            hidden_rows=self.hidden_rows,
            columns=dict(_split_choice(each) for each in self.columns),
        )


def _split_choice(choice: str) -> tuple[str, str | None]:
    heading, separator, key = choice.rpartition("=")
    return (heading, key or None) if separator else (choice, None)


def _run_import(arguments: ImportArguments, print_rows: RowPrinter) -> None:
    # Log lines of the worker would stand between the lines of the report.
    logs.configure(logging.WARNING)
    done = run_coroutine(import_table(arguments, print_rows))
    typer.echo(summarise(done), err=True)
    if done.status is not ImportStatus.DONE:
        raise ImportNotFinished(
            "The import was cancelled or broken off. Import the table again: rows that are stored "
            "count as duplicates."
        )
    if done.refused or done.failed:
        raise typer.Exit(EXIT_ROWS_REFUSED)


async def import_table(arguments: ImportArguments, print_rows: RowPrinter) -> Import:
    """Import the table, print its rows, and return the finished import.

    :raises NotFound: there is no such account or employer.
    :raises NotPermitted: the account may not import this.
    :raises InvalidInput: the file is no table of that kind, or it is too large.
    """
    if arguments.file.stat().st_size > MAX_TABLE_BYTES:
        most = MAX_TABLE_BYTES >> 20
        raise InvalidInput(
            f"A table has at most {most} MiB: divide the file.",
            f"表格不得超过 {most} MiB，请拆分后再导入。",
        )
    settings = Settings.read()
    async with open_store(settings) as store, run_importer(store, settings) as importer:
        caller = await _find_caller(store, arguments.username)
        order = arguments.to_order(caller)
        await _wait_for_earlier_import(store, caller)
        intake = ImportCreator(store, store.clock)
        await intake.check_allowed(order)
        created = await intake.create_import(arguments.file, order)
        for line in describe_reading(created):
            typer.echo(line, err=True)
        done = await _wait_until_finished(store, importer, created.record)
        await print_rows(store, done)
    return done


async def _find_caller(store: Store, username: str) -> Principal:
    account = await store.accounts.by_username(username)
    if account is None:
        raise NotFound(f"There is no account {username}.", f"没有名为 {username} 的账号。")
    if account.disabled_at is not None:
        raise NotPermitted(f"The account {username} is disabled.", f"账号 {username} 已停用。")
    return require_role(account.principal, Role.OFFICER, Role.RECRUITER)


async def _wait_for_earlier_import(store: Store, caller: Principal) -> None:
    """Wait until an earlier import of the account is finished; this process works on it too."""
    is_announced = False
    while await store.imports.is_active(caller.subject):
        if not is_announced:
            typer.echo(
                "The account has another import running. Waiting for it to finish.", err=True
            )
            is_announced = True
        await asyncio.sleep(POLL_INTERVAL_SECONDS)


async def _wait_until_finished(store: Store, importer: Importer, one: Import) -> Import:
    """Wait for the import and return it; it is cancelled when this command is stopped."""
    importer.wake()
    try:
        hidden = not sys.stderr.isatty()
        with typer.progressbar(
            length=one.total, label="Rows", hidden=hidden, file=sys.stderr
        ) as bar:
            while one.active:
                await asyncio.sleep(POLL_INTERVAL_SECONDS)
                read, one = one.processed_rows, await _reload(store, one)
                bar.update(one.processed_rows - read)
    except asyncio.CancelledError:
        await store.imports.end_early(one.id, ImportStatus.CANCELLED, at=store.clock())
        raise
    return one


async def _reload(store: Store, one: Import) -> Import:
    found = await store.imports.by_id(one.id)
    assert found is not None  # imports are kept for 30 days
    return found


async def _print_table(store: Store, one: Import, *, zh: bool) -> None:
    async for line in format_outcome_lines(store, one, zh=zh):
        typer.echo(line)


async def _print_csv(store: Store, one: Import) -> None:
    async for piece in stream_outcomes_csv(store, one):
        typer.echo(piece, nl=False)
