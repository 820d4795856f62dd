"""Refusals of questions, live sessions, pins and QR codes."""

from __future__ import annotations

from tests.schema.refusals.case import (
    TEXTS,
    Refused,
    host,
    invalid,
    setting,
    unknown,
)
from tests.support.world import gid

CASES: dict[str, Refused] = {
    "question, nothing": invalid("askQuestion", "viewer", setting(body=" \n"), "body"),
    "question, long": invalid("askQuestion", "viewer", setting(body="长" * 201), "body"),
    "question, of a phone": invalid(
        "askQuestion", "viewer", setting(body="打我电话１３８ ００１３８０００"), "body"
    ),
    "question, unknown session": Refused(
        "askQuestion",
        "viewer",
        setting(sessionId=lambda _: unknown("LiveSession")),
        "NotFound",
        "NOT_FOUND",
        ("input", "sessionId"),
    ),
    "question, not on air": Refused(
        "askQuestion",
        "viewer",
        setting(sessionId=lambda world: gid(world.scheduled)),
        "SessionNotLive",
        "SESSION_NOT_LIVE",
        None,
    ),
    "question, unknown posting": Refused(
        "askQuestion",
        "viewer",
        setting(postingId=lambda _: unknown("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "question, posting elsewhere": Refused(
        "askQuestion",
        "viewer",
        setting(postingId=lambda world: gid(world.absent)),
        "PostingNotInSession",
        "POSTING_NOT_IN_SESSION",
        None,
    ),
    "question, posting held": Refused(
        "askQuestion",
        "viewer",
        setting(postingId=lambda world: gid(world.held)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        None,
    ),
    "publish, unknown question": Refused(
        "publishQuestion",
        "officer",
        setting(questionId=lambda _: unknown("Question")),
        "NotFound",
        "NOT_FOUND",
        ("input", "questionId"),
    ),
    "answer, nothing": invalid("answerQuestion", "host", setting(answer="  "), "answer"),
    "answer, long": invalid("answerQuestion", "host", setting(answer="长" * 501), "answer"),
    **{
        f"question, {what}": invalid("askQuestion", "viewer", setting(body=text), "body")
        for what, text in TEXTS.items()
    },
    **{
        f"answer, {what}": invalid("answerQuestion", "host", setting(answer=text), "answer")
        for what, text in TEXTS.items()
    },
    "announce, a phrase that is refused": Refused(
        "announce",
        "host",
        setting(body="入职交押金300元"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "body"),
    ),
    "announce, a phrase for a person": Refused(
        "announce",
        "host",
        setting(body="35岁以下优先"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "body"),
    ),
    "schedule, a phrase in the title": Refused(
        "scheduleSession",
        "host",
        setting(title="月入过万专场"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "title"),
    ),
    "segment, a phrase in its title": Refused(
        "setSegment",
        "host",
        setting(title="月入过万"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "title"),
    ),
    "answer, a phrase": Refused(
        "answerQuestion",
        "host",
        setting(answer="限男性"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "answer"),
    ),
    "schedule, no title": invalid("scheduleSession", "host", setting(title=""), "title"),
    "schedule, long title": invalid("scheduleSession", "host", setting(title="长" * 121), "title"),
    "schedule, time without zone": invalid(
        "scheduleSession", "host", setting(startsAt="2026-11-23T19:00:00"), "startsAt"
    ),
    "schedule, in the first year": invalid(
        "scheduleSession", "host", setting(startsAt="0001-01-01T00:00:00+14:00"), "startsAt"
    ),
    "schedule, in the last year": invalid(
        "scheduleSession", "host", setting(startsAt="9999-12-31T23:59:59-12:00"), "startsAt"
    ),
    "schedule, no postings": invalid(
        "scheduleSession", "host", setting(postingIds=[]), "postingIds"
    ),
    "schedule, too many postings": invalid(
        "scheduleSession",
        "host",
        setting(postingIds=lambda world: [gid(world.open)] * 3_001),
        "postingIds",
    ),
    "schedule, a posting twice": invalid(
        "scheduleSession",
        "host",
        setting(postingIds=lambda world: [gid(world.open)] * 2),
        "postingIds",
    ),
    "schedule, model worker without honour": invalid(
        "scheduleSession", "host", host(honour=None), "host", "honour"
    ),
    "schedule, host without name": invalid(
        "scheduleSession", "host", host(name=""), "host", "name"
    ),
    "schedule, unknown union": Refused(
        "scheduleSession",
        "host",
        setting(unionId=lambda _: unknown("Union")),
        "NotFound",
        "NOT_FOUND",
        ("input", "unionId"),
    ),
    "schedule, union above": Refused(
        "scheduleSession",
        "host",
        setting(unionId=lambda world: gid(world.province)),
        "NotPermitted",
        "NOT_PERMITTED",
        ("input", "unionId"),
    ),
    "schedule, unknown posting": Refused(
        "scheduleSession",
        "host",
        setting(postingIds=lambda world: [gid(world.open), unknown("Posting")]),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        ("input", "postingIds", "1"),
    ),
    "announce, nothing": invalid("announce", "host", setting(body=" \n"), "body"),
    "announce, too much": invalid("announce", "host", setting(body="长" * 501), "body"),
    "segment, long title": invalid("setSegment", "host", setting(title="长" * 61), "title"),
    "code, no label": invalid("createCode", "host", setting(label=" "), "label"),
    "code, long label": invalid("createCode", "host", setting(label="长" * 61), "label"),
    "code, long place": invalid("createCode", "host", setting(place="长" * 61), "place"),
    "code, of nothing": invalid("createCode", "officer", setting(sessionId=None), "sessionId"),
    "code, of a posting without session": invalid(
        "createCode",
        "officer",
        setting(sessionId=None, postingId=lambda world: gid(world.open)),
        "sessionId",
    ),
    "code, of a host without session": Refused(
        "createCode",
        "host",
        setting(sessionId=None, place="东门"),
        "NotPermitted",
        "NOT_PERMITTED",
        None,
    ),
    "code, unknown session": Refused(
        "createCode",
        "officer",
        setting(sessionId=lambda _: unknown("LiveSession")),
        "NotFound",
        "NOT_FOUND",
        ("input", "sessionId"),
    ),
    "code, unknown posting": Refused(
        "createCode",
        "officer",
        setting(postingId=lambda _: unknown("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "code, a posting that is not open": Refused(
        "createCode",
        "host",
        setting(postingId=lambda world: gid(world.held)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        ("input", "postingId"),
    ),
    "code, a posting of no session": Refused(
        "createCode",
        "host",
        setting(postingId=lambda world: gid(world.absent)),
        "PostingNotInSession",
        "POSTING_NOT_IN_SESSION",
        None,
    ),
    "code, a poster of another union's posting": Refused(
        "createCode",
        "officer elsewhere",
        setting(sessionId=None, place="东门", postingId=lambda world: gid(world.open)),
        "NotPermitted",
        "NOT_PERMITTED",
        ("input", "postingId"),
    ),
}

CASES["pinPosting, unknown posting"] = Refused(
    "pinPosting",
    "host",
    setting(postingId=lambda _: unknown("Posting")),
    "NotFound",
    "NOT_FOUND",
    None,
)
CASES["pinPosting, a posting of no session"] = Refused(
    "pinPosting",
    "host",
    setting(postingId=lambda world: gid(world.absent)),
    "PostingNotInSession",
    "POSTING_NOT_IN_SESSION",
    None,
)
