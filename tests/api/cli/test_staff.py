from datetime import UTC, datetime
from typing import Any

import pytest

from api.cli.staff import check_username, store_staff, store_union
from domain.employers.employers import Employer
from domain.identity.accounts import Account, Role
from domain.identity.unions import Union, UnionLevel
from domain.refusals import AlreadyExists, InvalidId, InvalidInput, NotFound, Refusal
from schema.relay import global_id
from storage.mongo.client import Mongo, new_id
from storage.store import Store

SECRET = "a secret for tests"


@pytest.fixture
async def store(mongo: Mongo) -> Store:
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    return store


async def create_root_union(store: Store) -> Union:
    return await store_union(store, "陕西省总工会", UnionLevel.PROVINCE, "610000", None)


async def create(store: Store, **other: Any) -> Account:
    given: dict[str, Any] = {
        "role": Role.OFFICER,
        "display_name": "李",
        "password_hash": "hash",
        "union": None,
        "employer": None,
    }
    return await store_staff(store, other.pop("username", "li"), **given | other)


async def test_a_union_stands_below_its_parent(store: Store) -> None:
    root = await create_root_union(store)
    parent = global_id("Union", root.id)
    below = await store_union(store, "西安市总工会", UnionLevel.CITY, "610100", parent)
    assert (root.path, below.path) == ((root.id,), (root.id, below.id))
    assert await store.unions.by_ids([root.id, below.id]) == {root.id: root, below.id: below}


async def test_a_tree_has_one_root(store: Store) -> None:
    await create_root_union(store)
    with pytest.raises(AlreadyExists, match="--parent"):
        await create_root_union(store)


@pytest.mark.parametrize(
    ("name", "place", "parent", "refusal"),
    [
        (" ", "610000", None, InvalidInput),
        ("x" * 65, "610000", None, InvalidInput),
        ("总工会", "990000", None, InvalidInput),
        ("总工会", "610000", "nonsense", InvalidId),
        ("总工会", "610000", global_id("Union", "a"), NotFound),
    ],
)
async def test_an_invalid_union_is_refused_and_not_stored(
    store: Store, name: str, place: str, parent: str | None, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await store_union(store, name, UnionLevel.CITY, place, parent)
    assert await store.unions.root() is None


@pytest.mark.parametrize("role", [Role.OFFICER, Role.HOST])
async def test_officer_and_host_belong_to_a_union(store: Store, role: Role) -> None:
    root = await create_root_union(store)
    account = await create(store, role=role, username="Li", union=global_id("Union", root.id))
    assert (account.username, account.role) == ("li", role)
    assert (account.union_id, account.employer_id) == (root.id, None)
    assert await store.accounts.by_username("LI") == account


async def test_a_recruiter_belongs_to_an_employer(store: Store) -> None:
    employer = Employer(
        id=new_id(),
        name="某某有限公司",
        credit_code="91610000MA00000000",
        place_code="610100",
        union_id=new_id(),
        created_by=new_id(),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    await store.employers.add([employer])
    account = await create(store, role=Role.RECRUITER, employer=global_id("Employer", employer.id))
    assert (account.union_id, account.employer_id) == (None, employer.id)


async def test_a_user_name_is_unique_whatever_its_case(store: Store) -> None:
    union = global_id("Union", (await create_root_union(store)).id)
    first = await create(store, union=union)
    with pytest.raises(AlreadyExists, match="There is an account li"):
        await create(store, username="LI", union=union, display_name="黎")
    assert await store.accounts.by_username("li") == first


UNKNOWN_UNION = global_id("Union", "a")
UNKNOWN_EMPLOYER = global_id("Employer", "a")


@pytest.mark.parametrize(
    ("given", "refusal", "message"),
    [
        ({}, InvalidInput, "role officer needs --union alone"),
        ({"employer": UNKNOWN_EMPLOYER}, InvalidInput, "needs --union alone"),
        ({"union": UNKNOWN_UNION, "employer": UNKNOWN_EMPLOYER}, InvalidInput, "--union alone"),
        ({"role": Role.RECRUITER, "union": UNKNOWN_UNION}, InvalidInput, "--employer alone"),
        ({"role": Role.VIEWER}, InvalidInput, "Viewers have no account"),
        ({"union": UNKNOWN_EMPLOYER}, InvalidId, "not the id of a Union"),
        ({"union": UNKNOWN_UNION}, NotFound, "no union with that id"),
        ({"role": Role.RECRUITER, "employer": UNKNOWN_EMPLOYER}, NotFound, "no employer"),
        ({"union": UNKNOWN_UNION, "display_name": "\x00"}, InvalidInput, "control characters"),
        ({"union": UNKNOWN_UNION, "username": "two words"}, InvalidInput, "A user name has"),
    ],
)
async def test_invalid_staff_is_refused_and_not_stored(
    store: Store, given: dict[str, Any], refusal: type[Refusal], message: str
) -> None:
    with pytest.raises(refusal) as caught:
        await create(store, **given)
    assert message in f"{caught.value} {caught.value.hint}"
    assert await store.accounts.by_username("li") is None


@pytest.mark.parametrize("username", ["", ".li", "l i", "李", "x" * 65, "li\n"])
def test_an_invalid_user_name_is_refused(username: str) -> None:
    with pytest.raises(InvalidInput):
        check_username(username)


@pytest.mark.parametrize("username", ["l", "Li.Wei-2_x", "x" * 64])
def test_a_user_name_may_have_letters_digits_dots_dashes_and_underscores(username: str) -> None:
    check_username(username)
