"""Builds the endpoints of a process and runs all its parts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from api.connections.places import ConnectionPlaces
from api.demo.keeper import DemoSignIn, run_demo
from api.document_files import load_trusted_documents
from api.garbage import GarbageCollector
from api.http.code_callbacks import CodeCallbacks
from api.http.code_metrics import CodeMetrics
from api.http.graphql import GraphQLEndpoint
from api.http.health import Health
from api.http.imports.endpoint import ImportEndpoint
from api.http.lead_exports import LeadExportEndpoint
from api.http.metrics import Metrics
from api.http.public.covers import SessionCovers
from api.http.public.job_pages import JobPages
from api.http.public.open_data import OpenData
from api.http.public.qr_codes import QrCodePages
from api.http.public.sitemap_and_rss import PublicFeeds
from api.http.stream_callbacks import StreamCallbacks
from api.http.web.client_files import WebClient, load_web_client
from api.http.web.client_pages import ClientPages
from api.settings import Settings
from api.wiring.database import reach_database
from api.wiring.realtime import run_realtime
from api.wiring.services import NodeServices, run_services
from api.wiring.store import connect_store
from api.wiring.workers import Workers, create_workers, run_workers
from realtime.background import Monitored
from schema.execution.engine import Engine
from schema.execution.persisted_documents import NO_DOCUMENTS, TrustedDocuments
from storage.clock import Clock, utc_now
from storage.mongo.embedded import EmbeddedMongod


@dataclass(frozen=True, kw_only=True)
class ServiceNode:
    """The endpoints of one process, which the routes pass requests to."""

    engine: Engine
    endpoint: GraphQLEndpoint
    exports: LeadExportEndpoint
    imports: ImportEndpoint
    job_pages: JobPages
    feeds: PublicFeeds
    open_data: OpenData
    code_pages: QrCodePages
    code_callbacks: CodeCallbacks
    client_pages: ClientPages
    covers: SessionCovers
    stream_callbacks: StreamCallbacks
    health: Health
    metrics: Metrics
    garbage: GarbageCollector
    places: ConnectionPlaces
    demo_sign_in: DemoSignIn | None = None

    async def drain(self) -> None:
        """Report unready from now on, and ask every WebSocket client to reconnect elsewhere."""
        self.health.draining = True
        await self.endpoint.drain()


def create_node(
    running: NodeServices,
    workers: Workers,
    settings: Settings,
    *,
    trusted: TrustedDocuments | None = None,
    client: WebClient | None = None,
    demo_sign_in: DemoSignIn | None = None,
    other_background: Sequence[Monitored] = (),
    embedded_mongod: EmbeddedMongod | None = None,
) -> ServiceNode:
    """Return the endpoints over these services.

    ``trusted`` are the only documents to execute, but for those of ``client``, the browser client.
    """
    services, authenticate = running.services, running.authentication.authenticate
    store, feed_watch = services.store, running.realtime.feed_watch
    own = client.documents if client is not None else NO_DOCUMENTS
    engine = Engine(services, trusted=trusted, own=own)
    endpoint = GraphQLEndpoint(
        engine,
        services,
        authenticate,
        origins=settings.origins,
        realtime_limits=running.realtime.limits,
    )
    exports = LeadExportEndpoint(store, authenticate, settings.export_limits)

    def end_refused() -> None:
        endpoint.sockets.close_refused(running.authentication.refusal)
        exports.cut_off_refused(running.authentication.refusal)

    running.revocations.add_listener(end_refused)
    places = ConnectionPlaces(settings.connection_limits)
    background = (
        *running.realtime.background,
        running.revocations,
        services.minimum_wages,
        services.occupation_names,
        services.lead_log,
        *workers.background,
        *other_background,
    )
    client_pages = ClientPages(
        client,
        elsewhere=settings.web_url,
        media=settings.stream_rules.origins,
        cameras=settings.camera_origins,
    )
    garbage = GarbageCollector(lambda: len(endpoint.sockets), engine.operation_metrics.counts.total)
    return ServiceNode(
        engine=engine,
        endpoint=endpoint,
        exports=exports,
        imports=ImportEndpoint(
            store,
            authenticate,
            services.clock,
            workers.importer.wake,
            settings.upload_limits,
            expect_rows=workers.row_processes.prepare,
        ),
        job_pages=JobPages(services, client_pages),
        feeds=PublicFeeds(services, settings.feed_limits),
        open_data=OpenData(services, settings.download_limits),
        code_pages=QrCodePages(services, workers.scan_counter),
        code_callbacks=CodeCallbacks(
            services.phone_replies, settings.gateway_kind, settings, services.clock
        ),
        covers=SessionCovers(services),
        stream_callbacks=StreamCallbacks(
            services.stream_publishing,
            settings.stream_server,
            settings.stream_callback_key,
            camera_key=settings.media_key if settings.camera_server else None,
        ),
        client_pages=client_pages,
        health=Health(
            store.mongo, feed_watch, background, embedded_mongod, clock_watch=workers.clock_watch
        ),
        metrics=Metrics(
            services,
            engine,
            endpoint,
            feed_watch,
            workers.dispatcher,
            places=places,
            token=settings.metrics_token,
            is_public=settings.is_public,
            garbage=garbage,
            background=[*background, embedded_mongod] if embedded_mongod else background,
            collectors=[
                CodeMetrics(workers.code_dispatcher, services.code_gateway, services.phone_replies)
            ],
        ),
        garbage=garbage,
        places=places,
        demo_sign_in=demo_sign_in,
    )


@asynccontextmanager
async def run_node(
    settings: Settings, *, wall_clock: Clock = utc_now
) -> AsyncIterator[ServiceNode]:
    """Run everything that one process has until the block ends; WebSocket clients leave first."""
    trusted = load_trusted_documents(settings.trusted_documents)
    client = load_web_client()
    settings.load_secret()  # a wrong secret is reported before a mongod is started
    async with (
        reach_database(settings, own_mongod=True) as database,
        connect_store(settings, database, wall_clock=wall_clock) as store,
        run_realtime(store, limits=settings.realtime_limits) as realtime,
        run_services(realtime, settings) as running,
        AsyncExitStack() as stack,
    ):
        workers = create_workers(running, settings)
        await stack.enter_async_context(run_workers(running, workers))
        demo = None
        if settings.demo:
            demo = await stack.enter_async_context(
                run_demo(running.services, settings, node=realtime.name)
            )
        node = create_node(
            running,
            workers,
            settings,
            trusted=trusted,
            client=client,
            demo_sign_in=demo.sign_in if demo else None,
            other_background=demo.background if demo else [],
            embedded_mongod=database.embedded,
        )
        stack.push_async_callback(node.drain)
        yield node
