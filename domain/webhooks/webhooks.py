"""Webhooks: URLs of partners that receive events as signed messages (Standard Webhooks 1.0).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. The
receiver checks the signature with the secret that was shown once, when the webhook was created.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from domain.labels import Labelled
from domain.refusals import InvalidInput
from domain.webhooks.messages import WebhookEvent, WebhookNotice
from domain.webhooks.special_addresses import IpAddress, is_public_address, is_public_name

MAX_WEBHOOKS_PER_OWNER = 10
"""Maximum webhooks of one union or employer."""
MAX_URL_LENGTH = 500
SECRET_BYTES = 32
"""Length of a secret. The specification asks for 24 to 64 bytes."""
SECRET_OVERLAP = timedelta(hours=24)
"""How long a replaced secret still signs messages, along with the new one."""
MAX_FAILING_TIME = timedelta(days=5)
"""A webhook without a successful delivery for this long is switched off."""
SLOW_DOWN_STATUSES = frozenset({429, 503})
"""The statuses by which a receiver says that it has too much to do (RFC 6585, RFC 9110)."""
MAX_RETRY_AFTER = timedelta(hours=24)
"""The longest time for which a receiver is left alone: no longer than between the last attempts."""
HTTP_GONE = 410
"""The status by which a receiver asks for no more messages."""


class WebhookState(Labelled):
    """Whether messages are sent. FAILED means switched off after lasting failure."""

    ENABLED = "ENABLED", "启用"
    DISABLED = "DISABLED", "停用"
    FAILED = "FAILED", "因持续失败停用"


class FailureKind(Labelled):
    """Why an attempt to deliver a message failed."""

    STATUS = "STATUS", "对方返回错误状态"
    TIMEOUT = "TIMEOUT", "超时"
    UNREACHABLE = "UNREACHABLE", "无法连接"
    ADDRESS_REFUSED = "ADDRESS_REFUSED", "地址不允许"
    CERTIFICATE_REFUSED = "CERTIFICATE_REFUSED", "对方证书不受信任或与域名不符"
    SECRET_DAMAGED = "SECRET_DAMAGED", "签名密钥无法打开，请更换密钥"


@dataclass(frozen=True, kw_only=True)
class WebhookSecret:
    """An encrypted signing secret. ``until`` is when a replaced secret stops signing."""

    key_version: int
    sealed: bytes
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryResult:
    """The result of an attempt: the HTTP status, or the failure if there was no response.

    ``retry_after`` is how long the receiver asks to be left alone.
    """

    status: int | None = None
    failure: FailureKind | None = None
    retry_after: timedelta | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the receiver accepted the message (status 2xx)."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def asks_to_slow_down(self) -> bool:
        """Whether the receiver has too much to do (status 429 or 503)."""
        return self.status in SLOW_DOWN_STATUSES


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A URL and the events that are sent to it.

    It belongs to a union (the last of ``union_path``) or to an employer. ``slot`` is its number
    among the ``MAX_WEBHOOKS_PER_OWNER`` of its owner. ``secrets`` are newest first. ``version``
    counts the changes by the owner. ``failing_since`` is the time of the first failure since the
    last success; ``last_status`` and ``last_failure`` are those of the last failed attempt.
    """

    id: str
    owner: str
    slot: int
    union_path: tuple[str, ...]
    employer_id: str | None
    url: str
    events: tuple[WebhookEvent, ...]
    secrets: tuple[WebhookSecret, ...]
    state: WebhookState = WebhookState.ENABLED
    created_by: str
    created_at: datetime
    version: int = 1
    failing_since: datetime | None = None
    last_status: int | None = None
    last_failure: FailureKind | None = None

    def is_subscribed_to(self, notice: WebhookNotice) -> bool:
        """Return whether the notice is sent to this webhook."""
        if notice.event not in self.events:
            return False
        if self.employer_id is not None:
            return notice.employer_id == self.employer_id and not notice.union_only
        return self.union_path[-1] in notice.union_path

    def redact_notice(self, notice: WebhookNotice) -> WebhookNotice:
        """Return the notice without what its owner may not see: the group, for an employer.

        Employers may see the group only while the consent stands. A message may be sent, or
        replayed, after the withdrawal.
        """
        return notice if self.employer_id is None else replace(notice, group=None)

    def record_failure(self, result: DeliveryResult, *, at: datetime) -> Webhook:
        """Return the webhook after a failed attempt.

        It is switched off after ``MAX_FAILING_TIME``, or at once if the receiver answers 410 or the
        secret cannot be decrypted.
        """
        since = self.failing_since or at
        is_switched_off = (
            result.status == HTTP_GONE
            or result.failure is FailureKind.SECRET_DAMAGED
            or at - since >= MAX_FAILING_TIME
        )
        return replace(
            self,
            failing_since=since,
            last_status=result.status,
            last_failure=result.failure or FailureKind.STATUS,
            state=WebhookState.FAILED if is_switched_off else self.state,
        )

    def clear_failures(self) -> Webhook:
        """Return the webhook without its record of failures."""
        return replace(self, failing_since=None, last_status=None, last_failure=None)

    def with_url(self, url: str) -> Webhook:
        """Return the webhook with another URL, and without the failures of the old one."""
        return self if url == self.url else replace(self.clear_failures(), url=url)

    def rotate_secret(self, secret: WebhookSecret, *, at: datetime) -> Webhook:
        """Return the webhook with a new secret; the old one also signs for ``SECRET_OVERLAP``."""
        before = replace(self.secrets[0], until=at + SECRET_OVERLAP)
        return replace(self, secrets=(secret, before))

    def active_secrets(self, at: datetime) -> tuple[WebhookSecret, ...]:
        """Return the secrets that sign messages at a time, newest first."""
        return tuple(each for each in self.secrets if each.until is None or at < each.until)


