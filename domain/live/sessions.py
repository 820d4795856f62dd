"""Live sessions: host, running order, and the status from draft to end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.labels import Labelled
from domain.live.log_position import LogPosition
from domain.live.streams import NO_STREAM, Stream
from domain.refusals import SessionStateConflict

MAX_SESSION_POSTINGS = 3_000
"""Maximum postings of a session. Shaanxi presented about 2,300 each (70,000 in 30 sessions)."""


class SessionFormat(Labelled):
    """The kind of event that a session is."""

    CHAIR_LIVE = "CHAIR_LIVE", "工会主席直播带岗"
    MODEL_WORKER_LIVE = "MODEL_WORKER_LIVE", "劳模送岗"
    JOB_TOUR = "JOB_TOUR", "企业探岗"
    JOB_FAIR = "JOB_FAIR", "招聘会"


class SessionStatus(Labelled):
    """The status of a session; ``is_transition_allowed`` tells which may follow which."""

    DRAFT = "DRAFT", "草稿"
    SCHEDULED = "SCHEDULED", "已排期"
    LIVE = "LIVE", "直播中"
    INTERRUPTED = "INTERRUPTED", "中断"
    ENDED = "ENDED", "已结束"
    CANCELLED = "CANCELLED", "已取消"


ON_AIR_STATUSES = frozenset({SessionStatus.LIVE, SessionStatus.INTERRUPTED})
"""The room is open."""
OVER_STATUSES = frozenset({SessionStatus.ENDED, SessionStatus.CANCELLED})


class Segment(Labelled):
    """A part of a live session. Stories and job presentations alternate."""

    STORY = "STORY", "故事"
    POSTING = "POSTING", "岗位"
    POLICY = "POLICY", "政策"
    QA = "QA", "问答", "Questions and answers"
    TOUR = "TOUR", "探访"
    INTERVIEW = "INTERVIEW", "面试"


class Campaign(Labelled):
    """The parts of 工会帮就业, the unions' employment assistance."""

    TRAINING = "TRAINING", "培训"
    ENTREPRENEURSHIP = "ENTREPRENEURSHIP", "创业", "Starting a business"
    COLLABORATION = "COLLABORATION", "协作"
    ASSISTANCE = "ASSISTANCE", "援助"
    AI = "AI", "人工智能", "Artificial intelligence"


class Honour(Labelled):
    """Labour honours of a host, from national to county level."""

    NATIONAL_MODEL_WORKER = "NATIONAL_MODEL_WORKER", "全国劳动模范"
    NATIONAL_ADVANCED_WORKER = "NATIONAL_ADVANCED_WORKER", "全国先进工作者"
    NATIONAL_MAY_DAY_MEDAL = "NATIONAL_MAY_DAY_MEDAL", "全国五一劳动奖章"
    GREAT_NATION_CRAFTSMAN = "GREAT_NATION_CRAFTSMAN", "大国工匠"
    PROVINCE_MODEL_WORKER = "PROVINCE_MODEL_WORKER", "省劳模"
    PROVINCE_MAY_DAY_MEDAL = "PROVINCE_MAY_DAY_MEDAL", "省五一劳动奖章"
    PROVINCE_CRAFTSMAN = "PROVINCE_CRAFTSMAN", "省级工匠"
    CITY_MODEL_WORKER = "CITY_MODEL_WORKER", "市劳模"
    CITY_MAY_DAY_MEDAL = "CITY_MAY_DAY_MEDAL", "市五一劳动奖章"
    CITY_CRAFTSMAN = "CITY_CRAFTSMAN", "市工匠"
    COUNTY_MODEL_WORKER = "COUNTY_MODEL_WORKER", "县级劳模"


_NEXT_STATUSES: dict[SessionStatus, frozenset[SessionStatus]] = {
    SessionStatus.DRAFT: frozenset({SessionStatus.SCHEDULED, SessionStatus.CANCELLED}),
    SessionStatus.SCHEDULED: frozenset({SessionStatus.LIVE, SessionStatus.CANCELLED}),
    SessionStatus.LIVE: frozenset({SessionStatus.INTERRUPTED, SessionStatus.ENDED}),
    SessionStatus.INTERRUPTED: frozenset({SessionStatus.LIVE, SessionStatus.ENDED}),
    SessionStatus.ENDED: frozenset(),
    SessionStatus.CANCELLED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Host:
    """The person who presents a session."""

    name: str
    honour: Honour | None = None


@dataclass(frozen=True, kw_only=True)
class SessionRecording:
    """A portrait consent, and the recording that it allows (``domain.live.session_recordings``).

    ``name`` is that of the recording in the media process, ``person`` the host who consented at
    ``consented_at`` to the text ``consent_version``, as the account ``consent_recorded_by`` says.
    ``found_at`` is when the media process first had it after the end of the session, with
    ``duration_seconds`` and ``byte_count``. ``deleted_at`` ends the consent and hides it,
    ``removed_at`` is when the media process had nothing of it any more.
    """

    name: str
    person: str
    consent_version: str
    consented_at: datetime
    consent_recorded_by: str
    found_at: datetime | None = None
    duration_seconds: int = 0
    byte_count: int = 0
    deleted_at: datetime | None = None
    removed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LiveSession:
    """A live session.

    ``posting_ids`` is the running order. ``seq`` is that of the last logged event that this state
    includes. ``position`` is the position of that event; a node of a version without tags leaves
    an older one, or none. ``segment`` and ``segment_title`` say what is on air; both are empty
    until the host sets them and after the end. ``slow_mode_seconds`` is the time between two
    questions of one viewer, 0 without slow mode. ``views`` counts how often a viewer joined,
    ``peak_viewers`` is the highest number at one time. ``cover_url`` is empty for the cover that is
    drawn. ``stream`` is the picture, ``recording`` what is kept of it. ``closed_posting_ids`` are
    those of the running order that viewers know as closed; None before the session has started.
    """

    id: str
    title: str
    format: SessionFormat
    status: SessionStatus
    union_id: str
    union_path: tuple[str, ...]
    host: Host
    owner_id: str
    starts_at: datetime
    posting_ids: tuple[str, ...]
    pinned_posting_id: str | None = None
    segment: Segment | None = None
    segment_title: str = ""
    slow_mode_seconds: int = 0
    peak_viewers: int = 0
    views: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    seq: int = 0
    position: LogPosition | None = None
    created_at: datetime
    synthetic: bool = False
    campaign_id: str | None = None
    description: str = ""
    cover_url: str = ""
    stream: Stream = NO_STREAM
    recording: SessionRecording | None = None
    closed_posting_ids: tuple[str, ...] | None = None

    def knows_otherwise(self, posting_id: str, *, is_open: bool) -> bool:
        """Return whether viewers know the posting as closed although it is open, or the reverse."""
        if self.closed_posting_ids is None or posting_id not in self.posting_ids:
            return False
        return (posting_id in self.closed_posting_ids) == is_open


def is_transition_allowed(status: SessionStatus, wanted: SessionStatus) -> bool:
    """Return whether a session may go from ``status`` to ``wanted``."""
    return wanted in _NEXT_STATUSES[status]


def check_transition(status: SessionStatus, wanted: SessionStatus) -> None:
    """Check that a session may go from ``status`` to ``wanted``.

    :raises SessionStateConflict: it may not. The message names both statuses.
    """
    if not is_transition_allowed(status, wanted):
        raise SessionStateConflict(
            f"The session is {status}; it cannot become {wanted}. Reload it and try again.",
            f"场次当前为“{status.zh}”，不能变为“{wanted.zh}”。请刷新后重试。",
        )
