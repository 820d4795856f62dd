"""The rules of recordings: nothing without the consent of who is seen, nothing for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.live.session_recordings import (
    LATE_SEGMENTS,
    Replay,
    delete_recording,
    find_overdue,
    give_consent,
    note_found,
    note_missing,
    recording_name,
    show_replay,
)
from domain.live.sessions import Host, LiveSession, SessionStatus
from domain.live.streams import NO_STREAM, cut_off
from domain.refusals import SessionStateConflict
from tests.support import records
from tests.support.records import FIXED_NOW

KEPT = timedelta(days=30)
NAME = "a" * 32
SECOND = timedelta(seconds=1)


def consent(session: LiveSession) -> LiveSession:
    given = give_consent(session, name=NAME, version="1", account_id="host", at=FIXED_NOW)
    return replace(session, recording=given)


def ended(**recording: object) -> LiveSession:
    """A session that ended now, with a recording that was found."""
    return records.live_session(
        status=SessionStatus.ENDED,
        ended_at=FIXED_NOW,
        recording=records.session_recording(
            **({"name": NAME, "found_at": FIXED_NOW, "duration_seconds": 60} | recording)
        ),
    )


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (SessionStatus.SCHEDULED, ""),  # a rehearsal
        (SessionStatus.LIVE, NAME),
        (SessionStatus.INTERRUPTED, NAME),
    ],
)
def test_a_picture_is_kept_on_air_and_only_with_a_consent(status: SessionStatus, name: str) -> None:
    session = records.live_session(status=status)
    assert recording_name(session) == ""
    assert recording_name(consent(session)) == name


def test_nothing_is_kept_of_another_host_of_a_cut_or_after_the_end() -> None:
    session = consent(records.live_session())
    assert recording_name(replace(session, host=Host(name="李师傅"))) == ""
    cut = cut_off(NO_STREAM, at=FIXED_NOW, reason="画面无关")
    assert recording_name(replace(session, stream=cut)) == ""
    assert recording_name(replace(session, status=SessionStatus.ENDED)) == ""
    deleted = delete_recording(session, at=FIXED_NOW)
    assert recording_name(replace(session, recording=deleted)) == ""


@pytest.mark.parametrize("status", [SessionStatus.DRAFT, SessionStatus.ENDED])
def test_a_consent_comes_before_or_during_the_session(status: SessionStatus) -> None:
    with pytest.raises(SessionStateConflict):
        consent(records.live_session(status=status))


def test_a_consent_stands_and_a_new_one_waits_until_the_old_recording_is_gone() -> None:
    session = consent(records.live_session())
    again = give_consent(session, name="b" * 32, version="1", account_id="x", at=FIXED_NOW)
    assert again == session.recording
    session = replace(session, recording=delete_recording(session, at=FIXED_NOW))
    with pytest.raises(SessionStateConflict, match="still being deleted"):
        consent(session)
    session = replace(session, recording=note_missing(session, at=FIXED_NOW))
    assert consent(session).recording != session.recording


def test_a_consent_of_the_host_before_is_not_one_of_the_host_now() -> None:
    session = replace(consent(records.live_session()), host=Host(name="李师傅"))
    with pytest.raises(SessionStateConflict, match="still being deleted"):
        consent(session)


def test_viewers_watch_what_was_found_until_its_days_are_over() -> None:
    session = ended()
    expires_at = FIXED_NOW + KEPT
    replay = Replay(name=NAME, duration_seconds=60, expires_at=expires_at)
    assert show_replay(session, at=expires_at - SECOND, kept=KEPT) == replay
    assert show_replay(session, at=expires_at, kept=KEPT) is None
    assert not find_overdue(session, at=expires_at - SECOND, kept=KEPT)
    assert find_overdue(session, at=expires_at, kept=KEPT)


@pytest.mark.parametrize(
    "session",
    [
        ended(found_at=None),
        ended(deleted_at=FIXED_NOW),
        ended(person="李师傅"),
        replace(ended(), recording=None),
        replace(ended(), status=SessionStatus.LIVE, ended_at=None),
        replace(ended(), stream=cut_off(NO_STREAM, at=FIXED_NOW, reason="画面无关")),
    ],
)
def test_everything_else_is_not_shown(session: LiveSession) -> None:
    assert show_replay(session, at=FIXED_NOW, kept=KEPT) is None


def test_a_recording_of_somebody_who_is_no_longer_the_host_is_overdue() -> None:
    session = replace(consent(records.live_session()), host=Host(name="李师傅"))
    assert find_overdue(session, at=FIXED_NOW, kept=KEPT)


def test_no_answer_counts_only_a_while_after_the_end() -> None:
    session = consent(records.live_session())
    assert note_missing(session, at=FIXED_NOW + KEPT) == session.recording
    session = replace(session, status=SessionStatus.ENDED, ended_at=FIXED_NOW)
    late = FIXED_NOW + LATE_SEGMENTS
    assert note_missing(session, at=late - SECOND) == session.recording
    gone = note_missing(session, at=late)
    assert gone is not None
    assert (gone.deleted_at, gone.removed_at) == (late, late)


def test_what_was_found_keeps_its_first_time() -> None:
    before = records.session_recording()
    found = note_found(before, duration_seconds=60, byte_count=9, at=FIXED_NOW)
    more = note_found(found, duration_seconds=61, byte_count=10, at=FIXED_NOW + SECOND)
    assert (more.found_at, more.duration_seconds, more.byte_count) == (FIXED_NOW, 61, 10)
