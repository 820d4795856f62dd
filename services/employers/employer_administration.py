"""Use cases of officers: register an employer, record a check of its papers."""

from __future__ import annotations

from domain.employers.employers import (
    CheckMethod,
    Employer,
    EmployerCheck,
    check_credit_code,
    check_employer_name,
    record_check,
)
from domain.free_text import check_text
from domain.identity.accounts import Principal
from domain.identity.audit import AuditAction, AuditEntry, staff_actor
from domain.identity.scopes import may_verify_employer
from domain.reference.regions import check_place_code
from domain.refusals import AlreadyExists, NotFound, NotPermitted
from domain.screening.rescreening import RescreenScope
from domain.screening.text_screening import check_public_text
from services.postings.posting_gate import PostingGate
from services.screening.rescreening_tasks import build_rescreening_tasks
from storage.clock import Clock
from storage.mongo.client import Transaction, new_id
from storage.mongo.errors import Duplicate
from storage.store import Store

MAX_DESCRIPTION_LENGTH = 2_000
"""Characters of the description of an employer."""
MAX_CHECK_NOTE_LENGTH = 500
"""Characters of the note on a check."""


class EmployerAdministration:
    """Registers employers and records the checks of their papers."""

    def __init__(self, store: Store, gate: PostingGate, clock: Clock) -> None:
        self._store = store
        self._gate = gate
        self._clock = clock

    async def create(
        self, caller: Principal, *, name: str, credit_code: str, place_code: str, description: str
    ) -> Employer:
        """Register an employer for the union of the caller, who is an officer.

        :raises InvalidInput: a value cannot be right.
        :raises TextRefused: the description breaks a rule.
        :raises AlreadyExists: an employer has this credit code.
        """
        assert caller.union_id is not None  # every officer belongs to a union
        employer = Employer(
            id=new_id(),
            name=check_employer_name(name, ("input", "name")),
            credit_code=check_credit_code(credit_code, ("input", "creditCode")),
            place_code=check_place_code(place_code, ("input", "placeCode")),
            description=description.strip(),
            union_id=caller.union_id,
            created_by=caller.subject,
            created_at=self._clock(),
        )
        check_text(employer.description, MAX_DESCRIPTION_LENGTH, ("input", "description"))
        check_public_text(employer.description, ("input", "description"))
        try:
            await self._store.employers.add([employer])
        except Duplicate:
            raise AlreadyExists(
                "An employer with this credit code exists. Search for it in the list.",
                "该统一社会信用代码的用人单位已登记，请在列表中查找。",
                field=("input", "creditCode"),
            ) from None
        return employer

    async def verify(
        self,
        caller: Principal,
        employer_id: str,
        *,
        licence: bool,
        handler_identity: bool,
        handler_authority: bool,
        method: CheckMethod,
        note: str,
    ) -> tuple[Employer, EmployerCheck]:
        """Record a check of an employer's papers, and screen its postings again.

        The check passes when the licence, the handler's identity and the handler's authority are
        all in order; then it counts for six months.

        :raises NotFound: no employer has this id.
        :raises NotPermitted: the employer belongs to a union outside the caller's scope.
        :raises InvalidInput: the note is too long or unreadable.
        """
        found = (await self._store.employers.by_ids([employer_id])).get(employer_id)
        if found is None:
            raise NotFound(
                "No employer has this id. Check the id.",
                "没有这个用人单位，请核对编号。",
                field=("input", "employerId"),
            )
        union = (await self._store.unions.by_ids([found.union_id])).get(found.union_id)
        if not may_verify_employer(caller, union.path if union else ()):
            raise NotPermitted(
                "Another union looks after this employer. Ask an officer of that union.",
                "该用人单位由其他工会负责，请联系该工会的工作人员。",
            )
        note = note.strip()
        check_text(note, MAX_CHECK_NOTE_LENGTH, ("input", "note"))
        employer, check = record_check(
            found,
            new_id(),
            licence=licence,
            handler_identity=handler_identity,
            handler_authority=handler_authority,
            method=method,
            note=note,
            by=caller.subject,
            at=self._clock(),
        )
        await self.store_check(employer, check, caller)
        return employer, check

    async def store_check(
        self, employer: Employer, check: EmployerCheck, caller: Principal
    ) -> None:
        """Store a check with its audit entry, and screen the employer's postings again.

        ``employer`` and ``check`` come from ``domain.employers.employers.record_check``. Returns
        when the postings are screened, or after ``RescreeningLimits.wait_seconds``: the rest follow
        in the background.
        """
        tasks = build_rescreening_tasks(
            check.id,
            RescreenScope.EMPLOYER,
            employer.id,
            requested_at=check.at,
            due=[check.at],
        )
        entry = AuditEntry(
            actor=staff_actor(caller),
            action=AuditAction.VERIFY_EMPLOYER,
            subject_type="Employer",
            subject_id=employer.id,
            detail="passed" if check.is_passed else "not passed",
        )

        async def store_all(transaction: Transaction) -> None:
            await self._store.employers.save_check(employer, check, transaction)
            for task in tasks:
                await self._store.rescreens.add(task, transaction=transaction)
            await self._store.audit_log.append([entry], at=check.at, transaction=transaction)

        await self._store.mongo.run_transaction(store_all)
        await self._gate.start_rescreen(tasks[0])
