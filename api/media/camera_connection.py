"""One camera on air: passes its parts to ffmpeg, and ends with a named reason.

The connection ends by the first of: the camera says so or goes away, a part is refused, nothing
comes, ffmpeg fails, the service does not admit the key any more, or another end from outside.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from pathlib import Path

import orjson
from starlette.websockets import WebSocket

from api.media.camera_closes import CameraClose, CameraRefused
from api.media.hls_encoder import PLAYLIST, EncoderFailed, HlsEncoder, encoder_arguments
from api.media.limits import MediaLimits
from api.media.service_client import Answer, KeyAnswer, ServiceClient
from domain.live.camera_recordings import (
    CameraRecording,
    RecordingUnknown,
    RecordingWithoutHead,
    read_head,
)

_MAX_MESSAGE_LENGTH = 2_000


class ByteRate:
    """A bound on bytes: ``max_bits_per_second``, with what a phone sends at once after a gap."""

    def __init__(self, limits: MediaLimits, clock: Callable[[], float]) -> None:
        self._per_second = limits.max_bits_per_second / 8
        self._most = self._per_second * limits.rate_seconds
        self._left = self._most
        self._clock = clock
        self._at = clock()

    def take(self, byte_count: int) -> bool:
        """Return whether so many more bytes may come now."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._per_second) - byte_count
        self._at = now
        return self._left >= 0


class CameraConnection:
    """A camera that was admitted. ``session`` and ``secret`` are the parts of its key."""

    def __init__(
        self,
        socket: WebSocket,
        service: ServiceClient,
        folder: Path,
        limits: MediaLimits,
        *,
        program: str,
        session: str,
        secret: str,
    ) -> None:
        self._socket = socket
        self._service = service
        self._folder = folder
        self._limits = limits
        self._program = program
        self._session = session
        self._secret = secret
        self.id = secrets.token_hex(4)
        self.encoder: HlsEncoder | None = None
        self.has_left = asyncio.Event()
        """Set when nothing of this connection writes into the folder any more."""
        self.recording = ""
        """The name under which the picture is kept; empty while nothing may be kept."""
        self._first_kept: int | None = 0
        """The number of the first segment that may be kept; None: of the second one that comes."""
        self._end: asyncio.Future[CameraClose] = asyncio.get_running_loop().create_future()
        self._begun = b""
        self._is_on_air = False

    def end(self, close: CameraClose) -> None:
        """End the connection from outside; the first reason counts."""
        if not self._end.done():
            self._end.set_result(close)

    def note(self, admission: KeyAnswer) -> None:
        """Note whether the picture may be kept; an answer that does not say changes nothing."""
        if admission.recording is None or admission.recording == self.recording:
            return
        self.recording = admission.recording
        # The segment that is being made began before the consent, or in the rehearsal.
        listed = self._listed_numbers()
        if listed:
            self._first_kept = listed[-1] + 2
        else:
            self._first_kept = 0 if self.encoder is None else None

    def may_keep(self, segment: str) -> bool:
        """Return whether a segment is of this camera, and began after it was said to be kept."""
        prefix, _, number = segment.removesuffix(".ts").partition("-")
        if prefix != self.id:
            return False
        if self._first_kept is None:
            self._first_kept = int(number) + 1
        return int(number) >= self._first_kept

    def _listed_numbers(self) -> list[int]:
        """Return the numbers of the segments of this camera that its playlist lists, in order."""
        try:
            lines = (self._folder / PLAYLIST).read_text("utf-8").splitlines()
        except OSError:
            return []
        own = f"{self.id}-"
        return [
            int(line.removeprefix(own).removesuffix(".ts"))
            for line in lines
            if line.startswith(own)
        ]

    async def run(self) -> None:
        """Take the camera until it ends by itself.

        :raises CameraRefused: it has to be closed for a reason.
        """
        work = [
            asyncio.create_task(each)
            for each in (self._receive(), self._watch_key(), self._wait_for_end())
        ]
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            if self.encoder is not None:
                await self.encoder.finish()
            self.has_left.set()

    async def _wait_for_end(self) -> None:
        raise CameraRefused(await self._end)

    async def _receive(self) -> None:
        clock = asyncio.get_running_loop().time
        rate = ByteRate(self._limits, clock)
        first_at: float | None = None
        while True:
            part = await self._receive_part()
            if part is None:
                return
            first_at = clock() if first_at is None else first_at
            if len(part) > self._limits.max_part_bytes or not rate.take(len(part)):
                raise CameraRefused(CameraClose.TOO_MANY_BITS)
            await self._pass_on(part)
            await self._tell_on_air()
            if not self._is_on_air and clock() - first_at > self._limits.first_segment_seconds:
                # ffmpeg reads on and makes nothing of it: no viewer would see a picture.
                raise CameraRefused(CameraClose.ENCODER_FAILED)

    async def _receive_part(self) -> bytes | None:
        """The next part; None at the end. A camera that stands still sends empty ones: no parts."""
        try:
            async with asyncio.timeout(self._limits.silence_seconds):
                message = await self._socket.receive()
                while message.get("bytes") == b"":
                    message = await self._socket.receive()
        except TimeoutError:
            raise CameraRefused(CameraClose.CAMERA_SILENT) from None
        if message["type"] == "websocket.disconnect":
            return None
        if (part := message.get("bytes")) is not None:
            return bytes(part)
        if read_message(message.get("text")).get("type") != "end":
            raise CameraRefused(CameraClose.MESSAGE_NOT_UNDERSTOOD)
        return None

    async def _pass_on(self, part: bytes) -> None:
        try:
            if self.encoder is not None:
                await self.encoder.write(part)
                return
            self._begun += part
            recording = read_head(self._begun)
            if recording is not None:
                await self._start_encoder(recording)
        except RecordingWithoutHead:
            raise CameraRefused(CameraClose.RECORDING_WITHOUT_HEAD) from None
        except RecordingUnknown:
            raise CameraRefused(CameraClose.RECORDING_UNKNOWN) from None
        except EncoderFailed:
            raise CameraRefused(CameraClose.ENCODER_FAILED) from None

    async def _start_encoder(self, recording: CameraRecording) -> None:
        arguments = encoder_arguments(self._folder, self.id, recording)
        self.encoder = await HlsEncoder.start(self._program, arguments, self._limits)
        begun, self._begun = self._begun, b""
        await self.encoder.write(begun)

    async def _tell_on_air(self) -> None:
        if self._is_on_air or self.encoder is None:
            return
        if self._listed_numbers():
            self._is_on_air = True
            await self._socket.send_text('{"type":"onAir"}')

    async def _watch_key(self) -> None:
        """End the camera when the service does not admit it any more.

        While the service is away it goes on: a picture must not end because nobody can look.
        """
        admission = KeyAnswer(answer=Answer.ADMITTED)
        while admission.answer is not Answer.REFUSED:
            self.note(admission)
            await asyncio.sleep(self._limits.key_check_seconds)
            admission = await self._service.may_go_on(self._session, self._secret, self.id)
        raise CameraRefused(CameraClose.KEY_NOT_VALID)


def read_message(text: object) -> dict[str, object]:
    """Return the fields of a message of the page.

    :raises CameraRefused: it is no JSON object, or too long.
    """
    try:
        if isinstance(text, str) and len(text) <= _MAX_MESSAGE_LENGTH:
            given = orjson.loads(text)
            if isinstance(given, dict):
                return given
    except (orjson.JSONDecodeError, UnicodeError):
        pass
    raise CameraRefused(CameraClose.MESSAGE_NOT_UNDERSTOOD)
