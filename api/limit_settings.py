"""Settings that bound what one process does at the same time; an operator sets them by the house.

``SONGGANG_MAX_UPLOADS``, ``SONGGANG_MAX_EXPORTS`` and ``SONGGANG_MAX_DOWNLOADS``: how many table
uploads, lead exports and public downloads one process serves at the same time.
``SONGGANG_IMPORT_PROCESSES``: processes that read the rows of large imports.
``SONGGANG_MAX_SESSION_TOPICS``, ``SONGGANG_MAX_LEAD_TOPICS``, ``SONGGANG_MAX_SEEKER_TOPICS``: how
many event logs of each kind one process follows.
``SONGGANG_MAX_GROUPS_PER_TOPIC``: different subscriptions of one event log.
``SONGGANG_MAX_OUTBOX_BYTES``: bytes that may wait for one WebSocket connection.
``SONGGANG_MAX_CONNECTIONS`` and ``SONGGANG_MAX_CONNECTIONS_PER_ADDRESS``: TCP connections in all
and of one client address.
``SONGGANG_MAX_PHONES_PER_DEVICE``: new phones of one device in an hour.
``SONGGANG_MAX_DEVICES_PER_ADDRESS``: new devices of one address in a minute that are not flagged.
"""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.connections.limits import ConnectionLimits
from api.http.limits import DownloadLimits, ExportLimits, FeedLimits, UploadLimits
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from realtime.usage_limits import DEFAULT_USAGE_LIMITS, UsageLimits
from services.exchange.row_processes import DEFAULT_PROCESSES, MAX_PROCESSES

_CONNECTIONS = ConnectionLimits()


class LimitSettings(BaseSettings):
    """The limits of one process that an operator can set."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    max_session_topics: int = Field(
        default=DEFAULT_LIMITS.max_session_topics,
        ge=1,
        validation_alias="SONGGANG_MAX_SESSION_TOPICS",
    )
    max_lead_topics: int = Field(
        default=DEFAULT_LIMITS.max_lead_topics, ge=1, validation_alias="SONGGANG_MAX_LEAD_TOPICS"
    )
    max_seeker_topics: int = Field(
        default=DEFAULT_LIMITS.max_seeker_topics,
        ge=1,
        validation_alias="SONGGANG_MAX_SEEKER_TOPICS",
    )
    max_groups_per_topic: int = Field(
        default=DEFAULT_LIMITS.max_groups_per_topic,
        ge=1,
        validation_alias="SONGGANG_MAX_GROUPS_PER_TOPIC",
    )
    max_outbox_bytes: int = Field(
        default=DEFAULT_LIMITS.max_outbox_bytes,
        ge=64 * 1024,
        validation_alias="SONGGANG_MAX_OUTBOX_BYTES",
    )
    max_uploads: int = Field(
        default=UploadLimits.max_concurrent, ge=1, le=64, validation_alias="SONGGANG_MAX_UPLOADS"
    )
    import_processes: int = Field(
        default=DEFAULT_PROCESSES,
        ge=0,
        le=MAX_PROCESSES,
        validation_alias="SONGGANG_IMPORT_PROCESSES",
    )
    max_exports: int = Field(
        default=ExportLimits.max_concurrent, ge=1, le=256, validation_alias="SONGGANG_MAX_EXPORTS"
    )
    max_downloads: int = Field(
        default=DownloadLimits.max_concurrent,
        ge=1,
        le=256,
        validation_alias="SONGGANG_MAX_DOWNLOADS",
    )
    max_connections: int = Field(
        default=_CONNECTIONS.max_connections, ge=64, validation_alias="SONGGANG_MAX_CONNECTIONS"
    )
    max_connections_per_address: int = Field(
        default=_CONNECTIONS.max_per_address,
        ge=16,
        validation_alias="SONGGANG_MAX_CONNECTIONS_PER_ADDRESS",
    )

    max_phones_per_device: int = Field(
        default=DEFAULT_USAGE_LIMITS.phones_per_device_hour,
        ge=1,
        validation_alias="SONGGANG_MAX_PHONES_PER_DEVICE",
    )
    max_devices_per_address: int = Field(
        default=DEFAULT_USAGE_LIMITS.devices_per_address_minute,
        ge=1,
        validation_alias="SONGGANG_MAX_DEVICES_PER_ADDRESS",
    )

    @property
    def realtime_limits(self) -> RealtimeLimits:
        """The limits on live traffic."""
        return RealtimeLimits(
            max_session_topics=self.max_session_topics,
            max_lead_topics=self.max_lead_topics,
            max_seeker_topics=self.max_seeker_topics,
            max_groups_per_topic=self.max_groups_per_topic,
            max_outbox_bytes=self.max_outbox_bytes,
        )

    @property
    def usage_limits(self) -> UsageLimits:
        """The limits on what one device and one address may do."""
        return UsageLimits(
            phones_per_device_hour=self.max_phones_per_device,
            devices_per_address_minute=self.max_devices_per_address,
        )

    @property
    def upload_limits(self) -> UploadLimits:
        """The limits on uploads of tables."""
        return UploadLimits(max_concurrent=self.max_uploads)

    @property
    def export_limits(self) -> ExportLimits:
        """The limits on lead exports."""
        return ExportLimits(max_concurrent=self.max_exports)

    @property
    def download_limits(self) -> DownloadLimits:
        """The limits on downloads of open data."""
        return DownloadLimits(max_concurrent=self.max_downloads)

    @property
    def feed_limits(self) -> FeedLimits:
        """The limits on the sitemap and the RSS feed."""
        return FeedLimits(max_concurrent_sitemaps=self.max_downloads)

    @property
    def connection_limits(self) -> ConnectionLimits:
        """The limits on TCP connections, within the open files that this process may have."""
        return ConnectionLimits(
            max_connections=self.max_connections, max_per_address=self.max_connections_per_address
        ).within_open_files()