def encode_secret(secret: bytes) -> str:
    """Return a secret in the form that receivers configure: ``whsec_`` and base64."""
    return "whsec_" + base64.b64encode(secret).decode()


def sign_message(secrets: Iterable[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """Return the ``webhook-signature`` header: one ``v1`` signature per secret."""
    content = f"{message_id}.{timestamp}.".encode() + body
    signatures = (hmac.new(secret, content, sha256).digest() for secret in secrets)
    return " ".join("v1," + base64.b64encode(signature).decode() for signature in signatures)


def check_webhook_url(raw: str, *, allow_private: bool) -> str:
    """Return the URL of a webhook without blanks at its ends.

    ``allow_private`` admits private addresses, and plain HTTP to this machine. Host names are
    resolved and checked when a message is sent.

    :raises InvalidInput: it is not an absolute https URL, has a user name, password or fragment or
        over 500 characters, or its host is an IP address or a name that is not public.
    """
    url = raw.strip()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    malformed = InvalidInput(
        "Give an address such as https://partner.example/songgang, of at most "
        f"{MAX_URL_LENGTH} characters, without user name, password and #.",
        f"请填写形如 https://partner.example/songgang 的地址，不超过{MAX_URL_LENGTH}个字符，"
        "不含用户名、密码和#。",
        field=("input", "url"),
    )
    if not host or len(url) > MAX_URL_LENGTH or not url.isascii() or not url.isprintable():
        raise malformed
    if " " in url or "@" in parts.netloc or "#" in url or port == 0:
        raise malformed
    address = _parse_address(host)
    is_local = host == "localhost" or (address is not None and address.is_loopback)
    if parts.scheme != "https" and not (parts.scheme == "http" and allow_private and is_local):
        raise InvalidInput(
            "Give an https address.", "请填写以https开头的地址。", field=("input", "url")
        )
    is_public = is_public_name(host) if address is None else is_public_address(address)
    if not allow_private and not is_public:
        raise InvalidInput("Give a public address.", "请填写公网地址。", field=("input", "url"))
    return url


def check_events(events: Sequence[WebhookEvent], *, for_union: bool) -> tuple[WebhookEvent, ...]:
    """Return the events to subscribe to, without repeats.

    :raises InvalidInput: there is no event or there are too many, the test is among them, or an
        employer asks for session events.
    """
    different = tuple(dict.fromkeys(events))
    field = ("input", "events")
    if not different or len(events) > len(WebhookEvent):
        raise InvalidInput(
            "Choose at least one event, and each only once.",
            "请至少选择一种事件，且不要重复。",
            field=field,
        )
    if WebhookEvent.WEBHOOK_TEST in different:
        raise InvalidInput(
            "Leave out the test event: every webhook receives it.",
            "测试事件无需选择，每个地址都会收到。",
            field=field,
            hint="The test event is WEBHOOK_TEST.",
        )
    if not for_union and any(event.is_session_event for event in different):
        raise InvalidInput(
            "Leave out session events: only unions receive them.",
            "场次事件只发给工会，请不要选择。",
            field=field,
        )
    return different


def _parse_address(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
