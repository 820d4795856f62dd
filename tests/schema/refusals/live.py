"""Refusals of questions, live sessions, pins and QR codes."""

from __future__ import annotations

from tests.schema.refusals.case import (
    FORBIDDEN_TEXTS,
    RefusalCase,
    invalid_input,
    unknown_id,
    with_host,
    with_values,
)
from tests.support.world import gid

CASES: dict[str, RefusalCase] = {
    "question, nothing": invalid_input("askQuestion", "viewer", with_values(body=" \n"), "body"),
    "question, long": invalid_input("askQuestion", "viewer", with_values(body="长" * 201), "body"),
    "question, of a phone": invalid_input(
        "askQuestion", "viewer", with_values(body="打我电话１３８ ００１３８０００"), "body"
    ),
    "question, unknown session": RefusalCase(
        "askQuestion",
        "viewer",
        with_values(sessionId=lambda _: unknown_id("LiveSession")),
        "NotFound",
        "NOT_FOUND",
        ("input", "sessionId"),
    ),
    "question, not on air": RefusalCase(
        "askQuestion",
        "viewer",
        with_values(sessionId=lambda world: gid(world.scheduled)),
        "SessionNotLive",
        "SESSION_NOT_LIVE",
        None,
    ),
    "question, unknown posting": RefusalCase(
        "askQuestion",
        "viewer",
        with_values(postingId=lambda _: unknown_id("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "question, posting elsewhere": RefusalCase(
        "askQuestion",
        "viewer",
        with_values(postingId=lambda world: gid(world.absent)),
        "PostingNotInSession",
        "POSTING_NOT_IN_SESSION",
        None,
    ),
    "question, posting held": RefusalCase(
        "askQuestion",
        "viewer",
        with_values(postingId=lambda world: gid(world.held)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        None,
    ),
    "publish, unknown question": RefusalCase(
        "publishQuestion",
        "officer",
        with_values(questionId=lambda _: unknown_id("Question")),
        "NotFound",
        "NOT_FOUND",
        ("input", "questionId"),
    ),
    "answer, nothing": invalid_input("answerQuestion", "host", with_values(answer="  "), "answer"),
    "answer, long": invalid_input(
        "answerQuestion", "host", with_values(answer="长" * 501), "answer"
    ),
    **{
        f"question, {what}": invalid_input("askQuestion", "viewer", with_values(body=text), "body")
        for what, text in FORBIDDEN_TEXTS.items()
    },
    **{
        f"answer, {what}": invalid_input(
            "answerQuestion", "host", with_values(answer=text), "answer"
        )
        for what, text in FORBIDDEN_TEXTS.items()
    },
    "announce, a phrase that is refused": RefusalCase(
        "announce",
        "host",
        with_values(body="入职交押金300元"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "body"),
    ),
    "announce, a phrase for a person": RefusalCase(
        "announce",
        "host",
        with_values(body="35岁以下优先"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "body"),
    ),
    "schedule, a phrase in the title": RefusalCase(
        "scheduleSession",
        "host",
        with_values(title="月入过万专场"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "title"),
    ),
    "segment, a phrase in its title": RefusalCase(
        "setSegment",
        "host",
        with_values(title="月入过万"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "title"),
    ),
    "answer, a phrase": RefusalCase(
        "answerQuestion",
        "host",
        with_values(answer="限男性"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "answer"),
    ),
    "schedule, no title": invalid_input("scheduleSession", "host", with_values(title=""), "title"),
    "schedule, long title": invalid_input(
        "scheduleSession", "host", with_values(title="长" * 121), "title"
    ),
    "schedule, long description": invalid_input(
        "scheduleSession", "host", with_values(description="长" * 2_001), "description"
    ),
    "schedule, a phone in the description": invalid_input(
        "scheduleSession", "host", with_values(description="电话13800138000"), "description"
    ),
    "schedule, a phrase in the description": RefusalCase(
        "scheduleSession",
        "host",
        with_values(description="月入过万专场"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "description"),
    ),
    "schedule, a cover elsewhere": invalid_input(
        "scheduleSession", "host", with_values(coverUrl="https://evil.example/1"), "coverUrl"
    ),
    **{
        f"picture, {what}": invalid_input("setStreamSource", "host", with_values(**given), field)
        for what, given, field in (
            ("a playlist elsewhere", {"hlsUrl": "https://evil.example/1.m3u8"}, "hlsUrl"),
            ("a poster elsewhere", {"posterUrl": "https://evil.example/1.jpg"}, "posterUrl"),
            ("an unknown platform", {"linkUrl": "https://evil.example/"}, "linkUrl"),
            ("a playlist and a link", {"linkUrl": "https://v.douyin.com/1/"}, "linkUrl"),
        )
    },
    "picture, no reason": invalid_input(
        "cutOffStream", "officer", with_values(reason="广告"), "reason"
    ),
    "picture, a phrase in the reason": RefusalCase(
        "cutOffStream",
        "officer",
        with_values(reason="入职交押金300元"),
        "TextRefused",
        "TEXT_REFUSED",
        ("input", "reason"),
    ),
    "schedule, time without zone": invalid_input(
        "scheduleSession", "host", with_values(startsAt="2026-11-23T19:00:00"), "startsAt"
    ),
    "schedule, in the first year": invalid_input(
        "scheduleSession", "host", with_values(startsAt="0001-01-01T00:00:00+14:00"), "startsAt"
    ),
    "schedule, in the last year": invalid_input(
        "scheduleSession", "host", with_values(startsAt="9999-12-31T23:59:59-12:00"), "startsAt"
    ),
    "schedule, no postings": invalid_input(
        "scheduleSession", "host", with_values(postingIds=[]), "postingIds"
    ),
    "schedule, too many postings": invalid_input(
        "scheduleSession",
        "host",
        with_values(postingIds=lambda world: [gid(world.open)] * 3_001),
        "postingIds",
    ),
    "schedule, a posting twice": invalid_input(
        "scheduleSession",
        "host",
        with_values(postingIds=lambda world: [gid(world.open)] * 2),
        "postingIds",
    ),
    "schedule, model worker without honour": invalid_input(
        "scheduleSession", "host", with_host(honour=None), "host", "honour"
    ),
    "schedule, host without name": invalid_input(
        "scheduleSession", "host", with_host(name=""), "host", "name"
    ),
    "schedule, unknown union": RefusalCase(
        "scheduleSession",
        "host",
        with_values(unionId=lambda _: unknown_id("Union")),
        "NotFound",
        "NOT_FOUND",
        ("input", "unionId"),
    ),
    "schedule, union above": RefusalCase(
        "scheduleSession",
        "host",
        with_values(unionId=lambda world: gid(world.province)),
        "NotPermitted",
        "NOT_PERMITTED",
        ("input", "unionId"),
    ),
    "schedule, unknown posting": RefusalCase(
        "scheduleSession",
        "host",
        with_values(postingIds=lambda world: [gid(world.open), unknown_id("Posting")]),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        ("input", "postingIds", "1"),
    ),
    "announce, nothing": invalid_input("announce", "host", with_values(body=" \n"), "body"),
    "announce, too much": invalid_input("announce", "host", with_values(body="长" * 501), "body"),
    "segment, long title": invalid_input(
        "setSegment", "host", with_values(title="长" * 61), "title"
    ),
    "code, no label": invalid_input("createCode", "host", with_values(label=" "), "label"),
    "code, long label": invalid_input("createCode", "host", with_values(label="长" * 61), "label"),
    "code, long place": invalid_input("createCode", "host", with_values(place="长" * 61), "place"),
    "code, of nothing": invalid_input(
        "createCode", "officer", with_values(sessionId=None), "sessionId"
    ),
    "code, of a posting without session": invalid_input(
        "createCode",
        "officer",
        with_values(sessionId=None, postingId=lambda world: gid(world.open)),
        "sessionId",
    ),
    "code, of a host without session": RefusalCase(
        "createCode",
        "host",
        with_values(sessionId=None, place="东门"),
        "NotPermitted",
        "NOT_PERMITTED",
        None,
    ),
    "code, unknown session": RefusalCase(
        "createCode",
        "officer",
        with_values(sessionId=lambda _: unknown_id("LiveSession")),
        "NotFound",
        "NOT_FOUND",
        ("input", "sessionId"),
    ),
    "code, unknown posting": RefusalCase(
        "createCode",
        "officer",
        with_values(postingId=lambda _: unknown_id("Posting")),
        "NotFound",
        "NOT_FOUND",
        ("input", "postingId"),
    ),
    "code, a posting that is not open": RefusalCase(
        "createCode",
        "host",
        with_values(postingId=lambda world: gid(world.held)),
        "PostingNotOpen",
        "POSTING_NOT_OPEN",
        ("input", "postingId"),
    ),
    "code, a posting of no session": RefusalCase(
        "createCode",
        "host",
        with_values(postingId=lambda world: gid(world.absent)),
        "PostingNotInSession",
        "POSTING_NOT_IN_SESSION",
        None,
    ),
    "code, a poster of another union's posting": RefusalCase(
        "createCode",
        "officer elsewhere",
        with_values(sessionId=None, place="东门", postingId=lambda world: gid(world.open)),
        "NotPermitted",
        "NOT_PERMITTED",
        ("input", "postingId"),
    ),
}

CASES["pinPosting, unknown posting"] = RefusalCase(
    "pinPosting",
    "host",
    with_values(postingId=lambda _: unknown_id("Posting")),
    "NotFound",
    "NOT_FOUND",
    None,
)
CASES["pinPosting, a posting of no session"] = RefusalCase(
    "pinPosting",
    "host",
    with_values(postingId=lambda world: gid(world.absent)),
    "PostingNotInSession",
    "POSTING_NOT_IN_SESSION",
    None,
)
