"""Takes the sockets of cameras: who may publish, one camera a session, so many in all."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.connections.places import Place
from api.media.camera_closes import CameraClose, CameraRefused
from api.media.camera_connection import CameraConnection, read_message
from api.media.limits import MediaLimits
from api.media.media_folder import MediaFolder
from api.media.picture_files import PictureFiles
from api.media.recording_folder import RecordingFolder
from api.media.service_client import Answer, ServiceClient
from api.websocket.uvicorn_protocol import PLACE_EXTENSION
from domain.live.camera_recordings import may_be_recorded
from domain.live.media_servers import name_picture, parse_stream_key

SUBPROTOCOL = "songgang-camera"
_ENDED = 1000

_log = structlog.get_logger(__name__)


class CameraSockets:
    """The cameras of one process. ``key`` is what it shares with the service."""

    def __init__(
        self,
        service: ServiceClient,
        folder: MediaFolder,
        files: PictureFiles,
        recordings: RecordingFolder,
        limits: MediaLimits,
        *,
        program: str,
        key: str,
    ) -> None:
        self._service = service
        self._folder = folder
        self._files = files
        self._recordings = recordings
        self._limits = limits
        self._program = program
        self._key = key
        self._cameras: dict[str, CameraConnection] = {}
        """The cameras on air, by the name of their picture."""

    @property
    def on_air(self) -> tuple[str, ...]:
        """The names of the pictures that cameras make now."""
        return tuple(self._cameras)

    async def serve(self, socket: WebSocket) -> None:
        """Take one camera until it ends, and tell it why."""
        offered = socket.scope.get("subprotocols") or []
        await socket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offered else None)
        try:
            await self._serve(socket, understood=SUBPROTOCOL in offered)
        except CameraRefused as refused:
            await _refuse(socket, refused.close)
        else:
            with suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(_ENDED)

    @property
    def recorded(self) -> frozenset[str]:
        """The names of the recordings that cameras make now."""
        return frozenset(each.recording for each in self._cameras.values() if each.recording)

    def keep_recordings(self) -> frozenset[str]:
        """Keep what the cameras on air have made, where it may be; return the recordings.

        It blocks on the disk.
        """
        cameras = tuple(self._cameras.items())
        for picture, camera in cameras:
            self._keep(picture, camera)
        return frozenset(camera.recording for _, camera in cameras if camera.recording)

    def _keep(self, picture: str, camera: CameraConnection) -> None:
        if camera.recording:
            self._recordings.keep(camera.recording, self._folder.path_of(picture), camera.may_keep)

    def end_last(self, close: CameraClose) -> None:
        """End one camera, the one that came last."""
        if self._cameras:
            next(reversed(self._cameras.values())).end(close)

    async def _serve(self, socket: WebSocket, *, understood: bool) -> None:
        if not understood:
            raise CameraRefused(CameraClose.MESSAGE_NOT_UNDERSTOOD)
        begin = await self._receive_begin(socket)
        if begin is None:
            return
        session, secret = parse_stream_key(str(begin.get("key", "")))
        if not session:
            raise CameraRefused(CameraClose.KEY_NOT_VALID)
        if not may_be_recorded(str(begin.get("mimeType", ""))):
            raise CameraRefused(CameraClose.RECORDING_UNKNOWN)
        picture = name_picture(self._key, session)
        camera = CameraConnection(
            socket,
            self._service,
            self._folder.path_of(picture),
            self._limits,
            program=self._program,
            session=session,
            secret=secret,
        )
        await self._admit(session, secret, camera)
        try:
            await self._replace(picture, camera)
            _log.info("camera admitted", session=session, cameras=len(self._cameras))
            await self._run(socket, picture, camera)
        except CameraRefused as refused:
            _log.info("camera ended", session=session, close=refused.close.name)
            raise
        finally:
            camera.has_left.set()
            if self._cameras.get(picture) is camera:
                del self._cameras[picture]
            await self._service.tell_end(session, camera.id)

    async def _receive_begin(self, socket: WebSocket) -> dict[str, object] | None:
        try:
            async with asyncio.timeout(self._limits.begin_timeout_seconds):
                message = await socket.receive()
        except TimeoutError:
            raise CameraRefused(CameraClose.MESSAGE_NOT_UNDERSTOOD) from None
        if message["type"] == "websocket.disconnect":
            return None
        begin = read_message(message.get("text"))
        if begin.get("type") != "begin":
            raise CameraRefused(CameraClose.MESSAGE_NOT_UNDERSTOOD)
        return begin

    async def _admit(self, session: str, secret: str, camera: CameraConnection) -> None:
        admission = await self._service.may_begin(session, secret, camera.id)
        if admission.answer is Answer.REFUSED:
            raise CameraRefused(CameraClose.KEY_NOT_VALID)
        if admission.answer is Answer.NONE:
            raise CameraRefused(CameraClose.SERVICE_AWAY)
        camera.note(admission)

    async def _replace(self, picture: str, camera: CameraConnection) -> None:
        """Put the camera in its place, and end the one that was there.

        :raises CameraRefused: there is no place for one more, or no space.
        """
        before = self._cameras.pop(picture, None)
        if before is None and len(self._cameras) >= self._limits.max_cameras:
            raise CameraRefused(CameraClose.CAMERAS_FULL)
        self._cameras[picture] = camera
        if before is not None:
            before.end(CameraClose.CAMERA_REPLACED)
            # Two of them must not write into one playlist.
            await before.has_left.wait()
        if self._folder.is_full():
            raise CameraRefused(CameraClose.STORAGE_FULL)
        try:
            self._folder.prepare(picture)
        except OSError:
            raise CameraRefused(CameraClose.STORAGE_FULL) from None

    async def _run(self, socket: WebSocket, picture: str, camera: CameraConnection) -> None:
        place: Place | None = socket.scope["extensions"].get(PLACE_EXTENSION)
        # A connection in a room never loses its place to another one.
        has_place = place is not None and place.enter_room(is_staff=True)
        most = self._limits.max_bits_per_second
        ready = orjson.dumps({"type": "ready", "maxBitsPerSecond": most}).decode()
        try:
            await socket.send_text(ready)
            try:
                await camera.run()
            finally:
                await asyncio.to_thread(self._keep, picture, camera)
        except WebSocketDisconnect:
            return
        except CameraRefused as refused:
            if refused.close is CameraClose.KEY_NOT_VALID:
                # An officer may have cut it off: nobody reads another segment.
                self._folder.remove(picture)
                self._files.forget(picture)
            raise
        finally:
            if place is not None and has_place:
                place.leave_room()


async def _refuse(socket: WebSocket, close: CameraClose) -> None:
    told = {
        "type": "refused",
        "code": close.name,
        "message": close.message,
        "messageZh": close.message_zh,
    }
    # The camera may be gone.
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.send_text(orjson.dumps(told).decode())
        await socket.close(close.value, close.name)
