"""Settings of the picture of live sessions, read from environment variables.

``SONGGANG_STREAM_ORIGINS``: origins, comma separated, that playlists and posters may come from.
``SONGGANG_STREAM_GRACE_SECONDS``: how long a lost picture may come back as the same broadcast.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

from domain.live.stream_sites import StreamRules, parse_stream_origins
from domain.live.streams import DEFAULT_GRACE


def _check_stream_origins(listed: str) -> str:
    parse_stream_origins(listed)
    return listed


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

    @property
    def stream_rules(self) -> StreamRules:
        """The origins that playlists and posters may come from."""
        return parse_stream_origins(self.listed_stream_origins)

    @property
    def stream_grace(self) -> timedelta:
        """How long a lost picture may come back as the same broadcast."""
        return timedelta(seconds=self.stream_grace_seconds)
