"""QR codes, their signed tokens and their scans."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.live.qr_codes import CodeKind
from domain.refusals import CodeInvalid
from storage.live.qr_codes import QrCodeQuery, QrCodes
from storage.mongo.crypto import Keyring
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records

FIELD = ("token",)


async def test_a_code_is_read_back_and_its_scans_are_summed(either_store: Store) -> None:
    code = records.code(kind=CodeKind.POSTER, place="东门", posting_id="posting")
    other = records.code()
    for each in (code, other):
        await either_store.qr_codes.add(each)
    await either_store.qr_codes.add_scans({})
    await either_store.qr_codes.add_scans({code.id: 2, "none": 7})
    await either_store.qr_codes.add_scans({code.id: 40})
    assert await either_store.qr_codes.by_ids([code.id, other.id, "none"]) == {
        code.id: replace(code, scans=42),
        other.id: other,
    }
    assert await either_store.qr_codes.by_id("none") is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (QrCodeQuery(union_id="root"), "cba"),
        (QrCodeQuery(union_id="elsewhere"), "d"),
        (QrCodeQuery(owner_id="other"), "b"),
        (QrCodeQuery(union_id="root", session_id="other"), "c"),
        (QrCodeQuery(owner_id="other", session_id="other"), ""),
    ],
)
async def test_codes_are_listed_newest_first_within_a_scope(
    store: Store, query: QrCodeQuery, found: str
) -> None:
    for code in (
        records.code(id="a"),
        records.code(id="b", owner_id="other"),
        records.code(id="c", session_id="other"),
        records.code(id="d", union_path=("elsewhere",)),
    ):
        await store.qr_codes.add(code)
    page = await store.qr_codes.page(query, PageRequest(limit=10))
    assert "".join(code.id for code in page.items) == found


async def test_a_token_is_valid_under_one_secret_only(store: Store) -> None:
    code = records.code()
    token = store.qr_codes.sign_token(code)
    assert store.qr_codes.verify_token(token, field=FIELD) == code.id
    with pytest.raises(CodeInvalid):
        QrCodes(store.mongo, Keyring("another secret of tests")).verify_token(token, field=FIELD)
