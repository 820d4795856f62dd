"""Status changes of a live session."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.live.sessions import (
    Honour,
    SessionFormat,
    SessionStatus,
    check_transition,
    is_transition_allowed,
)
from domain.refusals import ErrorCode, SessionStateConflict

FINAL = {SessionStatus.ENDED, SessionStatus.CANCELLED}


class Life(RuleBasedStateMachine):
    """A session that tries one status after another."""

    def __init__(self) -> None:
        super().__init__()
        self.status = SessionStatus.DRAFT
        self.past: list[SessionStatus] = []

    @rule(wanted=st.sampled_from(SessionStatus))
    def ask(self, wanted: SessionStatus) -> None:
        if is_transition_allowed(self.status, wanted):
            check_transition(self.status, wanted)
            self.past.append(self.status)
            self.status = wanted
        else:
            with pytest.raises(SessionStateConflict):
                check_transition(self.status, wanted)

    @invariant()
    def nothing_follows_the_end(self) -> None:
        assert not FINAL & set(self.past)

    @invariant()
    def who_was_on_air_was_scheduled_and_is_never_cancelled(self) -> None:
        if SessionStatus.LIVE in [*self.past, self.status]:
            assert SessionStatus.SCHEDULED in self.past
            assert self.status is not SessionStatus.CANCELLED


TestLife = Life.TestCase


def test_every_status_can_be_reached_from_a_draft() -> None:
    reached = {SessionStatus.DRAFT}
    for _ in SessionStatus:
        reached |= {s for s in SessionStatus if any(is_transition_allowed(r, s) for r in reached)}
    assert reached == set(SessionStatus)


def test_only_ended_and_cancelled_are_final() -> None:
    final = {
        s for s in SessionStatus if not any(is_transition_allowed(s, w) for w in SessionStatus)
    }
    assert final == FINAL


def test_a_session_goes_live_from_scheduled_or_interrupted() -> None:
    before = {
        status for status in SessionStatus if is_transition_allowed(status, SessionStatus.LIVE)
    }
    assert before == {SessionStatus.SCHEDULED, SessionStatus.INTERRUPTED}


def test_a_refused_transition_names_both_statuses() -> None:
    with pytest.raises(SessionStateConflict, match=r"is ENDED; it cannot become LIVE") as caught:
        check_transition(SessionStatus.ENDED, SessionStatus.LIVE)
    assert caught.value.code is ErrorCode.SESSION_STATE_CONFLICT


def test_enum_members_have_their_chinese_terms() -> None:
    assert SessionFormat.CHAIR_LIVE.zh == "工会主席直播带岗"
    assert SessionFormat["JOB_TOUR"].zh == "企业探岗"
    assert str(Honour.GREAT_NATION_CRAFTSMAN) == "GREAT_NATION_CRAFTSMAN"
    assert SessionStatus.LIVE.zh == "直播中"
