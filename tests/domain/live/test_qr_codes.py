"""Signed tokens of QR codes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.live.qr_codes import TOKEN_LENGTH, CodeKind, decode_token, encode_token
from domain.refusals import CodeInvalid

FIELD = ("input", "code")
KEY = b"k" * 32
ids = st.binary(min_size=12, max_size=12).map(bytes.hex)
kinds = st.sampled_from(CodeKind)
keys = st.binary(min_size=32, max_size=32)


@given(kinds, ids, keys)
def test_a_token_decodes_to_kind_and_id(kind: CodeKind, code_id: str, key: bytes) -> None:
    token = encode_token(kind, code_id, key)
    assert decode_token(token, key, field=FIELD) == (kind, code_id)
    assert len(token) == TOKEN_LENGTH <= 32
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)


@given(kinds, ids, st.integers(0, TOKEN_LENGTH * 7 - 1))
def test_a_token_with_any_bit_flipped_is_refused(kind: CodeKind, code_id: str, bit: int) -> None:
    characters = bytearray(encode_token(kind, code_id, KEY).encode())
    characters[bit // 7] ^= 1 << bit % 7
    with pytest.raises(CodeInvalid) as refused:
        decode_token(characters.decode(), KEY, field=FIELD)
    assert refused.value.field == FIELD


@given(kinds, ids, keys, keys)
def test_a_token_of_another_key_is_refused(
    kind: CodeKind, code_id: str, key: bytes, other: bytes
) -> None:
    token = encode_token(kind, code_id, key)
    if key != other:
        with pytest.raises(CodeInvalid):
            decode_token(token, other, field=FIELD)


@given(st.text() | st.text(min_size=TOKEN_LENGTH, max_size=TOKEN_LENGTH))
def test_any_other_text_is_refused_as_a_token(text: str) -> None:
    with pytest.raises(CodeInvalid):
        decode_token(text, KEY, field=FIELD)


def test_another_encoding_of_the_same_bytes_is_refused() -> None:
    tokens = (encode_token(CodeKind.POSTER, f"{number:024x}", KEY) for number in range(200))
    token = next(token for token in tokens if "-" in token and "_" in token)
    for spelling in (token.replace("-", "+"), token.replace("_", "/")):
        with pytest.raises(CodeInvalid):
            decode_token(spelling, KEY, field=FIELD)


def test_the_format_of_printed_tokens_is_fixed() -> None:
    assert [encode_token(kind, "0123456789abcdef01234567", KEY) for kind in CodeKind] == [
        "AQEjRWeJq83vASNFZ1mvATg4nOwhLyXv",
        "AgEjRWeJq83vASNFZ-olI-K7lLnVddjC",
        "AwEjRWeJq83vASNFZ13hMtEWn-TtT_Fd",
        "BAEjRWeJq83vASNFZ8Aub06LLLeTBJvm",
    ]
