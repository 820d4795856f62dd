"""The key of a job, by which the same job of one employer is recognised when it comes twice."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256

from domain.postings.pay_text import describe_pay
from domain.postings.postings import Posting, PostingStatus, PostingTerms

KEYED_STATUSES = frozenset({PostingStatus.OPEN, PostingStatus.IN_REVIEW, PostingStatus.SUSPENDED})
"""Statuses in which a posting keeps its key: a closed or refused one is no obstacle."""

_RECRUITING_WORDS = re.compile(r"急聘|急招|诚聘|诚招|高薪|直招|直聘|招聘|长期")
_NOT_A_WORD = re.compile(r"[\W_]+")


def make_job_key(employer_id: str, terms: PostingTerms, *, separate_id: str | None = None) -> str:
    """Return the key over employer, title, places, pay and shift.

    Titles are compared without case, width, punctuation and words such as 急聘. With
    ``separate_id``, the posting's own id, the key is that posting's alone: the employer wants two.
    """
    places = sorted(f"{place.place_code} {place.address.strip()}" for place in terms.places)
    shifts = [f"{shift.starts_at}-{shift.ends_at}" for shift in terms.shift_times]
    parts = (_fold_title(terms.title), *places, describe_pay(terms.pay), terms.shift.value, *shifts)
    digest = sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    key = f"{employer_id}/{digest}"
    return key if separate_id is None else separate_job_key(key, separate_id)


@lru_cache(maxsize=1_024)
def _fold_title(title: str) -> str:
    """Return what is compared of a title. Imports compare the same few titles many times."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return _NOT_A_WORD.sub("", _RECRUITING_WORDS.sub("", folded)) or folded


def separate_job_key(key: str, posting_id: str) -> str:
    """Return the key of a posting that its employer wants beside another one of the same job."""
    return f"{key}/{posting_id}"


def is_separate(posting: Posting) -> bool:
    """Whether the employer said that the posting is a job of its own."""
    return posting.job_key is not None and posting.job_key.endswith(f"/{posting.id}")
