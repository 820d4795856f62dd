"""Names and phones at rest: sealed with AES-256-GCM, looked up by a keyed hash.

All keys come from the one secret by HKDF-SHA256 (RFC 5869), each with a purpose of its own. The
associated data of a sealed value is lead id, field and key version: a value that was moved to
another lead or field does not open.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.leads import Contact, Sealed

KEY_VERSION = 1
_NONCE_BYTES = 12


def derive_key(secret: str, purpose: str) -> bytes:
    """A 256-bit key for one purpose."""
    return HKDF(algorithm=SHA256(), length=32, salt=b"songgang", info=purpose.encode()).derive(
        secret.encode()
    )


class Seal:
    """Seals and opens contacts with the keys of one secret."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESGCM(derive_key(secret, f"contact/{KEY_VERSION}"))
        self._person_key = derive_key(secret, "person")

    def person(self, phone: str) -> str:
        """The keyed hash (HMAC-SHA256, hex) that stands for the owner of an E.164 phone."""
        return hmac.new(self._person_key, phone.encode(), sha256).hexdigest()

    def seal(self, lead_id: str, contact: Contact) -> Sealed:
        """Encrypt a contact for the lead with that id."""
        return Sealed(
            key_version=KEY_VERSION,
            name=self._encrypt(contact.name, lead_id, "name"),
            phone=self._encrypt(contact.phone, lead_id, "phone"),
        )

    def open(self, lead_id: str, sealed: Sealed) -> Contact:
        """Decrypt what was sealed for that lead.

        :raises cryptography.exceptions.InvalidTag: changed, moved, or sealed with another key.
        """
        return Contact(
            name=self._decrypt(sealed.name, lead_id, "name", sealed.key_version),
            phone=self._decrypt(sealed.phone, lead_id, "phone", sealed.key_version),
        )

    def _encrypt(self, text: str, lead_id: str, field: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound = f"{lead_id}/{field}/{KEY_VERSION}".encode()
        return nonce + self._cipher.encrypt(nonce, text.encode(), bound)

    def _decrypt(self, raw: bytes, lead_id: str, field: str, key_version: int) -> str:
        bound = f"{lead_id}/{field}/{key_version}".encode()
        return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound).decode()
