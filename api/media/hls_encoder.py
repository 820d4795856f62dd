"""Makes a playlist of HTTP Live Streaming out of a recording: one ffmpeg for each recording.

The recording comes from a stranger's program, so ffmpeg is told its container, may read nothing
but its input, and may use no other decoders than those of the recordings that are taken.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import imageio_ffmpeg

from api.command_errors import CommandError
from api.media.limits import MediaLimits
from domain.live.camera_recordings import CameraRecording, Container

if sys.platform == "linux":
    import resource

PLAYLIST = "live.m3u8"
FINISH_SECONDS = 3.0
"""Time for ffmpeg to write what it still has, after the end of its input."""
_DEMUXERS = {Container.MP4: "mov", Container.WEBM: "matroska"}
_MAX_ALLOCATION = 128 << 20
# x264 takes even sizes only, and a camera or a shared window may have any.
_SCALE = (
    "scale='min(1280,iw)':'min(1280,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2"
)
# A picture of 720 lines at 25 frames: what a phone shows, and what a core can encode.
_TRANSCODE = (
    *("-c:v", "libx264", "-preset", "superfast", "-tune", "zerolatency", "-profile:v", "main"),
    *("-vf", _SCALE),
    *("-pix_fmt", "yuv420p", "-fpsmax", "25", "-threads", "2"),
    *("-b:v", "1500k", "-maxrate", "2000k", "-bufsize", "2000k"),
    *("-force_key_frames", "expr:gte(t,n_forced)"),
)


class EncoderFailed(Exception):
    """Ffmpeg has ended, or takes nothing any more."""


class FfmpegNotFound(CommandError):
    """This machine has no ffmpeg; the message says how to get one."""

    def __init__(self) -> None:
        super().__init__(
            "There is no ffmpeg. Install one, or set IMAGEIO_FFMPEG_EXE to its path, or set "
            "SONGGANG_MEDIA_MAX_CAMERAS to 0 for a service without cameras of browsers."
        )


def find_ffmpeg() -> str:
    """Return the ffmpeg that pip has installed, or the one on the PATH.

    :raises FfmpegNotFound: there is neither.
    """
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        raise FfmpegNotFound from None


def encoder_arguments(folder: Path, prefix: str, recording: CameraRecording) -> Sequence[str]:
    """Return the arguments of an ffmpeg that reads a recording and goes on in the playlist.

    Segments have the names ``<prefix>-<number>.ts``. Their numbers never come back, not even when
    the folder was emptied: a new playlist begins with the number of the second.
    """
    return (
        *("-hide_banner", "-loglevel", "error", "-max_alloc", str(_MAX_ALLOCATION)),
        *("-protocol_whitelist", "pipe", "-format_whitelist", "mov,mp4,m4a,3gp,matroska,webm"),
        *("-codec_whitelist", "h264,vp8,vp9,libvpx,libvpx-vp9,aac,opus,libopus"),
        # Longer looks at the recording would keep viewers behind the camera.
        *("-analyzeduration", "1000000", "-fflags", "+genpts+discardcorrupt"),
        *("-f", _DEMUXERS[recording.container]),
        *("-i", "pipe:0", "-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1"),
        *(("-c:v", "copy") if recording.is_h264 else _TRANSCODE),
        *("-c:a", "aac", "-b:a", "96k", "-ac", "2", "-ar", "48000"),
        *("-f", "hls", "-hls_time", "1", "-hls_list_size", "10", "-hls_delete_threshold", "5"),
        *("-hls_start_number_source", "epoch", "-hls_segment_type", "mpegts", "-hls_flags"),
        "delete_segments+append_list+omit_endlist+temp_file",
        *("-hls_segment_filename", str(folder / f"{prefix}-%d.ts"), str(folder / PLAYLIST)),
    )


class HlsEncoder:
    """A running ffmpeg that takes the parts of one recording, in order."""

    def __init__(self, process: asyncio.subprocess.Process, limits: MediaLimits) -> None:
        self._process = process
        self._limits = limits

    @classmethod
    async def start(cls, program: str, arguments: Sequence[str], limits: MediaLimits) -> HlsEncoder:
        """Start ffmpeg with arguments of ``encoder_arguments``.

        :raises EncoderFailed: it does not start.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                program,
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                # Ctrl-C is for the service, which ends ffmpeg in its turn.
                start_new_session=True,
            )
        except OSError as error:
            raise EncoderFailed from error
        if sys.platform == "linux":
            # A recording without key frames would be one segment that never ends.
            size = limits.max_segment_bytes
            with suppress(ProcessLookupError):
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, size))
        return cls(process, limits)

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    async def write(self, part: bytes) -> None:
        """Pass a part on; returns when ffmpeg has taken most of it.

        :raises EncoderFailed: it has ended, or has taken nothing for ``silence_seconds``.
        """
        pipe = self._process.stdin
        assert pipe is not None  # it was asked for
        if self._process.returncode is not None:
            raise EncoderFailed
        try:
            pipe.write(part)
            async with asyncio.timeout(self._limits.silence_seconds):
                await pipe.drain()
        except (ConnectionError, TimeoutError, RuntimeError):
            # RuntimeError is uvloop's for a pipe that is closing.
            raise EncoderFailed from None

    async def finish(self) -> None:
        """End the input and wait for the last segment; after ``FINISH_SECONDS`` kill ffmpeg."""
        pipe = self._process.stdin
        assert pipe is not None  # it was asked for
        pipe.close()
        try:
            async with asyncio.timeout(FINISH_SECONDS):
                await self._process.wait()
        except TimeoutError:
            pass
        finally:
            await self.kill()

    async def kill(self) -> None:
        """Kill ffmpeg, unless it has ended, and wait for its end."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
