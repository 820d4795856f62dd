"""The application: the one place where objects are built, each after those it needs.

They are stopped in the reverse order: the sockets are sent away first, then what was taken is
finished, then the connections to the database are closed.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from api.auth import SignInService, Tokens
from api.demo import demo
from api.http.error_responses import http_error_response
from api.http.front_page import serve_front_page
from api.http.graphql import GraphQLEndpoint
from api.http.health import Health, serve_liveness, serve_readiness
from api.http.imports.endpoint import ImportEndpoint
from api.http.imports.templates import serve_template
from api.http.lead_exports import LeadExportEndpoint
from api.http.metrics import Metrics, serve_metrics
from api.http.public.feeds import (
    PublicFeeds,
    SitemapPartRoute,
    serve_robots,
    serve_rss_feed,
    serve_sitemap_index,
)
from api.http.public.job_pages import JobPages, serve_job_page, serve_stylesheet
from api.http.public.open_data import (
    OpenData,
    OpenDataTableRoute,
    serve_code_lists,
    serve_description,
)
from api.http.public.qr_codes import QrCodePages, serve_code_image, serve_code_redirect
from api.http.security_headers import SecurityHeaders
from api.logs import AccessLog
from api.receipts import Receipts
from api.settings import Settings
from api.trusted_documents import load_trusted_documents
from domain.live.events import EventEnvelope, session_id_of
from realtime.commit import GroupCommit, OnLogged
from realtime.feed import EventFeed
from realtime.hub import Hub
from realtime.presence import PresenceTracker
from realtime.tally import TallyPublisher
from schema.context import Services
from schema.execution.engine import Engine
from services.exchange.import_intake import MAX_TABLE_BYTES as MOST_IMPORT_BYTES
from services.leads.capture import LeadCapture, LeadLogWriter
from services.leads.contacts import ContactDisclosure
from services.leads.follow_up import LeadFollowUp
from services.live.questions import QuestionModeration
from services.live.sessions import LiveSessionControl
from services.postings.posting_gate import PostingGate
from services.screening.minimum_wages import MinimumWages
from services.screening.reviews import PostingReview
from services.seekers.seekers import SeekerProfiles
from services.webhooks.webhooks import WebhookAdministration
from storage.clock import utc_now
from storage.mongo.client import Mongo, Transaction
from storage.mongo.embedded import DataFolderBusy, run_embedded
from storage.store import Store
from workers.deliveries import WebhookDispatcher
from workers.escalation import LeadEscalator
from workers.importer import Importer
from workers.keys import KeyRefresher
from workers.matcher import Matcher
from workers.posting_index import SearchIndexFollower
from workers.rescreening import Rescreener
from workers.retention import RetentionWorker
from workers.scan_counts import ScanCounter
from workers.search_entries import SearchEntryWriter
from workers.webhook_sender import WebhookSender

MAX_BODY_BYTES = 1 << 20
"""Of a request's body: several times the longest document with its variables."""


PUBLIC_ROUTES = (
    Route("/jobs/{id}", serve_job_page),
    Route("/jobs.css", serve_stylesheet),
    Route("/sitemap.xml", serve_sitemap_index),
    Route("/sitemaps/{name}", SitemapPartRoute(), methods=["GET"]),
    Route("/feed.xml", serve_rss_feed),
    Route("/robots.txt", serve_robots),
    Route("/open-data/", serve_description),
    Route("/open-data/code-lists.json", serve_code_lists),
    Route("/open-data/postings.{form}", OpenDataTableRoute(), methods=["GET"]),
)
"""What is for everybody to read and to index; ``state.node`` of their app answers."""


@dataclass(frozen=True, kw_only=True)
class DemoSignIn:
    """How to get into the demo."""

    password: str
    live_session_id: str


@dataclass(frozen=True, kw_only=True)
class ServiceNode:
    """What one process runs."""

    endpoint: GraphQLEndpoint
    exports: LeadExportEndpoint
    imports: ImportEndpoint
    job_pages: JobPages
    feeds: PublicFeeds
    open_data: OpenData
    health: Health
    metrics: Metrics
    code_pages: QrCodePages
    demo_sign_in: DemoSignIn | None

    async def drain(self) -> None:
        """Be ready no more, and send every WebSocket client to another node."""
        self.health.draining = True
        await self.endpoint.drain()


