"""``songgang run`` and ``seed``: serve, and load the demo."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated

import typer

from api.demo.keeper import choose_demo_password
from api.demo.loading import load_demo
from api.server import serve
from api.settings import Settings
from api.wiring.node import ServiceNode
from api.wiring.store import open_store
from domain.screening.known_wages import KNOWN_WAGES
from schema.relay import global_id

commands = typer.Typer()


@commands.command()
def run(
    *,
    with_demo: Annotated[
        bool, typer.Option("--demo", help="Load demo data and keep a session on air.")
    ] = False,
) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    serve(Settings.read(demo=with_demo), on_ready=_print_ready)


@commands.command()
def seed() -> None:
    """Load the demo data into the configured database."""
    settings = Settings.read(demo=True)
    password = choose_demo_password(settings)
    asyncio.run(_seed(settings, password))
    typer.echo(f"Sign in as officer, host or recruiter; password: {password}")


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
    # The server runs on when nobody reads its output.
    with suppress(BrokenPipeError):
        typer.echo("\n".join(lines))


async def _seed(settings: Settings, password: str) -> None:
    async with open_store(settings) as store:
        await load_demo(store, password=password, at=store.clock(), table=KNOWN_WAGES)
