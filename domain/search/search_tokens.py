"""The tokens of search: a prefix that says where a word stands, and the word.

Tokens are stored with postings (``domain.search.search_entries``), so their format must not change
without a new ``SEARCH_ENTRY_VERSION``.
"""

from __future__ import annotations

from domain.search.benefit_terms import BenefitTerm


def strong_token(word: str) -> str:
    """Return the token of a word in the title or in the employer's name."""
    return f"^{word}"


def weak_token(word: str) -> str:
    """Return the token of a word that is only in the duties or conditions."""
    return f"~{word}"


def title_token(title: str) -> str:
    """Return the token of a whole folded title."""
    return f"={title}"


def occupation_token(code: str) -> str:
    """Return the token of an occupation, given its code."""
    return f"o:{code}"


def region_token(digits: str) -> str:
    """Return the token of a region, given the significant digits of its code."""
    return f"r:{digits}"


def benefit_token(benefit: BenefitTerm) -> str:
    """Return the token of a benefit term."""
    return f"c:{benefit.names[0]}"
