"""What staff do with the leads of their scope. Each method checks the right to do it."""

from __future__ import annotations

from datetime import date

from domain.identity.accounts import Principal
from domain.identity.scopes import may_assign_lead
from domain.leads.follow_up import check_note, hire_side_of
from domain.leads.leads import Lead, LeadStage, RefusalReason
from domain.reference.calendar import day_in_china
from domain.refusals import NotFound
from realtime.batch_loader import SharedBatchLoader
from services.leads.follow_up import LeadFollowUp
from services.leads.lead_scope import require_in_scope
from services.live.sessions import LiveSessionControl
from storage.clock import Clock
from storage.store import Store

_LEAD_FIELD = ("input", "leadId")


class StaffFollowUp:
    """Advances, assigns and annotates leads, and confirms hires, on behalf of staff.

    Every method raises ``NotFound`` when there is no such lead in the caller's scope.
    """

    def __init__(
        self, store: Store, follow_up: LeadFollowUp, control: LiveSessionControl, clock: Clock
    ) -> None:
        self._store = store
        self._follow_up = follow_up
        self._control = control
        self._clock = clock
        # `advanceLeads` advances 100 leads at once: they are read together.
        self._leads = SharedBatchLoader(store.leads.by_ids)

    async def advance(
        self,
        caller: Principal,
        lead_id: str,
        stage: LeadStage,
        reason: RefusalReason | None,
        *,
        expected_version: int | None = None,
        field: tuple[str, ...] = _LEAD_FIELD,
    ) -> Lead:
        """Advance a lead to a stage. ``field`` is the path of the input that named the lead.

        A hire that reaches the posting's headcount closes the posting. Sessions then unpin it
        after this change; if the process ends in between, the rescreening worker unpins it.

        :raises LeadStageConflict: the stage does not follow the present one, or the lead is no
            longer at ``expected_version``.
        :raises InvalidInput: REFUSED without a reason, or a reason with another stage.
        :raises RetentionTooEarly: RETAINED_30 or RETAINED_90 before that many days since the hire.
        """
        lead = await self._follow_up.advance(
            await self._require_lead(caller, lead_id, field),
            stage,
            reason,
            by=caller,
            expected_version=expected_version,
        )
        if lead.stage is LeadStage.HIRED:
            await self._control.refresh_openness(lead.posting_id)
        return lead

    async def assign(self, caller: Principal, lead_id: str, account_id: str | None) -> Lead:
        """Assign a lead to a colleague, or to nobody when ``account_id`` is None.

        :raises NotFound: also when the caller may not assign the lead to that account.
        """
        lead = await self._require_lead(caller, lead_id)
        if account_id is not None:
            await self._check_assignee(caller, lead, account_id)
        return await self._follow_up.assign(lead, account_id, by=caller.subject)

    async def add_note(
        self, caller: Principal, lead_id: str, body: str, next_action_on: date | None
    ) -> Lead:
        """Add a note, and the day of the next action.

        :raises InvalidInput: the body or the day cannot be right.
        :raises LeadStageConflict: the lead was erased.
        """
        body = check_note(body, next_action_on, today=day_in_china(self._clock()))
        lead = await self._require_lead(caller, lead_id)
        return await self._follow_up.add_note(lead, body, next_action_on, by=caller.subject)

    async def confirm_hire(self, caller: Principal, lead_id: str, *, hired: bool) -> Lead:
        """Record whether the person was hired: a recruiter for the employer, an officer for them.

        :raises LeadStageConflict: nothing was offered yet, or the lead was closed.
        """
        return await self._follow_up.record_hire_answer(
            await self._require_lead(caller, lead_id),
            hire_side_of(caller.role),
            hired=hired,
            by=caller.subject,
        )

    async def _require_lead(
        self, caller: Principal, lead_id: str, field: tuple[str, ...] = _LEAD_FIELD
    ) -> Lead:
        found = await self._leads.load(lead_id)
        return require_in_scope(caller, found, field)

    async def _check_assignee(self, caller: Principal, lead: Lead, account_id: str) -> None:
        account = await self._store.accounts.by_id(account_id)
        union_path: tuple[str, ...] = ()
        if account is not None and account.union_id is not None:
            union = (await self._store.unions.by_ids([account.union_id])).get(account.union_id)
            union_path = union.path if union else ()
        if account is None or not may_assign_lead(caller, lead, account, union_path):
            raise NotFound(
                "You may not assign this lead to an account with this id.",
                "没有可接手这条线索的该账号。",
                field=("input", "accountId"),
            )
