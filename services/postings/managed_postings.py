"""Access to postings for the staff that manages them."""

from __future__ import annotations

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
    posting = (await store.postings.by_ids([posting_id])).get(posting_id)
    if posting is not None and await manages_posting(store, caller, posting):
        return posting
    raise NotFound(
        "No posting with this id is in your scope. Check the id.",
        "您的管理范围内没有这个岗位，请核对编号。",
        field=field,
    )


async def manages_posting(store: Store, caller: Principal, posting: Posting) -> bool:
    """Return whether the posting is in the caller's scope."""
    union = (await store.unions.by_ids([posting.union_id])).get(posting.union_id)
    return may_see_unopened_posting(caller, posting, union.path if union else ())


def check_revision(posting: Posting, expected: int | None) -> None:
    """Pass when the terms have the revision that the caller expects, or none is expected.

    :raises PostingConflict: the terms have changed since the caller read them.
    """
    if expected is not None and posting.revision != expected:
        raise PostingConflict(
            f"The posting is at revision {posting.revision}. Reload it and try again.",
            f"岗位内容已更新到第{posting.revision}版，请刷新后重试。",
        )
