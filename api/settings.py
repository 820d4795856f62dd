"""Settings of a process, read from environment variables; an empty variable counts as unset.

``SONGGANG_HOST`` and ``SONGGANG_PORT``: the address to listen on; port 0 is any free port.
``SONGGANG_DATA_DIR``: the folder of the embedded mongod and of a generated secret.
``SONGGANG_SECRET``: the secret that all keys are derived from.
``SONGGANG_DEMO`` and ``SONGGANG_DEMO_PASSWORD``: load the demo, with this password.
``SONGGANG_ORIGINS``: origins, comma separated, whose pages may open sockets here.
``SONGGANG_PUBLIC_URL``: the URL at which people reach this service.
``SONGGANG_METRICS_TOKEN``: the bearer token that ``/metrics`` asks for.
``SONGGANG_TRUSTED_DOCUMENTS``: a file or folder with the only GraphQL documents to execute.
``SONGGANG_CONTACT_DAYS`` and ``SONGGANG_RECORD_DAYS``: days that contacts and records are kept.
``SONGGANG_RULES_APPLY_ON``: the day (YYYY-MM-DD) from which new screening rules bear on postings
that older rules let through.
``SONGGANG_WEBHOOK_PRIVATE``: webhooks may have private addresses.
``SONGGANG_MAX_UPLOADS``, ``SONGGANG_MAX_EXPORTS`` and ``SONGGANG_MAX_DOWNLOADS``: how many table
uploads, lead exports and public downloads one process serves at the same time.
``SONGGANG_MAX_SESSION_TOPICS``, ``SONGGANG_MAX_LEAD_TOPICS``, ``SONGGANG_MAX_SEEKER_TOPICS``: how
many event logs of each kind one process follows.
``SONGGANG_MAX_GROUPS_PER_TOPIC``: different subscriptions of one event log.
``SONGGANG_MAX_OUTBOX_BYTES``: bytes that may wait for one WebSocket connection.
``SONGGANG_SMS_...``: the gateway for one-time codes (``api.sms_settings``).
``MONGODB_URI``, ``MONGODB_DATABASE`` and ``MONGODB_DRIVER``: the database and its driver.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from api.http.limits import DownloadLimits, ExportLimits, FeedLimits, UploadLimits
from api.sms_settings import GatewayKind, SmsSettings
from domain.identity.passwords import MAX_PASSWORD_LENGTH
from domain.leads.personal_data import CONTACT_RETENTION, RECORD_RETENTION, RetentionPeriods
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from storage.mongo.client import Driver

MIN_SECRET_LENGTH = 16
"""Characters; 16 hexadecimal digits are 64 bits."""
MAX_PUBLIC_URL_LENGTH = 200
"""Characters; a longer URL makes a QR code too fine to scan from a screen."""
_ORIGIN = re.compile(r"https?://[^/\s]+")
_URL = re.compile(r"https?://[^/\s?#@]+(/[^\s?#]*)?", re.ASCII)


class SettingsInvalid(Exception):
    """A setting is wrong; the message names the variable and what it must be, never its value."""


def _check_secret_length(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < MIN_SECRET_LENGTH:
        raise ValueError(f"needs at least {MIN_SECRET_LENGTH} characters")
    return secret


def _check_password_length(password: SecretStr) -> SecretStr:
    if len(password.get_secret_value()) > MAX_PASSWORD_LENGTH:
        raise ValueError(f"may have at most {MAX_PASSWORD_LENGTH} characters")
    return password


def _check_mongodb_uri(uri: SecretStr) -> SecretStr:
    # The driver takes any other text as the name of a host.
    if not uri.get_secret_value().startswith(("mongodb://", "mongodb+srv://")):
        raise ValueError("begins with mongodb:// or mongodb+srv://")
    return uri


def _check_origins(listed: str) -> str:
    if not all(_ORIGIN.fullmatch(origin) for origin in _split_origins(listed)):
        raise ValueError("is a comma-separated list of origins such as https://example.org")
    return listed


def _normalise_public_url(given: str) -> str:
    if not given.isascii() or len(given) > MAX_PUBLIC_URL_LENGTH or not _URL.fullmatch(given):
        raise ValueError(
            "is an address such as https://jobs.example.org, of at most "
            f"{MAX_PUBLIC_URL_LENGTH} characters"
        )
    return given.rstrip("/")


def _split_origins(listed: str) -> tuple[str, ...]:
    return tuple(origin.strip() for origin in listed.split(",") if origin.strip())


class Settings(SmsSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    host: str = Field(default="127.0.0.1", validation_alias="SONGGANG_HOST")
    port: int = Field(default=8000, ge=0, le=65_535, validation_alias="SONGGANG_PORT")
    data_dir: Path = Field(default=Path(".songgang"), validation_alias="SONGGANG_DATA_DIR")
    given_secret: Annotated[SecretStr, AfterValidator(_check_secret_length)] | None = Field(
        default=None, validation_alias="SONGGANG_SECRET"
    )
    demo_password: Annotated[SecretStr, AfterValidator(_check_password_length)] | None = Field(
        default=None, validation_alias="SONGGANG_DEMO_PASSWORD"
    )
    listed_origins: Annotated[str, AfterValidator(_check_origins)] = Field(
        default="", validation_alias="SONGGANG_ORIGINS"
    )
    given_public_url: Annotated[str, AfterValidator(_normalise_public_url)] | None = Field(
        default=None, validation_alias="SONGGANG_PUBLIC_URL"
    )
    web_url: Annotated[str, AfterValidator(_normalise_public_url)] | None = Field(
        default=None, validation_alias="SONGGANG_WEB_URL"
    )
    trusted_documents: Path | None = Field(
        default=None, validation_alias="SONGGANG_TRUSTED_DOCUMENTS"
    )
    metrics_token: Annotated[SecretStr, AfterValidator(_check_secret_length)] | None = Field(
        default=None, validation_alias="SONGGANG_METRICS_TOKEN"
    )
    # No record may be deleted before its three years are over; contacts may be erased earlier.
    contact_days: int = Field(
        default=CONTACT_RETENTION.days,
        ge=1,
        le=RECORD_RETENTION.days,
        validation_alias="SONGGANG_CONTACT_DAYS",
    )
    record_days: int = Field(
        default=RECORD_RETENTION.days,
        ge=RECORD_RETENTION.days,
        le=36_600,
        validation_alias="SONGGANG_RECORD_DAYS",
    )
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
    # Unset: they stay open until an officer refuses them.
    rules_apply_on: date | None = Field(default=None, validation_alias="SONGGANG_RULES_APPLY_ON")
    # For partners in the same network and for trials: with it, a person who may create webhooks
    # can reach every address that this process reaches.
    webhook_private: bool = Field(default=False, validation_alias="SONGGANG_WEBHOOK_PRIVATE")
    # The URI may hold a password.
    mongodb_uri: Annotated[SecretStr, AfterValidator(_check_mongodb_uri)] | None = Field(
        default=None, validation_alias="MONGODB_URI"
    )
    mongodb_database: str = Field(default="songgang", validation_alias="MONGODB_DATABASE")
    mongodb_driver: Driver = Field(default="pymongo", validation_alias="MONGODB_DRIVER")
    max_uploads: int = Field(
        default=UploadLimits.max_concurrent, ge=1, le=64, validation_alias="SONGGANG_MAX_UPLOADS"
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

    @classmethod
    def read(cls, *, demo: bool = False) -> Self:
        """Read the settings from the environment; ``demo`` switches the demo on regardless.

        :raises SettingsInvalid: a setting is wrong.
        """
        try:
            settings = cls()
        except ValidationError as error:
            raise SettingsInvalid(_summarise_errors(error)) from None
        settings = settings.model_copy(update={"demo": True}) if demo else settings
        if settings.gateway_kind is GatewayKind.CONSOLE and not settings.demo:
            raise SettingsInvalid("SONGGANG_SMS_GATEWAY: console shows codes: it is for the demo")
        return settings

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins, apart from this service's own, whose pages may open sockets."""
        return _split_origins(self.listed_origins)

    @property
    def public_url(self) -> str:
        """The URL at which people reach this service, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.given_public_url or f"http://{host}:{self.port}"

    @property
    def retention_periods(self) -> RetentionPeriods:
        """How long contacts of closed leads and how long records are kept."""
        return RetentionPeriods(
            contacts=timedelta(days=self.contact_days), records=timedelta(days=self.record_days)
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
    def has_secret(self) -> bool:
        """Whether a secret is set, or in the data folder."""
        return self.given_secret is not None or (self.data_dir / "secret").exists()

    def load_secret(self) -> str:
        """Return the configured secret, or the one in the data folder, which is created if missing.

        Processes that call it at the same time get the same secret.

        :raises SettingsInvalid: the data folder cannot hold a secret, or its file holds none.
        """
        if self.given_secret is not None:
            return self.given_secret.get_secret_value()
        path = self.data_dir / "secret"
        try:
            if not path.exists():
                _create_secret_file(path)
            kept = path.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsInvalid(
                f"SONGGANG_SECRET is not set, and {path} cannot hold one ({type(error).__name__}): "
                "set it, or set SONGGANG_DATA_DIR to a folder that can be written"
            ) from None
        if len(kept) < MIN_SECRET_LENGTH:
            raise SettingsInvalid(
                f"{path} holds no secret: put the one back that this data folder was made with"
            )
        return kept


def _create_secret_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"secret.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(descriptor)
        # The link appears with its whole content, and never replaces the file of another process.
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _summarise_errors(error: ValidationError) -> str:
    return "; ".join(
        ": ".join([*map(str, fault["loc"][:1]), fault["msg"].removeprefix("Value error, ")])
        for fault in error.errors(include_input=False, include_url=False, include_context=False)
    )
