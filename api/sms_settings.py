"""Settings of one-time codes: the gateway that sends them, and their caps.

``SONGGANG_SMS_GATEWAY``: ``none``, ``console`` (only in a demo), ``http``, ``aliyun``, ``tencent``.
``SONGGANG_SMS_ACCESS_KEY_ID`` and ``SONGGANG_SMS_ACCESS_KEY_SECRET``: the key of the account; for
``http`` the secret that signs (``whsec_...``).
``SONGGANG_SMS_SIGN_NAME`` and ``SONGGANG_SMS_TEMPLATE``: the approved signature and template.
``SONGGANG_SMS_APP_ID`` and ``SONGGANG_SMS_REGION``: application and region at Tencent Cloud.
``SONGGANG_SMS_URL``: where ``http`` posts; for the others another endpoint of the provider.
``SONGGANG_SMS_VOICE``: the template of spoken codes (Alibaba), their application (Tencent), or
``on`` (http). ``SONGGANG_SMS_VOICE_NUMBER``: the number that calls. ``SONGGANG_SMS_VOICE_URL``:
another endpoint for calls.
``SONGGANG_SMS_CALLBACK_KEY``: the key in the addresses of delivery reports and replies.
``SONGGANG_SMS_PER_...``, ``SONGGANG_SMS_DAY_BUDGET``, ``SONGGANG_SMS_MONTH_BUDGET`` and
``SONGGANG_SMS_RESERVED_...``: the caps.
"""

from __future__ import annotations

import base64
import binascii
import re
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from api.secret_checks import check_secret_length
from domain.identity.code_caps import DEFAULT_LIMITS, CodeLimits

MIN_SIGNING_SECRET_BYTES = 24
"""By Standard Webhooks 1.0."""
MAX_MESSAGES = 10_000_000
_ENDPOINT = re.compile(
    r"https://[^/\s?#@]+(/[^\s#]*)?|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?(/[^\s#]*)?",
    re.ASCII,
)


class GatewayKind(StrEnum):
    """What sends one-time codes."""

    NONE = "none"
    CONSOLE = "console"
    HTTP = "http"
    ALIYUN = "aliyun"
    TENCENT = "tencent"


def _check_endpoint(url: str) -> str:
    if not _ENDPOINT.fullmatch(url):
        raise ValueError("is an https address, or an http address of this machine")
    return url.rstrip("/")


Endpoint = Annotated[str, AfterValidator(_check_endpoint)]


def _cap(default: int, name: str) -> int:
    limit: int = Field(
        default=default, ge=1, le=MAX_MESSAGES, validation_alias=f"SONGGANG_SMS_{name}"
    )
    return limit


