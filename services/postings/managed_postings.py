"""Access to postings for the staff that manages them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.identity.accounts import Principal
from domain.identity.scopes import may_see_unopened_posting
from domain.postings.postings import Posting
from domain.refusals import NotFound, PostingConflict
from storage.store import Store


async def find_managed_posting(
    store: Store, caller: Principal, posting_id: str, field: tuple[str, ...]
) -> Posting:
    """Return a posting of the caller's union, its branches or the caller's employer.

    :raises NotFound: no posting with this id is in the caller's scope. ``field`` names the input.
    """
    (posting,) = await find_managed_postings(store, caller, [posting_id], [field])
    return posting


async def find_managed_postings(
    store: Store, caller: Principal, posting_ids: Sequence[str], fields: Sequence[tuple[str, ...]]
) -> list[Posting]:
    """Return postings in the caller's scope, in the order given.

    :raises NotFound: one of the ids is not in the caller's scope; its field names the input.
    """
    managed = await list_managed_postings(store, caller, posting_ids)
    for posting_id, field in zip(posting_ids, fields, strict=True):
        if posting_id not in managed:
            raise NotFound(
                "No posting with this id is in your scope. Check the id.",
                "您的管理范围内没有这个岗位，请核对编号。",
                field=field,
            )
    return [managed[posting_id] for posting_id in posting_ids]


async def list_managed_postings(
    store: Store, caller: Principal, posting_ids: Iterable[str]
) -> dict[str, Posting]:
    """Return by id those of the postings that are in the caller's scope."""
    postings = await store.postings.by_ids(posting_ids)
    unions = await store.unions.by_ids({each.union_id for each in postings.values()})
    paths = {union.id: union.path for union in unions.values()}
    return {
        posting.id: posting
        for posting in postings.values()
        if may_see_unopened_posting(caller, posting, paths.get(posting.union_id, ()))
    }


def check_revision(posting: Posting, expected: int | None) -> None:
    """Pass when the terms have the revision that the caller expects, or none is expected.

    :raises PostingConflict: the terms have changed since the caller read them.
    """
    if expected is not None and posting.revision != expected:
        raise PostingConflict(
            f"The posting is at revision {posting.revision}. Reload it and try again.",
            f"岗位内容已更新到第{posting.revision}版，请刷新后重试。",
        )
