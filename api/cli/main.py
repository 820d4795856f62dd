"""The command line: ``songgang run``, ``seed``, ``create-union``, ``create-staff``, ``schema``, and
what ``api/cli/maintenance.py``, ``api/trusted_documents.py`` and ``api/cli/imports.py`` add.

Whatever a user can cause ends with one clear line on stderr and exit code 1, or 2 for a command
that is not understood.
"""

from __future__ import annotations

import asyncio
import difflib
import os
import sys
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn

import structlog
import typer

import schema as schema_package
from api import logs
from api import trusted_documents as trust
from api.auth import hash_password
from api.cli import imports as bringing
from api.cli import maintenance as upkeep
from api.cli import staff
from api.demo.keeper import choose_demo_password
from api.demo.loading import NotADemoDatabase, load_demo
from api.server import CannotListen, serve
from api.settings import Settings, SettingsInvalid
from api.wiring.node import ServiceNode
from api.wiring.store import open_store
from domain.errors import Refusal
from domain.identity.accounts import Role
from domain.identity.unions import UnionLevel
from domain.screening.known_wages import KNOWN_WAGES
from schema.relay import global_id
from schema.root import print_schema
from storage.clock import utc_now
from storage.identity.audit import AuditChainBroken
from storage.mongo.client import StorageError
from storage.mongo.embedded import DataFolderBusy, MongodFailed, MongodNotFound

_SCHEMA_FILE = Path(schema_package.__path__[0]) / "schema.graphql"
_EXPECTED_ERRORS = (
    SettingsInvalid,
    CannotListen,
    MongodNotFound,
    DataFolderBusy,
    MongodFailed,
    StorageError,
    NotADemoDatabase,
    trust.DocumentRefused,
    bringing.ImportNotFinished,
    AuditChainBroken,
    Refusal,
)
"""Errors whose message tells a user what to do."""

_log = structlog.get_logger(__name__)

_app = typer.Typer(
    name="songgang",
    help="Songgang 送岗: live-stream recruitment over GraphQL.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_app.add_typer(upkeep.commands)
_app.add_typer(trust.commands)
_app.add_typer(bringing.commands)


def main() -> NoReturn:
    """Run the command line and exit with its code."""
    logs.configure()
    try:
        _app()
    except _EXPECTED_ERRORS as error:
        typer.echo(f"songgang: {error}", err=True)
    except Exception as error:  # noqa: BLE001 - a trace would quote values; the log tells where it was
        _log.critical("fault", exc_info=error)
    sys.exit(1)


@_app.command()
def run(
    *,
    with_demo: Annotated[
        bool, typer.Option("--demo", help="Load demo data and keep a session on air.")
    ] = False,
) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    serve(Settings.read(demo=with_demo), on_ready=_print_ready)


@_app.command()
def seed() -> None:
    """Load the demo data into the configured database."""
    settings = Settings.read(demo=True)
    password = choose_demo_password(settings)
    _run(_seed(settings, password))
    typer.echo(f"Sign in as officer, host or recruiter; password: {password}")


@_app.command()
def create_union(
    name: str,
    *,
    level: Annotated[UnionLevel, typer.Option(case_sensitive=False)],
    place: Annotated[str, typer.Option(help="GB/T 2260 code, six digits.")],
    parent: Annotated[
        str | None, typer.Option(help="Id of the union above; none for the root of the tree.")
    ] = None,
) -> None:
    """Make a union and print its id."""
    _run(_create_union(name, level, place, parent))


@_app.command()
def create_staff(
    username: str,
    *,
    role: Annotated[Role, typer.Option(case_sensitive=False)],
    display_name: Annotated[str, typer.Option(help="As others see it.")],
    union: Annotated[str | None, typer.Option(help="Id, for an officer or a host.")] = None,
    employer: Annotated[str | None, typer.Option(help="Id, for a recruiter.")] = None,
) -> None:
    """Make an account; the password comes from a prompt, SONGGANG_STAFF_PASSWORD or stdin."""
    staff.check_username(username)
    password = _read_staff_password()
    staff.check_password(password)
    _run(
        _create_staff(
            username=username,
            role=role,
            display_name=display_name,
            password_hash=hash_password(password),
            union=union,
            employer=employer,
        )
    )
    typer.echo(f"{username.lower()} can sign in.")


@_app.command()
def schema(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Compare only; exit 1 on a change.")
    ] = False,
) -> None:
    """Write the GraphQL schema to schema/schema.graphql."""
    wanted = print_schema()
    if not check:
        _SCHEMA_FILE.write_text(wanted, "utf-8")
        return
    kept = _SCHEMA_FILE.read_text("utf-8") if _SCHEMA_FILE.exists() else ""
    if kept != wanted:
        lines = difflib.unified_diff(
            kept.splitlines(), wanted.splitlines(), "committed", "in the code", lineterm=""
        )
        typer.echo("\n".join(lines))
        typer.echo("songgang: the schema has changed; run `songgang schema`.", err=True)
        raise typer.Exit(1)


def _print_ready(address: str, node: ServiceNode) -> None:
    lines = [
        f"Songgang is ready at {address}",
        f"GraphQL: {address}/graphql (HTTP POST, WebSocket graphql-transport-ws)",
    ]
    if node.demo_sign_in is not None:
        session_id = global_id("LiveSession", node.demo_sign_in.live_session_id)
        lines += [
            "Demo: sign in as officer, host or recruiter",
            f"Password: {node.demo_sign_in.password}",
            f"Live session: {session_id}",
        ]
    # Nobody may be reading; that is no reason not to serve.
    with suppress(BrokenPipeError):
        typer.echo("\n".join(lines))


def _run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def _seed(settings: Settings, password: str) -> None:
    async with open_store(settings) as store:
        await load_demo(store, password=password, at=utc_now(), table=KNOWN_WAGES)


async def _create_union(name: str, level: UnionLevel, place: str, parent: str | None) -> None:
    async with open_store(Settings.read()) as store:
        union = await staff.create_union(store, name, level, place, parent)
    typer.echo(global_id("Union", union.id))


async def _create_staff(**account: Any) -> None:
    async with open_store(Settings.read()) as store:
        await staff.create_staff(store, **account)


def _read_staff_password() -> str:
    given = os.environ.get("SONGGANG_STAFF_PASSWORD")
    if given:
        return given
    if sys.stdin.isatty():
        prompted: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return prompted
    return sys.stdin.readline().rstrip("\r\n")
