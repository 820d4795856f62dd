from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from api.auth import Tokens
from api.receipts import Receipts
from domain.errors import Unauthenticated
from domain.leads.contacts import RECORDS_KEPT, Holder
from storage.clock import utc_now
from storage.mongo.crypto import Seal

SECRET = "a secret for tests"
HOLDER = Holder(person="p" * 64, giver="a giver")
SEAL = Seal(SECRET)


def test_a_receipt_stands_for_its_holder_for_three_years() -> None:
    almost = Receipts(SEAL, lambda: utc_now() - RECORDS_KEPT + timedelta(minutes=1))
    over = Receipts(SEAL, lambda: utc_now() - RECORDS_KEPT - timedelta(minutes=1))
    assert Receipts(SEAL, utc_now).holder(almost.issue(HOLDER)) == HOLDER
    with pytest.raises(Unauthenticated):
        almost.holder(over.issue(HOLDER))


def test_nothing_else_is_a_receipt() -> None:
    receipts = Receipts(SEAL, utc_now)
    key = SEAL.key("receipt")
    expires = datetime.now(UTC) + timedelta(days=1)
    whole = {"iss": "songgang", "kind": "receipt", "sub": "g", "person": "p", "exp": expires}
    assert receipts.holder(jwt.encode(whole, key, "HS256")) == Holder(person="p", giver="g")
    wrong = [
        jwt.encode(whole | {"kind": "access"}, key, "HS256"),
        jwt.encode(whole | {"iss": "another"}, key, "HS256"),
        *(
            jwt.encode({name: whole[name] for name in whole if name != gone}, key, "HS256")
            for gone in whole
        ),
        jwt.encode(whole, "x" * 64, "HS256"),
        jwt.encode(whole, "", "none"),
        Tokens(SECRET, utc_now).for_viewer().access,
        Receipts(Seal("another secret of tests"), utc_now).issue(HOLDER),
        "",
        "x" * 5_000,
    ]
    for receipt in wrong:
        with pytest.raises(Unauthenticated):
            receipts.holder(receipt)
