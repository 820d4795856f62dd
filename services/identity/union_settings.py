"""Settings of a union that its officers decide on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.identity.accounts import Principal
from domain.identity.scopes import may_change_union
from domain.identity.unions import Union, check_service_phone
from domain.refusals import NotFound, NotPermitted
from storage.store import Store


class UnionSettings:
    """Changes the settings of unions for officers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def change(
        self,
        caller: Principal,
        union_id: str,
        *,
        branches_see_postings: bool | None,
        service_phone: str | None,
    ) -> Union:
        """Store settings of a union and return it. A setting that is None stays as it is.

        :raises InvalidInput: the phone is no phone number.
        :raises NotFound: there is no such union.
        :raises NotPermitted: the union is neither the caller's own nor one below it.
        """
        union = (await self._store.unions.by_ids([union_id])).get(union_id)
        if union is None:
            raise NotFound("There is no such union.", "没有这个工会。", field=("input", "unionId"))
        if not may_change_union(caller, union):
            raise NotPermitted(
                "Only officers of this union, or of one above it, may change its settings.",
                "只有本工会或上级工会的干部可以修改该工会的设置。",
            )
        changes: dict[str, Any] = {}
        if branches_see_postings is not None:
            changes["branches_see_postings"] = branches_see_postings
        if service_phone is not None:
            phone = check_service_phone(service_phone, ("input", "servicePhone"))
            changes["service_phone"] = phone
        await self._store.unions.change_settings(union_id, changes)
        return replace(union, **changes)
