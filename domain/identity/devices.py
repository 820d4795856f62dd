"""Devices of visitors: the credential that a device keeps, and the proof of a phone on a device.

A device has no account. Its id is random, and a signed credential brings the same device back. What
a device sends (a lead, a profile, a report) names it as the giver.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

DEVICE_CREDENTIAL_LIFETIME = timedelta(days=180)
"""How long a credential is accepted after it was issued."""
PHONE_PROOF_LIFETIME = timedelta(days=30)
"""How long a device that confirmed a phone needs no new code for it."""


@dataclass(frozen=True, kw_only=True)
class DeviceCredential:
    """What a signed credential says: the device, and which of its credentials this is.

    The first credential of a device has the generation 1, the one that replaces it 2, and so on.
    """

    device_id: str
    generation: int


@dataclass(frozen=True, kw_only=True)
class Device:
    """A device that has come back with a credential.

    ``generation`` is the highest that it has presented. A credential with a lower one was replaced,
    and its replacement was used: whoever presents it is not this device any more.
    """

    id: str
    generation: int
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PhonePair:
    """A device and a phone, given as the keyed hash that identifies its person."""

    device_id: str
    person: str


@dataclass(frozen=True, kw_only=True)
class PhoneProof:
    """The fact that a device has confirmed a phone by a code sent to it."""

    id: str
    device_id: str
    person: str
    proven_at: datetime
    expires_at: datetime
