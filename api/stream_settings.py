"""Settings of the picture of live sessions, read from environment variables.

``SONGGANG_STREAM_ORIGINS``: origins, comma separated, that playlists and posters may come from.
``SONGGANG_STREAM_GRACE_SECONDS``: how long a lost picture may come back as the same broadcast.
``SONGGANG_STREAM_SERVER``: ``none``, ``nginx-rtmp``, ``srs`` or ``mediamtx``.
``SONGGANG_STREAM_INGEST_URL``: where camera programs publish.
``SONGGANG_STREAM_HLS_URL``: where its playlists are, with ``{name}`` for the name of a stream.
``SONGGANG_STREAM_CALLBACK_KEY``: the key in the addresses that the media server calls.
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from api.secret_checks import check_secret_length
from domain.live.media_servers import NAME_PLACE, MediaServer
from domain.live.stream_sites import (
    StreamRules,
    is_from_stream_site,
    origin_of,
    parse_stream_origins,
)
from domain.live.streams import DEFAULT_GRACE

_INGEST_URL = re.compile(r"rtmps?://[A-Za-z0-9.:\[\]-]+/[A-Za-z0-9._/-]*")


class StreamServer(StrEnum):
    """The media server that takes pictures, by the form of its calls."""

    NONE = "none"
    NGINX_RTMP = "nginx-rtmp"
    SRS = "srs"
    MEDIAMTX = "mediamtx"
    SONGGANG_MEDIA = "songgang-media"
    """Our own process for cameras of browsers, which calls in the same way."""


def _check_stream_origins(listed: str) -> str:
    parse_stream_origins(listed)
    return listed


def _check_ingest_url(url: str) -> str:
    if not _INGEST_URL.fullmatch(url):
        raise ValueError("is an address such as rtmp://live.example.org/live")
    return url


def _check_hls_url(url: str) -> str:
    is_one = url.count(NAME_PLACE) == 1 and is_from_stream_site(
        url.replace(NAME_PLACE, "1"), parse_stream_origins(origin_of(url))
    )
    if not is_one:
        raise ValueError("is an address such as https://live.example.org/hls/{name}.m3u8")
    return url


class StreamSettings(BaseSettings):
    """Where pictures come from, and how long they may be lost."""

    listed_stream_origins: Annotated[str, AfterValidator(_check_stream_origins)] = Field(
        default="", validation_alias="SONGGANG_STREAM_ORIGINS"
    )
    stream_grace_seconds: int = Field(
        default=int(DEFAULT_GRACE.total_seconds()),
        ge=5,
        le=3_600,
        validation_alias="SONGGANG_STREAM_GRACE_SECONDS",
    )

    stream_server: StreamServer = Field(
        default=StreamServer.NONE, validation_alias="SONGGANG_STREAM_SERVER"
    )
    stream_ingest_url: Annotated[str, AfterValidator(_check_ingest_url)] | None = Field(
        default=None, validation_alias="SONGGANG_STREAM_INGEST_URL"
    )
    stream_hls_url: Annotated[str, AfterValidator(_check_hls_url)] | None = Field(
        default=None, validation_alias="SONGGANG_STREAM_HLS_URL"
    )
    stream_callback_key: Annotated[SecretStr, AfterValidator(check_secret_length)] | None = Field(
        default=None, validation_alias="SONGGANG_STREAM_CALLBACK_KEY"
    )

    @model_validator(mode="after")
    def _check_media_server(self) -> Self:
        if self.stream_server is StreamServer.SONGGANG_MEDIA:
            raise ValueError("SONGGANG_STREAM_SERVER is none, nginx-rtmp, srs or mediamtx")
        needed = (self.stream_ingest_url, self.stream_hls_url, self.stream_callback_key)
        if self.stream_server is not StreamServer.NONE and None in needed:
            raise ValueError(
                "SONGGANG_STREAM_SERVER needs SONGGANG_STREAM_INGEST_URL, SONGGANG_STREAM_HLS_URL "
                "and SONGGANG_STREAM_CALLBACK_KEY"
            )
        return self

    @property
    def stream_rules(self) -> StreamRules:
        """The origins that playlists and posters may come from, the media server's among them."""
        listed = parse_stream_origins(self.listed_stream_origins).origins
        own = origin_of(self.media_server.hls_url) if self.media_server else ""
        return StreamRules(origins=(*listed, own) if own and own not in listed else listed)

    @property
    def media_server(self) -> MediaServer | None:
        """The media server of the operator; None while there is none."""
        if self.stream_server is StreamServer.NONE:
            return None
        assert self.stream_ingest_url  # by _check_media_server
        assert self.stream_hls_url
        return MediaServer(ingest_url=self.stream_ingest_url, hls_url=self.stream_hls_url)

    @property
    def stream_grace(self) -> timedelta:
        """How long a lost picture may come back as the same broadcast."""
        return timedelta(seconds=self.stream_grace_seconds)
