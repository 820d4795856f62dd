"""The ``songgang`` command line, composed of one module per family of commands.

An error that a user can cause ends with one line on stderr and exit code 1; a command line that is
not understood exits with 2.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, NoReturn

import structlog
import typer
from typer.core import TyperGroup

from api import logs
from api.command_errors import CommandError
from domain.refusals import Refusal
from storage.identity.audit import AuditChainBroken
from storage.mongo.client import StorageError
from storage.mongo.embedded import DataFolderBusy, MongodFailed, MongodNotFound

_EXPECTED_ERRORS = (
    CommandError,
    MongodNotFound,
    DataFolderBusy,
    MongodFailed,
    StorageError,
    AuditChainBroken,
    Refusal,
)
"""Errors whose message tells a user what to do."""

_FAMILIES = {
    "run": ("run", "seed"),
    "media": ("media",),
    "doctor": ("doctor",),
    "staff": ("create-union", "create-staff"),
    "staff_accounts": ("staff",),
    "schema_snapshot": ("schema",),
    "maintenance": ("rotate-keys", "change-secret", "verify-audit", "retain"),
    "backup": ("backup", "restore"),
    "trusted_documents": ("trust",),
    "imports": ("import-postings", "import-employers", "import-template"),
}
"""The commands of each module of this package, in the order of the help."""

_log = structlog.get_logger(__name__)


class _Commands(TyperGroup):
    """Imports the module of a command when the command is called: all of them take seconds."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 -- Typer's
        return [name for names in _FAMILIES.values() for name in names]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        for family, names in _FAMILIES.items():
            if cmd_name in names:
                app = typer.Typer(rich_markup_mode=None)
                app.add_typer(import_module(f"api.cli.{family}").commands)
                return typer.main.get_group(app).get_command(ctx, cmd_name)
        return None


_app = typer.Typer(
    name="songgang",
    cls=_Commands,
    help="Songgang 送岗: live-stream recruitment over GraphQL.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@_app.callback()
def _take_options() -> None:
    """Take the options before the command: there are none but ``--help``."""


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
