"""The filters of lists and counts of leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.leads.confirmation import EMPLOYER_CONFIRMATIONS, LeadConfirmation
from domain.leads.leads import LeadStage
from storage.mongo.client import Document


def _stored_values(confirmations: Iterable[LeadConfirmation]) -> list[str | None]:
    values: list[str | None] = [*sorted(each.value for each in confirmations)]
    # Leads that a node of the version before has stored lack the field: they count as LEGACY.
    return [*values, None] if LeadConfirmation.LEGACY.value in values else values


@dataclass(frozen=True, kw_only=True)
class LeadQuery:
    """The scope of a reader of leads, and the filters within it; None leaves a filter out.

    The scopes are ``union_id`` (with its branches), ``owner_id`` (of the session), ``employer_id``
    and ``assignee_id``; at least one of them is set. ``overdue`` needs ``now``.
    """

    union_id: str | None = None
    owner_id: str | None = None
    employer_id: str | None = None
    session_id: str | None = None
    posting_id: str | None = None
    stage: LeadStage | None = None
    confirmations: tuple[LeadConfirmation, ...] | None = None
    for_employer: bool = False
    """Leave out the leads that an employer may not get: consent withdrawn, or not confirmed."""
    assignee_id: str | None = None
    not_assignee_id: str | None = None
    escalated_to: str | None = None
    escalated: bool | None = None
    overdue: bool | None = None
    now: datetime | None = None
    disagreement: bool | None = None

    def where(self) -> Document:
        """The condition that a stored lead must meet."""
        where: Document = {
            name: value
            for name, value in (
                ("union_path", self.union_id),
                ("owner_id", self.owner_id),
                ("employer_id", self.employer_id),
                ("session_id", self.session_id),
                ("posting_id", self.posting_id),
                ("stage", self.stage.value if self.stage else None),
                ("assignee_id", self.assignee_id),
                ("escalated_to", self.escalated_to),
            )
            if value is not None
        }
        if self.confirmations is not None:
            where["confirmation"] = {"$in": _stored_values(self.confirmations)}
        if self.for_employer:
            where |= {"withdrawn_at": None, "confirmation": {"$in": self._for_employer()}}
        conditions = self._follow_up_conditions()
        if conditions:
            where["$and"] = conditions
        return where

    def _for_employer(self) -> list[str | None]:
        """The confirmations that an employer may ask for, of those that are wanted."""
        wanted = self.confirmations
        return _stored_values(
            each for each in EMPLOYER_CONFIRMATIONS if wanted is None or each in wanted
        )

    def _follow_up_conditions(self) -> list[Document]:
        conditions: list[Document] = []
        if self.not_assignee_id is not None:
            conditions.append({"assignee_id": {"$ne": self.not_assignee_id}})
        if self.escalated is not None:
            # "Greater than empty" matches the partial index that holds only escalated leads.
            escalated: Document = {"escalated_to": {"$gt": ""}}
            conditions.append(escalated if self.escalated else {"escalated_to": None})
        if self.overdue is not None:
            overdue: Document = {"due_at": {"$lte": self.now}}
            conditions.append(overdue if self.overdue else {"$nor": [overdue]})
        if self.disagreement is not None:
            disputed: Document = {"hire.disagreement": True}
            conditions.append(disputed if self.disagreement else {"$nor": [disputed]})
        return conditions
