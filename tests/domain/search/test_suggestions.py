"""Suggestions from titles, employers, occupations and places."""

from __future__ import annotations

from domain.search.suggestions import (
    Suggestion,
    SuggestionKind,
    normalise_prefix,
    pick_suggestions,
    posting_suggestions,
    suggest_from_code_lists,
)


def test_a_posting_suggests_its_title_and_its_employer() -> None:
    title, employer = posting_suggestions("高级 CAD 绘图员", "e1", "嘉兴电机")
    assert (title.kind, title.text, title.code) == (SuggestionKind.TITLE, "高级 CAD 绘图员", None)
    assert title.starts == ("高级cad绘图员", "gaojicadhuituyuan", "gjcadhty")
    assert title.token == "=高级 cad 绘图员"
    assert (employer.kind, employer.text, employer.code) == (
        SuggestionKind.EMPLOYER,
        "嘉兴电机",
        "e1",
    )
    assert employer.token is None
    assert list(posting_suggestions("", "e1", None)) == []


def test_spelling_variants_of_a_title_are_one_suggestion() -> None:
    ids = {next(posting_suggestions(title, "e", None)).id for title in ("CAD員", "ＣＡＤ员")}
    assert len(ids) == 1


def known(start: str) -> list[tuple[str, str]]:
    return [
        (each.kind.value, each.text) for each in suggest_from_code_lists(normalise_prefix(start))
    ]


def test_occupations_and_places_are_suggested_by_prefix() -> None:
    assert known("电焊") == [("OCCUPATION", "焊工")]
    assert ("OCCUPATION", "月嫂") in known("chanfu")
    assert ("OCCUPATION", "月嫂") in known("YS")
    assert known("嘉兴") == [("PLACE", "浙江省嘉兴市")]
    places = [each for each in suggest_from_code_lists("jiax") if each.kind is SuggestionKind.PLACE]
    assert next((place.code, place.token) for place in places) == ("330400", "r:3304")
    occupation = next(suggest_from_code_lists("电焊"))
    assert (occupation.code, occupation.token) == ("WELDER", "o:WELDER")


def some(kind: SuggestionKind, number: int) -> list[Suggestion]:
    return [
        Suggestion(id=f"{kind}{place}", kind=kind, text="焊" * (number - place))
        for place in range(number)
    ]


def test_each_kind_has_its_share_and_the_shortest_come_first() -> None:
    found = pick_suggestions(
        [
            *some(SuggestionKind.PLACE, 9),
            *some(SuggestionKind.TITLE, 9),
            *some(SuggestionKind.OCCUPATION, 9),
            *some(SuggestionKind.EMPLOYER, 9),
        ],
        8,
    )
    assert [each.kind for each in found] == [kind for kind in SuggestionKind for _ in range(2)]
    assert [each.text for each in found[:2]] == ["焊", "焊焊"]
    # Places keep the order in which they were found.
    assert [each.text for each in found[-2:]] == ["焊" * 9, "焊" * 8]


def test_an_unused_share_goes_to_the_next_kind() -> None:
    found = pick_suggestions(
        [*some(SuggestionKind.OCCUPATION, 1), *some(SuggestionKind.PLACE, 9)], 8
    )
    assert [each.kind for each in found] == [SuggestionKind.OCCUPATION] + [SuggestionKind.PLACE] * 7
    assert pick_suggestions(some(SuggestionKind.TITLE, 3), 0) == []
