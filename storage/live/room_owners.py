"""Finds the visitors whose leads and questions changed, among many at once."""

from __future__ import annotations

from collections.abc import Iterable

from domain.leads.leads import Lead
from domain.live.own_rooms import ChangedRecord, RoomOwner, shows_staff_changes
from domain.live.questions import Question
from storage.mongo.client import Mongo
from storage.mongo.repository import RecordCollection


class RoomOwners:
    """Reads who gave a lead and who asked a question."""

    def __init__(self, mongo: Mongo) -> None:
        self._leads = RecordCollection(mongo, "leads", Lead)
        self._questions = RecordCollection(mongo, "questions", Question)

    async def find(self, changed: Iterable[ChangedRecord]) -> list[RoomOwner]:
        """Return the owners of these records who may learn that they changed, in two reads."""
        all_changed = list(changed)
        leads = await self._leads.by_ids({each.record_id for each in all_changed if each.is_lead})
        questions = await self._questions.by_ids(
            {each.record_id for each in all_changed if not each.is_lead}
        )
        owners: dict[RoomOwner, None] = {}
        for each in all_changed:
            if each.is_lead:
                visitor = _giver_to_tell(leads.get(each.record_id), each)
            else:
                question = questions.get(each.record_id)
                visitor = question.asker if question is not None else None
            if visitor is not None:
                owners[RoomOwner(each.session_id, visitor)] = None
        return list(owners)


def _giver_to_tell(lead: Lead | None, changed: ChangedRecord) -> str | None:
    if lead is None or (changed.is_by_staff and not shows_staff_changes(lead)):
        return None
    return lead.giver
