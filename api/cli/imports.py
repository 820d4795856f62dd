"""Tables from the command line: ``songgang import-postings``, ``import-employers``, and the
templates to fill in, ``import-template``.

A row goes the way of ``POST /imports``, on behalf of an account. The command works on the import
itself unless a node does; it can be run while the service runs.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from api import logs
from api.cli.import_report import format_outcome_lines, stream_outcomes_csv, summarise
from api.http.imports.templates import MEDIA_TYPES, build_template
from api.server import run_coroutine
from api.settings import Settings
from api.wiring.store import open_store
from api.wiring.workers import run_importer
from domain.errors import InvalidInput, NotFound
from domain.exchange.imports import Import, ImportKind, ImportStatus, check_file_name
from domain.identity.accounts import Principal, Role, require_role
from schema.relay import parse_global_id
from services.exchange.import_creation import MAX_TABLE_BYTES, ImportCreator, ImportOrder
from storage.clock import utc_now
from storage.store import Store
from workers.importer import Importer

EXIT_ROWS_REFUSED = 3
"""The exit code when every row has its outcome, and some could not be taken in."""
POLL_INTERVAL_SECONDS = 0.2

RowPrinter = Callable[[Store, Import], Awaitable[None]]

commands = typer.Typer()


class ImportNotFinished(Exception):
    """The import came to an end before its last row; the message says how to go on."""


_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE")]
_Username = Annotated[str, typer.Option("--as", metavar="USERNAME", help="On whose behalf.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing, only find the same.")]
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
    as_csv: _AsCsv = False,
    zh: _InChinese = False,
) -> None:
    """Bring in a table of postings, CSV or XLSX; exits with 3 when rows were refused."""
    wanted = ImportArguments(file, ImportKind.POSTINGS, username, employer, dry_run=dry_run)
    _run_import(wanted, _print_csv if as_csv else partial(_print_table, zh=zh))


@commands.command()
def import_employers(
    file: _File,
    *,
    username: _Username,
    dry_run: _DryRun = False,
    as_csv: _AsCsv = False,
    zh: _InChinese = False,
) -> None:
    """Bring in a table of employers, CSV or XLSX; exits with 3 when rows were refused."""
    wanted = ImportArguments(file, ImportKind.EMPLOYERS, username, None, dry_run=dry_run)
    _run_import(wanted, _print_csv if as_csv else partial(_print_table, zh=zh))


@commands.command()
def import_template(
    kind: Annotated[ImportKind, typer.Argument(case_sensitive=False)],
    file: Annotated[Path, typer.Argument(help="A new file that ends with .xlsx or .csv.")],
) -> None:
    """Write the table to fill in."""
    form = file.suffix.lower().removeprefix(".")
    if form not in MEDIA_TYPES:
        raise InvalidInput(f"{file}: a template ends with .xlsx or .csv.")
    try:
        with file.open("xb") as out:
            out.write(build_template(kind, form))
    except FileExistsError:
        raise InvalidInput(f"{file} exists. Name a new file.") from None
    except OSError as error:
        raise InvalidInput(f"{file}: {error.strerror}.") from None
    typer.echo(f"{file} is written. Put your rows in the place of the example.")


@dataclass(frozen=True)
class ImportArguments:
    """What was asked for on the command line."""

    file: Path
    kind: ImportKind
    username: str
    employer: str | None
    dry_run: bool

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
        )


def _run_import(wanted: ImportArguments, print_rows: RowPrinter) -> None:
    # What a node tells of its work would stand between the lines.
    logs.configure(logging.WARNING)
    done = run_coroutine(import_table(wanted, print_rows))
    typer.echo(summarise(done), err=True)
    if done.status is not ImportStatus.DONE:
        raise ImportNotFinished(
            "The import was cancelled or broken off. Bring the table again: rows that were stored "
            "are known."
        )
    if done.refused or done.failed:
        raise typer.Exit(EXIT_ROWS_REFUSED)


async def import_table(wanted: ImportArguments, print_rows: RowPrinter) -> Import:
    """The import when it has come to its end and its rows are printed.

    :raises NotFound: there is no such account or employer. ``NotPermitted``: it is for others.
    :raises InvalidInput: the file is no table of that kind, or too large.
    """
    if wanted.file.stat().st_size > MAX_TABLE_BYTES:
        raise InvalidInput(f"A table has at most {MAX_TABLE_BYTES >> 20} MiB: divide the file.")
    async with open_store(Settings.read()) as store, run_importer(store) as importer:
        caller = await _find_caller(store, wanted.username)
        order = wanted.to_order(caller)
        await _wait_for_earlier_import(store, caller)
        intake = ImportCreator(store, utc_now)
        await intake.check_allowed(order)
        one = await intake.create_import(wanted.file, order)
        done = await _wait_until_finished(store, importer, one)
        await print_rows(store, done)
    return done


async def _find_caller(store: Store, username: str) -> Principal:
    account = await store.accounts.by_username(username)
    if account is None:
        raise NotFound(f"There is no account {username}.")
    return require_role(account.principal, Role.OFFICER, Role.RECRUITER)


async def _wait_for_earlier_import(store: Store, caller: Principal) -> None:
    """Wait for an import that the account has begun before: this command works on it too."""
    is_told = False
    while await store.imports.is_active(caller.subject):
        if not is_told:
            typer.echo("Another import of the account is not done. Waiting for it.", err=True)
            is_told = True
        await asyncio.sleep(POLL_INTERVAL_SECONDS)


async def _wait_until_finished(store: Store, importer: Importer, one: Import) -> Import:
    """The import when it has come to its end; stopped before, it is cancelled."""
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
        await store.imports.end_early(one.id, ImportStatus.CANCELLED, at=utc_now())
        raise
    return one


async def _reload(store: Store, one: Import) -> Import:
    found = await store.imports.by_id(one.id)
    assert found is not None  # it is forgotten after 30 days, not just now
    return found


async def _print_table(store: Store, one: Import, *, zh: bool) -> None:
    async for line in format_outcome_lines(store, one, zh=zh):
        typer.echo(line)


async def _print_csv(store: Store, one: Import) -> None:
    async for piece in stream_outcomes_csv(store, one):
        typer.echo(piece, nl=False)
