"""How many labelled texts the reader stops, by the origin of the texts.

Texts of our own: two thirds shaped the rules, one third did not; the classifier is trained on both.
The unseen texts were written from the list of laws alone, and neither shape a rule nor train the
classifier. A failure prints rates only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from domain.postings.postings import Severity
from domain.screening.text_screening import screen_text

_DATA = Path(__file__).parents[2] / "data" / "gate"


@dataclass(frozen=True)
class Labelled:
    """A text with its label, ``concept`` what it is about, and the set that it belongs to."""

    text: str
    is_lawful: bool
    concept: str
    group: str


@dataclass(frozen=True)
class Rates:
    """Shares of texts: unlawful ones that are stopped, lawful ones that are held or refused."""

    stopped: Fraction
    held: Fraction
    refused: Fraction


def read_own_texts() -> Iterator[Labelled]:
    for label in ("unlawful", "lawful"):
        for line in (_DATA / f"{label}.tsv").read_text("utf-8").splitlines():
            concept, text = line.split("\t")
            is_apart = int(hashlib.sha256(text.encode()).hexdigest(), 16) % 3 == 0
            yield Labelled(text, label == "lawful", concept, "apart" if is_apart else "shaping")


def read_unseen_texts() -> Iterator[Labelled]:
    for row in json.loads((_DATA / "unseen.json").read_text("utf-8")):
        yield Labelled(row["text"], row["label"] == "lawful", row["concept"], "unseen")


@cache
def read_texts() -> tuple[Labelled, ...]:
    return (*read_own_texts(), *read_unseen_texts())


def severities(text: str) -> set[Severity]:
    return {finding.severity for finding in screen_text(text, "duties")}


def measure(texts: Iterable[Labelled]) -> Rates:
    found = [(each.is_lawful, severities(each.text)) for each in texts]
    lawful = [each for is_lawful, each in found if is_lawful]
    unlawful = [each for is_lawful, each in found if not is_lawful]
    return Rates(
        stopped=Fraction(sum(map(bool, unlawful)), len(unlawful)),
        held=Fraction(sum(map(bool, lawful)), len(lawful)),
        refused=Fraction(sum(Severity.REFUSE in each for each in lawful), len(lawful)),
    )


@pytest.mark.parametrize(
    ("group", "count", "stopped", "held", "refused"),
    [("shaping", 1_150, 98, 2, 0), ("apart", 541, 92, 5, 0), ("unseen", 2_424, 97, 4, 0)],
)
def test_the_rates_of_labelled_texts(
    group: str, count: int, stopped: int, held: int, refused: int
) -> None:
    texts = [each for each in read_texts() if each.group == group]
    rates = measure(texts)
    assert len(texts) == count
    assert rates.stopped >= Fraction(stopped, 100), f"{float(rates.stopped):.1%} stopped"
    assert rates.held <= Fraction(held, 100), f"{float(rates.held):.1%} held"
    assert rates.refused * sum(each.is_lawful for each in texts) == refused


def test_no_text_has_two_labels() -> None:
    texts = [each.text for each in read_texts() if each.group != "unseen"]
    assert len(texts) == len(set(texts))


def test_texts_of_every_concept_are_known_in_both_labels() -> None:
    concepts = {
        is_lawful: {each.concept for each in read_own_texts() if each.is_lawful is is_lawful}
        for is_lawful in (True, False)
    }
    assert concepts[True] - {"NONE"} == concepts[False]
    assert len(concepts[False]) == 31


@pytest.mark.parametrize(("separator", "least"), [("，", 97), ("。", 98)])
def test_a_statement_is_found_among_lawful_sentences(separator: str, least: int) -> None:
    texts = [each for each in read_texts() if each.group == "shaping"]
    stated = [each.text for each in texts if not each.is_lawful and severities(each.text)]
    fillers = [each.text for each in texts if each.is_lawful and not severities(each.text)]
    found = 0
    for index, text in enumerate(stated):
        # Every statement gets other neighbours, the same ones in every run.
        before, after = (fillers[(index * 7 + shift) % len(fillers)] for shift in (0, 3))
        parts = (each.rstrip("。") for each in (before, text, after))
        found += bool(severities(separator.join(parts)))
    assert Fraction(found, len(stated)) >= Fraction(least, 100)
