"""Encryption of names, phones and webhook secrets at rest (AES-256-GCM), and keyed hashes.

The keys of a database have names. ``contact/1``, ``contact/2`` and so on seal contacts and webhook
secrets; the one with the highest number seals new ones. Every other key has one purpose and is
never rotated. The first keys derive from the secret of the database by HKDF-SHA256 (RFC 5869);
``storage/mongo/keys.py`` stores them, and the later ones.

The associated data of a sealed value are its record (for a lead only the id), field and key
version. So a value that was moved to another record or field cannot be decrypted.
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

from domain.identity.phone_codes import SealedMessage
from domain.leads.leads import Contact, SealedContact
from domain.webhooks.webhooks import WebhookSecret
from storage.mongo.errors import StorageError

INITIAL_KEY_NAMES = (
    "contact/1",
    "person",
    "receipt",
    "audit",
    "retained",
    "code",
    "device",
    "phone_code",
)
KEY_BYTES = 32
_NONCE_BYTES = 12
_CONTACT_KEY_PREFIX = "contact/"


class ContactDamaged(StorageError):
    """A sealed contact cannot be decrypted: it was changed or moved, or its key is missing."""

    def __init__(self, bound: str) -> None:
        super().__init__(f"the contact of {bound} does not open")


class WebhookSecretDamaged(StorageError):
    """A sealed webhook secret cannot be decrypted: changed, moved, or its key is missing."""

    def __init__(self, webhook_id: str) -> None:
        super().__init__(f"the secret of webhook {webhook_id} does not open")


class CodeMessageDamaged(StorageError):
    """A sealed code message cannot be decrypted: changed, moved, or its key is missing."""

    def __init__(self) -> None:
        super().__init__("the message of a one-time code does not open")


def derive_key(secret: str, purpose: str) -> bytes:
    """A 256-bit key for one purpose, derived from a secret."""
    return HKDF(
        algorithm=SHA256(), length=KEY_BYTES, salt=b"songgang", info=purpose.encode()
    ).derive(secret.encode())


def encrypt(key: bytes, text: bytes, bound: str) -> bytes:
    """Encrypt a text with ``bound`` as associated data; return nonce and ciphertext."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, bound.encode())


def decrypt(key: bytes, sealed: bytes, bound: str) -> bytes:
    """Decrypt what was encrypted with ``bound`` as associated data.

    :raises cryptography.exceptions.InvalidTag: it was changed or moved, or has another key.
    """
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound.encode())


