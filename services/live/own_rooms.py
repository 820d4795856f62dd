"""Reads what one visitor has in a live session."""

from __future__ import annotations

import asyncio

from domain.identity.accounts import Principal
from domain.live.own_rooms import MAX_OWN_INTERESTS, MAX_OWN_QUESTIONS, OwnRoom
from domain.live.sessions import LiveSession
from services.live.questions import QuestionModeration
from storage.store import Store


class OwnRooms:
    """Reads interests, questions and limits of the visitor who asks; nothing of others."""

    def __init__(self, store: Store, questions: QuestionModeration) -> None:
        self._store = store
        self._questions = questions

    async def read(self, caller: Principal, session: LiveSession, *, peer: str) -> OwnRoom:
        """Return what the caller has in the session. ``peer`` is the caller's network address.

        Interests are those that the caller's device gave: the newest ``MAX_OWN_INTERESTS``.
        """
        leads, questions, allowance = await asyncio.gather(
            self._store.lead_claims.given_in_session(
                session.id, caller.subject, limit=MAX_OWN_INTERESTS
            ),
            self._store.questions.asked_in_session(
                session.id, caller.subject, limit=MAX_OWN_QUESTIONS
            ),
            self._questions.find_allowance(caller, session, peer=peer),
        )
        return OwnRoom(leads=leads, questions=questions, allowance=allowance)
