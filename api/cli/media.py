"""``songgang media``: take the cameras of browsers, and serve their pictures."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Annotated

import typer

from api.connections.listeners import bind
from api.media.server import serve_media, stop_with_parent
from api.server import raise_file_limit, run_coroutine
from api.settings import Settings

DEFAULT_PORT = 8001

commands = typer.Typer()


@commands.command()
def media(
    *,
    descriptor: Annotated[
        int | None,
        typer.Option("--listen-on", hidden=True, help="A bound socket, of the parent process."),
    ] = None,
) -> None:
    """Take cameras of browsers and serve their pictures until Ctrl-C or SIGTERM.

    `songgang run` starts one by itself; this is for one on another machine.
    """
    settings = Settings.read()
    raise_file_limit()
    if descriptor is not None:
        stop_with_parent()
        with socket.socket(fileno=descriptor) as listener:
            run_coroutine(serve_media(settings, listener, on_ready=_say_nothing))
        return
    port = DEFAULT_PORT if settings.media_port is None else settings.media_port
    with bind(settings.host, port, "SONGGANG_MEDIA_PORT") as listener:
        number = listener.getsockname()[1]

        def tell() -> None:
            # The server runs on when nobody reads its output.
            with suppress(BrokenPipeError):
                typer.echo(f"Songgang media is ready at http://{settings.host}:{number}")

        run_coroutine(serve_media(settings, listener, on_ready=tell))


def _say_nothing() -> None:
    """The parent process has said that the service is ready."""
