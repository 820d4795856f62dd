"""What an operator does from time to time: rotate keys, check the audit log, delete what is late.

Each can be run while the service runs, and again after it was interrupted.
"""

from __future__ import annotations

import asyncio
import os
import sys

import typer

from api.settings import MIN_SECRET_LENGTH, Settings, SettingsInvalid
from api.wiring.store import open_store
from storage.clock import utc_now
from workers.keys import RotationResult, change_secret, rotate_contact_keys
from workers.retention import RetentionResult, RetentionWorker

commands = typer.Typer()


@commands.command()
def rotate_keys() -> None:
    """Seal all contacts with a new key, or finish a rotation that was interrupted."""
    done = asyncio.run(_rotate_keys())
    began = "made" if done.is_new_key else "known before"
    typer.echo(
        f"Key contact/{done.version} ({began}): {done.resealed_contacts} contacts sealed with it."
    )
    if done.resealed_webhooks:
        typer.echo(f"The secrets of {done.resealed_webhooks} webhooks too.")
    if done.damaged:
        typer.echo(f"{done.damaged} contacts or secrets do not open and were left as they are.")


@commands.command(name="change-secret")
def change_the_secret() -> None:
    """Bind the database to the secret that comes from a prompt, SONGGANG_NEW_SECRET or stdin."""
    secret = _read_new_secret()
    if len(secret) < MIN_SECRET_LENGTH:
        raise SettingsInvalid(f"SONGGANG_NEW_SECRET: needs at least {MIN_SECRET_LENGTH} characters")
    asyncio.run(_change_secret(secret))
    typer.echo("Changed. Set SONGGANG_SECRET to the new secret and restart every node.")


@commands.command()
def verify_audit() -> None:
    """Check that no row of the audit log was changed, removed, added or moved."""
    rows, digest = asyncio.run(_verify_audit())
    typer.echo(f"{rows} rows, none changed, missing or moved. Last: {digest}")


@commands.command()
def retain() -> None:
    """Erase the contacts and delete the records that were kept long enough."""
    done = asyncio.run(_retain())
    typer.echo(f"{done.erased} contacts erased, {done.deleted} records deleted.")


async def _rotate_keys() -> RotationResult:
    async with open_store(Settings.read()) as store:
        return await rotate_contact_keys(store, utc_now)


async def _change_secret(secret: str) -> None:
    async with open_store(Settings.read()) as store:
        await change_secret(store, secret, utc_now)


async def _verify_audit() -> tuple[int, str]:
    async with open_store(Settings.read()) as store:
        return await store.audit_log.verify()


async def _retain() -> RetentionResult:
    settings = Settings.read()
    async with open_store(settings) as store:
        return await RetentionWorker(store, utc_now, settings.retention_periods).run()


def _read_new_secret() -> str:
    given = os.environ.get("SONGGANG_NEW_SECRET")
    if given:
        return given
    if sys.stdin.isatty():
        prompted: str = typer.prompt("New secret", hide_input=True, confirmation_prompt=True)
        return prompted
    return sys.stdin.readline().rstrip("\r\n")
