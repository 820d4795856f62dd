"""Trains the classifier of texts and writes its weights to ``domain/screening/``.

``make likeness`` trains. ``.venv/bin/python -m scripts.likeness --estimate`` prints for each author
how a classifier that has not seen the author reads the author's texts. Both take a minute or two.
The same texts give the same weights: nothing is drawn by chance.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domain.screening.passage_features import FIXED_LENGTH
from scripts.labelled_examples import EVERYDAY, Example, read_examples

GRAMS = 32_000
"""Grams that are kept: those that move the likeness of most texts by most."""
MIN_TEXTS = 2
"""Texts that hold a gram; rarer ones teach habits of one author."""
FREEDOM = 30.0
"""Inverse strength of the regularisation, chosen on authors that a classifier had not seen."""
SIGNAL_SCALE = 0.1
"""The size of a signal beside a passage of length one, chosen in the same way."""
RULE_WORDS = 120
"""Grams that are kept for each rule, to name the likeliest one."""
_STEPS = 30
_WEIGHTS = Path(__file__).parent.parent / "domain" / "screening"

Vector = NDArray[np.float64]


class Table:
    """Examples as a sparse matrix: one row an example, each row of grams of length one."""

    def __init__(self, examples: Sequence[Example], counts: dict[str, int], total: int) -> None:
        self.grams = sorted(counts)
        self.signals = sorted({signal for each in examples for signal in each.signals})
        self.rarity = np.array([math.log(total / counts[gram]) for gram in self.grams])
        self.width = len(self.grams) + len(self.signals) + 1
        numbers = {name: number for number, name in enumerate((*self.grams, *self.signals))}
        columns: list[int] = []
        self.values: Vector = np.zeros(0)
        values: list[Vector] = []
        starts = [0]
        for each in examples:
            grams = sorted(numbers[gram] for gram in each.grams if gram in counts)
            signals = [numbers[signal] for signal in sorted(each.signals)]
            rarity = self.rarity[grams]
            length = math.sqrt(float(rarity @ rarity) + FIXED_LENGTH)
            values += [rarity / length, np.full(len(signals), SIGNAL_SCALE), np.ones(1)]
            columns += [*grams, *signals, self.width - 1]
            starts.append(len(columns))
        self.columns = np.array(columns)
        self.values = np.concatenate(values)
        self.starts = np.array(starts)
        self.rows = np.repeat(np.arange(len(examples)), np.diff(self.starts))

    def score(self, weights: Vector) -> Vector:
        """Return the sum of weights of each row."""
        return np.add.reduceat(self.values * weights[self.columns], self.starts[:-1])

    def collect(self, rows: Vector) -> Vector:
        """Return the sum over rows for each column."""
        return np.bincount(self.columns, self.values * rows[self.rows], self.width)


def fit(table: Table, is_unlawful: NDArray[np.bool_], freedom: float) -> Vector:
    """Return the weights of a logistic regression with quadratic regularisation.

    Newton's method, with conjugate gradients for each step.
    """
    signs = np.where(is_unlawful, 1.0, -1.0)
    weights = np.zeros(table.width)
    for _ in range(_STEPS):
        margins = signs * table.score(weights)
        wrong = 1 / (1 + np.exp(margins))
        gradient = weights - freedom * table.collect(signs * wrong)
        if np.linalg.norm(gradient) < 1e-3 * math.sqrt(len(signs)):
            break
        weights = weights - _solve(table, freedom * wrong * (1 - wrong), gradient)
    return weights


def _solve(table: Table, curvature: Vector, gradient: Vector) -> Vector:
    step = np.zeros(table.width)
    rest = gradient.copy()
    direction = rest.copy()
    size = rest @ rest
    goal = size * 1e-4
    while size > goal:
        bent = direction + table.collect(curvature * table.score(direction))
        along = size / (direction @ bent)
        step += along * direction
        rest -= along * bent
        size, before = rest @ rest, size
        direction = rest + size / before * direction
    return step


def count_grams(examples: Iterable[Example]) -> dict[str, int]:
    """Return how many examples hold each gram that enough of them hold."""
    counts = Counter(gram for each in examples for gram in each.grams)
    return {gram: count for gram, count in counts.items() if count >= MIN_TEXTS}


@dataclass(frozen=True)
class Trained:
    """A trained classifier in whole numbers, as it is written to the files."""

    weights: dict[str, tuple[int, int]]
    signals: dict[str, float]
    rules: dict[str, dict[str, int]]
    unit: float
    bias: float

    def measure(self, example: Example) -> float:
        """Return the likeness of an example, as ``domain.screening.text_likeness`` does."""
        found = [self.weights[gram] for gram in example.grams if gram in self.weights]
        total = sum(weight for weight, _ in found)
        length = math.sqrt(sum(rarity for _, rarity in found) + FIXED_LENGTH)
        said = sum(self.signals.get(signal, 0.0) for signal in example.signals)
        return self.bias + self.unit * total / length + said


def train(examples: Sequence[Example]) -> Trained:
    """Train on examples: once with all grams, then with those that matter most."""
    labels = np.array([each.is_unlawful for each in examples])
    counts = count_grams(examples)
    table = Table(examples, counts, len(examples))
    weights = fit(table, labels, FREEDOM)
    worth = {
        gram: abs(weight) * math.sqrt(counts[gram])
        for gram, weight in zip(table.grams, weights, strict=False)
    }
    kept = sorted(worth, key=lambda gram: (-worth[gram], gram))[:GRAMS]
    table = Table(examples, {gram: counts[gram] for gram in kept}, len(examples))
    weights = fit(table, labels, FREEDOM)
    moved = weights[: len(table.grams)] * table.rarity
    unit = float(np.abs(moved).max()) / 127
    signals = weights[len(table.grams) : -1] * SIGNAL_SCALE
    return Trained(
        weights={
            gram: (round(weight / unit), round(rarity**2))
            for gram, weight, rarity in zip(table.grams, moved, table.rarity, strict=True)
        },
        signals={
            name: round(float(weight), 3)
            for name, weight in zip(table.signals, signals, strict=True)
        },
        rules=_choose_rule_words([each for each in examples if each.is_unlawful], kept),
        unit=round(unit, 6),
        bias=round(float(weights[-1]), 4),
    )


def _choose_rule_words(
    unlawful: Sequence[Example], kept: Iterable[str]
) -> dict[str, dict[str, int]]:
    """Return for each rule the grams that speak most for it, with the logarithm of their odds."""
    known = set(kept)
    sizes = Counter(each.rule for each in unlawful)
    totals: Counter[str] = Counter()
    held: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in unlawful:
        grams = each.grams & known
        totals.update(grams)
        held[each.rule].update(grams)
    words: dict[str, dict[str, int]] = {}
    for rule, counts in sorted(held.items()):
        others = len(unlawful) - sizes[rule]
        odds = {
            gram: math.log(
                (count + 0.3) / (sizes[rule] + 1) / ((totals[gram] - count + 0.3) / (others + 1))
            )
            for gram, count in counts.items()
            if count >= 2
        }
        best = sorted(odds, key=lambda gram: (-odds[gram] * math.sqrt(counts[gram]), gram))
        words[rule] = {gram: round(10 * odds[gram]) for gram in best[:RULE_WORDS] if odds[gram] > 0}
    return words


def write(trained: Trained) -> None:
    """Write the weights: grams with the same weight and rarity share a line."""
    lines: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for gram, numbers in trained.weights.items():
        lines[numbers].append(gram)
    text = "".join(
        f"{weight}\t{rarity}\t{' '.join(sorted(grams))}\n"
        for (weight, rarity), grams in sorted(lines.items())
    )
    (_WEIGHTS / "likeness_grams.tsv").write_text(text, "utf-8")
    head = {
        "bias": trained.bias,
        "unit": trained.unit,
        "signals": trained.signals,
        "rules": trained.rules,
    }
    (_WEIGHTS / "likeness.json").write_text(
        json.dumps(head, ensure_ascii=False, indent=1) + "\n", "utf-8"
    )


def estimate(examples: Sequence[Example]) -> Iterator[str]:
    """Yield for each author and threshold the shares of texts that a classifier stops.

    The classifier has seen the texts of all other authors.
    """
    everything: list[tuple[bool, float]] = []
    named = [0, 0]
    for author in sorted({each.author for each in examples} - {"own", "o0", "o1", "e0", EVERYDAY}):
        trained = train([each for each in examples if each.author != author])
        apart = [each for each in examples if each.author == author]
        measured = [(each.is_unlawful, trained.measure(each)) for each in apart]
        everything += measured
        for each in apart:
            if each.is_unlawful:
                named[0] += each.rule == _name_rule(trained, each)
                named[1] += 1
        yield f"{author}: {_describe(measured)}"
    yield f"all: {_describe(everything)}"
    yield f"named rightly: {named[0] / named[1]:.1%}"


def _name_rule(trained: Trained, example: Example) -> str:
    return max(
        trained.rules,
        key=lambda rule: sum(
            weight for gram, weight in trained.rules[rule].items() if gram in example.grams
        ),
    )


def _describe(measured: Sequence[tuple[bool, float]]) -> str:
    shares = []
    for threshold in (-0.5, 0.0, 0.5, 1.0, 1.5):
        stopped, held = (
            np.mean([likeness >= threshold for label, likeness in measured if label is wanted])
            for wanted in (True, False)
        )
        shares.append(f"{threshold:+.1f} {stopped:.1%} {held:.1%}")
    return ", ".join(shares)


def main() -> None:
    """Train, or estimate with ``--estimate``."""
    examples = read_examples()
    if "--estimate" in sys.argv:
        for line in estimate(examples):
            print(line, flush=True)
    else:
        write(train(examples))


if __name__ == "__main__":
    main()
