"""How much of what a text states is listed, and how much work a text can cause."""

from __future__ import annotations

import pytest

from bench.reading import CHARS, fill, read_texts
from domain.postings.postings import Severity
from domain.screening.statement_judging import MAX_STATEMENTS, MAX_STATEMENTS_PER_RULE
from domain.screening.statement_reader import count_steps, read_signals, read_statements
from domain.screening.text_screening import screen_text

UNCERTAIN, CERTAIN = "社保自愿放弃。", "本岗位不缴社保。"


def test_of_each_rule_the_first_statements_are_listed() -> None:
    statements = read_statements(UNCERTAIN * 50)
    assert len(statements) == MAX_STATEMENTS_PER_RULE
    assert [each.mark.start for each in statements] == [
        each.mark.start + place * len(UNCERTAIN)
        for place in range(MAX_STATEMENTS_PER_RULE)
        for each in statements[:1]
    ]


def test_a_certain_statement_counts_after_any_number_of_others() -> None:
    text = UNCERTAIN * 50 + CERTAIN * 2 + UNCERTAIN
    statements = read_statements(text)
    assert [each.is_certain for each in statements] == [False] * MAX_STATEMENTS_PER_RULE + [True]
    assert text.index(CERTAIN) <= statements[-1].mark.start < text.index(CERTAIN) + len(CERTAIN)
    [finding] = screen_text(text, "duties")
    assert finding.severity is Severity.REFUSE
    assert len(finding.marks) == MAX_STATEMENTS_PER_RULE


def test_a_text_is_read_until_enough_is_listed() -> None:
    text = fill(read_texts("unlawful"))
    statements = read_statements(text)
    last = statements[-1].mark.end
    assert MAX_STATEMENTS <= len(statements) < MAX_STATEMENTS + MAX_STATEMENTS_PER_RULE
    assert last < CHARS * 2 // 3
    assert read_statements(f"{text[: text.index('。', last)]}。{CERTAIN}") == statements


def test_a_warning_that_begins_the_next_sentence_counts() -> None:
    doubtful, code = "入厂押三百", "DEPOSIT_OR_FEE"
    _, alone = read_signals(doubtful)
    _, warned = read_signals(f"{doubtful}。找工会")
    _, late = read_signals(f"{doubtful}。宿舍四人一间有空调，找工会")
    assert {f"hit:{code}"} == {each for each in alone | late if code in each}
    assert {f"cleared:{code}"} == {each for each in warned if code in each}


@pytest.mark.parametrize(
    ("texts", "steps"),
    [
        (read_texts("lawful", concept="NONE"), 0.4),
        (read_texts("lawful"), 1.6),
        (read_texts("unlawful"), 4.2),
    ],
    ids=["plain", "close to a risk", "unlawful"],
)
def test_readings_go_through_few_characters_of_a_long_text(texts: list[str], steps: float) -> None:
    assert count_steps(fill(texts)) <= steps * CHARS
