"""The check of a text before it is sent: verdict, marks and a lawful wording."""

import pytest

from domain.refusals import InvalidInput
from domain.screening.lawful_wordings import LAWFUL_WORDINGS
from domain.screening.statement_reader import READINGS
from domain.screening.text_checks import MAX_CHECKED_CHARS, TextPlace, TextVerdict, check_draft
from domain.screening.text_screening import screen_text


@pytest.mark.parametrize(
    ("text", "place", "verdict"),
    [
        ("负责设备点检", TextPlace.DUTIES, TextVerdict.PASSES),
        ("入职满三个月再参保", TextPlace.CONDITIONS, TextVerdict.HELD),
        ("不缴社保", TextPlace.CONDITIONS, TextVerdict.REFUSED),
        ("入职满三个月再参保", TextPlace.ANNOUNCEMENT, TextVerdict.REFUSED),
        ("核对供应商押金", TextPlace.ANSWER, TextVerdict.PASSES),
    ],
)
def test_the_verdict_of_a_text_in_its_place(
    text: str, place: TextPlace, verdict: TextVerdict
) -> None:
    assert check_draft(text, place).verdict is verdict


def test_a_finding_comes_with_its_place_in_the_text_and_a_lawful_wording() -> None:
    ((finding, wording),) = check_draft("包住，前三天不算工钱。", TextPlace.CONDITIONS).findings
    assert finding.code == "UNPAID_TRIAL"
    assert [(mark.start, mark.end) for mark in finding.marks] == [(3, 10)]
    assert wording.zh == "试岗、培训期间照发工资"


def test_a_text_beyond_the_bound_is_refused() -> None:
    check_draft("好" * MAX_CHECKED_CHARS, TextPlace.DUTIES)
    with pytest.raises(InvalidInput):
        check_draft("好" * (MAX_CHECKED_CHARS + 1), TextPlace.DUTIES)


@pytest.mark.parametrize("code", sorted(LAWFUL_WORDINGS))
def test_a_lawful_wording_is_lawful(code: str) -> None:
    assert screen_text(LAWFUL_WORDINGS[code].zh, "conditions") == ()
    assert screen_text(LAWFUL_WORDINGS[code].en, "conditions") == ()


def test_every_finding_of_the_reader_has_a_wording_or_no_lawful_form() -> None:
    codes = {reading.rule.code for reading in READINGS}
    no_lawful_form = {"FRAUD", "VICE", "LURE", "BELIEF_DISCRIMINATION", "TRAIT_DISCRIMINATION"}
    assert codes - set(LAWFUL_WORDINGS) == no_lawful_form
