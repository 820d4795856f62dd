"""Webhooks: addresses of partners that are told of what happens, in the form of Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: who gets
a message checks its signature with the secret that was shown when the webhook was made.
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

from domain.errors import InvalidInput
from domain.labels import Labelled
from domain.webhooks.messages import WebhookEvent, WebhookNotice

MAX_WEBHOOKS_PER_OWNER = 10
"""Webhooks of one union, or of one employer."""
MAX_URL_LENGTH = 500
SECRET_BYTES = 32
"""The specification asks for 24 to 64."""
SECRET_OVERLAP = timedelta(hours=24)
"""For which a secret goes on signing beside the one that takes its place."""
MAX_FAILING_TIME = timedelta(days=5)
"""After so long without a single success a webhook is switched off: somebody must look."""
HTTP_GONE = 410
"""The answer by which a receiver asks to be told nothing any more."""

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class WebhookState(Labelled):
    ENABLED = "ENABLED", "启用"
    DISABLED = "DISABLED", "停用"
    FAILED = "FAILED", "因持续失败停用"


class FailureKind(Labelled):
    """Why a message did not get through."""

    STATUS = "STATUS", "对方返回错误状态"
    TIMEOUT = "TIMEOUT", "超时"
    UNREACHABLE = "UNREACHABLE", "无法连接"
    ADDRESS_REFUSED = "ADDRESS_REFUSED", "地址不允许"
    CERTIFICATE_REFUSED = "CERTIFICATE_REFUSED", "对方证书不受信任或与域名不符"
    SECRET_DAMAGED = "SECRET_DAMAGED", "签名密钥无法打开，请更换密钥"


@dataclass(frozen=True, kw_only=True)
class WebhookSecret:
    """A sealed secret; ``until`` is when one that was replaced stops to sign."""

    key_version: int
    sealed: bytes
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryResult:
    """What came of sending a message: a status, or why there is none."""

    status: int | None = None
    failure: FailureKind | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """An address, and what it is told of.

    It belongs to a union (``union_path`` leads to it) or to an employer; ``slot`` is its place
    among the ``MOST_WEBHOOKS`` of that owner. ``secrets`` are the newest first. ``version`` counts
    what its owner did to it. ``failing_since`` is the first failure after the last success,
    ``last_status`` and ``last_failure`` what came of the last try that failed.
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
        """Whether its owner is told of that."""
        if notice.event not in self.events:
            return False
        if self.employer_id is not None:
            return notice.employer_id == self.employer_id and not notice.union_only
        return self.union_path[-1] in notice.union_path

    def redact_notice(self, notice: WebhookNotice) -> WebhookNotice:
        """The notice as its owner hears it.

        An employer may see the group of somebody while the consent stands. A message waits, and is
        replayed, when that may be over.
        """
        return notice if self.employer_id is None else replace(notice, group=None)

    def record_failure(self, answer: DeliveryResult, *, at: datetime) -> Webhook:
        """The webhook after a try that failed, switched off when it must be.

        That is at once when the receiver is gone, or when nothing can be signed any more.
        """
        since = self.failing_since or at
        over = (
            answer.status == HTTP_GONE
            or answer.failure is FailureKind.SECRET_DAMAGED
            or at - since >= MAX_FAILING_TIME
        )
        return replace(
            self,
            failing_since=since,
            last_status=answer.status,
            last_failure=answer.failure or FailureKind.STATUS,
            state=WebhookState.FAILED if over else self.state,
        )

    def clear_failures(self) -> Webhook:
        """The webhook as if it had never failed."""
        return replace(self, failing_since=None, last_status=None, last_failure=None)

    def with_url(self, url: str) -> Webhook:
        """The webhook with that address; failures of another one are forgotten."""
        return self if url == self.url else replace(self.clear_failures(), url=url)

    def rotate_secret(self, secret: WebhookSecret, *, at: datetime) -> Webhook:
        """The webhook with a new secret; the one before signs beside it for ``OVERLAP``."""
        before = replace(self.secrets[0], until=at + SECRET_OVERLAP)
        return replace(self, secrets=(secret, before))

    def active_secrets(self, at: datetime) -> tuple[WebhookSecret, ...]:
        """The secrets that sign then, the newest first."""
        return tuple(each for each in self.secrets if each.until is None or at < each.until)


def encode_secret(secret: bytes) -> str:
    """A secret as its receiver configures it: ``whsec_`` and base64."""
    return "whsec_" + base64.b64encode(secret).decode()


def sign_message(secrets: Iterable[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """The header ``webhook-signature``: one ``v1`` signature a secret."""
    content = f"{message_id}.{timestamp}.".encode() + body
    made = (hmac.new(secret, content, sha256).digest() for secret in secrets)
    return " ".join("v1," + base64.b64encode(each).decode() for each in made)


def is_public_address(address: IpAddress) -> bool:
    """Whether everybody reaches that address: none of this machine, network or cloud.

    Addresses that carry an IPv4 one within them (mapped, 6to4, NAT64) are not: where they lead
    to is for others to say.
    """
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not (isinstance(address, ipaddress.IPv6Address) and address.sixtofour)
    )


def check_webhook_url(given: str, *, private: bool) -> str:
    """The address of a webhook without blanks around it.

    ``private`` admits addresses of this network, and plain HTTP to this machine.

    :raises InvalidInput: no absolute https address without user, password and fragment, over 500
        characters, or a number that is not public. A name is looked up when something is sent.
    """
    url = given.strip()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    wanted = InvalidInput(
        "Give an address such as https://partner.example/songgang, of at most "
        f"{MAX_URL_LENGTH} characters, without user name, password and #.",
        field=("input", "url"),
    )
    if not host or len(url) > MAX_URL_LENGTH or not url.isascii() or not url.isprintable():
        raise wanted
    if " " in url or "@" in parts.netloc or "#" in url or port == 0:
        raise wanted
    address = _address(host)
    local = host == "localhost" or (address is not None and address.is_loopback)
    if parts.scheme != "https" and not (parts.scheme == "http" and private and local):
        raise InvalidInput("Give an https address.", field=("input", "url"))
    if address is not None and not private and not is_public_address(address):
        raise InvalidInput("Give an address that is public.", field=("input", "url"))
    return url


def check_events(events: Sequence[WebhookEvent], *, for_union: bool) -> tuple[WebhookEvent, ...]:
    """What a webhook is to be told of, each once.

    :raises InvalidInput: nothing, more than there is, the test, or what only unions are told of
        for an employer.
    """
    wanted = tuple(dict.fromkeys(events))
    field = ("input", "events")
    if not wanted or len(events) > len(WebhookEvent):
        raise InvalidInput("Name at least one event, and each once.", field=field)
    if WebhookEvent.WEBHOOK_TEST in wanted:
        raise InvalidInput("The test comes to every webhook; leave it out.", field=field)
    if not for_union and any(event.is_session_event for event in wanted):
        raise InvalidInput("Sessions are told of to unions alone; leave them out.", field=field)
    return wanted


def _address(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
