"""Entering as a viewer: a device gets an access token, and a credential to come back with.

A credential is a JWT, signed with a key of the database. A first entry therefore stores nothing.
Each entry replaces the credential.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import jwt

from domain.identity.devices import DEVICE_CREDENTIAL_LIFETIME, DeviceCredential
from services.identity.device_usage import DeviceUsage
from services.identity.tokens import MAX_TOKEN_LENGTH, TokenPair, Tokens
from storage.clock import Clock
from storage.mongo.crypto import Keyring
from storage.store import Store

_ISSUER = "songgang"
_KIND = "device"
_ALGORITHM = "HS256"


@dataclass(frozen=True, kw_only=True)
class EnteredDevice:
    """The tokens of a device, and its next credential with its expiry.

    ``is_new`` tells that the device has a new id: nothing that it gave or confirmed before is its
    own any more.
    """

    tokens: TokenPair
    credential: str
    credential_expires_at: datetime
    is_new: bool


class DeviceCredentials:
    """Issues and reads the signed credentials of one database."""

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock

    def issue(self, credential: DeviceCredential) -> tuple[str, datetime]:
        """Return the signed credential and when it expires: 180 days from now, in UTC."""
        now = self._clock()
        # JWT times are whole seconds. The time that is reported equals the time in the credential.
        expires_at = (now + DEVICE_CREDENTIAL_LIFETIME).replace(microsecond=0)
        claims = {
            "iss": _ISSUER,
            "kind": _KIND,
            "sub": credential.device_id,
            "generation": credential.generation,
            "iat": now,
            "exp": expires_at,
        }
        return jwt.encode(claims, self._keyring.key(_KIND), _ALGORITHM), expires_at

    def read(self, signed: str) -> DeviceCredential | None:
        """Return what a credential says; None if it is expired, forged or no credential."""
        if len(signed) > MAX_TOKEN_LENGTH:
            return None
        try:
            claims = jwt.decode(
                signed,
                self._keyring.key(_KIND),
                [_ALGORITHM],
                issuer=_ISSUER,
                # A node whose clock is behind must accept what another node has just issued.
                options={"require": ["exp", "iss", "sub"], "verify_iat": False},
            )
            if claims["kind"] != _KIND:
                return None
            return DeviceCredential(device_id=claims["sub"], generation=int(claims["generation"]))
        except (jwt.PyJWTError, KeyError, ValueError, TypeError):
            return None


class DeviceEntry:
    """Lets devices enter, with the credential of an earlier entry or as new ones."""

    def __init__(
        self,
        store: Store,
        tokens: Tokens,
        credentials: DeviceCredentials,
        usage: DeviceUsage,
        clock: Clock,
    ) -> None:
        self._devices = store.devices
        self._tokens = tokens
        self._credentials = credentials
        self._usage = usage
        self._clock = clock

    async def enter(self, signed: str | None) -> EnteredDevice:
        """Return an access token of six hours and the next credential of the device.

        ``signed`` is the credential of the entry before. Without one, and with one that is expired,
        forged or replaced by one that was used, the device is new. Only a credential that came back
        costs a write.

        :raises TooManyAttempts: the device has come back too often in this hour.
        :raises StorageUnavailable: the device cannot be read now. Its credential stays valid.
        """
        known = None if signed is None else self._credentials.read(signed)
        if known is not None:
            self._usage.admit_entry(known.device_id)
        if known is not None and not await self._devices.accept(known, at=self._clock()):
            known = None
        if known is None:
            following = DeviceCredential(device_id=secrets.token_hex(12), generation=1)
        else:
            following = DeviceCredential(device_id=known.device_id, generation=known.generation + 1)
        credential, expires_at = self._credentials.issue(following)
        return EnteredDevice(
            tokens=self._tokens.issue_for_viewer(following.device_id),
            credential=credential,
            credential_expires_at=expires_at,
            is_new=known is None,
        )
