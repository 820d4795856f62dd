"""The key by which the same job of an employer is recognised."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from domain.postings.job_keys import is_separate, make_job_key
from domain.postings.postings import Benefit, Shift
from domain.postings.work_schedule import ShiftTimes, Workplace, WorkSchedule
from tests.domain.posting_terms_samples import hourly_pay, monthly_pay, posting_terms
from tests.support import records

KEY = make_job_key("firm", posting_terms(title="电工"))
NIGHT = ShiftTimes(starts_at=time(20), ends_at=time(8), name="夜班")


@pytest.mark.parametrize("title", ["电工", " 电 工 ", "【急聘】电工！", "电工（长期）", "诚聘电工"])
def test_titles_that_say_the_same_have_one_key(title: str) -> None:
    assert make_job_key("firm", posting_terms(title=title)) == KEY


@pytest.mark.parametrize("title", ["急聘", "!!", ""])
def test_a_title_of_nothing_else_has_a_key_of_its_own(title: str) -> None:
    assert make_job_key("firm", posting_terms(title=title)) != KEY


@pytest.mark.parametrize(
    ("changes", "is_same"),
    [
        ({"headcount": 30, "duties": "巡检", "benefits": (Benefit.MEALS,)}, True),
        ({"title": "高级电工"}, False),
        ({"pay": monthly_pay(6001)}, False),
        ({"pay": hourly_pay(6000)}, False),
        ({"place_code": "310104"}, False),
        ({"address": "2号楼"}, False),
        ({"further_places": (Workplace(place_code="310104"),)}, False),
        ({"shift": Shift.TWO_SHIFT}, False),
        ({"schedule": WorkSchedule(shifts=(NIGHT,))}, False),
    ],
)
def test_title_places_pay_and_shift_make_the_job(changes: dict[str, Any], *, is_same: bool) -> None:
    assert (make_job_key("firm", posting_terms(**({"title": "电工"} | changes))) == KEY) is is_same


def test_another_employer_and_a_separate_job_have_other_keys() -> None:
    terms = posting_terms()
    assert make_job_key("other", terms) != KEY
    separate = make_job_key("firm", terms, separate_id="second")
    assert separate == f"{KEY}/second"
    assert is_separate(records.posting(id="second", job_key=separate))
    assert not is_separate(records.posting(id="first", job_key=KEY))
    assert not is_separate(records.posting())