def create_app(settings: Settings) -> Starlette:
    """The ASGI application; its lifespan starts and stops everything.

    What keeps it from starting (no MongoDB, a wrong secret, a demo in a database that is none) is
    raised from the lifespan. While it runs, ``state.node`` is its ``Node``.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with run_node(settings) as node:
            app.state.node = node
            yield

    return Starlette(
        routes=[
            Route("/", serve_front_page),
            Route("/q/{token}", serve_code_redirect),
            Route("/codes/{name}", serve_code_image),
            Route("/graphql", _GraphQLRoute()),
            WebSocketRoute("/graphql", _GraphQLRoute()),
            Route("/exports/leads.csv", _ExportRoute(), methods=["GET"]),
            Route("/exports/leads.xlsx", _ExportRoute(), methods=["GET"]),
            Route(
                "/imports",
                # Within the bound on everything else: the inner one counts.
                RequestBodyLimitMiddleware(_ImportRoute(), max_body_size=MOST_IMPORT_BYTES),
                methods=["POST"],
            ),
            Route("/imports/{name}", serve_template),
            *PUBLIC_ROUTES,
            Route("/health/live", serve_liveness),
            Route("/health/ready", serve_readiness),
            Route("/metrics", serve_metrics, methods=["GET"]),
        ],
        middleware=[
            Middleware(AccessLog),
            Middleware(SecurityHeaders),
            Middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY_BYTES),
        ],
        exception_handlers={HTTPException: http_error_response},
        lifespan=lifespan,
    )


class _GraphQLRoute:
    """Stands in the routes for what the lifespan builds."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        node: ServiceNode = scope["app"].state.node
        await node.endpoint(scope, receive, send)


class _ExportRoute:
    """The same for the exports."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        node: ServiceNode = scope["app"].state.node
        await node.exports(scope, receive, send)


class _ImportRoute:
    """The same for the imports."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        node: ServiceNode = scope["app"].state.node
        await node.imports(scope, receive, send)


@asynccontextmanager
async def connect_store(settings: Settings, *, alone: bool = False) -> AsyncIterator[Store]:
    """The prepared store: of MONGODB_URI, or of a mongod that runs for as long as the block.

    Unless ``alone``, a mongod that a service has in the data folder just now will do.

    :raises NoMongod: there is neither. ``DataFolderBusy``, ``MongodFailed``: it cannot run.
    :raises StorageUnavailable: MongoDB does not answer, or not to these settings.
    :raises WrongSecret: the database belongs to another secret.
    """
    secret = settings.load_secret()
    async with AsyncExitStack() as stack:
        if settings.mongodb_uri is None:
            uri = await _start_embedded_mongod(settings.data_dir, stack, alone=alone)
        else:
            uri = settings.mongodb_uri.get_secret_value()
        mongo = await Mongo.connect(uri, settings.mongodb_database, driver=settings.mongodb_driver)
        stack.push_async_callback(mongo.close)
        store = Store(mongo, secret)
        await store.prepare(secret)
        yield store


async def _start_embedded_mongod(data_dir: Path, stack: AsyncExitStack, *, alone: bool) -> str:
    try:
        return (await stack.enter_async_context(run_embedded(data_dir))).uri
    except DataFolderBusy as busy:
        if alone or busy.uri is None:
            raise
        return busy.uri


@asynccontextmanager
async def run_node(settings: Settings) -> AsyncIterator[ServiceNode]:
    """Everything that one process runs, for as long as the block lasts."""
    clock = utc_now
    trusted = load_trusted_documents(settings.trusted_documents)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(connect_store(settings, alone=True))

        hub = Hub(store.event_log, clock)
        stack.push_async_callback(hub.close)
        tally = _start(stack, TallyPublisher(store, hub))
        feed = _create_feed(store, hub, tally)
        stack.push_async_callback(feed.close)
        await feed.start()
        presence = _start(stack, PresenceTracker(store, hub, clock, node=secrets.token_hex(6)))

        office = await _start_write_services(store, stack)
        commit, desk, wages, posting_gate = office.commit, office.desk, office.wages, office.gate
        lead_log = _start(stack, LeadLogWriter(store, commit))
        capture = LeadCapture(store, lead_log)
        stack.push_async_callback(capture.close)
        rescreening = Rescreener(store, desk, posting_gate, clock, secrets.token_hex(6))
        wages.add_listener(_start(stack, rescreening).wake)
        pipeline = LeadFollowUp(store, commit, clock)
        _start(stack, LeadEscalator(store, pipeline, clock, node=secrets.token_hex(6)))
        sender = WebhookSender(private=settings.webhook_private)
        stack.push_async_callback(sender.close)
        dispatcher = _start(stack, WebhookDispatcher(store, sender, clock))
        matcher = _start(stack, Matcher(store, clock, node=secrets.token_hex(6)))
        scans = _start(stack, ScanCounter(store))
        importer = _start(stack, office.importer(store))
        _start(stack, KeyRefresher(store))
        _start(stack, SearchEntryWriter(store))
        _start(stack, SearchIndexFollower(store.memory_search))
        _start(stack, RetentionWorker(store, clock, settings.retention_periods))

        tokens = Tokens(settings.load_secret(), clock)
        gate = SignInService(tokens, store.accounts)
        stack.callback(gate.close)
        sign_ins = await _start_demo(settings, store, desk, wages, stack) if settings.demo else None

        services = Services(
            store=store,
            hub=hub,
            session_control=desk,
            posting_gate=posting_gate,
            reviews=PostingReview(store, commit, desk, clock),
            questions=QuestionModeration(store, commit, clock),
            lead_capture=capture,
            lead_log=lead_log,
            contact_disclosure=ContactDisclosure(store, commit, clock),
            seekers=SeekerProfiles(store, commit, clock),
            matcher=matcher,
            receipts=Receipts(store.keyring, clock),
            lead_follow_up=pipeline,
            webhooks=WebhookAdministration(
                store, clock, allows_private_addresses=settings.webhook_private
            ),
            group_commit=commit,
            presence=presence,
            authority=gate,
            clock=clock,
            minimum_wages=wages,
            public_url=settings.public_url,
            demo=settings.demo,
        )
        engine = Engine(services, trusted=trusted)
        endpoint = GraphQLEndpoint(engine, services, tokens.authenticate, origins=settings.origins)
        node = ServiceNode(
            endpoint=endpoint,
            exports=LeadExportEndpoint(store, tokens.authenticate),
            imports=ImportEndpoint(store, tokens.authenticate, clock, importer.wake),
            health=Health(store.mongo, feed),
            metrics=Metrics(
                services, engine, endpoint, feed, dispatcher, token=settings.metrics_token
            ),
            job_pages=JobPages(services),
            feeds=PublicFeeds(services),
            open_data=OpenData(services),
            code_pages=QrCodePages(services, scans),
            demo_sign_in=sign_ins,
        )
        stack.push_async_callback(node.drain)
        yield node


