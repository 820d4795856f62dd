"""The filters and orders of a search, as conditions for MongoDB."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from domain.labels import Labelled
from domain.postings.postings import (
    Benefit,
    EmploymentType,
    InsuranceKind,
    Intensity,
    PostingStatus,
    Shift,
)
from domain.reference.geo import Point, draw_circle
from domain.reference.occupations import Occupation
from domain.reference.regions import significant_digits
from domain.search.facets import facet_character
from domain.search.query_parser import SearchWord
from domain.search.search_tokens import occupation_token, region_token
from domain.seekers.seeker_groups import SeekerGroup
from storage.mongo.client import Document
from storage.mongo.terms_documents import code_condition
from storage.postings.posting_query import visibility_condition, within_conditions


@dataclass(frozen=True, kw_only=True)
class SharedPostings:
    """Postings of other unions that the staff of a union may see: those in its own region.

    ``union_ids`` are the unions above that share theirs, ``region`` is a GB/T 2260 code.
    """

    union_ids: tuple[str, ...]
    region: str

    def where(self) -> Document:
        """The condition that a stored posting must meet."""
        return {
            "union_path": {"$in": list(self.union_ids)},
            "$or": within_conditions(self.region),
        }


class SearchOrder(Enum):
    """An order of search results; its value is the sort, whose fields are the paging key."""

    NEWEST = (("_id", -1),)
    PAY = (("search.pay", -1), ("_id", -1))
    RELEVANCE = (("rank", -1), ("_id", -1))
    DISTANCE = (("metres", 1), ("_id", -1))


@dataclass(frozen=True, kw_only=True)
class SearchQuery:
    """The filters of a search; None and () leave a filter out.

    Several values of a field are alternatives, except that benefits and insurance must all be
    provided. Without ``status``, it finds postings that may be shown on the day ``on`` and, if
    given, still on ``open_on``. With ``status``, it finds postings of that status for the staff of
    ``employer_id``, or of ``union_id`` with its branches and what is ``shared`` with it.

    Pay is in yuan a month; a range of pay matches if the two ranges overlap. ``further_codes`` are
    tuples of alternatives of other code lists that are facets.
    """

    on: date
    open_on: date | None = None
    status: PostingStatus | None = None
    union_id: str | None = None
    shared: SharedPostings | None = None
    words: tuple[SearchWord, ...] = ()
    ids: tuple[str, ...] | None = None
    employer_id: str | None = None
    region: str | None = None
    occupations: tuple[Occupation, ...] = ()
    employment_types: tuple[EmploymentType, ...] = ()
    shifts: tuple[Shift, ...] = ()
    intensities: tuple[Intensity, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    insurance: tuple[InsuranceKind, ...] = ()
    friendly_to: tuple[SeekerGroup, ...] = ()
    further_codes: tuple[tuple[Labelled, ...], ...] = ()
    campaign_id: str | None = None
    pay_from: int | None = None
    pay_to: int | None = None
    near: Point | None = None
    within_km: float | None = None

    def where(self, worded: Sequence[Document] | None = None) -> Document:
        """The condition that a stored posting must meet.

        ``worded`` replaces the conditions for the words, for example by those of one rank.
        """
        return {"$and": [*self._indexed_conditions(worded), *self._residual_conditions()]}

    @property
    def uses_word_index(self) -> bool:
        """Whether the index "by_word" serves the search; its keys have no useful order."""
        return bool(self.words or self.occupations) or self.region is not None

    def key_stages(self, worded: Sequence[Document] | None = None) -> list[Document]:
        """The search as aggregation stages over the index "by_word".

        The index covers them, apart from a region beside words and from ``pay_from``: for these the
        postings that match the rest are fetched.

        They yield ``key`` (the id), ``place``, ``pay`` and ``traits``. Some conditions would make
        MongoDB skip through the index or fetch the posting. They are applied to the projected
        fields instead, which are computed so that MongoDB does not move the conditions forward.
        """
        fields = {
            "key": {"$concat": ["$_id", ""]},
            "place": "$terms.place_code",
            "pay": {"$ifNull": ["$search.pay", None]},
            "traits": {"$concat": ["$search.traits", ""]},
        }
        required = [facet_character(code) for code in (*self.benefits, *self.insurance)]
        wanted: list[Document] = [{"traits": {"$regex": code}} for code in required]
        if self.friendly_to:
            wanted.append({"traits": {"$regex": _either(self.friendly_to)}})
        wanted += [{"traits": {"$regex": _either(codes)}} for codes in self.further_codes]
        if self.pay_from is not None:
            fields["highest_pay"] = {"$ifNull": ["$search.highest_pay", "$search.pay"]}
            wanted.append({"highest_pay": {"$gte": self.pay_from}})
        if self.pay_to is not None:
            wanted.append({"pay": {"$lte": self.pay_to}})
        return [
            {"$match": {"$and": self._indexed_conditions(worded)}},
            {"$project": fields},
            *({"$match": condition} for condition in wanted),
        ]

    def access_condition(self) -> Document:
        """The part of the condition that decides whether the reader may see the posting at all."""
        if self.status is None:
            where = visibility_condition(max(self.on, self.open_on or self.on))
        else:
            where = {"status": self.status.value}
        if self.union_id is not None and self.shared is not None:
            where["$or"] = [{"union_path": self.union_id}, self.shared.where()]
        elif self.union_id is not None:
            where["union_path"] = self.union_id
        if self.employer_id is not None:
            where["employer_id"] = self.employer_id
        if self.ids is not None:
            where["_id"] = {"$in": list(self.ids)}
        if self.campaign_id is not None:
            where["campaign_id"] = self.campaign_id
        return where

    def _indexed_conditions(self, worded: Sequence[Document] | None = None) -> list[Document]:
        single = {
            "search.occupation": self.occupations,
            "search.employment_type": self.employment_types,
            "search.shift": self.shifts,
            "search.intensity": self.intensities,
        }
        codes: list[Document] = [
            {name: {"$in": [facet_character(code) for code in wanted]}}
            for name, wanted in single.items()
            if wanted
        ]
        words = [*map(_word_condition, self.words)] if worded is None else worded
        parts = [self.access_condition(), *words, self._place_condition(), *codes]
        if self.occupations and not self.words and self.region is None:
            parts.append(
                {"search.tokens": {"$in": [occupation_token(code) for code in self.occupations]}}
            )
        return [part for part in parts if part]

    def _residual_conditions(self) -> list[Document]:
        parts = [code_condition("benefits", code.value) for code in self.benefits]
        parts += [{"terms.insurance": code} for code in self.insurance]
        if self.friendly_to:
            groups = [code_condition("friendly_to", group.value) for group in self.friendly_to]
            parts.append({"$or": groups})
        parts += [{"search.traits": {"$regex": _either(codes)}} for codes in self.further_codes]
        if self.pay_from is not None:
            # An entry of the version before has no upper end.
            parts.append(
                {
                    "$or": [
                        {"search.highest_pay": {"$gte": self.pay_from}},
                        {"search.pay": {"$gte": self.pay_from}},
                    ]
                }
            )
        if self.pay_to is not None:
            parts.append({"search.pay": {"$lte": self.pay_to}})
        return parts

    def _place_condition(self) -> Document:
        where: Document = {}
        if self.region is not None:
            where["search.tokens"] = region_token(significant_digits(self.region))
        if self.near is not None and self.within_km is not None:
            # Not a sphere: MongoDB asks of those that all points of a posting lie within.
            ring = [
                [corner.longitude, corner.latitude]
                for corner in draw_circle(self.near, self.within_km)
            ]
            circle = {"type": "Polygon", "coordinates": [ring]}
            where["search.at"] = {"$geoIntersects": {"$geometry": circle}}
        return where


def _either(codes: Sequence[Labelled]) -> str:
    """The pattern of a facet string with one of the codes."""
    return f"[{''.join(map(facet_character, codes))}]"


def _tokens(word: SearchWord, tokens: Sequence[str]) -> list[Any]:
    """The values to match: the tokens, or for a prefix all tokens that begin with it."""
    return [re.compile(f"^{re.escape(token)}") for token in tokens] if word.is_prefix else [*tokens]


def _word_condition(word: SearchWord) -> Document:
    return {"search.tokens": {"$in": _tokens(word, (*word.strong, *word.weak))}}


def rank_conditions(words: Sequence[SearchWord]) -> list[list[Document]]:
    """The conditions of each rank, best rank first; together they match all results.

    The first rank has a strong match of every word, the second of some, the third of none.
    """
    strong: list[Document] = [
        {"search.tokens": {"$in": _tokens(word, word.strong)}} for word in words
    ]
    weak: list[Document] = [{"search.tokens": {"$in": _tokens(word, word.weak)}} for word in words]
    if not words:
        return [[]]
    others = [*weak, {"$nor": strong}]
    if len(words) == 1:
        return [strong, others]
    some = [*map(_word_condition, words), {"$or": strong}, {"$nor": [{"$and": strong}]}]
    return [strong, some, others]
