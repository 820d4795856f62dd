"""Runs the services that decide what a posting may say, which importers and upgrades need alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from realtime.group_commit import GroupCommit
from services.exchange.row_processes import RowProcesses
from services.live.sessions import LiveSessionControl
from services.postings.pay_comparison import PayComparison
from services.postings.posting_gate import PostingGate
from services.reference.occupation_names import OccupationNames
from services.screening.minimum_wages import MinimumWages
from storage.clock import Clock
from storage.store import Store
from workers.importer import Importer


@dataclass(frozen=True, kw_only=True)
class PostingServices:
    """The services that decide what a posting may say and which sessions show it."""

    session_control: LiveSessionControl
    minimum_wages: MinimumWages
    occupation_names: OccupationNames
    posting_gate: PostingGate
    pay_comparison: PayComparison

    def create_importer(
        self, store: Store, clock: Clock, name: str, row_processes: RowProcesses | None = None
    ) -> Importer:
        """Return the worker that processes imports with these services; it is not started."""
        return Importer(
            store,
            self.session_control,
            self.posting_gate,
            self.pay_comparison,
            clock,
            node=name,
            occupation_names=self.occupation_names,
            row_processes=row_processes,
        )


@asynccontextmanager
async def run_posting_services(
    store: Store, commit: GroupCommit, clock: Clock | None = None
) -> AsyncIterator[PostingServices]:
    """Run the posting services until the block ends; rescreening that was begun is finished.

    ``clock`` is the database's unless it is given.
    """
    clock = clock or store.clock
    async with AsyncExitStack() as stack:
        session_control = LiveSessionControl(store, commit, clock)
        minimum_wages = MinimumWages(store)
        stack.push_async_callback(minimum_wages.close)
        await minimum_wages.open()
        occupation_names = OccupationNames(store)
        stack.push_async_callback(occupation_names.close)
        await occupation_names.open()
        posting_gate = PostingGate(store, session_control, minimum_wages, clock)
        stack.push_async_callback(posting_gate.wait_for_rescreens)
        yield PostingServices(
            session_control=session_control,
            minimum_wages=minimum_wages,
            occupation_names=occupation_names,
            posting_gate=posting_gate,
            pay_comparison=PayComparison(store, clock),
        )
