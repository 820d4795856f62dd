"""What an operator does from time to time: rotate keys, check the audit log, delete what is late.

Each can be run while the service runs, and again after it was interrupted.
"""

from __future__ import annotations

import asyncio
import os
import sys

import typer

from api.app import connected
from api.settings import SHORTEST_SECRET, Settings, SettingsInvalid
from storage.clock import utc_now
from workers.keys import Rotated, change_secret, rotate
from workers.retention import Done, Retention

commands = typer.Typer()


@commands.command()
def rotate_keys() -> None:
    """Seal all contacts with a new key, or finish a rotation that was interrupted."""
    done = asyncio.run(_rotate())
    began = "made" if done.is_new else "known before"
    typer.echo(f"Key contact/{done.version} ({began}): {done.contacts} contacts sealed with it.")
    if done.webhooks:
        typer.echo(f"The secrets of {done.webhooks} webhooks too.")
    if done.damaged:
        typer.echo(f"{done.damaged} contacts or secrets do not open and were left as they are.")


@commands.command(name="change-secret")
def change_the_secret() -> None:
    """Bind the database to the secret that comes from a prompt, SONGGANG_NEW_SECRET or stdin."""
    secret = _new_secret()
    if len(secret) < SHORTEST_SECRET:
        raise SettingsInvalid(f"SONGGANG_NEW_SECRET: needs at least {SHORTEST_SECRET} characters")
    asyncio.run(_change_secret(secret))
    typer.echo("Changed. Set SONGGANG_SECRET to the new secret and restart every node.")


@commands.command()
def verify_audit() -> None:
    """Check that no row of the audit log was changed, removed, added or moved."""
    rows, digest = asyncio.run(_verify())
    typer.echo(f"{rows} rows, none changed, missing or moved. Last: {digest}")


@commands.command()
def retain() -> None:
    """Erase the contacts and delete the records that were kept long enough."""
    done = asyncio.run(_retain())
    typer.echo(f"{done.erased} contacts erased, {done.deleted} records deleted.")


async def _rotate() -> Rotated:
    async with connected(Settings.read()) as store:
        return await rotate(store, utc_now)


async def _change_secret(secret: str) -> None:
    async with connected(Settings.read()) as store:
        await change_secret(store, secret, utc_now)


async def _verify() -> tuple[int, str]:
    async with connected(Settings.read()) as store:
        return await store.audit.verify()


async def _retain() -> Done:
    settings = Settings.read()
    async with connected(settings) as store:
        return await Retention(store, utc_now, settings.periods).run()


def _new_secret() -> str:
    given = os.environ.get("SONGGANG_NEW_SECRET")
    if given:
        return given
    if sys.stdin.isatty():
        prompted: str = typer.prompt("New secret", hide_input=True, confirmation_prompt=True)
        return prompted
    return sys.stdin.readline().rstrip("\r\n")
