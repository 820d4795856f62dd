"""How much a passage reads like texts that break a rule: a classifier trained on labelled texts.

A logistic regression over grams (``domain.screening.passage_features``) and over what the readings
found. ``scripts/likeness.py`` trains it and writes its weights. It refuses nothing: it sends a
passage to a person, or clears what a doubtful reading found.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import sqrt
from operator import itemgetter

from ahocorasick_rs import AhoCorasick

from domain.screening.passage_features import FIXED_LENGTH, spell

STOPS_FROM = 0.1
"""A passage goes to a person from this likeness on, also if no reading found anything."""
CLEARS_BELOW = 0.75
"""What doubtful readings found is cleared below this mean likeness of its text and clauses."""
CLEARS_PHRASES_BELOW = -0.5
"""A listed phrase is cleared below this mean: 叫培训贷的，赶紧退出来."""
NEVER_CLEARS_FROM = 2.5
"""Nothing is cleared if its text or its clauses alone have this likeness, whatever the other is."""
DOUBTS_BELOW = 2.0
"""Below this likeness what is beyond doubt goes to a person instead of being refused."""


_NUMBER_OF = itemgetter(0)
"""The number of the gram of a match."""


@dataclass(frozen=True)
class _Model:
    """The weights: of grams by their number, of signals by name, and of words by rule.

    ``rarities`` are high for grams that few texts hold. ``unit`` turns whole weights into likeness.
    """

    grams: AhoCorasick
    weights: tuple[int, ...]
    rarities: tuple[int, ...]
    signals: dict[str, float]
    rule_words: dict[str, tuple[tuple[str, int], ...]]
    unit: float
    bias: float


@lru_cache(maxsize=4_096)
def measure_likeness(passage: str, signals: frozenset[str]) -> float:
    """Return how much a normalised passage reads like one that breaks a rule; 0 is in doubt.

    ``signals`` say what readings found in it: ``hit:CODE`` for a risk, ``cleared:CODE`` for one
    that what is around made harmless, ``hit`` and ``cleared`` for any, ``certain`` for words
    beyond doubt. It remembers 4,096 passages of at most 400 characters: the postings of one table
    have many sentences in common.
    """
    model = _load_model()
    found: set[int] = set()
    for text in spell(passage):
        found.update(map(_NUMBER_OF, model.grams.find_matches_as_indexes(text, overlapping=True)))
    total = sum(map(model.weights.__getitem__, found))
    length = sqrt(sum(map(model.rarities.__getitem__, found)) + FIXED_LENGTH)
    said = sum(model.signals.get(signal, 0.0) for signal in signals)
    return model.bias + model.unit * total / length + said


def find_likeliest_rule(passage: str) -> str:
    """Return the code of the rule that a passage is most likely to break."""
    texts = "\t".join(spell(passage))
    return max(
        _load_model().rule_words.items(),
        key=lambda rule: sum(weight for gram, weight in rule[1] if gram in texts),
    )[0]


@cache
def _load_model() -> _Model:
    folder = files("domain.screening")
    head = json.loads(folder.joinpath("likeness.json").read_text("utf-8"))
    known: list[str] = []
    weights: list[int] = []
    rarities: list[int] = []
    for line in folder.joinpath("likeness_grams.tsv").read_text("utf-8").splitlines():
        weight, rarity, grams = line.split("\t")
        for gram in grams.split(" "):
            known.append(gram)
            weights.append(int(weight))
            rarities.append(int(rarity))
    return _Model(
        grams=AhoCorasick(known),
        weights=tuple(weights),
        rarities=tuple(rarities),
        signals=head["signals"],
        rule_words={code: tuple(words.items()) for code, words in head["rules"].items()},
        unit=head["unit"],
        bias=head["bias"],
    )
