"""Settings of a process, read from environment variables; an empty variable counts as unset.

``SONGGANG_HOST`` and ``SONGGANG_PORT``: the address to listen on; port 0 is any free port.
``SONGGANG_DATA_DIR``: the folder of the embedded mongod and of a generated secret.
``SONGGANG_SECRET``: the secret that all keys are derived from.
``SONGGANG_DEMO`` and ``SONGGANG_DEMO_PASSWORD``: load the demo, with this password.
``SONGGANG_ORIGINS``: origins, comma separated, whose pages may call the API here.
``SONGGANG_PROXIES``: addresses and networks, comma separated, of the proxies in front.
``SONGGANG_PUBLIC_URL``: the URL at which people reach this service.
``SONGGANG_METRICS_TOKEN``: the bearer token that ``/metrics`` asks for.
``SONGGANG_TRUSTED_DOCUMENTS``: a file or folder with the only GraphQL documents to execute.
``SONGGANG_CONTACT_DAYS`` and ``SONGGANG_RECORD_DAYS``: days that contacts and records are kept.
``SONGGANG_RULES_APPLY_ON``: the day (YYYY-MM-DD) from which new screening rules bear on postings
that older rules let through.
``SONGGANG_MEDIA_HOSTS``: sites, comma separated, that media links of postings may lead to.
``SONGGANG_WEBHOOK_PRIVATE``: webhooks may have private addresses.
``SONGGANG_MAX_...`` and ``SONGGANG_IMPORT_PROCESSES``: see ``api.limit_settings``.
``SONGGANG_STREAM_...``: the picture of live sessions (``api.stream_settings``).
``SONGGANG_MEDIA_...``: the process that takes cameras of browsers (``api.media_settings``).
``SONGGANG_SMS_...``: the gateway for one-time codes (``api.sms_settings``).
``MONGODB_URI``, ``MONGODB_DATABASE`` and ``MONGODB_DRIVER``: the database and its driver.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from datetime import date, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from api.client_address import TrustedProxies
from api.command_errors import CommandError
from api.limit_settings import LimitSettings
from api.media_settings import MediaSettings
from api.secret_checks import MIN_SECRET_LENGTH, check_password_length, check_secret_length
from api.sms_settings import GatewayKind, SmsSettings
from domain.leads.personal_data import CONTACT_RETENTION, RECORD_RETENTION, RetentionPeriods
from domain.postings.media_sites import check_media_hosts
from storage.mongo.client import Driver

MAX_PUBLIC_URL_LENGTH = 200
"""Characters; a longer URL makes a QR code too fine to scan from a screen."""
_ORIGIN = re.compile(r"https?://[^/\s]+")
_URL = re.compile(r"https?://[^/\s?#@]+(/[^\s?#]*)?", re.ASCII)


class SettingsInvalid(CommandError):
    """A setting is wrong; the message names the variable and what it must be, never its value."""


def _check_mongodb_uri(uri: SecretStr) -> SecretStr:
    # The driver takes any other text as the name of a host.
    if not uri.get_secret_value().startswith(("mongodb://", "mongodb+srv://")):
        raise ValueError("begins with mongodb:// or mongodb+srv://")
    return uri


def _check_origins(listed: str) -> str:
    if not all(_ORIGIN.fullmatch(origin) for origin in _split_list(listed)):
        raise ValueError("is a comma-separated list of origins such as https://example.org")
    return listed


def _check_proxies(listed: str) -> str:
    try:
        TrustedProxies(_split_list(listed))
    except ValueError:
        raise ValueError(
            "is a comma-separated list of addresses and networks such as 10.0.0.2, 10.1.0.0/24"
        ) from None
    return listed


def _normalise_public_url(given: str) -> str:
    if not given.isascii() or len(given) > MAX_PUBLIC_URL_LENGTH or not _URL.fullmatch(given):
        raise ValueError(
            "is an address such as https://jobs.example.org, of at most "
            f"{MAX_PUBLIC_URL_LENGTH} characters"
        )
    return given.rstrip("/")


def _split_list(listed: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in listed.split(",") if each.strip())


class Settings(SmsSettings, MediaSettings, LimitSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    host: str = Field(default="127.0.0.1", validation_alias="SONGGANG_HOST")
    port: int = Field(default=8000, ge=0, le=65_535, validation_alias="SONGGANG_PORT")
    data_dir: Path = Field(default=Path(".songgang"), validation_alias="SONGGANG_DATA_DIR")
    given_secret: Annotated[SecretStr, AfterValidator(check_secret_length)] | None = Field(
        default=None, validation_alias="SONGGANG_SECRET"
    )
    demo_password: Annotated[SecretStr, AfterValidator(check_password_length)] | None = Field(
        default=None, validation_alias="SONGGANG_DEMO_PASSWORD"
    )
    listed_origins: Annotated[str, AfterValidator(_check_origins)] = Field(
        default="", validation_alias="SONGGANG_ORIGINS"
    )
    listed_proxies: Annotated[str, AfterValidator(_check_proxies)] = Field(
        default="", validation_alias="SONGGANG_PROXIES"
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
    metrics_token: Annotated[SecretStr, AfterValidator(check_secret_length)] | None = Field(
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
    # Unset: they stay open until an officer refuses them.
    rules_apply_on: date | None = Field(default=None, validation_alias="SONGGANG_RULES_APPLY_ON")
    media_hosts: Annotated[str, AfterValidator(check_media_hosts)] = Field(
        default="", validation_alias="SONGGANG_MEDIA_HOSTS"
    )
    # For partners in the same network and for trials: with it, a person who may create webhooks
    # can reach every address that this process reaches.
    webhook_private: bool = Field(default=False, validation_alias="SONGGANG_WEBHOOK_PRIVATE")
    # The URI may hold a password.
    mongodb_uri: Annotated[SecretStr, AfterValidator(_check_mongodb_uri)] | None = Field(
        default=None, validation_alias="MONGODB_URI"
    )
    mongodb_database: str = Field(default="songgang", validation_alias="MONGODB_DATABASE")
    mongodb_driver: Driver = Field(default="pymongo", validation_alias="MONGODB_DRIVER")

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
        """Origins, apart from this service's own, whose pages may call the API."""
        return _split_list(self.listed_origins)

    @property
    def proxies(self) -> tuple[str, ...]:
        """The addresses and networks of the proxies whose word on client addresses is taken."""
        return _split_list(self.listed_proxies)

    @property
    def public_url(self) -> str:
        """The URL at which people reach this service, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.given_public_url or f"http://{host}:{self.port}"

    @property
    def is_public(self) -> bool:
        """Whether SONGGANG_PUBLIC_URL names another address than this machine's own."""
        host = urlsplit(self.given_public_url or "").hostname or "localhost"
        try:
            return not ip_address(host).is_loopback
        except ValueError:
            return host != "localhost"

    @property
    def retention_periods(self) -> RetentionPeriods:
        """How long contacts of closed leads and how long records are kept."""
        return RetentionPeriods(
            contacts=timedelta(days=self.contact_days), records=timedelta(days=self.record_days)
        )

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
