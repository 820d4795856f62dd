"""Names and occupations that officers add: who may, what is stored, and what other nodes see."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from domain.identity.accounts import Principal, Role
from domain.identity.unions import UnionLevel
from domain.reference.occupations import Occupation, find_occupation
from domain.refusals import AlreadyExists, InvalidInput, NotFound, NotPermitted, TextRefused
from services.reference.occupation_administration import OccupationAdministration
from services.reference.occupation_names import OccupationNames
from storage.clock import utc_now
from storage.mongo.codec import to_document
from storage.store import Store
from tests.support import records


@pytest.fixture
async def officer(store: Store) -> Principal:
    """An officer of a provincial union."""
    union = replace(records.union(), level=UnionLevel.PROVINCE)
    await store.mongo["unions"].insert_one(to_document(union))
    return Principal(role=Role.OFFICER, subject="officer", union_id=union.id)


def administration(store: Store) -> tuple[OccupationAdministration, OccupationNames]:
    names = OccupationNames(store)
    return OccupationAdministration(store, names, utc_now), names


async def test_both_nodes_see_an_added_occupation_and_its_names(
    store: Store, other_store: Store, officer: Principal
) -> None:
    keeper, names = administration(store)
    other = OccupationNames(other_store)
    await other.refresh()
    added = await keeper.add_occupation(officer, zh="宠物殡葬师", en="Pet undertaker")
    await keeper.add_name(officer, added, name="送宠师")
    await keeper.add_name(officer, Occupation.WELDER, name="焊匠师傅")
    await other.run_once()
    for book in (names.book, other.book):
        assert book.names_of(added) == ("宠物殡葬师", "送宠师")
        assert book.english_of(added.value) == "Pet undertaker"
        match = book.find("诚聘焊匠师傅")
        assert match is not None
        assert match.occupation is Occupation.WELDER
    rows = await store.mongo["audit"].find({"action": "ADD_OCCUPATION"}).to_list(None)
    assert [row["subject_id"] for row in rows] == [added.value, added.value, "WELDER"]


async def test_two_nodes_never_give_one_code_to_two_occupations(
    store: Store, other_store: Store, officer: Principal
) -> None:
    keepers = [administration(store)[0], administration(other_store)[0]]
    added = await asyncio.gather(
        *(keepers[n % 2].add_occupation(officer, zh=f"新职业{n}号", en="") for n in range(6))
    )
    assert sorted(added) == [f"ADDED_{n}" for n in range(1, 7)]
    stored = await store.occupation_additions.list_all()
    assert sorted(each.number for each in stored) == [1, 2, 3, 4, 5, 6]


async def test_a_name_is_given_once(store: Store, officer: Principal) -> None:
    keeper, _ = administration(store)
    with pytest.raises(AlreadyExists, match="焊工"):
        await keeper.add_occupation(officer, zh="电 焊 工", en="")
    first, second = await asyncio.gather(
        keeper.add_name(officer, Occupation.WELDER, name="焊匠师傅"),
        keeper.add_name(officer, Occupation.CLERK, name="焊匠师傅"),
        return_exceptions=True,
    )
    assert sorted(map(type, (first, second)), key=str) == [type(None), AlreadyExists]
    assert await store.occupation_additions.count() == 1


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("焊", InvalidInput),
        ("焊" * 21, InvalidInput),
        ("焊\u0000匠", InvalidInput),
        ("只招男焊工", TextRefused),
    ],
)
async def test_a_name_that_cannot_be_right_is_refused(
    store: Store, officer: Principal, name: str, refusal: type[Exception]
) -> None:
    keeper, _ = administration(store)
    with pytest.raises(refusal):
        await keeper.add_name(officer, Occupation.WELDER, name=name)
    assert await store.occupation_additions.count() == 0


async def test_names_go_to_occupations_of_the_list_only(store: Store, officer: Principal) -> None:
    keeper, _ = administration(store)
    unknown = find_occupation("ADDED_5")
    assert unknown is not None
    for occupation in (Occupation.OTHER, unknown):
        with pytest.raises(NotFound):
            await keeper.add_name(officer, occupation, name="焊匠师傅")


@pytest.mark.parametrize("level", [UnionLevel.CITY, UnionLevel.COUNTY, UnionLevel.GRASSROOTS])
async def test_unions_below_the_province_do_not_keep_the_list(
    store: Store, level: UnionLevel
) -> None:
    union = replace(records.union(), level=level)
    await store.mongo["unions"].insert_one(to_document(union))
    caller = Principal(role=Role.OFFICER, subject="officer", union_id=union.id)
    keeper, _ = administration(store)
    with pytest.raises(NotPermitted):
        await keeper.add_occupation(caller, zh="宠物殡葬师", en="")
