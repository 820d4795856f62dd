"""Gives the sessions of the demo a picture while they are on air: a card with the pinned job.

Each goes the way of a browser's camera: a key, a WebSocket, and ``songgang media``. A visitor who
sets another source or opens a camera takes the session over.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from api.demo.picture_camera import DemoCamera
from api.demo.picture_card import (
    CardTexts,
    describe_pinned,
    describe_session,
    prepare_card,
    write_card,
)
from api.media.hls_encoder import FfmpegNotFound, find_ffmpeg
from domain.live.media_servers import CameraServer, digest_stream_key
from domain.live.sessions import LiveSession
from domain.live.streams import Stream, change_key
from domain.reference.calendar import day_in_china
from realtime.background import Leased, Schedule
from services.live.stream_control import StreamControl
from storage.clock import Clock
from storage.store import Store

MAX_PICTURES = 3
"""Sessions of the demo that have a picture at the same time."""
SCHEDULE = Schedule(interval_seconds=1.5)
"""How often sessions and pinned jobs are looked at."""
_LEASE_DURATION = timedelta(seconds=15)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Picture:
    camera: DemoCamera
    folder: Path
    shown: CardTexts


class DemoPictures(Leased):
    """Runs a camera for each demo session on air; one node at a time does it.

    ``folder`` is one of this process alone, ``program`` the path of ffmpeg.
    """

    def __init__(
        self,
        store: Store,
        control: StreamControl,
        cameras: CameraServer,
        clock: Clock,
        *,
        node: str,
        folder: Path,
        program: str,
        schedule: Schedule = SCHEDULE,
    ) -> None:
        super().__init__(
            "demo_pictures", schedule, store, clock, node=node, lease_duration=_LEASE_DURATION
        )
        self._control = control
        self._cameras = cameras
        self._folder = folder
        self._program = program
        self._pictures: dict[str, _Picture] = {}

    async def run_once(self) -> None:
        """Start and end cameras, and let the cards follow the pinned jobs."""
        sessions = await self._choose_sessions() if await self._take_lease() else []
        for session_id in self._pictures.keys() - {session.id for session in sessions}:
            await self._pictures.pop(session_id).camera.close()
        for session in sessions:
            await self._show(session)

    async def close(self) -> None:
        """Stop, and end all cameras."""
        await super().close()
        for picture in self._pictures.values():
            await picture.camera.close()
        self._pictures.clear()

    @property
    def encoder_pids(self) -> tuple[int, ...]:
        """The ids of the ffmpegs that run now."""
        found = [picture.camera.pid for picture in self._pictures.values()]
        return tuple(pid for pid in found if pid is not None)

    async def _choose_sessions(self) -> list[LiveSession]:
        """Return the sessions that are to have a picture, which then comes from our camera."""
        chosen: list[LiveSession] = []
        for session in await self._store.live_sessions.on_air():
            if len(chosen) < MAX_PICTURES and session.synthetic and self._may_publish(session):
                after = await self._control.change(session.id, self._claim)
                chosen += [after] if self._is_ours(after) else []
        return chosen

    def _may_publish(self, session: LiveSession) -> bool:
        stream = session.stream
        has_source = stream.hls_url or stream.link_url or stream.key_digest
        return not stream.is_cut_off and (not has_source or self._is_ours(session))

    def _is_ours(self, session: LiveSession) -> bool:
        return session.stream.key_digest == digest_stream_key(self._secret_of(session.id))

    def _claim(self, session: LiveSession) -> Stream:
        if not self._may_publish(session):
            return session.stream
        digest = digest_stream_key(self._secret_of(session.id))
        hls_url = self._cameras.playlist_of(session.id)
        if (session.stream.key_digest, session.stream.hls_url) == (digest, hls_url):
            return session.stream
        return change_key(session.stream, digest, hls_url=hls_url)

    def _secret_of(self, session_id: str) -> str:
        """Return the secret of our stream key, by which the next start knows it as its own."""
        name = f"demo-picture/{session_id}"
        return hmac.new(self._cameras.key.encode(), name.encode(), sha256).hexdigest()

    async def _show(self, session: LiveSession) -> None:
        texts = await self._describe(session)
        picture = self._pictures.get(session.id)
        if picture is None:
            folder = self._folder / session.id
            folder.mkdir(exist_ok=True)
            prepare_card(folder, texts)
            camera = self._create_camera(session.id, folder)
            self._pictures[session.id] = _Picture(camera=camera, folder=folder, shown=texts)
            camera.start()
        elif picture.shown != texts:
            write_card(picture.folder, texts)
            self._pictures[session.id] = replace(picture, shown=texts)

    def _create_camera(self, session_id: str, folder: Path) -> DemoCamera:
        return DemoCamera(
            session_id,
            self._secret_of(session_id),
            camera_url=self._cameras.internal_camera_url,
            folder=folder,
            program=self._program,
        )

    async def _describe(self, session: LiveSession) -> CardTexts:
        today = day_in_china(self._clock())
        pinned = session.pinned_posting_id
        if pinned is None or not await self._store.postings.visible_ids([pinned], today):
            return describe_session(session)
        posting = (await self._store.postings.by_ids([pinned]))[pinned]
        employers = await self._store.employers.by_ids([posting.employer_id])
        return describe_pinned(session, posting, employers[posting.employer_id])


@asynccontextmanager
async def run_demo_pictures(
    store: Store, control: StreamControl, cameras: CameraServer | None, clock: Clock, *, node: str
) -> AsyncIterator[list[DemoPictures]]:
    """Give the demo's sessions a picture until the block ends.

    Without a media process, or without ffmpeg, there is none, and the list is empty.
    """
    with ExitStack() as stack:
        try:
            program = find_ffmpeg() if cameras is not None else ""
        except FfmpegNotFound:
            _log.warning("no pictures of the demo: there is no ffmpeg")
            program = ""
        if cameras is None or not program:
            yield []
            return
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="songgang-demo-")))
        pictures = DemoPictures(
            store, control, cameras, clock, node=node, folder=folder, program=program
        )
        pictures.start()
        try:
            yield [pictures]
        finally:
            await pictures.close()
