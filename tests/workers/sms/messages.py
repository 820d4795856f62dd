"""Messages that the gateways of these tests send."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.identity.phone_codes import CodeChannel
from tests.support.records import FIXED_NOW
from workers.sms.gateway import OutgoingCode
from workers.sms.signatures import AccessKey

KEY = AccessKey(id="test-id", secret="test-secret")
MESSAGE = OutgoingCode(
    id="0123456789abcdef01234567",
    phone="+8613800138000",
    code="012345",
    channel=CodeChannel.SMS,
    expires_at=FIXED_NOW + timedelta(minutes=5),
)


def message(**changes: Any) -> OutgoingCode:
    """Return the message with these changes."""
    return replace(MESSAGE, **changes)
