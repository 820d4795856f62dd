"""Normalisation of text before phrases are searched, so that spelling variants match.

Blanks between characters, full width, traditional characters, invisible characters and separators
inside a word (限-男-性) are removed or mapped. Brackets and sentence ends become line ends, and no
phrase spans a line end.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from typing import NamedTuple, TypeVar
from unicodedata import category, normalize

from domain.reference.simplified_chinese import to_simplified
from domain.screening.text_signs import RESPELLED, RESPELLINGS, SIGNS

S = TypeVar("S", str, Sequence[int])
MAX_CACHED_SHAPES = 20_000
"""Characters whose shape is cached, about 2 MB: more than Chinese has in use."""

_LIST_SEPARATORS = ",:、"
"""Kept in the text: no phrase spans them, but a list does."""
_SENTENCE_ENDS = ";!?。…"
_OPENING_BRACKETS = "([{<《【〈「『"
_CLOSING_BRACKETS = ")]}>》】〉」』"
_DASHES = "-—–―‐‑−~～"
_AT_MOST_SIGNS = "≤≦⩽"
_STOP = "\n"
# One or two characters in brackets belong to the text around: "35岁（含）以下", "限【男】性".
_ENCLOSED = re.compile(r"\( *[^()\n,:、 ](?: *[^()\n,:、 ])? *\)")
# So do characters that are separated one by one: "限，男，性", also on lines of their own.
_LONE_CHARACTER = re.compile(r"[,:、\n()] *[㐀-鿿] *[,:、\n()]")
_DASH_OR_POINT = re.compile(r"[-.]")
_SPACED_WORD = re.compile(r"(?<![㐀-鿿])[㐀-鿿](?:[,:、\n() ]+[㐀-鿿]){2,}(?![㐀-鿿])")


@dataclass(frozen=True)
class NormalisedText:
    """A normalised text with the offset of each of its characters in the original.

    ``gaps`` are the positions in ``text`` that had a blank or an opening bracket before them.
    """

    text: str
    offsets: Sequence[int]
    gaps: frozenset[int]


class TextShape(NamedTuple):
    """A text on the way to its normal form: ``text`` is normalised, the rest is how it came about.

    ``noise`` are positions in ``shaped`` that only separate characters; ``simplified`` is the text
    before other spellings are replaced.
    """

    original: str
    shaped: str
    noise: frozenset[int]
    simplified: str
    text: str

    def place(self) -> NormalisedText:
        """Return the normalised text with the offset of each character in the original."""
        shaped = self.shaped
        # A negation reaches neither over a blank nor into brackets.
        blanks, brackets = list(_find_char(" ", shaped)), _find_char("(", shaped)
        dropped = sorted(self.noise.union(blanks))
        gaps = {index - bisect_left(dropped, index) for index in (*blanks, *brackets)}
        origins = _find_origins(self.original)
        if dropped:
            origins = list(chain.from_iterable(_split_at(origins, dropped)))
        placed = NormalisedText(self.simplified, origins, frozenset(gaps))
        return placed if self.text == self.simplified else _respell_with_offsets(placed)


def shape_text(text: str) -> TextShape:
    """Normalise a text, without the offsets of its characters: :meth:`TextShape.place` has them."""
    shaped = text.translate(_SHAPE_TABLE)
    noise = frozenset(_find_noise(shaped))
    kept = "".join(_split_at(shaped, sorted(noise))) if noise else shaped
    simplified = _simplify_same_length(_replace_brackets(kept.replace(" ", "")))
    return TextShape(text, shaped, noise, simplified, respell(simplified))


def normalise_text(text: str) -> str:
    """Return the ``text`` of :func:`normalise_with_offsets`, ten times as fast."""
    return shape_text(text).text


def normalise_with_offsets(text: str) -> NormalisedText:
    """Normalise a text and keep the offset of each character in the original."""
    return shape_text(text).place()


def _find_origins(text: str) -> Sequence[int]:
    """Return the offset in a text of each character of its shape."""
    others = _SHAPE_TABLE.lengths_of_uneven(text)
    places = range(len(text))
    if not others:
        return places
    if not any(others.values()):
        dropped = (place for char in others for place in _find_char(char, text))
        return list(chain.from_iterable(_split_at(places, sorted(dropped))))
    return list(chain.from_iterable(repeat(at, others.get(text[at], 1)) for at in places))


def _find_char(char: str, text: str) -> Iterator[int]:
    place = text.find(char)
    while place >= 0:
        yield place
        place = text.find(char, place + 1)


def _split_at(items: S, positions: Sequence[int]) -> Iterator[S]:
    """Yield the parts of a sequence between some of its positions, which are left out."""
    start = 0
    for position in positions:
        yield items[start:position]
        start = position + 1
    yield items[start:]


def respell(text: str) -> str:
    """Replace other spellings of known words: 押jin becomes 押金."""
    return RESPELLED.sub(lambda match: RESPELLINGS[match[0]], text)


def _respell_with_offsets(given: NormalisedText) -> NormalisedText:
    parts: list[str] = []
    offsets: list[int] = []
    gaps: set[int] = set()
    in_order = sorted(given.gaps)
    position = length = 0

    def keep(end: int) -> None:
        kept = in_order[bisect_left(in_order, position) : bisect_left(in_order, end)]
        gaps.update(gap - position + length for gap in kept)
        parts.append(given.text[position:end])
        offsets.extend(given.offsets[position:end])

    for match in RESPELLED.finditer(given.text):
        keep(match.start())
        word = RESPELLINGS[match[0]]
        length = len(offsets)
        gaps |= {length} if match.start() in given.gaps else set()
        parts.append(word)
        # Each character of the word stands for the whole spelling; a mark then covers it.
        offsets += [given.offsets[match.start()]] * (len(word) - 1)
        offsets.append(given.offsets[match.end() - 1])
        position, length = match.end(), len(offsets)
    keep(len(given.text) + 1)
    return NormalisedText("".join(parts), offsets, frozenset(gaps))


@lru_cache(maxsize=4_096)
def _shape(char: str) -> str:
    """Map a character to its normal form: nothing, a blank, a stop, a dash, a bracket or text."""
    if char in SIGNS:
        return SIGNS[char]
    if char == "\n" or char in _SENTENCE_ENDS:
        return _STOP
    if char in _DASHES:
        return "-"
    if char.isspace():
        return " "
    return "".join(map(_shape_folded, normalize("NFKC", char).casefold()))


def _shape_folded(char: str) -> str:
    if char in _AT_MOST_SIGNS:
        return "不超过"
    if char in _OPENING_BRACKETS:
        return "("
    if char in _CLOSING_BRACKETS:
        return ")"
    if char in _LIST_SEPARATORS or char == "." or category(char)[0] in "LN":
        return char
    return _STOP if char in _SENTENCE_ENDS else ""


class _ShapeTable(dict[int, str]):
    """A table for ``str.translate`` that computes and caches shapes on demand."""

    def __init__(self, shapes: Mapping[int, str] | None = None) -> None:
        super().__init__(shapes or {})
        self._uneven = {chr(each): len(shape) for each, shape in self.items() if len(shape) != 1}
        """The lengths of the cached shapes that are no single character."""

    def __missing__(self, code_point: int) -> str:
        shape = _shape(chr(code_point))
        if len(self) < MAX_CACHED_SHAPES:
            self[code_point] = shape
            if len(shape) != 1:
                self._uneven[chr(code_point)] = len(shape)
        return shape

    def lengths_of_uneven(self, text: str) -> dict[str, int]:
        """Return the characters of a text whose shape is no single character, with its length.

        All of its characters were looked up before.
        """
        used = set(text)
        if len(self) < MAX_CACHED_SHAPES:
            return {char: self._uneven[char] for char in used & self._uneven.keys()}
        return {char: len(shape) for char in used if len(shape := self[ord(char)]) != 1}


_SHAPE_TABLE = _ShapeTable()


def _replace_brackets(text: str) -> str:
    # A translation table for two characters takes ten times as long.
    return text.replace("(", _STOP).replace(")", _STOP)


def _find_noise(shaped: str) -> set[int]:
    """Find the positions of characters that only separate the characters of a word."""
    noise: set[int] = set()
    if "-" in shaped or "." in shaped:
        noise |= {
            match.start()
            for match in _DASH_OR_POINT.finditer(shaped)
            if not _is_between_digits(shaped, match.start())
        }
    if "(" in shaped:
        for match in _ENCLOSED.finditer(shaped):
            noise |= {match.start(), match.end() - 1}
    if _LONE_CHARACTER.search(shaped):
        for match in _SPACED_WORD.finditer(shaped):
            noise |= {index for index in range(*match.span()) if shaped[index] in ",:、\n()"}
    return noise


def _is_between_digits(shaped: str, index: int) -> bool:
    return (
        0 < index < len(shaped) - 1 and shaped[index - 1].isdigit() and shaped[index + 1].isdigit()
    )


def _simplify_same_length(text: str) -> str:
    """Convert to simplified characters and keep the length, so that offsets stay valid."""
    simplified = to_simplified(text)
    if len(simplified) == len(text):
        return simplified
    return "".join(to_simplified(char)[:1] or char for char in text)
