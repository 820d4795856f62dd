"""The media process of ``songgang run``: it is started, started again, and ended with it.

The service binds its port and hands the socket over, so its address is known before it runs. It
gets no secret of the service and no database: only a key that is derived for the two.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import structlog
from pydantic import SecretStr

from api.connections.listeners import CannotListen, bind
from api.demo.pictures import MAX_PICTURES
from api.media.hls_encoder import FfmpegNotFound, find_ffmpeg
from api.settings import Settings
from realtime.background import Periodic, Schedule
from storage.mongo.crypto import derive_key

STOP_SECONDS = 8.0
"""Seconds for the process to end after SIGTERM; then it is killed."""
_PORT_SETTING = "SONGGANG_MEDIA_PORT"
_ALL_ADDRESSES = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound
_KEPT_SETTINGS = ("SONGGANG_MEDIA_", "SONGGANG_HOST", "SONGGANG_PROXIES", "SONGGANG_DATA_DIR")

_log = structlog.get_logger(__name__)


class MediaProcessEnded(Exception):
    """The media process has ended, although nobody asked it to."""


@dataclass(frozen=True, kw_only=True)
class OwnMedia:
    """The settings of the service with its own media process, and the socket of that process.

    ``listener`` is None when the service has no media process, or one that is started apart.
    """

    settings: Settings
    listener: socket.socket | None = None


@contextmanager
def bind_own_media(settings: Settings, service_port: int) -> Iterator[OwnMedia]:
    """Bind the port of the media process, if this service starts one.

    It does not when there are to be no cameras, when ``SONGGANG_MEDIA_KEY`` says that it is started
    apart, or when nobody knows where browsers would reach it.

    :raises CannotListen: SONGGANG_MEDIA_PORT is in use.
    """
    if not _starts_own(settings):
        yield OwnMedia(settings=settings)
        return
    with ExitStack() as stack:
        listener = _bind(settings, service_port, stack)
        # From now on the port is this service's; who connects waits for the process to start.
        listener.listen()
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        local = f"http://{host}:{listener.getsockname()[1]}"
        found = {
            "media_url": settings.media_url or local,
            "media_key": SecretStr(derive_key(settings.load_secret(), "media").hex()),
            "media_internal_url": settings.media_internal_url or local,
            "media_service_url": settings.media_service_url or f"http://{host}:{service_port}",
        }
        yield OwnMedia(settings=settings.model_copy(update=found), listener=listener)


def _starts_own(settings: Settings) -> bool:
    if not settings.media_max_cameras or settings.media_key is not None or sys.platform == "win32":
        return False
    is_reached = not settings.is_public and settings.host not in _ALL_ADDRESSES
    if settings.media_url is None and not is_reached:
        _log.info("no cameras of browsers: SONGGANG_MEDIA_URL is not set")
        return False
    try:
        find_ffmpeg()
    except FfmpegNotFound:
        _log.warning("no cameras of browsers: there is no ffmpeg")
        return False
    return True


def _bind(settings: Settings, service_port: int, stack: ExitStack) -> socket.socket:
    """Bind the port that is set, or the one after that of the service, or a free one."""
    if settings.media_port is not None or settings.port == 0:
        port = settings.media_port or 0
        return stack.enter_context(bind(settings.host, port, _PORT_SETTING))
    try:
        # Port 65,535 has no next one: then any free one is taken.
        return stack.enter_context(bind(settings.host, (service_port + 1) % 65_536, _PORT_SETTING))
    except CannotListen:
        listener = stack.enter_context(bind(settings.host, 0, _PORT_SETTING))
        _log.warning("media on another port", port=listener.getsockname()[1])
        return listener


@asynccontextmanager
async def run_own_media(own: OwnMedia) -> AsyncIterator[None]:
    """Run the media process until the block ends, if this service has one."""
    if own.listener is None:
        yield
        return
    process = MediaProcess(own.settings, own.listener)
    process.start()
    try:
        yield
    finally:
        await process.close()


class MediaProcess(Periodic):
    """Starts ``songgang media`` again whenever it ends, with growing pauses."""

    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        super().__init__("media", Schedule(interval_seconds=1.0))
        self._settings = settings
        self._listener = listener

    async def run_once(self) -> None:
        """Run the process until it ends.

        :raises MediaProcessEnded: it has ended.
        """
        descriptor = self._listener.fileno()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "api", "media", "--listen-on", str(descriptor)),
            env=self._environment(),
            pass_fds=(descriptor,),
            # It ends when this pipe does, however this process ends.
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            await process.wait()
        finally:
            await _stop(process)
        raise MediaProcessEnded

    def _environment(self) -> dict[str, str]:
        settings = self._settings
        assert settings.media_key is not None  # by bind_own_media
        kept = {
            name: value
            for name, value in os.environ.items()
            if name.startswith(_KEPT_SETTINGS) or not name.startswith(("SONGGANG_", "MONGODB_"))
        }
        # Pictures of the demo take no place from cameras of visitors.
        most = settings.media_max_cameras + (MAX_PICTURES if settings.demo else 0)
        return {
            **kept,
            "SONGGANG_MEDIA_MAX_CAMERAS": str(most),
            "SONGGANG_MEDIA_KEY": settings.media_key.get_secret_value(),
            "SONGGANG_MEDIA_SERVICE_URL": str(settings.media_service_url),
        }


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
