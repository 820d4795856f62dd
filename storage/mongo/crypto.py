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

from domain.leads.leads import Contact, SealedContact
from domain.webhooks.webhooks import WebhookSecret
from storage.mongo.errors import StorageError

INITIAL_KEY_NAMES = ("contact/1", "person", "receipt", "audit", "retained", "code")
KEY_BYTES = 32
_NONCE_BYTES = 12
_CONTACT_KEY_PREFIX = "contact/"


class ContactDamaged(StorageError):
    """A sealed contact does not open: it was changed, moved elsewhere, or its key is gone."""

    def __init__(self, bound: str) -> None:
        super().__init__(f"the contact of {bound} does not open")


class WebhookSecretDamaged(StorageError):
    """The sealed secret of a webhook does not open: it was changed, moved, or its key is gone."""

    def __init__(self, webhook_id: str) -> None:
        super().__init__(f"the secret of webhook {webhook_id} does not open")


def derive_key(secret: str, purpose: str) -> bytes:
    """A 256-bit key for one purpose."""
    return HKDF(
        algorithm=SHA256(), length=KEY_BYTES, salt=b"songgang", info=purpose.encode()
    ).derive(secret.encode())


def encrypt(key: bytes, text: bytes, bound: str) -> bytes:
    """The text sealed for ``bound``: nonce and ciphertext."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, bound.encode())


def decrypt(key: bytes, sealed: bytes, bound: str) -> bytes:
    """What was sealed for ``bound``.

    :raises cryptography.exceptions.InvalidTag: changed, moved, or sealed with another key.
    """
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound.encode())


class Keyring:
    """Seals and opens contacts with the keys of one database."""

    def __init__(self, secret: str) -> None:
        self._keys = {name: derive_key(secret, name) for name in INITIAL_KEY_NAMES}
        self.newest_version = 1

    def add_keys(self, keys: Mapping[str, bytes]) -> None:
        """Use these keys from now on; the newest one seals."""
        self._keys |= keys
        numbers = [
            name.removeprefix(_CONTACT_KEY_PREFIX)
            for name in self._keys
            if name.startswith(_CONTACT_KEY_PREFIX)
        ]
        self.newest_version = max(int(number) for number in numbers)

    def key(self, name: str) -> bytes:
        """The key of that name, which is one of ``FIRST_NAMES``, as it is in this database."""
        return self._keys[name]

    def has_version(self, version: int) -> bool:
        """Whether contacts of that key version can be opened."""
        return f"{_CONTACT_KEY_PREFIX}{version}" in self._keys

    def hash_phone(self, phone: str) -> str:
        """The keyed hash (HMAC-SHA256, hex) that stands for the owner of an E.164 phone."""
        return hmac.new(self._keys["person"], phone.encode(), sha256).hexdigest()

    def digest_audit_row(self, content: bytes) -> str:
        """The keyed hash (HMAC-SHA256, hex) of a row of the audit log."""
        return hmac.new(self._keys["audit"], content, sha256).hexdigest()

    def seal_contact(self, bound: str, contact: Contact) -> SealedContact:
        """Encrypt a contact for the record that ``bound`` names, with the newest key."""
        version = self.newest_version
        return SealedContact(
            key_version=version,
            name=self._seal_field(contact.name, bound, "name", version),
            phone=self._seal_field(contact.phone, bound, "phone", version),
        )

    def open_contact(self, bound: str, sealed: SealedContact) -> Contact:
        """Decrypt what was sealed for that record.

        :raises ContactDamaged: changed, moved, or sealed with a key that is not known (yet).
        """
        version = sealed.key_version
        try:
            return Contact(
                name=self._open_field(sealed.name, bound, "name", version),
                phone=self._open_field(sealed.phone, bound, "phone", version),
            )
        except (InvalidTag, KeyError):
            raise ContactDamaged(bound) from None

    def seal_webhook_secret(self, webhook_id: str, secret: bytes) -> WebhookSecret:
        """Encrypt what signs the messages of that webhook, with the newest key."""
        version = self.newest_version
        sealed = encrypt(
            self._keys[f"{_CONTACT_KEY_PREFIX}{version}"],
            secret,
            _webhook_context(webhook_id, version),
        )
        return WebhookSecret(key_version=version, sealed=sealed)

    def open_webhook_secret(self, webhook_id: str, secret: WebhookSecret) -> bytes:
        """Decrypt what was sealed for that webhook.

        :raises SecretDamaged: changed, moved, or sealed with a key that is not known (yet).
        """
        version = secret.key_version
        try:
            key = self._keys[f"{_CONTACT_KEY_PREFIX}{version}"]
            return decrypt(key, secret.sealed, _webhook_context(webhook_id, version))
        except (InvalidTag, KeyError):
            raise WebhookSecretDamaged(webhook_id) from None

    def seal_retained(self, bound: str, payload: bytes) -> bytes:
        """Encrypt what is only stored from now on; nothing in the service opens it."""
        return encrypt(self._keys["retained"], payload, f"{bound}/retained")

    def _seal_field(self, text: str, bound: str, field: str, version: int) -> bytes:
        return encrypt(
            self._keys[f"{_CONTACT_KEY_PREFIX}{version}"],
            text.encode(),
            f"{bound}/{field}/{version}",
        )

    def _open_field(self, raw: bytes, bound: str, field: str, version: int) -> str:
        place = f"{bound}/{field}/{version}"
        return decrypt(self._keys[f"{_CONTACT_KEY_PREFIX}{version}"], raw, place).decode()


def _webhook_context(webhook_id: str, version: int) -> str:
    return f"webhook/{webhook_id}/{version}"
