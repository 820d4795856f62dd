"""Creates and runs the background workers of a process."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from api.settings import Settings
from api.wiring.codes import create_gateway
from api.wiring.posting_services import run_posting_services
from api.wiring.realtime import run_group_commit
from api.wiring.recording_services import create_recording_watch
from api.wiring.services import NodeServices
from api.wiring.starting import Worker, start_worker
from services.exchange.row_processes import RowProcesses
from storage.store import Store
from workers.clock_watch import ClockWatch
from workers.deliveries import WebhookDispatcher
from workers.escalation import LeadEscalator
from workers.importer import Importer
from workers.keys import KeyRefresher
from workers.phone_messages import CodeDispatcher
from workers.playlist_reader import PlaylistReader
from workers.posting_index import SearchIndexFollower
from workers.rescreening import Rescreener
from workers.retention import RetentionWorker
from workers.scan_counts import ScanCounter
from workers.search_entries import SearchEntryWriter
from workers.stream_watch import StreamWatch
from workers.webhook_sender import WebhookSender


@dataclass(frozen=True, kw_only=True)
class Workers:
    """The workers of one process that endpoints or metrics also use, and all the others."""

    clock_watch: ClockWatch
    webhook_sender: WebhookSender
    playlist_reader: PlaylistReader
    dispatcher: WebhookDispatcher
    code_dispatcher: CodeDispatcher
    scan_counter: ScanCounter
    importer: Importer
    row_processes: RowProcesses
    rescreener: Rescreener
    others: tuple[Worker, ...]

    @property
    def background(self) -> tuple[Worker, ...]:
        """Every worker that runs in the background."""
        return (
            self.clock_watch,
            self.rescreener,
            self.dispatcher,
            self.code_dispatcher,
            self.scan_counter,
            self.importer,
            *self.others,
        )


def create_workers(running: NodeServices, settings: Settings) -> Workers:
    """Return the workers; none is started."""
    store, clock, name = running.realtime.store, running.realtime.clock, running.realtime.name
    services, postings = running.services, running.posting_services
    sender = WebhookSender(private=settings.webhook_private)
    reader = PlaylistReader(settings.stream_rules, settings.camera_server)
    row_processes = RowProcesses(settings.import_processes)
    return Workers(
        clock_watch=ClockWatch(store.clock),
        webhook_sender=sender,
        playlist_reader=reader,
        dispatcher=WebhookDispatcher(store, sender, clock),
        code_dispatcher=CodeDispatcher(
            store,
            create_gateway(settings, clock),
            services.code_gateway,
            settings.code_limits,
            clock,
        ),
        scan_counter=ScanCounter(store),
        importer=postings.create_importer(store, clock, name, row_processes),
        row_processes=row_processes,
        rescreener=Rescreener(
            store,
            postings.session_control,
            postings.posting_gate,
            clock,
            name,
            rules_apply_on=settings.rules_apply_on,
        ),
        others=(
            LeadEscalator(store, services.lead_follow_up, clock, node=name),
            services.matcher,
            KeyRefresher(store),
            SearchEntryWriter(store),
            SearchIndexFollower(store.memory_search),
            StreamWatch(
                store,
                services.stream_control,
                reader,
                clock,
                node=name,
                grace=settings.stream_grace,
            ),
            *create_recording_watch(store, services.recording_control, clock, settings, node=name),
            RetentionWorker(store, clock, settings.retention_periods),
        ),
    )


@asynccontextmanager
async def run_workers(running: NodeServices, workers: Workers) -> AsyncIterator[None]:
    """Run the workers, and the sweep for unlogged leads, until the block ends."""
    async with AsyncExitStack() as stack:
        running.services.lead_log.start()  # the services close it, after the last lead is stored
        running.posting_services.minimum_wages.add_listener(workers.rescreener.wake)
        running.services.phone_proving.add_listener(workers.code_dispatcher.wake)
        stack.push_async_callback(workers.webhook_sender.close)
        stack.push_async_callback(workers.playlist_reader.close)
        stack.push_async_callback(workers.row_processes.close)
        for worker in workers.background:
            start_worker(stack, worker)
        yield


@asynccontextmanager
async def run_importer(store: Store, settings: Settings) -> AsyncIterator[Importer]:
    """Run the import worker alone, with the services that it needs, until the block ends."""
    async with (
        run_group_commit(store) as commit,
        run_posting_services(store, commit) as posting_services,
        AsyncExitStack() as stack,
    ):
        row_processes = RowProcesses(settings.import_processes)
        stack.push_async_callback(row_processes.close)
        name = secrets.token_hex(6)
        importer = posting_services.create_importer(store, store.clock, name, row_processes)
        yield start_worker(stack, importer)
