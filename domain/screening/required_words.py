"""The words that a text must hold so that a regular expression can match in it.

A sentence without them is not searched. They are derived from the expression itself, so that none
can be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from itertools import product
from typing import Any

MAX_WORDS = 400
"""Alternatives of one place in an expression beyond which another place is looked for."""

_parser: Any = import_module("re._parser")


def find_required_words(expression: str, sets: int = 3) -> tuple[frozenset[str], ...]:
    """Return up to ``sets`` sets of words, the most telling first.

    Every match of the expression holds at least one word of each set.

    :raises ValueError: a match may do without any certain word.
    """
    found = sorted(dict.fromkeys(_required(_parser.parse(expression))), key=_rate, reverse=True)
    if not found:
        raise ValueError(f"no word is certain in {expression}")
    return tuple(found[:sets])


def _rate(words: frozenset[str]) -> tuple[int, int]:
    # Long words are rare; of words as long, few are rarer than many.
    return min(3, *map(len, words)), -len(words)


def _required(parts: Iterable[tuple[Any, Any]]) -> Iterator[frozenset[str]]:
    """Yield the sets of words of which each match of a sequence holds one."""
    run = frozenset({""})
    for part in parts:
        spelled = _spell(part)
        joined = _join(run, spelled) if spelled is not None else None
        if joined is not None:
            run = joined
            continue
        yield from _usable(run)
        run = spelled if spelled is not None else frozenset({""})
        if spelled is None:
            yield from _required_in(part)
    yield from _usable(run)


def _usable(words: frozenset[str]) -> Iterator[frozenset[str]]:
    if "" not in words:
        # A word that holds another one adds nothing.
        yield frozenset(word for word in words if words.isdisjoint(_proper_parts(word)))


def _proper_parts(word: str) -> Iterator[str]:
    for start in range(len(word)):
        for end in range(start + 1, len(word) + 1):
            if end - start < len(word):
                yield word[start:end]


def _join(first: frozenset[str], second: frozenset[str]) -> frozenset[str] | None:
    if len(first) * len(second) > MAX_WORDS:
        return None
    return frozenset(head + tail for head, tail in product(first, second))


def _spell(part: tuple[Any, Any]) -> frozenset[str] | None:
    """Return all texts that a part matches; None if they are too many."""
    kind, value = str(part[0]), part[1]
    if kind in {"AT", "ASSERT", "ASSERT_NOT"}:
        return frozenset({""})
    if kind in {"MAX_REPEAT", "MIN_REPEAT"} and value[:2] == (0, 1):
        return _unite([_spell_all(value[2]), frozenset({""})])
    spell = _SPELLERS.get(kind)
    return spell(value) if spell else None


def _spell_class(items: list[tuple[Any, Any]]) -> frozenset[str] | None:
    if any(str(kind) != "LITERAL" for kind, _ in items) or len(items) > 40:
        return None
    return frozenset(chr(value) for _, value in items)


def _spell_all(parts: Iterable[tuple[Any, Any]]) -> frozenset[str] | None:
    run: frozenset[str] | None = frozenset({""})
    for part in parts:
        spelled = _spell(part)
        if spelled is None or run is None:
            return None
        run = _join(run, spelled)
    return run


def _unite(found: list[frozenset[str] | None]) -> frozenset[str] | None:
    united: frozenset[str] = frozenset()
    for words in found:
        if words is None or len(united | words) > MAX_WORDS:
            return None
        united |= words
    return united


_SPELLERS: Mapping[str, Callable[[Any], frozenset[str] | None]] = {
    "LITERAL": lambda value: frozenset({chr(value)}),
    "IN": _spell_class,
    "SUBPATTERN": lambda value: _spell_all(value[3]),
    "BRANCH": lambda value: _unite([_spell_all(each) for each in value[1]]),
}


def _required_in(part: tuple[Any, Any]) -> Iterator[frozenset[str]]:
    """Yield the required sets of a part that matches too many texts to spell them."""
    kind, value = str(part[0]), part[1]
    if kind == "SUBPATTERN":
        yield from _required(value[3])
    elif kind in {"MAX_REPEAT", "MIN_REPEAT"} and value[0] > 0:
        yield from _required(value[2])
    elif kind == "BRANCH":
        best = [max(_required(each), key=_rate, default=None) for each in value[1]]
        if all(words is not None for words in best):
            yield frozenset().union(*(words for words in best if words is not None))
