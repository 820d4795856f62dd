"""Trade unions as a tree."""

from __future__ import annotations

from storage.store import Store
from tests.support import records


async def test_the_root_is_the_union_without_a_parent(store: Store) -> None:
    assert await store.unions.root() is None
    root = records.union(id="root", path=("root",))
    branch = records.union()
    await store.unions.add([branch, root])
    assert await store.unions.root() == root
    assert await store.unions.by_id(branch.id) == branch
    assert await store.unions.by_id("none") is None
    assert await store.unions.by_ids(["root", "none"]) == {"root": root}