@dataclass(frozen=True, kw_only=True)
class _WriteServices:
    """What changes sessions and postings."""

    commit: GroupCommit
    desk: LiveSessionControl
    wages: MinimumWages
    gate: PostingGate

    def importer(self, store: Store) -> Importer:
        """What works on imports with it."""
        return Importer(store, self.desk, self.gate, utc_now, node=secrets.token_hex(6))


async def _start_write_services(store: Store, stack: AsyncExitStack) -> _WriteServices:
    commit = GroupCommit(
        store.mongo, store.event_log, utc_now, on_logged=_create_seq_recorder(store)
    )
    stack.push_async_callback(commit.close)
    desk = LiveSessionControl(store, commit, utc_now)
    wages = MinimumWages(store)
    stack.push_async_callback(wages.close)
    await wages.start()
    gate = PostingGate(store, desk, wages, utc_now)
    stack.push_async_callback(gate.wait_for_rescreens)
    return _WriteServices(commit=commit, desk=desk, wages=wages, gate=gate)


@asynccontextmanager
async def run_importer(store: Store) -> AsyncIterator[Importer]:
    """What works on imports for as long as the block lasts, outside of a node."""
    async with AsyncExitStack() as stack:
        yield _start(stack, (await _start_write_services(store, stack)).importer(store))


class _Worker(Protocol):
    """What works in the background from its start until it is closed."""

    def start(self) -> None: ...

    async def close(self) -> None: ...


_W = TypeVar("_W", bound=_Worker)


def _start(stack: AsyncExitStack, worker: _W) -> _W:
    worker.start()
    stack.push_async_callback(worker.close)
    return worker


def _create_feed(store: Store, hub: Hub, tally: TallyPublisher) -> EventFeed:
    def on_event(placed: EventEnvelope) -> None:
        hub.notify(placed)
        tally.notify(placed)

    def on_gap() -> None:
        hub.notify_gap()
        tally.notify_gap()

    return EventFeed(store.mongo, on_event=on_event, on_gap=on_gap)


def _create_seq_recorder(store: Store) -> OnLogged:
    async def note(placed: EventEnvelope, transaction: Transaction) -> None:
        session_id = session_id_of(placed.topic)
        if session_id is not None:
            await store.live_sessions.set_last_seq(session_id, placed.seq, transaction=transaction)

    return note


def choose_demo_password(settings: Settings) -> str:
    """The given password of the demo's accounts, or a new random one."""
    given = settings.demo_password
    return given.get_secret_value() if given else secrets.token_urlsafe(12)


async def _start_demo(
    settings: Settings,
    store: Store,
    desk: LiveSessionControl,
    wages: MinimumWages,
    stack: AsyncExitStack,
) -> DemoSignIn:
    """Load the demo and keep it on air."""
    password = choose_demo_password(settings)
    loaded = await demo.load(store, password=password, at=utc_now(), table=wages.table)
    keeper = demo.DemoSessionKeeper(store, desk, utc_now, table=wages.table, host_id=loaded.host_id)
    on_air = await keeper.ensure_live()
    keeper.start()
    stack.push_async_callback(keeper.close)
    return DemoSignIn(password=password, live_session_id=on_air.id)
