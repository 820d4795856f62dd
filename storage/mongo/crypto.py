"""Names and phones at rest: sealed with AES-256-GCM, looked up by a keyed hash.

The keys of a database are named: ``contact/1`` and up seal contacts and the secrets of webhooks,
the highest number those that come in; the others have one purpose each and stay, whatever is
rotated. A database begins with keys that derive from its secret by HKDF-SHA256 (RFC 5869);
``storage/mongo/keys.py`` keeps them and those that came later. The associated data of a sealed
value is its record (of a lead the id alone), field and key version: a value that was moved to
another record
or field does not open.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.leads.leads import Contact, Sealed
from domain.webhooks.webhooks import WebhookSecret
from storage.mongo.errors import StorageError

FIRST_NAMES = ("contact/1", "person", "receipt", "audit", "retained", "code")
KEY_BYTES = 32
_NONCE_BYTES = 12
_CONTACT = "contact/"


class ContactDamaged(StorageError):
    """A sealed contact does not open: it was changed, moved elsewhere, or its key is gone."""

    def __init__(self, bound: str) -> None:
        super().__init__(f"the contact of {bound} does not open")


class SecretDamaged(StorageError):
    """The sealed secret of a webhook does not open: it was changed, moved, or its key is gone."""

    def __init__(self, webhook_id: str) -> None:
        super().__init__(f"the secret of webhook {webhook_id} does not open")


def derive_key(secret: str, purpose: str) -> bytes:
    """A 256-bit key for one purpose."""
    return HKDF(
        algorithm=SHA256(), length=KEY_BYTES, salt=b"songgang", info=purpose.encode()
    ).derive(secret.encode())


def encrypted(key: bytes, text: bytes, bound: str) -> bytes:
    """The text sealed for ``bound``: nonce and ciphertext."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, bound.encode())


def decrypted(key: bytes, sealed: bytes, bound: str) -> bytes:
    """What was sealed for ``bound``.

    :raises cryptography.exceptions.InvalidTag: changed, moved, or sealed with another key.
    """
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound.encode())


class Seal:
    """Seals and opens contacts with the keys of one database."""

    def __init__(self, secret: str) -> None:
        self._keys = {name: derive_key(secret, name) for name in FIRST_NAMES}
        self.version = 1

    def take(self, keys: Mapping[str, bytes]) -> None:
        """Use these keys from now on; the newest one seals."""
        self._keys |= keys
        numbers = [name.removeprefix(_CONTACT) for name in self._keys if name.startswith(_CONTACT)]
        self.version = max(int(number) for number in numbers)

    def key(self, name: str) -> bytes:
        """The key of that name, which is one of ``FIRST_NAMES``, as it is in this database."""
        return self._keys[name]

    def knows(self, version: int) -> bool:
        """Whether contacts of that key version can be opened."""
        return f"{_CONTACT}{version}" in self._keys

    def person(self, phone: str) -> str:
        """The keyed hash (HMAC-SHA256, hex) that stands for the owner of an E.164 phone."""
        return hmac.new(self._keys["person"], phone.encode(), sha256).hexdigest()

    def digest(self, content: bytes) -> str:
        """The keyed hash (HMAC-SHA256, hex) of a row of the audit log."""
        return hmac.new(self._keys["audit"], content, sha256).hexdigest()

    def seal(self, bound: str, contact: Contact) -> Sealed:
        """Encrypt a contact for the record that ``bound`` names, with the newest key."""
        version = self.version
        return Sealed(
            key_version=version,
            name=self._sealed(contact.name, bound, "name", version),
            phone=self._sealed(contact.phone, bound, "phone", version),
        )

    def open(self, bound: str, sealed: Sealed) -> Contact:
        """Decrypt what was sealed for that record.

        :raises ContactDamaged: changed, moved, or sealed with a key that is not known (yet).
        """
        version = sealed.key_version
        try:
            return Contact(
                name=self._opened(sealed.name, bound, "name", version),
                phone=self._opened(sealed.phone, bound, "phone", version),
            )
        except (InvalidTag, KeyError):
            raise ContactDamaged(bound) from None

    def seal_secret(self, webhook_id: str, secret: bytes) -> WebhookSecret:
        """Encrypt what signs the messages of that webhook, with the newest key."""
        version = self.version
        sealed = encrypted(
            self._keys[f"{_CONTACT}{version}"], secret, _signing(webhook_id, version)
        )
        return WebhookSecret(key_version=version, sealed=sealed)

    def open_secret(self, webhook_id: str, secret: WebhookSecret) -> bytes:
        """Decrypt what was sealed for that webhook.

        :raises SecretDamaged: changed, moved, or sealed with a key that is not known (yet).
        """
        version = secret.key_version
        try:
            key = self._keys[f"{_CONTACT}{version}"]
            return decrypted(key, secret.sealed, _signing(webhook_id, version))
        except (InvalidTag, KeyError):
            raise SecretDamaged(webhook_id) from None

    def store_away(self, bound: str, payload: bytes) -> bytes:
        """Encrypt what is only stored from now on; nothing in the service opens it."""
        return encrypted(self._keys["retained"], payload, f"{bound}/retained")

    def _sealed(self, text: str, bound: str, field: str, version: int) -> bytes:
        return encrypted(
            self._keys[f"{_CONTACT}{version}"], text.encode(), f"{bound}/{field}/{version}"
        )

    def _opened(self, raw: bytes, bound: str, field: str, version: int) -> str:
        place = f"{bound}/{field}/{version}"
        return decrypted(self._keys[f"{_CONTACT}{version}"], raw, place).decode()


def _signing(webhook_id: str, version: int) -> str:
    return f"webhook/{webhook_id}/{version}"
