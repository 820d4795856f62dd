"""Whose concern a posting is."""

from domain.postings import Posting
from domain.scopes import may_see_unopened
from schema.context import Context


async def concerns(context: Context, posting: Posting) -> bool:
    """Whether the caller is of the staff that looks after the posting."""
    union = await context.loaders.unions.load(posting.union_id)
    return may_see_unopened(context.principal, posting, union.path if union else ())
