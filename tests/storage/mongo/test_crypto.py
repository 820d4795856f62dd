"""Sealed contacts and webhook secrets open only where they belong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.leads.leads import Contact, SealedContact
from storage.mongo.crypto import ContactDamaged, Keyring, decrypt, derive_key

SEAL = Keyring("one secret")
OTHER = Keyring("another secret")
CONTACT = Contact(name="王师傅", phone="+8614412345678")


@given(name=st.text(max_size=60), phone=st.text(max_size=20), lead_id=st.text(max_size=30))
def test_a_contact_sealed_for_a_lead_decrypts_for_it(name: str, phone: str, lead_id: str) -> None:
    contact = Contact(name=name, phone=phone)
    assert SEAL.open_contact(lead_id, SEAL.seal_contact(lead_id, contact)) == contact


def test_a_sealed_value_reveals_nothing_and_differs_each_time() -> None:
    first, second = SEAL.seal_contact("lead", CONTACT), SEAL.seal_contact("lead", CONTACT)
    assert first != second
    assert CONTACT.name.encode() not in first.name
    assert CONTACT.phone.encode() not in first.phone


def test_a_sealed_value_decrypts_only_in_its_own_place() -> None:
    sealed = SEAL.seal_contact("lead", CONTACT)
    moved = replace(sealed, name=sealed.phone, phone=sealed.name)
    older = replace(sealed, key_version=2)
    both = Keyring("one secret")
    both.add_keys({"contact/2": both.key("contact/1")})
    changed = replace(sealed, phone=sealed.phone[:-1] + bytes([sealed.phone[-1] ^ 1]))
    for seal, lead_id, value in (
        (SEAL, "other", sealed),
        (SEAL, "lead", moved),
        (both, "lead", older),
        (SEAL, "lead", changed),
        (OTHER, "lead", sealed),
    ):
        with pytest.raises(ContactDamaged):
            seal.open_contact(lead_id, value)


def test_a_phone_has_one_person_hash_per_secret() -> None:
    assert SEAL.hash_phone(CONTACT.phone) == Keyring("one secret").hash_phone(CONTACT.phone)
    assert SEAL.hash_phone(CONTACT.phone) != SEAL.hash_phone("+8614412345679")
    assert SEAL.hash_phone(CONTACT.phone) != OTHER.hash_phone(CONTACT.phone)
    assert len(SEAL.hash_phone(CONTACT.phone)) == 64


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert derive_key("secret", "person") != derive_key("secret", "fingerprint")
    assert len(derive_key("secret", "person")) == 32


def test_the_newest_key_encrypts_and_older_keys_still_decrypt() -> None:
    seal = Keyring("one secret")
    old = seal.seal_contact("lead", CONTACT)
    seal.add_keys({f"contact/{version}": bytes([version]) * 32 for version in (2, 10, 9)})
    new = seal.seal_contact("lead", CONTACT)
    assert (old.key_version, new.key_version) == (1, 10)
    assert seal.open_contact("lead", old) == seal.open_contact("lead", new) == CONTACT
    assert seal.hash_phone(CONTACT.phone) == SEAL.hash_phone(CONTACT.phone)
    assert [seal.has_version(version) for version in (1, 2, 3)] == [True, True, False]
    with pytest.raises(ContactDamaged):
        SEAL.open_contact("lead", new)


def test_an_archived_contact_reveals_nothing_and_does_not_decrypt_as_a_contact() -> None:
    away = SEAL.seal_retained("lead", CONTACT.phone.encode())
    assert CONTACT.phone.encode() not in away
    with pytest.raises(ContactDamaged):
        SEAL.open_contact("lead", SealedContact(key_version=1, name=away, phone=away))
    opened = decrypt(SEAL.key("retained"), away, "lead/retained")
    assert opened == CONTACT.phone.encode()
