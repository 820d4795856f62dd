"""The ``songgang`` command line, composed of one module per family of commands.

An error that a user can cause ends with one line on stderr and exit code 1; a command line that is
not understood exits with 2.
"""

from __future__ import annotations

import sys
from typing import NoReturn

import structlog
import typer

from api import logs
from api.cli import (
    backup,
    doctor,
    imports,
    maintenance,
    run,
    schema_snapshot,
    staff,
    staff_accounts,
    trusted_documents,
)
from api.demo.loading import NotADemoDatabase
from api.server import CannotListen
from api.settings import SettingsInvalid
from domain.refusals import Refusal
from storage.identity.audit import AuditChainBroken
from storage.mongo.client import StorageError
from storage.mongo.embedded import DataFolderBusy, MongodFailed, MongodNotFound

_EXPECTED_ERRORS = (
    SettingsInvalid,
    CannotListen,
    MongodNotFound,
    DataFolderBusy,
    MongodFailed,
    StorageError,
    NotADemoDatabase,
    trusted_documents.DocumentRefused,
    imports.ImportNotFinished,
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
for _family in (
    run,
    doctor,
    staff,
    staff_accounts,
    schema_snapshot,
    maintenance,
    backup,
    trusted_documents,
    imports,
):
    _app.add_typer(_family.commands)


def main() -> NoReturn:
    """Run the command line and exit with its code."""
    logs.configure()
    try:
        _app()
    except _EXPECTED_ERRORS as error:
        typer.echo(f"songgang: {error}", err=True)
        if isinstance(error, Refusal) and error.hint is not None:
            typer.echo(f"songgang: {error.hint}", err=True)
    except Exception as error:  # noqa: BLE001 - a traceback would quote values; the log has its frames
        _log.critical("fault", exc_info=error)
    sys.exit(1)
