"""A posting in a live session, and everything that can happen to it.

``PostingLife`` tracks what each action does to the posting, so that a test can compare the service
with it after every step.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from domain.identity.audit import AuditAction
from domain.leads.leads import LeadStage
from domain.reference.calendar import day_in_china
from domain.reference.occupations import Occupation
from domain.screening.minimum_wages import Grade
from domain.seekers.profile import Wants
from schema.relay import parse_global_id
from storage.mongo.client import new_id
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import posting_change_input, posting_input
from tests.support.posting_scene import PostingScene, build_scene
from tests.support.reading_paths import expected_on_all_paths, walk_paths
from tests.support.services import RunningServices
from tests.support.world import World, gid
from workers.rescreening import Rescreener

PROVINCE = "630000"
FORBIDDEN = "入职交押金300元"
CLOCK = records.ManualClock()


def today() -> date:
    return day_in_china(CLOCK())


@dataclass(kw_only=True)
class ExpectedPosting:
    """The expected state of a posting: its terms, and everything that keeps it from being open."""

    scene: PostingScene
    pay: int
    last_day: date
    headcount: int = 1
    hires: int = 0
    against: set[str] = field(default_factory=set)
    """Reasons not to be open that last until a change or a decision."""
    needs_officer: bool = False
    """Whether an officer refused it last, so that only an officer can open it."""
    reports: int = 0


class PostingLife:
    """A posting, and every action that can change whether it is open. Call ``set_up`` first."""

    def __init__(self, api: GraphQLClient, world: World, running: RunningServices) -> None:
        self.api = api
        self.world = world
        self.running = running
        self.wage = 2_000
        self.checked_until: date | None = None

    async def set_up(self, pay: int, days: int) -> None:
        """Submit the posting, which opens, and put it on every path."""
        await self.set_wage(self.wage)
        await self.check(passed=True)
        last_day = today() + timedelta(days=days)
        given = posting_input(self.world) | self._terms(pay, last_day, 1)
        given["title"] = f"高原风电检修{new_id()[-6:]}"
        answer = await self.mutate("submitPosting", self.world.recruiter, **given)
        posting_id = parse_global_id(answer["posting"]["id"], "Posting", "posting")
        stored = (await self.running.store.postings.by_ids([posting_id]))[posting_id]
        seeker = await self._seeker()
        scene = await build_scene(self.api, self.world, self.running, stored, seeker)
        self.posting = ExpectedPosting(scene=scene, pay=pay, last_day=last_day)

    async def check_paths(self) -> None:
        assert await walk_paths(self.posting.scene) == expected_on_all_paths(shown=self.is_open())

    async def tear_down(self) -> None:
        """Close the posting, so that other tests get no match with it."""
        self.posting.scene.asked.leave()
        await self.running.store.mongo["postings"].update_one(
            {"_id": self.posting.scene.posting.id}, {"$set": {"status": "CLOSED"}}
        )

    def is_open(self) -> bool:
        posting = self.posting
        is_checked = self.checked_until is not None and today() <= self.checked_until
        return (
            is_checked
            and not posting.against
            and posting.pay >= self.wage
            and today() <= posting.last_day
        )

    async def mutate(self, name: str, account: Any, expected: str = "", **given: Any) -> Any:
        operation = MUTATION_CASES[name]
        token = self.world.token(account)
        answer = await self.api.mutate(name, given, token, operation.selection)
        assert answer["__typename"] == (expected or operation.success_type), answer
        return answer

    async def check(self, *, passed: bool) -> None:
        """Record a check of the employer's papers."""
        given = MUTATION_CASES["verifyEmployer"].build_input(self.world)
        given |= {"employerId": gid(self.world.employer), "handlerAuthority": passed}
        await self.mutate("verifyEmployer", self.world.officer, **given)
        found = await self.running.store.employers.by_ids([self.world.employer.id])
        self.checked_until = found[self.world.employer.id].verified_until
        assert (self.checked_until is not None) is passed

    async def set_wage(self, amount: int) -> None:
        """Change the minimum wage, by a new notice or a correction."""
        services, store = self.running.services, self.running.store
        row = records.minimum_wage(
            region=PROVINCE,
            monthly=amount,
            grade=Grade.A,
            effective_from=today(),
            added_at=CLOCK(),
        )
        officer = self.world.principal(self.world.upper_officer)
        await services.minimum_wages.add(row, officer, AuditAction.VERIFY_MINIMUM_WAGE)
        for asked in await store.rescreens.find_due(at=CLOCK(), limit=100):
            await services.posting_gate.continue_rescreen(asked)
        self.wage = amount

    async def change(self, pay: int, days: int, *, forbidden: bool) -> None:
        posting = self.posting
        posting.last_day = today() + timedelta(days=days)
        posting.pay, posting.headcount = pay, posting.hires + 1
        given = posting_change_input(self.world) | self._terms(
            pay, posting.last_day, posting.headcount
        )
        given |= {"title": posting.scene.posting.terms.title, "postingId": posting.scene.id}
        if forbidden:
            given["duties"] = FORBIDDEN
        failed = forbidden or pay < self.wage
        needs_review = posting.needs_officer or posting.reports >= 3
        posting.against = {"refused"} if failed else {"held"} if needs_review else set()
        if failed:
            expected = "PostingRefused"
        else:
            expected = "PostingAccepted" if self.is_open() else "PostingHeld"
        await self.mutate("changePosting", self.world.recruiter, expected, **given)

    async def pin(self) -> None:
        posting = self.posting
        expected = "PostingShown" if self.is_open() else "PostingNotOpen"
        given = {"sessionId": gid(self.world.live), "postingId": posting.scene.id}
        await self.mutate("pinPosting", self.world.host, expected, **given)

    async def close(self) -> None:
        posting = self.posting
        expected = "PostingNotOpen" if "refused" in posting.against else "PostingClosed"
        await self.mutate(
            "closePosting", self.world.recruiter, expected, postingId=posting.scene.id
        )
        if expected == "PostingClosed":
            posting.against |= {"closed"}

    async def report(self, times: int) -> None:
        posting = self.posting
        for _ in range(times if self.is_open() else 0):
            if not self.is_open():
                break
            posting_id = posting.scene.posting.id
            filed = records.report(posting_id=posting_id, origin=new_id(), at=CLOCK())
            proven = replace(filed, by=new_id(), reporter=new_id())
            await self.running.services.reviews.report(proven)
            posting.reports += 1
            if posting.reports >= 3:
                posting.against |= {"held"}

    async def review(self, *, approved: bool) -> None:
        posting = self.posting
        posting_id = posting.scene.posting.id
        stored = (await self.running.store.postings.by_ids([posting_id]))[posting_id]
        waits = stored.waiting_since is not None
        # Once its last day is over, the next screening closes it and takes it out of the queue.
        is_over = today() > posting.last_day
        assert is_over or waits is ("held" in posting.against or (posting.reports > 0 and waits))
        await self.mutate(
            "reviewPosting",
            self.world.officer,
            "PostingReviewed" if waits else "PostingNotOpen",
            postingId=posting.scene.id,
            approved=approved,
            reason="已核实",
        )
        if waits:
            posting.reports, posting.needs_officer = 0, not approved
            posting.against = set() if approved else {"refused"}

    async def hire(self) -> None:
        """Hire a person who was offered the job before."""
        posting = self.posting
        lead = replace(
            self.world.new_lead("李小红", new_id()),
            session_id=self.world.ended.id,
            posting_id=posting.scene.posting.id,
            stage=LeadStage.OFFERED,
        )
        await self.running.store.leads.record([lead])
        await self.mutate("advanceLead", self.world.officer, leadId=gid(lead), stage="HIRED")
        posting.hires += 1
        if posting.hires >= posting.headcount and not {"refused", "closed"} & posting.against:
            posting.against |= {"closed"}

    async def wait(self, days: int) -> None:
        CLOCK.advance(days=days)

    async def sweep(self) -> None:
        """Run the rescreening worker once."""
        services = self.running.services
        rescreening = Rescreener(
            self.running.store,
            services.session_control,
            services.posting_gate,
            CLOCK,
            "the only node",
        )
        await rescreening.run()
        if today() > self.posting.last_day and "refused" not in self.posting.against:
            self.posting.against |= {"closed"}

    def _terms(self, pay: int, last_day: date, headcount: int) -> dict[str, Any]:
        return {
            "placeCode": "630102",
            "pay": {"amount": pay, "period": "MONTH"},
            "validUntil": last_day.isoformat(),
            "headcount": headcount,
        }

    async def _seeker(self) -> Any:
        """Store a seeker who wants this posting."""
        wants = Wants(occupations=(Occupation.ELECTRICIAN,), places=(PROVINCE,))
        profile = replace(self.world.seeker.profile, wants=wants, skills=())
        made = replace(
            self.world.seeker,
            id=new_id(),
            giver=new_id(),
            contact=None,
            searches=(),
            profile=profile,
        )
        await self.running.store.seekers.add([made])
        return made


async def apply_step(town: PostingLife, step: tuple[Any, ...]) -> None:
    match step:
        case ("check", passed):
            await town.check(passed=passed)
        case ("change", pay, days, forbidden):
            await town.change(pay, days, forbidden=forbidden)
        case ("review", approved):
            await town.review(approved=approved)
        case ("wage", amount):
            await town.set_wage(amount)
        case (what, *given):
            await getattr(town, what)(*given)
