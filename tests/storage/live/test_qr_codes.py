from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import CodeInvalid
from domain.live.qr_codes import CodeKind
from storage.live.qr_codes import CodeQuery, Codes
from storage.mongo.crypto import Seal
from storage.mongo.paging import Slice
from storage.store import Store
from tests.support import records

FIELD = ("token",)


async def test_a_code_comes_back_and_its_scans_add_up(either_store: Store) -> None:
    code = records.code(kind=CodeKind.POSTER, place="东门", posting_id="posting")
    other = records.code()
    for each in (code, other):
        await either_store.codes.add(each)
    await either_store.codes.count_scans({})
    await either_store.codes.count_scans({code.id: 2, "none": 7})
    await either_store.codes.count_scans({code.id: 40})
    assert await either_store.codes.by_ids([code.id, other.id, "none"]) == {
        code.id: replace(code, scans=42),
        other.id: other,
    }
    assert await either_store.codes.by_id("none") is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (CodeQuery(union_id="root"), "cba"),
        (CodeQuery(union_id="elsewhere"), "d"),
        (CodeQuery(owner_id="other"), "b"),
        (CodeQuery(union_id="root", session_id="other"), "c"),
        (CodeQuery(owner_id="other", session_id="other"), ""),
    ],
)
async def test_codes_are_listed_newest_first_within_a_scope(
    store: Store, query: CodeQuery, found: str
) -> None:
    for code in (
        records.code(id="a"),
        records.code(id="b", owner_id="other"),
        records.code(id="c", session_id="other"),
        records.code(id="d", union_path=("elsewhere",)),
    ):
        await store.codes.add(code)
    page = await store.codes.page(query, Slice(limit=10))
    assert "".join(code.id for code in page.items) == found


async def test_a_token_is_of_one_secret(store: Store) -> None:
    code = records.code()
    token = store.codes.token(code)
    assert store.codes.check_token(token, field=FIELD) == code.id
    with pytest.raises(CodeInvalid):
        Codes(store.mongo, Seal("another secret of tests")).check_token(token, field=FIELD)
