"""``songgang backup`` and ``restore``: a copy of the database in a folder, and back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from api.settings import Settings
from api.wiring.store import open_database
from storage.mongo.backup import back_up
from storage.mongo.backup_folder import BackupFolder, BackupRefused, CopiedCollection, Manifest
from storage.mongo.restore import restore
from storage.store import Store
from workers.matcher import LEASE_NAME

commands = typer.Typer()

NAME_WIDTH = 18


@commands.command(name="backup")
def back_up_database(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet, or is empty.")],
) -> None:
    """Copy the database, as it is at one moment, into FOLDER. The service may run meanwhile."""
    settings = Settings.read()
    manifest = asyncio.run(_back_up(settings, BackupFolder(folder)))
    kept = "SONGGANG_SECRET" if settings.given_secret else f"the file {settings.data_dir}/secret"
    typer.echo(
        f"{manifest.documents} documents of {manifest.database} are in {folder}.\n"
        f"{_audit_line(manifest)}\n"
        f"The secret is not in the backup, and without it the backup is of no use. "
        f"Keep {kept} in another place."
    )


@commands.command(name="restore")
def restore_database(
    folder: Annotated[Path, typer.Argument(help="A folder that songgang backup has written.")],
    replace: Annotated[
        str | None,
        typer.Option(
            "--replace", metavar="DATABASE", help="Delete the database of this name first."
        ),
    ] = None,
) -> None:
    """Bring the database in FOLDER back. No service may use the database meanwhile."""
    settings = Settings.read()
    if not settings.has_secret:
        raise BackupRefused(
            "There is no secret here. Set the SONGGANG_SECRET that the backup was made with, or "
            f"put its file at {settings.data_dir}/secret.",
            "此处没有密钥。请设置备份所用的 SONGGANG_SECRET，"
            f"或将密钥文件放到 {settings.data_dir}/secret。",
        )
    manifest = asyncio.run(_restore(settings, BackupFolder(folder), replace))
    typer.echo(
        f"{manifest.documents} documents are in {settings.mongodb_database}, as they were on "
        f"{manifest.started_at:%Y-%m-%d at %H:%M:%S} UTC.\n"
        f"{_audit_line(manifest)}\n"
        "What was erased since then is back: run songgang retain, and repeat the erasures that "
        "people have asked for."
    )


async def _back_up(settings: Settings, folder: BackupFolder) -> Manifest:
    async with open_database(settings) as mongo:
        return await back_up(mongo, folder, progress=_print_progress)


async def _restore(settings: Settings, folder: BackupFolder, replace: str | None) -> Manifest:
    secret = settings.load_secret()
    async with open_database(settings, own_mongod=True) as mongo:
        return await restore(
            mongo,
            folder,
            secret=secret,
            code=Store(mongo, secret).upgrades().code_version,
            replaced_database=replace,
            service_lease=LEASE_NAME,
            progress=_print_progress,
        )


def _print_progress(collection: CopiedCollection) -> None:
    size = f"{collection.document_bytes / 1_000_000:,.1f} MB"
    typer.echo(f"{collection.name:<{NAME_WIDTH}}{collection.documents:>12,} documents {size:>13}")


def _audit_line(manifest: Manifest) -> str:
    return (
        f"Audit log: {manifest.audit_rows} rows, the last is {manifest.audit_sha256}. "
        "songgang verify-audit prints the same."
    )
