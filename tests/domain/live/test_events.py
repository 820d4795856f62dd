"""Topics of a session's events."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.live.log_topics import lead_topic, session_topic


@given(st.text(), st.text())
def test_a_session_has_one_topic_for_viewers_and_one_for_staff(one: str, other: str) -> None:
    assert (session_topic(one) == session_topic(other)) is (one == other)
    assert (lead_topic(one) == lead_topic(other)) is (one == other)
    assert session_topic(one) != lead_topic(other)
