"""The choice of the union that something new belongs to."""

from __future__ import annotations

from domain.identity.accounts import Principal
from domain.identity.unions import Union
from domain.refusals import NotFound, NotPermitted
from storage.store import Store


async def choose_union(store: Store, caller: Principal, union_id: str | None) -> Union:
    """Return the union that a host or an officer named; their own if they named none.

    :raises NotFound: there is no such union.
    :raises NotPermitted: the union is neither the caller's own nor one below it.
    """
    assert caller.union_id is not None  # every host and officer belongs to a union
    wanted, field = union_id or caller.union_id, ("input", "unionId")
    union = (await store.unions.by_ids([wanted])).get(wanted)
    if union is None:
        raise NotFound("There is no such union.", "没有这个工会。", field=field)
    if not union.is_within(caller.union_id):
        raise NotPermitted(
            "Choose your own union or one below it.",
            "只能选择您所在的工会或其下级工会。",
            field=field,
        )
    return union
