"""The labelled texts that the classifier of texts is trained on, as features."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from domain.screening.lawful_wordings import LAWFUL_WORDINGS
from domain.screening.passage_features import list_grams
from domain.screening.statement_reader import read_signals
from scripts.gate_concepts import RULES_BY_CONCEPT
from tests.domain.labelled_postings import LABELLED_TEXTS

LABELLED_COPIES = 2
"""How often the texts of ``tests/domain/labelled_postings.py`` count: they are short and close."""
WORDING_COPIES = 4
"""How often each lawful wording counts."""
EVERYDAY = "everyday"
"""The author of plain texts of the software itself and its tests, which are all lawful."""
_TEXTS = Path(__file__).parent.parent / "tests" / "data" / "gate"


@dataclass(frozen=True)
class Example:
    """A labelled text: its author, its rule if it is unlawful, its grams and its signals.

    Signals of our own texts are left out, because the readings were made from these texts: their
    findings say more there than anywhere else.
    """

    author: str
    is_unlawful: bool
    rule: str
    grams: frozenset[str]
    signals: frozenset[str]


def read_examples() -> list[Example]:
    """Return all texts that the classifier may see."""
    return [
        *(
            _make_example(
                row["id"][:2], row["text"], row["label"], RULES_BY_CONCEPT[row["concept"]]
            )
            for row in json.loads((_TEXTS / "tuning.json").read_text("utf-8"))
        ),
        *(
            _make_example("own", text, label, rule)
            for label in ("unlawful", "lawful")
            for rule, text in (
                line.split("\t")
                for line in (_TEXTS / f"{label}.tsv").read_text("utf-8").splitlines()
            )
        ),
        *LABELLED_COPIES
        * [
            _make_example(
                "own",
                each.text,
                "unlawful" if each.codes else "lawful",
                min(each.codes, default=""),
            )
            for each in LABELLED_TEXTS
        ],
        # What a form offers instead must pass, so each wording counts several times.
        *WORDING_COPIES
        * [
            _make_example("own", wording.zh, "lawful", rule)
            for rule, wording in LAWFUL_WORDINGS.items()
            if wording.zh
        ],
        *(
            _make_example(EVERYDAY, text, "lawful", "")
            for text in (_TEXTS / "everyday.txt").read_text("utf-8").splitlines()
        ),
    ]


def _make_example(author: str, text: str, label: str, rule: str) -> Example:
    normalised, signals = read_signals(text)
    return Example(
        author,
        label == "unlawful",
        rule,
        frozenset(list_grams(normalised)),
        frozenset() if author in ("own", EVERYDAY) else signals,
    )
