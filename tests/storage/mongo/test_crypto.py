from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.leads.leads import Contact, Sealed
from storage.mongo.crypto import ContactDamaged, Seal, decrypted, derive_key

SEAL = Seal("one secret")
OTHER = Seal("another secret")
CONTACT = Contact(name="王师傅", phone="+8614412345678")


@given(name=st.text(max_size=60), phone=st.text(max_size=20), lead_id=st.text(max_size=30))
def test_what_was_sealed_for_a_lead_opens_for_it(name: str, phone: str, lead_id: str) -> None:
    contact = Contact(name=name, phone=phone)
    assert SEAL.open(lead_id, SEAL.seal(lead_id, contact)) == contact


def test_a_sealed_value_shows_nothing_and_is_never_the_same_twice() -> None:
    first, second = SEAL.seal("lead", CONTACT), SEAL.seal("lead", CONTACT)
    assert first != second
    assert CONTACT.name.encode() not in first.name
    assert CONTACT.phone.encode() not in first.phone


def test_a_sealed_value_does_not_open_elsewhere() -> None:
    sealed = SEAL.seal("lead", CONTACT)
    moved = replace(sealed, name=sealed.phone, phone=sealed.name)
    older = replace(sealed, key_version=2)
    both = Seal("one secret")
    both.take({"contact/2": both.key("contact/1")})
    changed = replace(sealed, phone=sealed.phone[:-1] + bytes([sealed.phone[-1] ^ 1]))
    for seal, lead_id, value in (
        (SEAL, "other", sealed),
        (SEAL, "lead", moved),
        (both, "lead", older),
        (SEAL, "lead", changed),
        (OTHER, "lead", sealed),
    ):
        with pytest.raises(ContactDamaged):
            seal.open(lead_id, value)


def test_a_phone_stands_for_one_person_under_one_secret() -> None:
    assert SEAL.person(CONTACT.phone) == Seal("one secret").person(CONTACT.phone)
    assert SEAL.person(CONTACT.phone) != SEAL.person("+8614412345679")
    assert SEAL.person(CONTACT.phone) != OTHER.person(CONTACT.phone)
    assert len(SEAL.person(CONTACT.phone)) == 64


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert derive_key("secret", "person") != derive_key("secret", "fingerprint")
    assert len(derive_key("secret", "person")) == 32


def test_the_newest_key_seals_and_the_older_ones_still_open() -> None:
    seal = Seal("one secret")
    old = seal.seal("lead", CONTACT)
    seal.take({f"contact/{version}": bytes([version]) * 32 for version in (2, 10, 9)})
    new = seal.seal("lead", CONTACT)
    assert (old.key_version, new.key_version) == (1, 10)
    assert seal.open("lead", old) == seal.open("lead", new) == CONTACT
    assert seal.person(CONTACT.phone) == SEAL.person(CONTACT.phone)
    assert [seal.knows(version) for version in (1, 2, 3)] == [True, True, False]
    with pytest.raises(ContactDamaged):
        SEAL.open("lead", new)


def test_what_is_stored_away_shows_nothing_and_does_not_open_as_a_contact() -> None:
    away = SEAL.store_away("lead", CONTACT.phone.encode())
    assert CONTACT.phone.encode() not in away
    with pytest.raises(ContactDamaged):
        SEAL.open("lead", Sealed(key_version=1, name=away, phone=away))
    opened = decrypted(SEAL.key("retained"), away, "lead/retained")
    assert opened == CONTACT.phone.encode()
