"""``songgang doctor``: what is wrong with this installation, one line for each check."""

from __future__ import annotations

import asyncio
import logging

import typer

from api import logs
from api.doctor.check_results import CheckResult, Verdict
from api.doctor.diagnosis import diagnose

NAME_WIDTH = 16

commands = typer.Typer()


@commands.command()
def doctor() -> None:
    """Check settings, data folder, database and keys; exit with 1 when a check fails."""
    # A line of the log would stand between those of the checks.
    logs.configure(logging.CRITICAL)
    if not asyncio.run(_print_diagnosis()):
        raise typer.Exit(1)


async def _print_diagnosis() -> bool:
    """Print each result as soon as it is known; whether no check has failed."""
    verdicts = set()
    async for result in diagnose():
        typer.echo(format_result(result))
        verdicts.add(result.verdict)
    return Verdict.FAILED not in verdicts


def format_result(result: CheckResult) -> str:
    """The line of a result: verdict, name, and the message in both languages."""
    line = f"{result.verdict.value:<8}{result.name:<{NAME_WIDTH}}"
    # A path or a log may hold a line break.
    return line + " ".join(f"{result.message} {result.message_zh}".split())
