"""Use cases of the unions that keep the list of occupations: add an occupation, add a name."""

from __future__ import annotations

from contextlib import suppress

from domain.free_text import check_text
from domain.identity.accounts import Principal
from domain.identity.audit import AuditAction, AuditEntry, staff_actor
from domain.identity.scopes import may_keep_occupations
from domain.reference.occupation_additions import (
    MAX_ENGLISH_LENGTH,
    OccupationAddition,
    check_occupation_name,
)
from domain.reference.occupation_book import normalise_name
from domain.reference.occupations import Occupation, find_occupation, make_added_code
from domain.refusals import AlreadyExists, InvalidInput, NotFound, NotPermitted
from domain.screening.text_screening import check_public_text
from services.reference.occupation_names import OccupationNames
from storage.clock import Clock
from storage.mongo.client import Duplicate, Transaction
from storage.store import Store

MAX_ADDITIONS = 20_000
"""Names in the memory of every process."""


class OccupationAdministration:
    """Checks who may add to the list of occupations, and stores what is added."""

    def __init__(self, store: Store, names: OccupationNames, clock: Clock) -> None:
        self._store = store
        self._names = names
        self._clock = clock

    async def add_occupation(self, caller: Principal, *, zh: str, en: str) -> Occupation:
        """Store a new occupation and return its code.

        :raises NotPermitted: the caller's union does not keep the list.
        :raises InvalidInput: a name cannot be right, or the list is full.
        :raises TextRefused: the name breaks a rule for public texts.
        :raises AlreadyExists: an occupation has this name.
        """
        await self._check_authority(caller)
        check_text(en.strip(), MAX_ENGLISH_LENGTH, ("input", "en"))
        while True:
            await self._names.refresh()
            self._check_name(zh.strip(), ("input", "zh"))
            number = len(self._names.book.added_labels) + 1
            occupation = find_occupation(make_added_code(number))
            if occupation is None:
                raise _list_is_full(("input", "zh"))
            # Another officer may take the number or the name first: the next round sees it.
            with suppress(Duplicate):
                await self._store_name(caller, occupation, zh.strip(), en=en.strip(), number=number)
                return occupation

    async def add_name(self, caller: Principal, occupation: Occupation, *, name: str) -> None:
        """Store another name of an occupation.

        :raises NotPermitted: the caller's union does not keep the list.
        :raises NotFound: the occupation is not in the list, or OTHER.
        :raises InvalidInput: the name cannot be right, or the list is full.
        :raises TextRefused: the name breaks a rule for public texts.
        :raises AlreadyExists: an occupation has this name.
        """
        await self._check_authority(caller)
        if occupation is Occupation.OTHER or not self._names.book.has_occupation(occupation):
            raise NotFound(
                "The list has no such occupation. Add it as an occupation of its own.",
                "职业代码表中没有该职业，请先新增职业。",
                field=("input", "occupation"),
            )
        self._check_name(name.strip(), ("input", "name"))
        try:
            await self._store_name(caller, occupation, name.strip())
        except Duplicate:
            await self._names.refresh()
            self._check_name(name.strip(), ("input", "name"))

    async def _check_authority(self, caller: Principal) -> None:
        union_id = caller.union_id or ""
        union = (await self._store.unions.by_ids([union_id])).get(union_id)
        if not may_keep_occupations(caller, union):
            raise NotPermitted(
                "The list of occupations is kept by the national union and the unions of the "
                "provinces. Ask an officer there.",
                "职业代码表由全国总工会和省级工会维护，请联系相应工会的工作人员。",
            )

    def _check_name(self, name: str, field: tuple[str, ...]) -> None:
        check_occupation_name(name, field)
        check_public_text(name, field)
        if len(self._names.book.additions) >= MAX_ADDITIONS:
            raise _list_is_full(field)
        owner = self._names.book.owner_of(name)
        if owner is not None:
            raise _name_exists(name, self._names.book.label_of(owner), field)

    async def _store_name(
        self, caller: Principal, occupation: Occupation, zh: str, *, en: str = "", number: int = 0
    ) -> None:
        at = self._clock()
        addition = OccupationAddition(
            id=normalise_name(zh),
            occupation=occupation.value,
            zh=zh,
            en=en,
            number=number,
            union_id=caller.union_id or "",
            added_by=caller.subject,
            added_at=at,
        )
        entry = AuditEntry(
            actor=staff_actor(caller),
            action=AuditAction.ADD_OCCUPATION,
            subject_type="Occupation",
            subject_id=occupation.value,
            detail=zh,
        )

        async def body(transaction: Transaction) -> None:
            await self._store.occupation_additions.add(addition, transaction=transaction)
            await self._store.audit_log.append([entry], at=at, transaction=transaction)

        await self._store.mongo.run_transaction(body)
        await self._names.refresh()


def _list_is_full(field: tuple[str, ...]) -> InvalidInput:
    return InvalidInput(
        "The list of occupations is full. Ask the operator.",
        "职业代码表已达上限，请联系系统管理员。",
        field=field,
    )


def _name_exists(name: str, label: str, field: tuple[str, ...]) -> AlreadyExists:
    return AlreadyExists(
        f"“{name}” is a name of the occupation {label} already.",
        f"“{name}”已是职业“{label}”的名称，无需重复添加。",
        field=field,
    )
