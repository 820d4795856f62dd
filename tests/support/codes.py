"""One-time codes for tests: stored ones whose digits are known, and the digits of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from domain.identity.phone_codes import PhoneCode, code_id
from storage.clock import utc_now
from storage.store import Store
from tests.support import records

CODE = "123456"
WRONG_CODE = "654321"
PROVABLE_PHONE = "14499990000"
"""A phone of the demo for which a world stores codes."""


def make_code(
    store: Store, device: str, phone: str, *, code: str = CODE, at: datetime | None = None
) -> PhoneCode:
    """Return a code of the device for the phone (eleven digits), valid for an hour."""
    person = store.keyring.hash_phone(f"+86{phone}")
    at = at or utc_now()
    made = records.phone_code(
        id=code_id(device, person),
        device=device,
        person=person,
        issued_at=at,
        expires_at=at + timedelta(hours=1),
    )
    sealed = store.keyring.seal_code_message(made.id, made.issue, f"+86{phone}", code)
    return replace(
        made,
        code_hash=store.keyring.hash_phone_code(made.id, made.issue, code),
        message=replace(made.message, sealed=sealed, next_at=at),
    )


async def stored_code(store: Store, device: str, phone: str) -> PhoneCode:
    """Return the stored code of the device for the phone (eleven digits)."""
    person = store.keyring.hash_phone(f"+86{phone}")
    found = await store.phone_codes.by_id(code_id(device, person))
    assert found is not None
    return found


async def read_digits(store: Store, device: str, phone: str) -> str:
    """Return the digits of a stored code, whose message is not sent yet."""
    code = await stored_code(store, device, phone)
    assert code.message.sealed is not None  # it waits
    return store.keyring.open_code_message(code.id, code.issue, code.message.sealed)[1]
