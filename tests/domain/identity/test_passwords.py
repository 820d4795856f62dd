"""Rules for new passwords: length, normal form, and no password that is tried first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.passwords import (
    MAX_PASSWORD_LENGTH,
    MIN_PASSWORD_LENGTH,
    check_new_password,
    normalise_password,
)
from domain.refusals import InvalidInput

NAMES = ("li.jianguo-2", "李建国")
FIELD = ("input", "newPassword")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "河边的柳树今年又发了新芽真好看",
        "the tram to work was late again",
        "kq7 zr2 wb9 mt4 xh6",
        "没有大写没有数字也没有符号的一句话",
    ],
)
def test_a_sentence_is_accepted_without_rules_of_composition(password: str) -> None:
    assert check_new_password(password, names=NAMES, field=FIELD) == password


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "15 to 256"),
        ("x" * 14, "15 to 256"),
        ("correct horse battery" * 13, "15 to 256"),
        # Longer only in its normal form.
        ("\ufdfa" * 200, "15 to 256"),
        ("passwordpassword", "easy to guess"),
        ("aaaaaaaaaaaaaaaaaaaa", "easy to guess"),
        ("123456789012345678", "easy to guess"),
        ("qwertyuiopasdfghjkl", "easy to guess"),
        ("5201314520131452013145201314", "easy to guess"),
        ("woaini1314woaini1314", "easy to guess"),
        ("１２３４５６７８９０１２３４５", "easy to guess"),
        ("li.jianguo-2 li.jianguo-2", "name"),
        ("lijianguo1lijianguo2", "name"),
        ("LIJIANGUO-lijianguo!", "name"),
        ("李建国李建国李建国李建国李建国", "name"),
        ("Songgang2026Songgang!", "name"),
        ("送岗送岗送岗送岗送岗送岗送岗送岗", "name"),
        ("工会工会工会工会工会工会工会工会2026", "name"),
        ("songgang-li.jianguo-2", "name"),
    ],
)
def test_a_password_that_is_tried_first_is_refused(password: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as refused:
        check_new_password(password, names=NAMES, field=FIELD)
    assert refused.value.field == FIELD
    assert password not in refused.value.message + refused.value.message_zh


def test_full_width_letters_give_the_same_password() -> None:
    wide = "ｃｏｒｒｅｃｔ　ｈｏｒｓｅ　ｂａｔｔｅｒｙ"
    assert check_new_password(wide) == normalise_password("correct horse battery")


@given(st.text(max_size=400), st.lists(st.text(max_size=80), max_size=4))
def test_a_password_is_refused_or_normalised_whatever_the_text(
    password: str, names: list[str]
) -> None:
    try:
        accepted = check_new_password(password, names=names)
    except InvalidInput:
        return
    assert accepted == normalise_password(password)
    assert MIN_PASSWORD_LENGTH <= len(accepted) <= MAX_PASSWORD_LENGTH
