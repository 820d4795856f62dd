"""Use cases of the staff that follows imports: look one up, cancel one."""

from __future__ import annotations

from domain.exchange.imports import Import, ImportStatus, import_scope
from domain.identity.accounts import Principal, Role
from domain.refusals import NotFound
from storage.clock import Clock
from storage.store import Store


class ImportAdministration:
    """Shows imports to the colleagues of the account that made them, and cancels them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def find(self, caller: Principal | None, import_id: str) -> Import | None:
        """Return an import of the caller's union or employer; None when there is none."""
        if caller is None or caller.role not in {Role.OFFICER, Role.RECRUITER}:
            return None
        found = await self._store.imports.by_id(import_id)
        return found if found is not None and found.scope == import_scope(caller) else None

    async def require(self, caller: Principal, import_id: str, *field: str) -> Import:
        """Return an import of the caller's union or employer.

        :raises NotFound: there is none with this id. ``field`` names the input.
        """
        found = await self.find(caller, import_id)
        if found is None:
            raise NotFound(
                "No import with this id is in your scope. Check the id.",
                "您的管理范围内没有这次导入，请核对编号。",
                field=field,
            )
        return found

    async def cancel(self, caller: Principal, import_id: str) -> Import:
        """Stop an import and delete its waiting rows. What it has stored stays.

        An import that has ended stays as it is.

        :raises NotFound: no import with this id is in the caller's scope.
        """
        field = ("input", "importId")
        await self.require(caller, import_id, *field)
        await self._store.imports.end_early(import_id, ImportStatus.CANCELLED, at=self._clock())
        return await self.require(caller, import_id, *field)
