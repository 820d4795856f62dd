"""Search entries, their rebuilding when missing or stale, and suggestions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from domain.postings.postings import Posting
from domain.search.suggestions import Suggestion, SuggestionKind
from storage.mongo.client import Transaction
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records

TODAY = records.FIXED_NOW.date()


async def read_entry(store: Store, posting_id: str) -> dict[str, object]:
    document = await store.mongo["postings"].find_one({"_id": posting_id})
    assert document is not None
    found: dict[str, object] = document["search"]
    return found


async def test_a_missing_or_outdated_entry_is_rebuilt(store: Store) -> None:
    await store.employers.add([records.employer(id="employer", name="合成电机")])
    made = [records.posting(id=each) for each in "abc"]
    await store.postings.add(made)
    before = await read_entry(store, "a")
    await store.mongo["postings"].update_one({"_id": "a"}, {"$unset": {"search": ""}})
    await store.mongo["postings"].update_one({"_id": "b"}, {"$set": {"search.version": 0}})
    assert await store.search_entries.rebuild_stale(1) == 1
    assert await store.search_entries.rebuild_stale(10) == 1
    assert await store.search_entries.rebuild_stale(10) == 0
    assert await read_entry(store, "a") == await read_entry(store, "b") == before


async def test_an_entry_of_a_newer_version_is_left_alone(store: Store) -> None:
    await store.postings.add([records.posting(id="a")])
    await store.mongo["postings"].update_one({"_id": "a"}, {"$set": {"search.version": 99}})
    assert await store.search_entries.rebuild_stale(10) == 0


async def suggest(store: Store, start: str, on: date = TODAY) -> list[tuple[str, str]]:
    stored = await store.search_entries.find_suggestions(start)
    visible = await store.search.filter_productive(stored, on)
    return sorted((each.kind.value, each.text) for each in visible)


async def test_titles_and_employers_are_suggested_by_any_prefix(store: Store) -> None:
    await store.employers.add([records.employer(id="employer", name="合成电机")])
    made: list[Posting] = [
        records.posting(id="a", terms=posting_terms(title="焊工")),
        records.posting(id="b", terms=posting_terms(title="焊工")),
        records.posting(id="c", terms=posting_terms(title="焊接班长")),
    ]
    await store.postings.add(made)
    for start in ("焊", "han", "h"):
        assert {("TITLE", "焊工"), ("TITLE", "焊接班长")} <= set(await suggest(store, start))
    assert await suggest(store, "hecheng") == [("EMPLOYER", "合成电机")]
    assert await suggest(store, "hcdj") == [("EMPLOYER", "合成电机")]
    assert await suggest(store, ".*") == []
    assert len(await store.search_entries.find_suggestions("焊工")) == 1


async def test_a_suggestion_finds_at_least_one_visible_posting(store: Store) -> None:
    posting = records.posting(id="a", terms=posting_terms(title="焊工"), verified_until=None)
    await store.postings.add([posting])
    assert [each.text for each in await store.search_entries.find_suggestions("焊")] == ["焊工"]
    assert await suggest(store, "焊") == []
    place = Suggestion(id="p", kind=SuggestionKind.PLACE, text="上海市", code="310000")
    assert await store.search.filter_productive([place], TODAY) == []
    shown = replace(posting, verified_until=records.VERIFIED_UNTIL, version=2)
    assert await store.postings.update_if_unchanged(posting, shown)
    assert await suggest(store, "焊") == [("TITLE", "焊工")]
    assert await store.search.filter_productive([place], TODAY) == [place]


async def test_a_deferred_entry_is_searchable_after_the_next_rebuild(store: Store) -> None:
    await store.postings.add([records.posting(id="a")], findable=False)
    await store.postings.add([records.posting(id="b")])
    before = (await store.postings.by_ids("b"))["b"]
    after = replace(before, terms=posting_terms(title="焊工"), version=2)

    async def body(transaction: Transaction) -> None:
        assert await store.postings.update_all_if_unchanged(
            [(before, after)], transaction=transaction, findable=False
        )

    await store.mongo.run_transaction(body)
    for posting_id in "ab":
        assert await store.mongo["postings"].find_one({"_id": posting_id, "search": None})
    assert await store.search_entries.rebuild_stale(10) == 2
    tokens = (await read_entry(store, "b"))["tokens"]
    assert isinstance(tokens, list)
    assert "^焊工" in tokens
