"""Stored names never change: literal lists of every event, enumeration value and topic prefix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, get_args, get_type_hints

import pytest

from domain.leads.leads import LeadStage
from domain.live import events, log_topics
from domain.live.events import EventEnvelope, LoggedEvent
from domain.live.log_topics import parse_session_topic
from domain.live.own_room_events import QuestionDeclined, QuestionReceived
from domain.live.sessions import Segment
from domain.reference.occupations import Occupation
from storage.mongo.client import Transaction
from storage.mongo.event_log import envelope_from_document
from storage.mongo.stored_names import EVENT_NAMES, UnnamedEvent, event_class_of, name_of_event
from storage.mongo.validators import RECORD_CLASSES
from storage.store import Store, encryption_context
from tests.support import records

AT = datetime(2026, 11, 26, tzinfo=UTC)

# The names in the log of every database. A renamed class keeps its line; no line is removed.
STORED_EVENTS: dict[str, tuple[LoggedEvent, dict[str, Any]]] = {
    "SessionStarted": (events.SessionStarted(session_id="s"), {"session_id": "s"}),
    "SessionInterrupted": (events.SessionInterrupted(session_id="s"), {"session_id": "s"}),
    "SessionResumed": (events.SessionResumed(session_id="s"), {"session_id": "s"}),
    "SessionEnded": (events.SessionEnded(session_id="s"), {"session_id": "s"}),
    "SessionCancelled": (events.SessionCancelled(session_id="s"), {"session_id": "s"}),
    "SessionEdited": (events.SessionEdited(session_id="s"), {"session_id": "s"}),
    "PostingPinned": (
        events.PostingPinned(session_id="s", posting_id="p"),
        {"session_id": "s", "posting_id": "p"},
    ),
    "PostingUnpinned": (
        events.PostingUnpinned(session_id="s", posting_id="p"),
        {"session_id": "s", "posting_id": "p"},
    ),
    "SessionPostingClosed": (
        events.SessionPostingClosed(session_id="s", posting_id="p"),
        {"session_id": "s", "posting_id": "p"},
    ),
    "SessionPostingOpened": (
        events.SessionPostingOpened(session_id="s", posting_id="p"),
        {"session_id": "s", "posting_id": "p"},
    ),
    "Announcement": (
        events.Announcement(session_id="s", body="b"),
        {"session_id": "s", "body": "b"},
    ),
    "SegmentChanged": (
        events.SegmentChanged(session_id="s", segment=Segment.POLICY, title="t"),
        {"session_id": "s", "segment": "POLICY", "title": "t"},
    ),
    "StreamChanged": (events.StreamChanged(session_id="s"), {"session_id": "s"}),
    "SlowModeChanged": (
        events.SlowModeChanged(session_id="s", seconds=30),
        {"session_id": "s", "seconds": 30},
    ),
    "QuestionReceived": (
        QuestionReceived(session_id="s", question_id="q"),
        {"session_id": "s", "question_id": "q"},
    ),
    "QuestionPublished": (
        events.QuestionPublished(session_id="s", question_id="q"),
        {"session_id": "s", "question_id": "q"},
    ),
    "QuestionAnswered": (
        events.QuestionAnswered(session_id="s", question_id="q"),
        {"session_id": "s", "question_id": "q"},
    ),
    "QuestionHidden": (
        events.QuestionHidden(session_id="s", question_id="q"),
        {"session_id": "s", "question_id": "q"},
    ),
    "QuestionDeclined": (
        QuestionDeclined(session_id="s", question_id="q"),
        {"session_id": "s", "question_id": "q"},
    ),
    "LeadRecorded": (
        events.LeadRecorded(session_id="s", lead_id="l"),
        {"session_id": "s", "lead_id": "l"},
    ),
    "LeadAdvanced": (
        events.LeadAdvanced(session_id="s", lead_id="l", stage=LeadStage.HIRED),
        {"session_id": "s", "lead_id": "l", "stage": "HIRED"},
    ),
    "LeadAssigned": (
        events.LeadAssigned(session_id="s", lead_id="l"),
        {"session_id": "s", "lead_id": "l"},
    ),
    "LeadNoted": (
        events.LeadNoted(session_id="s", lead_id="l"),
        {"session_id": "s", "lead_id": "l"},
    ),
    "LeadEscalated": (
        events.LeadEscalated(session_id="s", lead_id="l"),
        {"session_id": "s", "lead_id": "l"},
    ),
    "HireConfirmed": (
        events.HireConfirmed(session_id="s", lead_id="l"),
        {"session_id": "s", "lead_id": "l"},
    ),
    "LeadConfirmed": (
        events.LeadConfirmed(session_id="s", lead_id="l"),
        {"session_id": "s", "lead_id": "l"},
    ),
    "LeadSuperseded": (
        events.LeadSuperseded(session_id="s", lead_id="l"),
        {"session_id": "s", "lead_id": "l"},
    ),
    "PostingMatched": (
        events.PostingMatched(seeker_id="s", posting_id="p"),
        {"seeker_id": "s", "posting_id": "p"},
    ),
}

# The values of all enumerations in records and events, one line each.
STORED_ENUM_VALUES = {
    "PENDING SENT DELIVERED FAILED EXPIRED SUPPRESSED",
    "SMS VOICE",
    "A UNVERIFIED",
    "OPEN VERIFIED REFUSED",
    "ACCEPTED HELD REFUSED DUPLICATE FAILED",
    "APPROVED REFUSED REPORT_DISMISSED",
    "ASKED PUBLISHED ANSWERED DECLINED",
    "CHAIR_LIVE MODEL_WORKER_LIVE JOB_TOUR JOB_FAIR",
    "DAY TWO_SHIFT THREE_SHIFT FLEXIBLE",
    "DRAFT SCHEDULED LIVE INTERRUPTED ENDED CANCELLED",
    # tests/domain/reference/test_occupations.py holds their order.
    " ".join(Occupation),
    "EMPLOYER REGION",
    "EMPLOYER SEEKER",
    "ENABLED DISABLED FAILED",
    "FEES_TAKEN FALSE_TERMS DISCRIMINATION FRAUD FILLED OTHER",
    "FULL_TIME PART_TIME INTERNSHIP GIG DISPATCH",
    (
        "GRADUATE MIGRANT_WORKER REGISTERED_UNEMPLOYED LAID_OFF TRANSFERRING "
        "NEW_FORM_WORKER HARDSHIP_WORKER HARDSHIP_FAMILY GIG_WORKER HARD_TO_EMPLOY "
        "VETERAN DISABLED OLDER_WORKER"
    ),
    (
        "INTERESTED CONTACTED INTERVIEWED OFFERED HIRED RETAINED_30 RETAINED_90 WITHDRAWN "
        "REFUSED UNREACHABLE"
    ),
    (
        "LEAD_RECORDED LEAD_ADVANCED LEAD_ASSIGNED LEAD_HIRE_CONFIRMED "
        "LEAD_CONSENT_WITHDRAWN LEAD_ERASED POSTING_OPENED POSTING_HELD POSTING_REFUSED "
        "POSTING_CLOSED SESSION_STARTED SESSION_ENDED WEBHOOK_TEST"
    ),
    "LIGHT MEDIUM HEAVY",
    "LIVE_TAP SESSION_QR POSTING_QR REPLAY BOARD",
    (
        "MEALS DORMITORY SHUTTLE_BUS HOUSING_FUND PAID_LEAVE PAID_TRAINING HEALTH_CHECK "
        "HEAT_ALLOWANCE NIGHT_ALLOWANCE CHILD_CARE FESTIVAL_GIFTS BARRIER_FREE"
    ),
    "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY",
    "MONTH HOUR DAY YEAR PIECE",
    "DAILY WEEKLY MONTHLY PER_JOB",
    (
        "COMMISSION BONUS PIECE_RATE PERFORMANCE OVERTIME FULL_ATTENDANCE YEAR_END_BONUS SENIORITY "
        "MEAL_ALLOWANCE HOUSING_ALLOWANCE TRANSPORT_ALLOWANCE NIGHT_ALLOWANCE HEAT_ALLOWANCE "
        "SKILL_ALLOWANCE OTHER"
    ),
    "HOUR SHIFT DAY MONTH YEAR PIECE ONCE",
    "ON_SITE HYBRID REMOTE",
    "TWO_A_WEEK ONE_A_WEEK ALTERNATING BY_ROSTER",
    "NONE JUNIOR SENIOR VOCATIONAL COLLEGE BACHELOR MASTER DOCTOR",
    "VIDEO VR IMAGE",
    "NATIONAL PROVINCE CITY COUNTY TOWN VILLAGE GRASSROOTS JOINT INDUSTRIAL",
    (
        "NATIONAL_MODEL_WORKER NATIONAL_ADVANCED_WORKER NATIONAL_MAY_DAY_MEDAL "
        "GREAT_NATION_CRAFTSMAN PROVINCE_MODEL_WORKER PROVINCE_MAY_DAY_MEDAL "
        "PROVINCE_CRAFTSMAN CITY_MODEL_WORKER CITY_MAY_DAY_MEDAL CITY_CRAFTSMAN "
        "COUNTY_MODEL_WORKER"
    ),
    "OCCUPATION TITLE EMPLOYER PLACE",
    "OFFICER HOST RECRUITER PERSON OPERATOR SERVICE",
    "OFFICER HOST RECRUITER VIEWER SEEKER",
    "ON_SITE DOCUMENTS REGISTRY VIDEO",
    "OPEN ACCEPTED DONE DECLINED LAPSED",
    "OPEN IN_REVIEW SUSPENDED REFUSED CLOSED",
    "OPEN UPHELD DISMISSED",
    "PENDING DELIVERED DEAD",
    "PENSION MEDICAL UNEMPLOYMENT WORK_INJURY MATERNITY",
    "POSTINGS EMPLOYERS",
    "PRIMARY JUNIOR SENIOR VOCATIONAL COLLEGE BACHELOR MASTER",
    "QUEUED RUNNING DONE",
    "QUEUED RUNNING DONE CANCELLED BROKEN",
    "REACHED NO_ANSWER CALL_BACK NOT_SEEKING WRONG_NUMBER DO_NOT_CALL",
    (
        "RECORDED ADVANCED ASSIGNED NOTED ESCALATED CONFIRMED CONSENT_WITHDRAWN CORRECTED ERASED "
        "PHONE_CONFIRMED SUPERSEDED"
    ),
    "UNCONFIRMED CONFIRMED SUPERSEDED LEGACY",
    "CODE CALL IN_PERSON",
    "REFUSE REVIEW SUSPEND WARN",
    (
        "REVEAL EXPORT CORRECT WITHDRAW_CONSENT CONFIRM_HIRE ERASE DELETE_RECORDS "
        "ROTATE_KEYS CHANGE_SECRET VERIFY_EMPLOYER ADD_MINIMUM_WAGE VERIFY_MINIMUM_WAGE "
        "CONFIRM_PHONE PUBLISH_CONSENT_TEXT DISABLE_ACCOUNT ENABLE_ACCOUNT "
        "RESET_PASSWORD CHANGE_PASSWORD SIGN_OUT_EVERYWHERE END_SIGN_IN REDACT ADD_OCCUPATION "
        "CUT_OFF_STREAM RESTORE_STREAM EDIT_SESSION PROPOSE_MINIMUM_WAGE "
        "REFUSE_MINIMUM_WAGE APPEAL_POSTING CONSENT_TO_RECORDING DELETE_RECORDING"
    ),
    "SEEKING NOT_SEEKING EMPLOYED PAUSED",
    "OFFLINE LIVE INTERRUPTED ENDED",
    "SESSION POSTING POSTER PAGE",
    (
        "SKILL_MISMATCH EXPERIENCE_SHORT POSITION_FILLED POSITION_WITHDRAWN NO_SHOW "
        "TERMS_NOT_AGREED OTHER"
    ),
    "STATUS TIMEOUT UNREACHABLE ADDRESS_REFUSED CERTIFICATE_REFUSED SECRET_DAMAGED",
    "STORY POSTING POLICY QA TOUR INTERVIEW",
    "TRAINING LEGAL_AID COUNSELLING POLICY ENTREPRENEURSHIP HARDSHIP_AID",
    "WITHDRAWN EXPIRED FILLED",
}


def enumerations(kind: Any, seen: set[Any]) -> Iterator[type[Enum]]:
    """Return all enumerations in the fields of a record, at any depth."""
    if kind in seen:
        return
    seen.add(kind)
    for part in get_args(kind):
        yield from enumerations(part, seen)
    if isinstance(kind, type) and issubclass(kind, Enum):
        yield kind
    elif is_dataclass(kind):
        hints = get_type_hints(kind)
        for field in fields(kind):
            yield from enumerations(hints[field.name], seen)


def test_every_class_of_logged_events_has_a_unique_stored_name() -> None:
    assert set(EVENT_NAMES) == set(get_args(LoggedEvent))
    assert sorted(EVENT_NAMES.values()) == sorted(STORED_EVENTS)


async def test_an_event_is_stored_under_its_name_and_read_back(store: Store) -> None:
    logged = [event for event, _ in STORED_EVENTS.values()]

    async def append(transaction: Transaction) -> None:
        await store.event_log.append("session/s", logged, at=AT, transaction=transaction)

    await store.mongo.run_transaction(append)
    documents = await store.mongo["events"].find({}).sort("_id", 1).to_list(None)
    assert [(document["kind"], document["event"]) for document in documents] == [
        (name, fields_) for name, (_, fields_) in STORED_EVENTS.items()
    ]
    read = await store.event_log.read("session/s", after=0, limit=100)
    assert [envelope.event for envelope in read] == logged


@pytest.mark.parametrize("name", STORED_EVENTS)
def test_history_is_read_by_the_stored_name(name: str) -> None:
    event, stored = STORED_EVENTS[name]
    place = {"topic": "session/s", "seq": 1, "tag": "a", "at": AT}
    document = {**place, "kind": name, "event": stored}
    assert envelope_from_document(document) == EventEnvelope(
        topic="session/s", seq=1, tag="a", at=AT, event=event
    )


def test_an_unknown_name_is_unrecognised_and_an_ephemeral_event_is_refused() -> None:
    assert event_class_of("HostWaved") is events.Unrecognised
    with pytest.raises(UnnamedEvent, match="Reset has no stored name"):
        name_of_event(events.Reset(session_id="s"))


def test_topics_keep_their_prefixes() -> None:
    assert log_topics.session_topic("x") == "session/x"
    assert log_topics.lead_topic("x") == "leads/x"
    assert log_topics.seeker_topic("x") == "seeker/x"
    assert log_topics.question_topic("x") == "questions/x"
    assert parse_session_topic("session/x") == "x"


def test_sealed_contacts_stay_bound_to_the_same_names() -> None:
    assert encryption_context(records.lead(id="x")) == "x"
    assert encryption_context(records.seeker(id="x")) == "Seeker/x"
    assert encryption_context(records.call_entry(id="x")) == "CallEntry/x"


def test_enumerations_keep_their_stored_values() -> None:
    seen: set[Any] = set()
    found = {
        " ".join(member.value for member in enumeration)
        for record_class in (*RECORD_CLASSES.values(), *EVENT_NAMES)
        for enumeration in enumerations(record_class, seen)
    }
    assert found == STORED_ENUM_VALUES
