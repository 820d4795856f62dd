"""Settings of the media process, which takes the cameras of browsers, from environment variables.

``SONGGANG_MEDIA_URL``: where browsers reach it, when that is not this machine's own address.
``SONGGANG_MEDIA_KEY``: the secret that it shares with the service, when it is started apart.
``SONGGANG_MEDIA_PORT``: the port that it listens on, at ``SONGGANG_HOST``.
``SONGGANG_MEDIA_DIR``: the folder of its segments.
``SONGGANG_MEDIA_SERVICE_URL``: where it reaches the service.
``SONGGANG_MEDIA_INTERNAL_URL``: where the service reaches it.
``SONGGANG_MEDIA_MAX_CAMERAS``: cameras at the same time; 0: no media process.
``SONGGANG_MEDIA_MAX_VIEWERS``: players at the same time.
``SONGGANG_MEDIA_MAX_MIB``: the size of its folder.
``SONGGANG_MEDIA_MAX_KBITS``: kilobits a second of one camera.
``SONGGANG_MEDIA_KEEP_SECONDS``: how long segments are kept after a camera stopped.
``SONGGANG_MEDIA_RECORDED_DAYS``: days that recordings are kept after their session.
``SONGGANG_MEDIA_RECORDED_MIB``: the size of all recordings.
``SONGGANG_MEDIA_STORE``: the object storage that it writes pictures and recordings to.
``SONGGANG_MEDIA_STORE_URL``: where players read from that storage.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from api.media.limits import MediaLimits
from api.media.object_store import parse_store_address
from api.secret_checks import check_secret_length
from api.stream_settings import StreamSettings
from domain.live.media_servers import CameraServer, websocket_url
from domain.live.stream_sites import StreamRules, origin_of

_MAX_URL_LENGTH = 200
_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?", re.ASCII)
_LIMITS = MediaLimits()


def _check_url(given: str) -> str:
    if len(given) > _MAX_URL_LENGTH or not _URL.fullmatch(given):
        raise ValueError("is an address such as https://jobs.example.org/media")
    return given.rstrip("/")


def _check_store(given: str) -> str:
    parse_store_address(given)
    return given


_Url = Annotated[str, AfterValidator(_check_url)]


class MediaSettings(StreamSettings):
    """Where the media process is, and what it may take."""

    media_url: _Url | None = Field(default=None, validation_alias="SONGGANG_MEDIA_URL")
    media_key: Annotated[SecretStr, AfterValidator(check_secret_length)] | None = Field(
        default=None, validation_alias="SONGGANG_MEDIA_KEY"
    )
    media_port: int | None = Field(
        default=None, ge=0, le=65_535, validation_alias="SONGGANG_MEDIA_PORT"
    )
    media_dir: Path | None = Field(default=None, validation_alias="SONGGANG_MEDIA_DIR")
    media_service_url: _Url | None = Field(
        default=None, validation_alias="SONGGANG_MEDIA_SERVICE_URL"
    )
    media_internal_url: _Url | None = Field(
        default=None, validation_alias="SONGGANG_MEDIA_INTERNAL_URL"
    )
    media_max_cameras: int = Field(
        default=_LIMITS.max_cameras, ge=0, le=100, validation_alias="SONGGANG_MEDIA_MAX_CAMERAS"
    )
    media_max_viewers: int = Field(
        default=_LIMITS.max_viewers, ge=1, le=100_000, validation_alias="SONGGANG_MEDIA_MAX_VIEWERS"
    )
    media_max_mib: int = Field(
        default=_LIMITS.max_folder_bytes >> 20, ge=16, validation_alias="SONGGANG_MEDIA_MAX_MIB"
    )
    media_max_kbits: int = Field(
        default=_LIMITS.max_bits_per_second // 1_000,
        ge=100,
        le=100_000,
        validation_alias="SONGGANG_MEDIA_MAX_KBITS",
    )
    media_keep_seconds: int = Field(
        default=int(_LIMITS.keep_seconds),
        ge=30,
        le=86_400,
        validation_alias="SONGGANG_MEDIA_KEEP_SECONDS",
    )

    media_recorded_days: int = Field(
        default=_LIMITS.recorded_days,
        ge=1,
        le=1_095,
        validation_alias="SONGGANG_MEDIA_RECORDED_DAYS",
    )
    media_recorded_mib: int = Field(
        default=_LIMITS.max_recorded_bytes >> 20,
        ge=0,
        validation_alias="SONGGANG_MEDIA_RECORDED_MIB",
    )
    media_store: Annotated[str, AfterValidator(_check_store)] | None = Field(
        default=None, validation_alias="SONGGANG_MEDIA_STORE"
    )
    media_store_url: _Url | None = Field(default=None, validation_alias="SONGGANG_MEDIA_STORE_URL")

    @model_validator(mode="after")
    def _check_store_url(self) -> Self:
        if self.media_store is not None and self.media_store_url is None:
            raise ValueError(
                "SONGGANG_MEDIA_STORE needs SONGGANG_MEDIA_STORE_URL, where players read from it"
            )
        return self

    @property
    def camera_server(self) -> CameraServer | None:
        """The media process as the service knows it; None while there is none."""
        if self.media_url is None or self.media_key is None or not self.media_max_cameras:
            return None
        return CameraServer(
            url=self.media_url,
            internal_url=self.media_internal_url or self.media_url,
            key=self.media_key.get_secret_value(),
            store_url=self.media_store_url or "",
        )

    @property
    def camera_origins(self) -> tuple[str, ...]:
        """The origins of WebSockets that pages send a camera's picture to."""
        server = self.camera_server
        return (websocket_url(origin_of(server.url)),) if server else ()

    @property
    def stream_rules(self) -> StreamRules:
        """The origins that playlists and posters may come from, those of cameras among them."""
        origins, server = super().stream_rules.origins, self.camera_server
        # Pictures of before the store was set are at the media process.
        own = (server.url, server.store_url) if server else ()
        return StreamRules(
            origins=tuple(dict.fromkeys([*origins, *filter(None, map(origin_of, own))]))
        )

    @property
    def media_limits(self) -> MediaLimits:
        """What the media process takes, serves and keeps."""
        return MediaLimits(
            max_cameras=self.media_max_cameras,
            max_viewers=self.media_max_viewers,
            max_folder_bytes=self.media_max_mib << 20,
            max_bits_per_second=self.media_max_kbits * 1_000,
            keep_seconds=self.media_keep_seconds,
            max_recorded_bytes=self.media_recorded_mib << 20,
            recorded_days=self.media_recorded_days,
        )
