"""One node that screens postings: gate, wages, employers, worker, and a clock to move."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.employers.employers import CheckMethod, record_check
from domain.identity.accounts import Principal, Role
from domain.identity.audit import AuditAction
from domain.postings.postings import Posting
from domain.reference.calendar import day_in_china
from domain.screening.minimum_wages import Grade
from domain.screening.posting_rules import RULES_VERSION
from services.employers.employer_administration import EmployerAdministration
from services.live.sessions import LiveSessionControl
from services.postings.posting_gate import PostingGate
from services.screening.minimum_wages import MinimumWages
from services.screening.rescreening_tasks import REPEAT_AFTER
from storage.mongo.client import new_id
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.records import ManualClock
from workers.rescreening import Rescreener

OFFICER = Principal(subject="officer", role=Role.OFFICER, union_id="union")


class ScreeningNode:
    """One node that screens postings of one employer, with a clock that the test moves."""

    def __init__(self, store: Store, desk: LiveSessionControl, clock: ManualClock) -> None:
        self.store = store
        self.clock = clock
        self.wages = MinimumWages(store)
        self.gate = PostingGate(store, desk, self.wages, clock)
        self.employers = EmployerAdministration(store, self.gate, clock)
        self._control = desk
        self.rescreening = self.create_rescreener()
        self.employer = records.employer(verified_until=None, checks=0)

    def create_rescreener(self, *, rules_apply_on: date | None = None) -> Rescreener:
        return Rescreener(
            self.store, self._control, self.gate, self.clock, "one", rules_apply_on=rules_apply_on
        )

    async def verify(self, *, passed: bool = True) -> None:
        (found,) = (await self.store.employers.by_ids([self.employer.id])).values()
        after, check = record_check(
            found,
            new_id(),
            licence=True,
            handler_identity=True,
            handler_authority=passed,
            method=CheckMethod.ON_SITE,
            note="",
            by="officer",
            at=self.clock(),
        )
        await self.employers.store_check(after, check, OFFICER)
        self.employer = after

    async def finish_repeats(self) -> None:
        """Run the second pass of each rescreening, which changes nothing here."""
        self.clock.advance(seconds=REPEAT_AFTER.total_seconds())
        assert await self.rescreening.run() == 0

    async def add_posting(self, **changes: Any) -> Posting:
        until = day_in_china(self.clock()) + timedelta(days=300)
        made = records.posting(
            employer_id=self.employer.id,
            **(
                {
                    "terms": posting_terms(valid_until=until),
                    "rules": RULES_VERSION,
                    "verified_until": self.employer.verified_until,
                }
                | changes
            ),
        )
        await self.store.postings.add([made])
        return made

    async def read_posting(self, posting: Posting) -> Posting:
        return (await self.store.postings.by_ids([posting.id]))[posting.id]

    async def raise_wage(self, monthly: int, day: date, *, grade: Grade = Grade.A) -> None:
        row = records.minimum_wage(
            region="310000",
            monthly=monthly,
            hourly=Decimal(30),
            effective_from=day,
            grade=grade,
            added_at=self.clock(),
        )
        await self.wages.add(row, OFFICER, AuditAction.ADD_MINIMUM_WAGE)


async def finding_codes(node: ScreeningNode, posting: Posting) -> list[str]:
    return [finding.code for finding in (await node.read_posting(posting)).findings]
