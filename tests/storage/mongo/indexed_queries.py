"""The table of queries that have to be served by an index, and arguments for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial

from domain.exchange.imports import ImportStatus, RowOutcome
from domain.identity.phone_codes import DeliveryReport
from domain.leads.leads import NO_HIRE_PROOF, HireSide, LeadStage
from domain.live.events import Announcement
from domain.live.sessions import SessionStatus
from domain.postings.postings import PostingStatus
from domain.reference.occupations import Occupation
from domain.screening.posting_rules import RULES_VERSION
from domain.screening.rescreening import RescreenScope
from domain.screening.wage_proposals import ProposalState
from domain.seekers.call_campaigns import CallOutcome
from domain.seekers.profile import Wants
from domain.seekers.seekers import NoticeTurn, SeekerStatus
from domain.webhooks.deliveries import DeliveryState
from domain.webhooks.messages import WebhookEvent, build_lead_recorded_notice
from storage.leads.lead_query import LeadQuery
from storage.live.qr_codes import QrCodeQuery
from storage.live.sessions import LiveSessionQuery
from storage.mongo.client import Document, Transaction
from storage.mongo.paging import PageRequest
from storage.mongo.repository import NEWEST_FIRST
from storage.postings.posting_query import PostingQuery
from storage.screening.low_paid_postings import employer_scope, union_scope
from storage.seekers.call_lists import CallEntryQuery
from storage.seekers.referrals import ReferralQuery
from storage.seekers.seekers import SeekerQuery
from storage.store import Store
from storage.webhooks.webhooks import WebhookQuery
from tests.support import records

REPORT = DeliveryReport(serial="serial", delivered=True, code="OK")
LATER = records.FIXED_NOW + timedelta(hours=9)
TODAY = date(2026, 10, 1)
BEST_PAID = (("terms.pay.amount", -1), ("_id", -1))
FIRST = PageRequest(limit=2)
NEXT = PageRequest(limit=2, after=("f" * 24,))
FIRST_ENTRIES = PageRequest(limit=2)
NEXT_ENTRIES = PageRequest(limit=2, after=(9,))
LAST = PageRequest(limit=2, backward=True, before=("0" * 24,))


DISPUTED = NO_HIRE_PROOF.with_statement(HireSide.EMPLOYER, hired=True).with_statement(
    HireSide.SEEKER, hired=False
)


def find_proposals() -> list[Callable[[Store], Awaitable[object]]]:
    scopes: tuple[dict[str, str | None], ...] = (
        {"province": None, "union_id": None},
        {"province": "330000", "union_id": None},
        {"province": None, "union_id": "union"},
    )
    return [
        *(
            partial(_page_of_proposals, scope=scope, wanted=wanted)
            for scope in scopes
            for wanted in (FIRST, NEXT)
        ),
        lambda store: store.wage_proposals.open_proposals(
            province="330000", union_id=None, limit=2
        ),
    ]


async def _find_low_paid(store: Store, *, scope: Document, below_fen: int | None) -> object:
    return await store.low_paid_postings.batch(
        scope, TODAY, below_fen=below_fen, after="0", limit=2
    )


async def _page_of_proposals(
    store: Store, *, scope: dict[str, str | None], wanted: PageRequest
) -> object:
    return await store.wage_proposals.page(ProposalState.OPEN, wanted, **scope)


async def append(store: Store) -> None:
    async def body(transaction: Transaction) -> None:
        events = [Announcement(session_id="session", body="你好")] * 3
        await store.event_log.append(
            "session/session", events, at=records.FIXED_NOW, transaction=transaction
        )

    await store.mongo.run_transaction(body)


async def log_leads(store: Store) -> None:
    async def body(transaction: Transaction) -> None:
        await store.unlogged_leads.take("session", limit=3, transaction=transaction)

    await store.mongo.run_transaction(body)


async def count_reports(store: Store) -> None:
    async def body(transaction: Transaction) -> None:
        for whose in ({"by": "viewer"}, {"origin": "network"}):
            await store.reviews.count_reports_since(
                records.FIXED_NOW, 3, transaction=transaction, **whose
            )
        await store.reviews.count_independent_reports("posting", transaction=transaction)

    await store.mongo.run_transaction(body)


def find_to_notify(turn: NoticeTurn) -> Callable[[Store], Awaitable[object]]:
    return lambda store: store.seekers.find_to_notify(
        ["WELDER/310115", "*/*"], turn, known_before=records.FIXED_NOW, after="0" * 24, limit=2
    )


async def put(store: Store) -> None:
    await store.webhooks.add(records.webhook(id="webhook"))

    async def body(transaction: Transaction) -> None:
        assert await store.webhooks.has_subscriber(
            WebhookEvent.LEAD_RECORDED, transaction=transaction
        )
        await store.deliveries.enqueue(
            [build_lead_recorded_notice(records.lead())], transaction=transaction
        )

    await store.mongo.run_transaction(body)


BY_POSTING_ORDER = [
    PostingQuery(open_on=TODAY),
    PostingQuery(open_on=TODAY, employer_id="employer"),
    PostingQuery(status=PostingStatus.IN_REVIEW, union_id=records.UNION_ID),
    PostingQuery(status=PostingStatus.REFUSED, employer_id="employer"),
]
PAGES_OF_STARTS = [
    PageRequest(limit=2),
    PageRequest(limit=2, after=(records.FIXED_NOW, "f" * 24)),
    PageRequest(limit=2, backward=True, before=(records.FIXED_NOW, "0" * 24)),
]
Reading = Callable[[Store], Awaitable[object]]
# Collections that grow without limit: an index serves filter and order.
LISTS: list[Reading] = [
    *(lambda store, wanted=wanted: store.employers.page(wanted) for wanted in (FIRST, NEXT, LAST)),
    *(
        lambda store, query=query, wanted=wanted: store.live_sessions.page(query, wanted)
        for wanted in PAGES_OF_STARTS
        for query in (
            LiveSessionQuery(),
            LiveSessionQuery(status=SessionStatus.LIVE),
            LiveSessionQuery(union_id=records.UNION_ID),
            LiveSessionQuery(owner_id=records.HOST_ID),
        )
    ),
    *(
        lambda store, query=query, wanted=wanted: store.leads.page(query, wanted)
        for wanted in (FIRST, NEXT, LAST)
        for query in (
            LeadQuery(union_id=records.UNION_ID),
            LeadQuery(owner_id=records.HOST_ID),
            LeadQuery(employer_id="employer"),
            LeadQuery(union_id=records.UNION_ID, session_id="session"),
            LeadQuery(owner_id=records.HOST_ID, posting_id="posting", stage=LeadStage.INTERESTED),
            LeadQuery(assignee_id="me"),
            LeadQuery(union_id=records.UNION_ID, escalated_to=records.UNION_ID),
        )
    ),
    *(
        lambda store, wanted=wanted: store.lead_timelines.page(records.lead(id="lead"), wanted)
        for wanted in (FIRST_ENTRIES, NEXT_ENTRIES)
    ),
    lambda store: store.lead_timelines.find_due_for_escalation(at=records.FIXED_NOW, limit=2),
    *(
        lambda store, query=query, wanted=wanted: store.qr_codes.page(query, wanted)
        for wanted in (FIRST, NEXT, LAST)
        for query in (
            QrCodeQuery(union_id=records.UNION_ID),
            QrCodeQuery(owner_id=records.HOST_ID),
            QrCodeQuery(owner_id=records.HOST_ID, session_id="session"),
        )
    ),
    lambda store: store.event_log.read("session/session", after=1, limit=2),
    *(
        lambda store, wanted=wanted: store.postings.page_of_review_queue(records.UNION_ID, wanted)
        for wanted in (FIRST, PageRequest(limit=2, after=(records.FIXED_NOW, "0" * 24)))
    ),
    lambda store: store.postings.page_of_review_queue(
        records.UNION_ID, FIRST, code="LURE", region="330000"
    ),
    lambda store: store.reviews.decisions_of_batch("batch", limit=2),
    *(
        lambda store, wanted=wanted: store.reviews.decisions_on("posting", wanted)
        for wanted in (FIRST, NEXT)
    ),
    *(
        lambda store, wanted=wanted: store.reviews.reports_of("posting", wanted)
        for wanted in (FIRST, NEXT)
    ),
    *(
        lambda store, wanted=wanted: store.imports.page(records.import_record().scope, wanted)
        for wanted in (FIRST, NEXT)
    ),
    *(
        lambda store, outcome=outcome, wanted=wanted: store.imports.rows("import", outcome, wanted)
        for wanted in (FIRST, PageRequest(limit=2, after=(2,)))
        for outcome in (None, RowOutcome.ACCEPTED)
    ),
    lambda store: store.imports.next_active(),
    *(
        lambda store, wanted=wanted: store.seekers.page(
            SeekerQuery(union_id=records.UNION_ID), wanted
        )
        for wanted in (FIRST, NEXT)
    ),
    *(
        lambda store, wanted=wanted: store.call_campaigns.page(records.UNION_ID, wanted)
        for wanted in (FIRST, NEXT)
    ),
    *(
        lambda store, wanted=wanted: store.call_campaigns.matches("campaign", wanted)
        for wanted in (FIRST, NEXT)
    ),
    *(
        lambda store, query=query, wanted=wanted: store.call_entries.page(query, wanted)
        for wanted in (FIRST, NEXT)
        for query in (
            CallEntryQuery(campaign_id="campaign"),
            CallEntryQuery(campaign_id="campaign", outcome=CallOutcome.REACHED),
            CallEntryQuery(campaign_id="campaign", uncalled=True),
        )
    ),
    *(
        lambda store, query=query: store.referrals.page(query, FIRST)
        for query in (
            ReferralQuery(union_id=records.UNION_ID),
            ReferralQuery(seeker_id="seeker"),
        )
    ),
    lambda store: store.seekers.by_campaign("campaign", after="0", limit=2),
]
# A filter and an order over two ranges may need an in-memory sort of the few matches.
LOOKUPS: list[Reading] = [
    lambda store: store.phone_codes.claim_due(at=LATER, until=LATER),
    lambda store: store.phone_codes.record_reports([REPORT]),
    lambda store: store.lead_claims.has_standing("device", "person", ["session"]),
    lambda store: store.live_sessions.ids_on_air(),
    lambda store: store.live_sessions.with_playlist(before=records.FIXED_NOW, limit=2),
    put,
    lambda store: store.webhooks.disabled_ids(),
    lambda store: store.webhooks.page(WebhookQuery(union_id="union"), FIRST),
    lambda store: store.webhooks.page(WebhookQuery(employer_id="employer"), FIRST),
    lambda store: store.deliveries.next_due_webhook_id(after="", at=LATER, leaving_out=["a"]),
    lambda store: store.deliveries.claim("webhook", at=LATER, until=LATER, limit=4),
    lambda store: store.deliveries.page("webhook", None, FIRST),
    lambda store: store.deliveries.page("webhook", DeliveryState.DEAD, FIRST),
    lambda store: store.deliveries.replay_dead("webhook", since=records.FIXED_NOW, at=LATER),
    lambda store: store.deliveries.delete_by_webhook("other"),
    *(
        lambda store, query=query, order=order: store.postings.page(query, order, FIRST)
        for order in (NEWEST_FIRST, BEST_PAID)
        for query in BY_POSTING_ORDER
    ),
    lambda store: store.postings.page(PostingQuery(ids=("a", "b")), NEWEST_FIRST, FIRST),
    lambda store: store.postings.by_ids(["a", "b"]),
    lambda store: store.postings.visible_ids(["a", "b"], TODAY),
    lambda store: store.live_sessions.by_ids(["session"]),
    lambda store: store.live_sessions.count(LiveSessionQuery(status=SessionStatus.LIVE)),
    lambda store: store.leads.results_by_code(["code", "other"]),
    lambda store: store.qr_codes.by_ids(["a", "b"]),
    lambda store: store.live_sessions.ids_showing("posting"),
    lambda store: store.leads.by_ids(["a", "b"]),
    lambda store: store.leads.record([records.lead(person="same"), records.lead(person="same")]),
    lambda store: store.unlogged_leads.sessions(),
    log_leads,
    append,
    lambda store: store.event_log.last_seq("session/session"),
    lambda store: store.accounts.by_username("host"),
    lambda store: store.accounts.by_ids(["a", "b"]),
    lambda store: store.accounts.page(union_ids=["a", "b"], employer_id="c", wanted=FIRST),
    lambda store: store.accounts.read_revocations(None),
    lambda store: store.accounts.read_revocations(records.FIXED_NOW),
    lambda store: store.sign_ins.add(records.sign_in(), most=20),
    lambda store: store.sign_ins.rotate("a", "account", 0, grace=timedelta(seconds=10)),
    lambda store: store.sign_ins.count_standing("account"),
    lambda store: store.unions.subtree_ids("root", limit=2),
    lambda store: store.leads.page(
        LeadQuery(union_id=records.UNION_ID, overdue=True, now=records.FIXED_NOW), FIRST
    ),
    lambda store: store.leads.page(LeadQuery(employer_id="employer", escalated=True), FIRST),
    lambda store: store.leads.page(LeadQuery(union_id=records.UNION_ID, disagreement=True), FIRST),
    lambda store: store.leases.acquire("work", "node", at=records.FIXED_NOW, until=LATER),
    lambda store: store.leases.release("work", "node"),
    lambda store: store.unions.root(),
    lambda store: store.interest_counts.by_sessions(["session"]),
    lambda store: store.presence_reports.count_viewers(["session"], at=records.FIXED_NOW),
    lambda store: store.presence_reports.delete_node("node"),
    lambda store: store.postings.find_overdue(on=TODAY, limit=2),
    lambda store: store.postings.find_screened_by_older_rules(RULES_VERSION, limit=2),
    lambda store: store.postings.find_deferred(limit=2),
    lambda store: store.postings.count_deferred(),
    lambda store: store.postings.count_visible(TODAY),
    lambda store: store.postings.find_to_rescreen(
        records.rescreen(scope=RescreenScope.EMPLOYER, key="employer"), limit=2
    ),
    lambda store: store.postings.find_to_rescreen(
        records.rescreen(scope=RescreenScope.REGION, key="330000"), limit=2
    ),
    lambda store: store.rescreens.find_due(at=LATER, limit=2),
    lambda store: store.minimum_wages.page("33", FIRST),
    *find_proposals(),
    *(
        partial(_find_low_paid, scope=scope, below_fen=below_fen)
        for scope in (union_scope("union"), employer_scope("employer"))
        for below_fen in (None, 301_400)
    ),
    lambda store: store.low_paid_postings.count_open(union_scope("union"), TODAY),
    lambda store: store.low_paid_postings.count_open(employer_scope("employer"), TODAY),
    count_reports,
    lambda store: store.postings.by_external_ids([("employer", "1"), ("other", "2")]),
    lambda store: store.employers.by_credit_codes(["a", "b"]),
    lambda store: store.postings.sitemap_boundaries(TODAY, every=2),
    lambda store: store.postings.sitemap_entries(TODAY, after="0", limit=2),
    lambda store: store.live_sessions.live_with_posting("posting", limit=2),
    lambda store: store.imports.by_id("import"),
    lambda store: store.imports.is_active("officer"),
    lambda store: store.imports.count_active(most=2),
    lambda store: store.imports.digests_by_key("import", ["key"]),
    lambda store: store.imports.read_chunk("import", 0),
    lambda store: store.imports.delete_chunks("import"),
    lambda store: store.imports.end_early("import", ImportStatus.CANCELLED, at=LATER),
    lambda store: store.seekers.by_giver("giver"),
    lambda store: store.seekers.by_ids(["a", "b"]),
    lambda store: store.seekers.count_by_campaign("campaign"),
    lambda store: store.seekers.by_reach(["WELDER/310115", "*/*"], before="f" * 24, limit=2),
    *(find_to_notify(turn) for turn in NoticeTurn),
    lambda store: store.questions.last_of("session", "viewer"),
    lambda store: store.phone_proofs.find_person("device", at=records.FIXED_NOW),
    lambda store: store.usage_counts.find(["phones/a/1", "phones/b/1"]),
    lambda store: store.seekers.page(
        SeekerQuery(union_id=records.UNION_ID, status=SeekerStatus.SEEKING, campaign_id="c"), FIRST
    ),
    lambda store: store.call_campaigns.by_ids(["a", "b"]),
    lambda store: store.call_campaigns.next_to_match(),
    lambda store: store.call_campaigns.delete_earlier_matches(campaign_id="campaign", before=LATER),
    lambda store: store.call_entries.by_ids(["a", "b"]),
    lambda store: store.call_entries.page(
        CallEntryQuery(campaign_id="campaign", due_on=TODAY), FIRST
    ),
    lambda store: store.referrals.by_ids(["a", "b"]),
    lambda store: store.referrals.count_by_seeker("seeker"),
    lambda store: store.jobs.find_unnotified(TODAY, limit=2),
    lambda store: store.jobs.find_fitting(Wants(places=("310115",)), TODAY),
    lambda store: store.jobs.find_fitting(Wants(), TODAY, occupations=(Occupation.WELDER,)),
]
