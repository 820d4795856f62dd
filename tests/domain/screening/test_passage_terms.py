"""The signs of terms that several numbers state together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.screening.passage_features import list_grams
from domain.screening.passage_numbers import is_counted
from domain.screening.passage_terms import (
    LENGTH_BEYOND,
    LENGTH_WITHIN,
    PAY_BELOW,
    PAY_WITHIN,
    WEEK_BEYOND,
    WEEK_WITHIN,
    mark_terms,
)
from domain.screening.text_normalisation import normalise_text


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("试用期4000元，转正5000元", PAY_WITHIN),
        ("试用期3999元，转正5000元", PAY_BELOW),
        ("转正8k，前俩月5k", PAY_BELOW),
        ("试用期按转正的80%发", PAY_WITHIN),
        ("试用期发七成", PAY_BELOW),
        ("试用期八五折", PAY_WITHIN),
        ("试用期薪资＝约定薪资×0.6", PAY_BELOW),
        ("试用期薪资×0.80", PAY_WITHIN),
        ("合同三年，试用期六个月", LENGTH_WITHIN),
        ("三年期合同，试用七个月", LENGTH_BEYOND),
        ("签两年的，试用两个月", LENGTH_WITHIN),
        ("合同一年，试用期三个月", LENGTH_BEYOND),
        ("合同期十一个月，试用一个月", LENGTH_WITHIN),
        ("合同两个月，试用十天", LENGTH_BEYOND),
        ("半年期合同的试用期为一个月", LENGTH_WITHIN),
        ("无固定期限合同，试用期半年", LENGTH_WITHIN),
        ("试用期一年", LENGTH_BEYOND),
        ("大小周，每天6.5小时", WEEK_WITHIN),
        ("单休，每天八小时", WEEK_BEYOND),
        ("做五休二，每天八小时", WEEK_WITHIN),
        ("每天七个半小时，一周六天", WEEK_BEYOND),
        ("试用期3500元，转正5500元，合同三年，试用期三个月", PAY_BELOW + LENGTH_WITHIN),
    ],
)
def test_terms_within_and_beyond_the_law_have_a_sign(text: str, signs: str) -> None:
    assert mark_terms(normalise_text(text)).replace("|", "") == signs


@pytest.mark.parametrize(
    "text",
    [
        "月薪5000-8000元，双休",
        "试用期三个月",
        "试用期内享受底薪4500元和餐补",
        "每天八小时",
        "单休，包吃住",
        "会员首月五折",
    ],
)
def test_a_term_that_is_not_stated_has_no_sign(text: str) -> None:
    assert mark_terms(normalise_text(text)) == ""


def test_signs_are_features_of_a_passage() -> None:
    grams = list_grams(normalise_text("大小周，每天6.5小时"))
    assert WEEK_WITHIN in grams
    assert is_counted(WEEK_WITHIN)


@settings(max_examples=50)
@given(
    st.text(
        alphabet="试用期转正合同单休每天年个月小时百分之折成0123459一三十半.,k万\n",
        max_size=40,
    )
)
def test_any_text_is_accepted(text: str) -> None:
    assert set(mark_terms(text)) <= set("|" + PAY_WITHIN + PAY_BELOW + LENGTH_WITHIN) | set(
        LENGTH_BEYOND + WEEK_WITHIN + WEEK_BEYOND
    )