class Keyring:
    """The keys of one database: encrypts, decrypts and hashes with them."""

    def __init__(self, secret: str) -> None:
        self._keys = {name: derive_key(secret, name) for name in INITIAL_KEY_NAMES}
        self.newest_version = 1

    def add_keys(self, keys: Mapping[str, bytes]) -> None:
        """Add keys by name; new values are sealed with the newest contact key."""
        self._keys |= keys
        numbers = [
            name.removeprefix(_CONTACT_KEY_PREFIX)
            for name in self._keys
            if name.startswith(_CONTACT_KEY_PREFIX)
        ]
        self.newest_version = max(int(number) for number in numbers)

    def key(self, name: str) -> bytes:
        """The key of that name, one of ``INITIAL_KEY_NAMES``."""
        return self._keys[name]

    def has_version(self, version: int) -> bool:
        """Whether the keyring has the contact key of that version."""
        return f"{_CONTACT_KEY_PREFIX}{version}" in self._keys

    def hash_phone(self, phone: str) -> str:
        """The keyed hash (HMAC-SHA256, hex) of an E.164 phone, which identifies a person."""
        return hmac.new(self._keys["person"], phone.encode(), sha256).hexdigest()

    def digest_audit_row(self, content: bytes) -> str:
        """The keyed hash (HMAC-SHA256, hex) of an audit log row."""
        return hmac.new(self._keys["audit"], content, sha256).hexdigest()

    def seal_contact(self, bound: str, contact: Contact) -> SealedContact:
        """Encrypt a contact, bound to the record that ``bound`` names, with the newest key."""
        version = self.newest_version
        return SealedContact(
            key_version=version,
            name=self._seal_field(contact.name, bound, "name", version),
            phone=self._seal_field(contact.phone, bound, "phone", version),
        )

    def open_contact(self, bound: str, sealed: SealedContact) -> Contact:
        """Decrypt the contact of the record that ``bound`` names.

        :raises ContactDamaged: it was changed or moved, or its key is not in the keyring (yet).
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
        """Encrypt the secret that signs a webhook's messages, with the newest key."""
        version = self.newest_version
        sealed = encrypt(
            self._keys[f"{_CONTACT_KEY_PREFIX}{version}"],
            secret,
            _webhook_context(webhook_id, version),
        )
        return WebhookSecret(key_version=version, sealed=sealed)

    def open_webhook_secret(self, webhook_id: str, secret: WebhookSecret) -> bytes:
        """Decrypt a secret of that webhook.

        :raises WebhookSecretDamaged: changed or moved, or its key is not in the keyring (yet).
        """
        version = secret.key_version
        try:
            key = self._keys[f"{_CONTACT_KEY_PREFIX}{version}"]
            return decrypt(key, secret.sealed, _webhook_context(webhook_id, version))
        except (InvalidTag, KeyError):
            raise WebhookSecretDamaged(webhook_id) from None

    def hash_phone_code(self, code_id: str, issue: str, code: str) -> str:
        """The keyed hash (HMAC-SHA256, hex) of a one-time code, bound to its record and issue."""
        content = f"{code_id}/{issue}/{code}".encode()
        return hmac.new(self._keys["phone_code"], content, sha256).hexdigest()

    def hash_network(self, network: str) -> str:
        """The keyed hash (HMAC-SHA256, hex) of the network of a client that is counted."""
        return hmac.new(self._keys["phone_code"], f"net/{network}".encode(), sha256).hexdigest()

    def seal_code_message(self, code_id: str, issue: str, phone: str, code: str) -> SealedMessage:
        """Encrypt phone and code of a message, bound to its record and issue."""
        version = self.newest_version
        sealed = encrypt(
            self._keys[f"{_CONTACT_KEY_PREFIX}{version}"],
            f"{phone} {code}".encode(),
            _code_message_context(code_id, issue, version),
        )
        return SealedMessage(key_version=version, sealed=sealed)

    def open_code_message(
        self, code_id: str, issue: str, message: SealedMessage
    ) -> tuple[str, str]:
        """Decrypt a message: the phone and the code.

        :raises CodeMessageDamaged: changed or moved, or its key is not in the keyring (yet).
        """
        version = message.key_version
        try:
            key = self._keys[f"{_CONTACT_KEY_PREFIX}{version}"]
            context = _code_message_context(code_id, issue, version)
            phone, _, code = decrypt(key, message.sealed, context).decode().partition(" ")
        except (InvalidTag, KeyError):
            raise CodeMessageDamaged from None
        return phone, code

    def seal_retained(self, bound: str, payload: bytes) -> bytes:
        """Encrypt data that the law requires to be kept; the service never decrypts it."""
        return encrypt(self._keys["retained"], payload, f"{bound}/retained")

    def _seal_field(self, text: str, bound: str, field: str, version: int) -> bytes:
        return encrypt(
            self._keys[f"{_CONTACT_KEY_PREFIX}{version}"],
            text.encode(),
            f"{bound}/{field}/{version}",
        )

    def _open_field(self, sealed: bytes, bound: str, field: str, version: int) -> str:
        context = f"{bound}/{field}/{version}"
        return decrypt(self._keys[f"{_CONTACT_KEY_PREFIX}{version}"], sealed, context).decode()


def _webhook_context(webhook_id: str, version: int) -> str:
    return f"webhook/{webhook_id}/{version}"


def _code_message_context(code_id: str, issue: str, version: int) -> str:
    return f"phone code/{code_id}/{issue}/{version}"