class SmsSettings(BaseSettings):
    """The settings of one-time codes, a part of those of a process."""

    demo: bool = Field(default=False, validation_alias="SONGGANG_DEMO")
    given_gateway: GatewayKind | None = Field(default=None, validation_alias="SONGGANG_SMS_GATEWAY")
    sms_key_id: str | None = Field(default=None, validation_alias="SONGGANG_SMS_ACCESS_KEY_ID")
    sms_key_secret: SecretStr | None = Field(
        default=None, validation_alias="SONGGANG_SMS_ACCESS_KEY_SECRET"
    )
    sms_sign_name: str | None = Field(default=None, validation_alias="SONGGANG_SMS_SIGN_NAME")
    sms_template: str | None = Field(default=None, validation_alias="SONGGANG_SMS_TEMPLATE")
    sms_app_id: str | None = Field(default=None, validation_alias="SONGGANG_SMS_APP_ID")
    sms_region: str | None = Field(default=None, validation_alias="SONGGANG_SMS_REGION")
    sms_url: Endpoint | None = Field(default=None, validation_alias="SONGGANG_SMS_URL")
    sms_voice: str | None = Field(default=None, validation_alias="SONGGANG_SMS_VOICE")
    sms_voice_number: str | None = Field(default=None, validation_alias="SONGGANG_SMS_VOICE_NUMBER")
    sms_voice_url: Endpoint | None = Field(default=None, validation_alias="SONGGANG_SMS_VOICE_URL")
    sms_callback_key: Annotated[SecretStr, AfterValidator(check_secret_length)] | None = Field(
        default=None, validation_alias="SONGGANG_SMS_CALLBACK_KEY"
    )
    sms_per_phone_hour: int = _cap(DEFAULT_LIMITS.per_phone_hour, "PER_PHONE_HOUR")
    sms_per_phone_day: int = _cap(DEFAULT_LIMITS.per_phone_day, "PER_PHONE_DAY")
    sms_per_device_hour: int = _cap(DEFAULT_LIMITS.per_device_hour, "PER_DEVICE_HOUR")
    sms_per_device_day: int = _cap(DEFAULT_LIMITS.per_device_day, "PER_DEVICE_DAY")
    sms_per_address_hour: int = _cap(DEFAULT_LIMITS.per_address_hour, "PER_ADDRESS_HOUR")
    sms_per_site_hour: int = _cap(DEFAULT_LIMITS.per_site_hour, "PER_SITE_HOUR")
    sms_per_prefix_hour: int = _cap(DEFAULT_LIMITS.per_prefix_hour, "PER_PREFIX_HOUR")
    sms_per_prefix_day: int = _cap(DEFAULT_LIMITS.per_prefix_day, "PER_PREFIX_DAY")
    sms_day_budget: int = _cap(DEFAULT_LIMITS.day_budget, "DAY_BUDGET")
    sms_month_budget: int = _cap(DEFAULT_LIMITS.month_budget, "MONTH_BUDGET")
    sms_reserved_percent: int = Field(
        default=DEFAULT_LIMITS.reserved_percent,
        ge=0,
        le=90,
        validation_alias="SONGGANG_SMS_RESERVED_PERCENT",
    )

    sms_reserved_per_address_hour: int = _cap(
        DEFAULT_LIMITS.reserved_per_address_hour, "RESERVED_PER_ADDRESS_HOUR"
    )

    @model_validator(mode="after")
    def _check_gateway(self) -> Self:
        needed: dict[GatewayKind, dict[str, object]] = {
            GatewayKind.HTTP: {"URL": self.sms_url, "ACCESS_KEY_SECRET": self.sms_key_secret},
            GatewayKind.ALIYUN: self._account_fields(),
            GatewayKind.TENCENT: self._account_fields() | {"APP_ID": self.sms_app_id},
        }
        kind = self.given_gateway or GatewayKind.NONE
        missing = [name for name, value in needed.get(kind, {}).items() if not value]
        if missing:
            names = ", ".join(f"SONGGANG_SMS_{name}" for name in missing)
            raise ValueError(f"SONGGANG_SMS_GATEWAY={kind} needs {names}")
        if kind is GatewayKind.HTTP and len(self.sms_signing_secret) < MIN_SIGNING_SECRET_BYTES:
            raise ValueError(
                "SONGGANG_SMS_ACCESS_KEY_SECRET is whsec_ and the base64 of at least "
                f"{MIN_SIGNING_SECRET_BYTES} bytes"
            )
        return self

    def _account_fields(self) -> dict[str, object]:
        return {
            "ACCESS_KEY_ID": self.sms_key_id,
            "ACCESS_KEY_SECRET": self.sms_key_secret,
            "SIGN_NAME": self.sms_sign_name,
            "TEMPLATE": self.sms_template,
        }

    @property
    def gateway_kind(self) -> GatewayKind:
        """What sends one-time codes; in a demo the console, unless another gateway is set."""
        return self.given_gateway or (GatewayKind.CONSOLE if self.demo else GatewayKind.NONE)

    @property
    def sms_signing_secret(self) -> bytes:
        """The secret that signs messages of the gateway ``http``; empty if it cannot be read."""
        given = self.sms_key_secret.get_secret_value() if self.sms_key_secret else ""
        try:
            return base64.b64decode(given.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            return b""

    @property
    def code_limits(self) -> CodeLimits:
        """The caps on one-time codes."""
        return CodeLimits(
            per_phone_hour=self.sms_per_phone_hour,
            per_phone_day=self.sms_per_phone_day,
            per_device_hour=self.sms_per_device_hour,
            per_device_day=self.sms_per_device_day,
            per_address_hour=self.sms_per_address_hour,
            per_site_hour=self.sms_per_site_hour,
            per_prefix_hour=self.sms_per_prefix_hour,
            per_prefix_day=self.sms_per_prefix_day,
            day_budget=self.sms_day_budget,
            month_budget=self.sms_month_budget,
            reserved_percent=self.sms_reserved_percent,
            reserved_per_address_hour=self.sms_reserved_per_address_hour,
        )
