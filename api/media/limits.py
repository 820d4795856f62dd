"""The limits of the media process."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MediaLimits:
    """What one media process takes from cameras, serves to players and keeps in its folder."""

    max_cameras: int = 2
    """Cameras at the same time. Each costs an ffmpeg: 0.03 core for H.264, a core for VP8."""
    max_viewers: int = 200
    """Players at the same time, by the playlists that they read."""
    max_viewer_share: float = 0.5
    """Part of the viewers that may share one address."""
    viewer_seconds: float = 10.0
    """How long a player that reads no playlist still counts."""
    max_folder_bytes: int = 2 << 30
    """Bytes of all segments."""
    min_free_bytes: int = 64 << 20
    """Bytes that stay free on the disk of the folder."""
    keep_seconds: float = 600.0
    """How long the segments of a camera that stopped are kept. Longer than a lost picture may come
    back, so that players go on in the same playlist."""
    max_bits_per_second: int = 8_000_000
    """Bits a second of one camera, over ``rate_seconds``."""
    rate_seconds: float = 5.0
    """Seconds over which bits are counted: a phone sends what waited for its network at once."""
    max_part_bytes: int = 4_000_000
    """Bytes of one part of a recording."""
    begin_timeout_seconds: float = 5.0
    """Time for the first message of a camera."""
    silence_seconds: float = 10.0
    """How long a camera may send nothing, and how long ffmpeg may take nothing."""
    first_segment_seconds: float = 30.0
    """How long a camera may send before its first segment is whole: two key frames."""
    key_check_seconds: float = 3.0
    """How often the service is asked whether the key of a camera is still valid."""
    folder_check_seconds: float = 2.0
    """How often the folder is looked at."""
    unlisted_seconds: float = 60.0
    """How long a file that the playlist does not list is kept. ffmpeg deletes segments earlier;
    what it left when it was killed is deleted by us."""
    max_segment_bytes: int = 16 << 20
    """Bytes of one segment, 16 seconds of the most that a camera may send: a recording without key
    frames would make one that never ends."""
    max_recorded_bytes: int = 20 << 30
    """Bytes of all recordings; the oldest goes when a new one needs its place."""
    recorded_days: int = 30
    """Days that a recording is kept after its session; a day later it is deleted here, even when
    the service is away."""
    max_cached_bytes: int = 64 << 20
    """Bytes of segments that are kept in memory for all players."""
    store_timeout_seconds: float = 5.0
    """How long one request to the object store may take."""
    store_check_seconds: float = 0.2
    """How often it is looked what the object store lacks of the pictures."""
    max_store_requests: int = 8
    """Requests to the object store at the same time; each may hold a segment in memory."""
