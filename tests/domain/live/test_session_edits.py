"""Edits of a session: what may change before it starts, on air and afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.live.session_edits import SessionEdit, edit_session
from domain.live.sessions import (
    MAX_SESSION_POSTINGS,
    ON_AIR_STATUSES,
    OVER_STATUSES,
    Honour,
    Host,
    SessionFormat,
    SessionStatus,
)
from domain.refusals import InvalidInput, SessionStateConflict
from tests.support import records

SCHEDULED = records.live_session(status=SessionStatus.SCHEDULED, posting_ids=("a", "b", "c"))
LIVE = records.live_session(status=SessionStatus.LIVE, posting_ids=("a", "b", "c"))
LATER = SCHEDULED.starts_at + timedelta(hours=1)
ids = st.lists(st.sampled_from("abcdefg"), unique=True, min_size=1)


def test_what_is_left_out_stays() -> None:
    assert edit_session(SCHEDULED, SessionEdit()) == SCHEDULED
    edited = edit_session(SCHEDULED, SessionEdit(title="新标题", starts_at=LATER))
    assert (edited.title, edited.starts_at) == ("新标题", LATER)
    assert (edited.description, edited.host) == (SCHEDULED.description, SCHEDULED.host)


@pytest.mark.parametrize("status", sorted(OVER_STATUSES))
def test_a_session_that_is_over_is_not_changed(status: SessionStatus) -> None:
    session = records.live_session(status=status)
    with pytest.raises(SessionStateConflict):
        edit_session(session, SessionEdit(title="新标题"))


@pytest.mark.parametrize("status", sorted(ON_AIR_STATUSES))
def test_the_start_of_a_session_on_air_stays(status: SessionStatus) -> None:
    session = records.live_session(status=status)
    with pytest.raises(SessionStateConflict) as refused:
        edit_session(session, SessionEdit(starts_at=session.starts_at + timedelta(minutes=1)))
    assert refused.value.field == ("input", "startsAt")
    assert edit_session(session, SessionEdit(starts_at=session.starts_at)) == session


def test_a_model_workers_session_keeps_an_honour() -> None:
    session = records.live_session(format=SessionFormat.MODEL_WORKER_LIVE)
    with pytest.raises(InvalidInput):
        edit_session(session, SessionEdit(host=Host(name="王师傅")))
    host = Host(name="王师傅", honour=Honour.CITY_CRAFTSMAN)
    assert edit_session(session, SessionEdit(host=host)).host == host


def test_postings_are_appended_once() -> None:
    edited = edit_session(LIVE, SessionEdit(added_posting_ids=("d", "b", "d")))
    assert edited.posting_ids == ("a", "b", "c", "d")


MANY = tuple(f"p{number}" for number in range(MAX_SESSION_POSTINGS - 2))


@pytest.mark.parametrize(
    "edit",
    [SessionEdit(posting_ids=("a", "b", "c", *MANY)), SessionEdit(added_posting_ids=MANY)],
    ids=["a new order", "added ones"],
)
def test_a_session_has_at_most_3000_postings(edit: SessionEdit) -> None:
    with pytest.raises(InvalidInput):
        edit_session(LIVE, edit)


@settings(max_examples=60)
@given(present=ids, wanted=ids, added=ids, closed=st.sets(st.sampled_from("abcdefg")))
def test_on_air_no_open_posting_goes_and_none_is_there_twice(
    present: list[str], wanted: list[str], added: list[str], closed: set[str]
) -> None:
    edit = SessionEdit(posting_ids=wanted, added_posting_ids=added)
    before = records.live_session(status=SessionStatus.LIVE, posting_ids=tuple(present))
    kept = set(present) <= {*wanted, *added, *closed}
    if not kept:
        with pytest.raises(SessionStateConflict):
            edit_session(before, edit, closed)
        return
    order = edit_session(before, edit, closed).posting_ids
    assert len(set(order)) == len(order)
    assert set(order) == {*wanted, *added, *(closed & set(present))}
    assert list(order[: len(wanted)]) == wanted
