"""``songgang rotate-keys``, ``change-secret``, ``verify-audit`` and ``retain``.

Each command can be run while the service runs, and again after it was interrupted.
"""

from __future__ import annotations

import asyncio

import typer

from api.cli.secret_input import read_secret
from api.secret_checks import MIN_SECRET_LENGTH
from api.settings import Settings, SettingsInvalid
from api.wiring.store import open_store
from workers.keys import RotationResult, change_secret, rotate_contact_keys
from workers.retention import RetentionResult, RetentionWorker

commands = typer.Typer()


@commands.command()
def rotate_keys() -> None:
    """Encrypt all contacts with a new key, or finish an interrupted rotation."""
    done = asyncio.run(_rotate_keys())
    origin = "new" if done.is_new_key else "from an earlier run"
    typer.echo(
        f"Key contact/{done.version} ({origin}): "
        f"{done.resealed_contacts} contacts encrypted with it."
    )
    if done.resealed_webhooks:
        typer.echo(f"The secrets of {done.resealed_webhooks} webhooks were encrypted with it too.")
    if done.damaged:
        typer.echo(
            f"{done.damaged} contacts or secrets cannot be decrypted and were left unchanged."
        )


@commands.command(name="change-secret")
def change_the_secret() -> None:
    """Bind the database to a new secret, read from SONGGANG_NEW_SECRET, a prompt or stdin."""
    secret = read_secret("New secret", "SONGGANG_NEW_SECRET")
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
    """Erase contacts and delete records whose retention period is over."""
    done = asyncio.run(_retain())
    typer.echo(f"{done.erased} contacts erased, {done.deleted} records deleted.")


async def _rotate_keys() -> RotationResult:
    async with open_store(Settings.read()) as store:
        return await rotate_contact_keys(store, store.clock)


async def _change_secret(secret: str) -> None:
    async with open_store(Settings.read()) as store:
        await change_secret(store, secret, store.clock)


async def _verify_audit() -> tuple[int, str]:
    async with open_store(Settings.read()) as store:
        return await store.audit_log.verify()


async def _retain() -> RetentionResult:
    settings = Settings.read()
    async with open_store(settings) as store:
        return await RetentionWorker(store, store.clock, settings.retention_periods).run()
