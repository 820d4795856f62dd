"""Builders of live sessions, questions and QR codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from secrets import token_hex
from typing import Any

from domain.live.qr_codes import CodeKind, QrCode
from domain.live.questions import Question
from domain.live.recruitment_campaigns import RecruitmentCampaign
from domain.live.sessions import (
    Honour,
    Host,
    LiveSession,
    SessionFormat,
    SessionRecording,
    SessionStatus,
)
from storage.mongo.client import new_id
from tests.support.records.clock import FIXED_NOW
from tests.support.records.identity import HOST_ID, UNION_ID


def question(**changes: Any) -> Question:
    record = Question(
        id=new_id(),
        session_id="session",
        posting_id=None,
        asker=new_id(),
        body="有宿舍吗？",
        asked_at=FIXED_NOW,
    )
    return replace(record, **changes)


def recruitment_campaign(**changes: Any) -> RecruitmentCampaign:
    record = RecruitmentCampaign(
        id=new_id(),
        name="春风行动",
        name_en="Spring Breeze",
        starts_on=date(2026, 2, 1),
        ends_on=date(2026, 4, 30),
        union_id=UNION_ID,
        union_path=("root", UNION_ID),
        created_by="officer",
        created_at=FIXED_NOW,
    )
    return replace(record, **changes)


def live_session(**changes: Any) -> LiveSession:
    record = LiveSession(
        id=new_id(),
        title="劳模送岗",
        format=SessionFormat.MODEL_WORKER_LIVE,
        status=SessionStatus.LIVE,
        union_id=UNION_ID,
        union_path=("root", UNION_ID),
        host=Host(name="王师傅", honour=Honour.CITY_CRAFTSMAN),
        owner_id=HOST_ID,
        starts_at=FIXED_NOW,
        posting_ids=(),
        created_at=FIXED_NOW,
    )
    return replace(record, **changes)


def session_recording(**changes: Any) -> SessionRecording:
    """Return the recording that the host of ``live_session`` consented to."""
    record = SessionRecording(
        name=token_hex(16),
        person="王师傅",
        consent_version="1",
        consented_at=FIXED_NOW,
        consent_recorded_by=HOST_ID,
    )
    return replace(record, **changes)


def code(**changes: Any) -> QrCode:
    record = QrCode(
        id=new_id(),
        kind=CodeKind.SESSION,
        session_id="session",
        posting_id=None,
        place="",
        label="电梯海报",
        union_path=("root", UNION_ID),
        owner_id=HOST_ID,
        created_by=HOST_ID,
        created_at=FIXED_NOW,
    )
    return replace(record, **changes)
