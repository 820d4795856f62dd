"""Webhooks: URLs, recipients of each notice, messages and signatures."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace
from pathlib import Path

import pytest
from standardwebhooks import Webhook as Receiver

from domain.leads.follow_up import add_note, assign_lead, confirm_hire
from domain.leads.leads import HireSide, LeadStage
from domain.leads.personal_data import erase_lead, withdraw_consent
from domain.live.sessions import SessionStatus
from domain.postings.postings import PostingStatus
from domain.refusals import InvalidInput
from domain.seekers.seeker_groups import SeekerGroup
from domain.webhooks.messages import (
    WebhookEvent,
    build_lead_change_notice,
    build_lead_recorded_notice,
    build_posting_notice,
    build_session_notice,
)
from domain.webhooks.special_addresses import is_public_address
from domain.webhooks.webhooks import (
    DeliveryResult,
    check_events,
    check_webhook_url,
    encode_secret,
    sign_message,
)
from storage.clock import utc_now
from tests.support import records

AT = records.FIXED_NOW


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254",
        "100.100.100.200", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00:ec2::254",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "2002:7f00:1::", "ff0e::1",
        "192.0.0.8", "192.0.0.9", "192.0.0.170", "192.0.0.192", "192.0.2.1", "192.31.196.1",
        "192.52.193.1", "192.88.99.1", "192.175.48.1", "198.18.0.1", "198.19.255.255",
        "198.51.100.1", "203.0.113.1", "240.0.0.1", "100.64.0.1", "fec0::1", "3fff::1", "5f00::1",
        "100::1", "100:0:0:1::1", "64:ff9b:1::1", "64:ff9b::808:808", "2001::1", "2001:1::1",
        "2001:2::1", "2001:3::1", "2001:4:112::1", "2001:10::1", "2001:20::1", "2001:30::1",
        "2001:db8::1", "2620:4f:8000::1", "4000::1", "fc00::1", "fe80::1%eth0",
    ],
)  # fmt: skip
def test_private_and_special_addresses_are_not_public(address: str) -> None:
    assert not is_public_address(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "223.5.5.5", "192.0.1.1", "198.20.0.1", "2400:3200::1", "2001:200::1", "3ffe::1"],
)
def test_global_addresses_are_public(address: str) -> None:
    assert is_public_address(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "", "partner.example", "ftp://partner.example/", "http://partner.example/", "https://",
        "https://user@partner.example/", "https://partner.example/#x", "https://partner.example:0/",
        "https://partner.example:99999/", "https://工会.example/", "https://partner.example/a b",
        "https://127.0.0.1/", "https://[::1]/", "http://localhost/", "https://[fec0::1]/",
        "https://[3fff::1]/", "https://192.0.0.8/", "https://192.88.99.1/", "https://127.1/",
        "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://10.0.0.1./",
        "https://a.b.0x1/", "https://localhost/", "https://x.localhost/", "https://mongo1/",
        "https://db.internal/", "https://printer.local./", "https://router.home.arpa/",
        "https://[::ffff:8.8.8.8]/", "https://[fe80::1%25eth0]/",
        "https://a.example/" + "x" * 500,
    ],
)  # fmt: skip
def test_a_url_that_is_not_public_https_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_webhook_url(url, allow_private=False)
    assert refused.value.field == ("input", "url")


def test_private_mode_admits_plain_http_to_this_machine_only() -> None:
    for url in ("http://localhost:9/x", "http://127.0.0.1:9/", "https://10.0.0.1/"):
        assert check_webhook_url(f" {url} ", allow_private=True) == url
    with pytest.raises(InvalidInput):
        check_webhook_url("http://10.0.0.1/", allow_private=True)


def test_events_are_unique_and_session_events_for_unions_only() -> None:
    lead, session = WebhookEvent.LEAD_RECORDED, WebhookEvent.SESSION_STARTED
    assert check_events([lead, session, lead], for_union=True) == (lead, session)
    for events, for_union in (
        ([], True),
        ([lead] * (len(WebhookEvent) + 1), True),
        ([WebhookEvent.WEBHOOK_TEST], True),
        ([lead, session], False),
    ):
        with pytest.raises(InvalidInput):
            check_events(events, for_union=for_union)


def test_message_types_have_a_dot() -> None:
    assert WebhookEvent.LEAD_HIRE_CONFIRMED.message_type == "lead.hire_confirmed"
    assert WebhookEvent.SESSION_STARTED.message_type == "session.started"


def test_signatures_are_those_of_the_specification() -> None:
    now = int(utc_now().timestamp())
    signatures = sign_message([b"a" * 32, b"b" * 32], "msg_1", now, b'{"x":1}')
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(now),
        "webhook-signature": signatures,
    }
    for secret in (b"a" * 32, b"b" * 32):
        assert Receiver(encode_secret(secret)).verify(b'{"x":1}', headers) == {"x": 1}


def test_a_union_receives_its_subtree_and_an_employer_its_own() -> None:
    notice = build_lead_recorded_notice(records.lead())
    for path, hears in ((("root",), True), (("root", "union"), True), (("root", "other"), False)):
        assert records.webhook(union_path=path).is_subscribed_to(notice) is hears
    for employer, hears in (("employer", True), ("other", False)):
        assert (
            records.webhook(union_path=(), employer_id=employer).is_subscribed_to(notice) is hears
        )
    assert not records.webhook(events=(WebhookEvent.LEAD_ERASED,)).is_subscribed_to(notice)


def test_only_unions_receive_the_group() -> None:
    lead = replace(records.lead(), group=SeekerGroup.LAID_OFF)
    ours, theirs = records.webhook(), records.webhook(union_path=(), employer_id="employer")
    notice = build_lead_recorded_notice(lead)
    assert ours.redact_notice(notice).to_message()["data"]["group"] == "LAID_OFF"
    assert "group" not in theirs.redact_notice(notice).to_message()["data"]
    assert theirs.redact_notice(replace(notice, group=None)) == theirs.redact_notice(notice)
    change = assign_lead(lead, "somebody", by="me", at=AT)
    assert change is not None
    later = build_lead_change_notice(lead, change)
    assert later is not None
    assert "group" not in ours.redact_notice(later).to_message()["data"]


def test_an_employer_receives_the_withdrawal_and_nothing_after() -> None:
    theirs = records.webhook(union_path=(), employer_id="employer")
    lead = records.lead()
    withdrawal = withdraw_consent(lead, at=AT)
    after = assign_lead(withdrawal.lead, "somebody", by="me", at=AT)
    assert after is not None
    heard = [
        build_lead_change_notice(lead, change)
        for change in (withdrawal, after, erase_lead(withdrawal.lead, at=AT))
    ]
    assert [notice is not None and theirs.is_subscribed_to(notice) for notice in heard] == [
        True,
        False,
        True,
    ]
    ours = records.webhook()
    assert all(notice is not None and ours.is_subscribed_to(notice) for notice in heard)


def test_changes_for_staff_only_have_no_notice() -> None:
    lead = records.lead()
    noted = add_note(lead, "已联系", None, by="me", at=AT)
    assert build_lead_change_notice(lead, noted) is None
    paused = records.live_session(status=SessionStatus.INTERRUPTED)
    live = records.live_session(status=SessionStatus.LIVE)
    assert build_session_notice(paused, SessionStatus.LIVE, at=AT) is None
    assert build_session_notice(live, SessionStatus.INTERRUPTED, at=AT) is None
    begun = build_session_notice(live, SessionStatus.SCHEDULED, at=AT)
    assert begun is not None
    assert begun.to_message()["data"].keys() == {"session", "status"}


@pytest.mark.parametrize(
    ("status", "message_type"),
    [
        ("OPEN", "posting.opened"),
        ("IN_REVIEW", "posting.held"),
        ("REFUSED", "posting.refused"),
        ("CLOSED", "posting.closed"),
    ],
)
def test_a_posting_notice_depends_on_the_status(status: str, message_type: str) -> None:
    posting = records.posting(status=PostingStatus[status])
    notice = build_posting_notice(posting, ("root", "union"), at=AT)
    assert notice is not None
    message = notice.to_message()
    assert (message["type"], message["data"]["status"]) == (message_type, status)
    assert message["timestamp"] == "2026-10-01T12:00:00Z"


def test_event_types_are_those_of_the_documentation() -> None:
    documented = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text()
    table = documented[documented.index("| type | when") : documented.index("Ids are those")]
    spelt = table.replace(
        "`posting.opened`, `.held`, `.refused`, `.closed`",
        " ".join(f"`posting.{each}`" for each in ("opened", "held", "refused", "closed")),
    )
    listed = set(re.findall(r"`((?:lead|posting|session)\.\w+)`", spelt))
    assert listed == {event.message_type for event in WebhookEvent} - {"webhook.test"}


def test_a_hire_statement_is_in_the_notice() -> None:
    lead = replace(records.lead(), stage=LeadStage.OFFERED)
    change = confirm_hire(lead, HireSide.SEEKER, hired=True, by=None, at=AT)
    assert change is not None
    notice = build_lead_change_notice(lead, change)
    assert notice is not None
    data = notice.to_message()["data"]
    assert (data["side"], data["hired"], data["version"]) == ("SEEKER", True, 2)


@pytest.mark.parametrize(
    ("status", "accepted"), [(199, False), (200, True), (299, True), (302, False)]
)
def test_only_status_2xx_is_accepted(status: int, accepted: bool) -> None:
    assert DeliveryResult(status=status).is_accepted is accepted
