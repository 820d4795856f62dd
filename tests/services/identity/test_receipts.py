"""Receipts: valid for three years, and nothing else is accepted as one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from domain.leads.personal_data import RECORD_RETENTION, ReceiptHolder
from domain.refusals import Unauthenticated
from services.identity.receipts import Receipts
from services.identity.tokens import Tokens
from storage.clock import utc_now
from storage.mongo.crypto import Keyring

SECRET = "a secret for tests"
HOLDER = ReceiptHolder(person="p" * 64, giver="a giver")
KEYRING = Keyring(SECRET)


def test_a_receipt_stands_for_its_holder_for_three_years() -> None:
    almost = Receipts(KEYRING, lambda: utc_now() - RECORD_RETENTION + timedelta(minutes=1))
    over = Receipts(KEYRING, lambda: utc_now() - RECORD_RETENTION - timedelta(minutes=1))
    assert Receipts(KEYRING, utc_now).verify(almost.issue(HOLDER)) == HOLDER
    with pytest.raises(Unauthenticated):
        almost.verify(over.issue(HOLDER))


def test_anything_but_a_receipt_is_refused() -> None:
    receipts = Receipts(KEYRING, utc_now)
    key = KEYRING.key("receipt")
    expires = datetime.now(UTC) + timedelta(days=1)
    whole = {"iss": "songgang", "kind": "receipt", "sub": "g", "person": "p", "exp": expires}
    assert receipts.verify(jwt.encode(whole, key, "HS256")) == ReceiptHolder(person="p", giver="g")
    wrong = [
        jwt.encode(whole | {"kind": "access"}, key, "HS256"),
        jwt.encode(whole | {"iss": "another"}, key, "HS256"),
        *(
            jwt.encode({name: whole[name] for name in whole if name != gone}, key, "HS256")
            for gone in whole
        ),
        jwt.encode(whole, "x" * 64, "HS256"),
        jwt.encode(whole, "", "none"),
        Tokens(SECRET, utc_now).issue_for_viewer().access,
        Receipts(Keyring("another secret of tests"), utc_now).issue(HOLDER),
        "",
        "x" * 5_000,
    ]
    for receipt in wrong:
        with pytest.raises(Unauthenticated):
            receipts.verify(receipt)
