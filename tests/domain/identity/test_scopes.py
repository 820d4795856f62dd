"""Which staff may direct a session, follow up a lead, and see a posting or a code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.identity.accounts import Account, Principal, Role
from domain.identity.scopes import (
    check_may_direct,
    may_assign_lead,
    may_direct,
    may_follow_up_lead,
    may_see_code,
    may_see_session,
    may_see_unopened_posting,
)
from domain.leads.leads import ConsentGiven, Lead, LeadSource, SealedContact
from domain.live.qr_codes import CodeKind, QrCode
from domain.live.sessions import Host, LiveSession, SessionFormat, SessionStatus
from domain.postings.postings import Posting, PostingStatus
from domain.refusals import NotPermitted
from tests.domain.posting_terms_samples import posting_terms

AT = datetime(2026, 10, 1, tzinfo=UTC)
PATH = ("national", "zhejiang", "jiaxing")
SESSION = LiveSession(
    id="s1",
    title="嘉兴劳模工匠直播带岗",
    format=SessionFormat.MODEL_WORKER_LIVE,
    status=SessionStatus.SCHEDULED,
    union_id="jiaxing",
    union_path=PATH,
    host=Host(name="禾师傅"),
    owner_id="host1",
    starts_at=AT,
    posting_ids=(),
    created_at=AT,
)
POSTING = Posting(
    id="p1",
    employer_id="firm1",
    terms=posting_terms(),
    status=PostingStatus.REFUSED,
    union_id="jiaxing",
    created_by="a1",
    created_at=AT,
)
LEAD = Lead(
    id="l1",
    session_id="s1",
    posting_id="p1",
    employer_id="firm1",
    union_path=PATH,
    owner_id="host1",
    person="hash",
    contact=SealedContact(key_version=1, name=b"", phone=b""),
    consent=ConsentGiven(text_version="1", text_sha256="0" * 64, at=AT),
    source=LeadSource.LIVE_TAP,
    terms=posting_terms(),
    created_at=AT,
    updated_at=AT,
)

OWN_OFFICER = Principal(role=Role.OFFICER, subject="o1", union_id="zhejiang")
OTHER_OFFICER = Principal(role=Role.OFFICER, subject="o2", union_id="shaanxi")
LOST_OFFICER = Principal(role=Role.OFFICER, subject="o3")
OWN_HOST = Principal(role=Role.HOST, subject="host1", union_id="jiaxing")
OTHER_HOST = Principal(role=Role.HOST, subject="host2", union_id="jiaxing")
OWN_RECRUITER = Principal(role=Role.RECRUITER, subject="r1", employer_id="firm1")
OTHER_RECRUITER = Principal(role=Role.RECRUITER, subject="r2", employer_id="firm2")
VIEWER = Principal(role=Role.VIEWER, subject="host1")
EVERYBODY = (
    OWN_OFFICER,
    OTHER_OFFICER,
    LOST_OFFICER,
    OWN_HOST,
    OTHER_HOST,
    OWN_RECRUITER,
    OTHER_RECRUITER,
    VIEWER,
)


def test_host_and_officers_above_may_direct_a_session() -> None:
    assert [p for p in EVERYBODY if may_direct(p, SESSION)] == [OWN_OFFICER, OWN_HOST]
    check_may_direct(OWN_HOST, SESSION)
    with pytest.raises(NotPermitted, match="another host or union"):
        check_may_direct(OTHER_HOST, SESSION)


def test_only_directors_see_a_draft_session() -> None:
    draft = replace(SESSION, status=SessionStatus.DRAFT)
    asking = (None, *EVERYBODY)
    assert [p for p in asking if may_see_session(p, draft)] == [OWN_OFFICER, OWN_HOST]
    assert all(may_see_session(p, SESSION) for p in asking)


def test_union_host_and_employer_may_follow_up_a_lead() -> None:
    following = [p for p in EVERYBODY if may_follow_up_lead(p, LEAD)]
    assert following == [OWN_OFFICER, OWN_HOST, OWN_RECRUITER]


def test_the_assignee_may_follow_up_a_lead() -> None:
    for assignee in (OTHER_OFFICER, OTHER_HOST):
        given = replace(LEAD, assignee_id=assignee.subject)
        following = {p.subject for p in EVERYBODY if may_follow_up_lead(p, given)}
        assert following == {"o1", "host1", "r1", assignee.subject}
    in_hand = replace(LEAD, assignee_id="r1", withdrawn_at=AT)
    assert not may_follow_up_lead(OWN_RECRUITER, in_hand)
    own = replace(LEAD, owner_id="nobody", assignee_id="host1")
    assert not may_follow_up_lead(VIEWER, own)


def staff(role: Role, **place: Any) -> Account:
    return Account(
        id="taker",
        username="taker",
        display_name="王干事",
        role=role,
        password_hash="",
        created_at=AT,
        **place,
    )


@pytest.mark.parametrize(
    ("taker", "path", "givers"),
    [
        (staff(Role.OFFICER, union_id="jiaxing"), PATH, ["o1"]),
        (staff(Role.HOST, union_id="zhejiang"), PATH[:2], ["o1"]),
        (staff(Role.OFFICER, union_id="national"), PATH[:1], []),
        (staff(Role.HOST, union_id="shaanxi"), ("national", "shaanxi"), ["o2"]),
        (staff(Role.RECRUITER, employer_id="firm1"), (), ["o1", "o2", "r1"]),
        (staff(Role.RECRUITER, employer_id="firm2"), (), []),
    ],
)
def test_a_lead_is_assigned_within_the_union_or_to_recruiters_of_the_employer(
    taker: Account, path: tuple[str, ...], givers: list[str]
) -> None:
    asking = (OWN_OFFICER, OTHER_OFFICER, OWN_RECRUITER)
    assert [p.subject for p in asking if may_assign_lead(p, LEAD, taker, path)] == givers


def test_employer_and_union_see_an_unopened_posting() -> None:
    asking = (None, *EVERYBODY)
    seeing = [p for p in asking if may_see_unopened_posting(p, POSTING, PATH)]
    assert seeing == [OWN_OFFICER, OWN_RECRUITER]


def test_union_and_employer_of_the_posting_follow_up_a_lead_without_a_session() -> None:
    lead = replace(LEAD, session_id=None, owner_id=None)
    assert [p for p in EVERYBODY if may_follow_up_lead(p, lead)] == [OWN_OFFICER, OWN_RECRUITER]


def test_union_and_host_see_a_code() -> None:
    code = QrCode(
        id="c1",
        kind=CodeKind.SESSION,
        session_id="s1",
        posting_id=None,
        place="",
        label="电梯",
        union_path=PATH,
        owner_id="host1",
        created_by="o1",
        created_at=AT,
    )
    asking = (None, *EVERYBODY)
    assert [p for p in asking if may_see_code(p, code)] == [OWN_OFFICER, OWN_HOST]
    poster = replace(code, session_id=None, owner_id=None)
    assert [p for p in asking if may_see_code(p, poster)] == [OWN_OFFICER]
