"""Use cases of the staff that publishes postings: submit, change the terms, close."""

from __future__ import annotations

from dataclasses import dataclass

from domain.identity.accounts import Principal, Role
from domain.identity.scopes import may_submit_posting
from domain.postings.job_keys import is_separate, make_job_key
from domain.postings.lifecycle import check_headcount, create_posting
from domain.postings.media_sites import ANY_SITE, MediaRules
from domain.postings.occupation_words import settle_occupation
from domain.postings.postings import Posting, PostingStatus, PostingTerms
from domain.postings.term_bounds import check_terms
from domain.reference.calendar import day_in_china
from domain.refusals import AlreadyExists, NotFound, NotPermitted, PostingConflict, PostingNotOpen
from services.live.recruitment_campaigns import find_campaign_id
from services.postings.managed_postings import check_revision, find_managed_posting
from services.postings.pay_comparison import PayComparison
from services.postings.posting_gate import PostingGate
from services.reference.occupation_names import OccupationNames
from services.screening.minimum_wages import MinimumWages
from storage.clock import Clock
from storage.mongo.client import Duplicate, new_id
from storage.store import Store

_POSTING_FIELD = ("input", "postingId")
_EMPLOYER_FIELD = ("input", "employerId")


@dataclass(frozen=True, kw_only=True)
class Confirmations:
    """What the caller has been asked back and confirms.

    ``pay``: an unusual pay is right. ``separate``: the posting is a job of its own, although the
    employer has one with the same title, place, pay and shift.
    """

    pay: bool = False
    separate: bool = False


NOTHING_CONFIRMED = Confirmations()


class PostingAdministration:
    """Checks who may publish a posting, and sends each submission and change through the gate."""

    def __init__(
        self,
        store: Store,
        gate: PostingGate,
        wages: MinimumWages,
        comparison: PayComparison,
        clock: Clock,
        *,
        occupation_names: OccupationNames,
        media_rules: MediaRules = ANY_SITE,
    ) -> None:
        self._store = store
        self._gate = gate
        self._wages = wages
        self._comparison = comparison
        self._occupation_names = occupation_names
        self._clock = clock
        self._media_rules = media_rules

    async def submit(
        self,
        caller: Principal,
        employer_id: str,
        terms: PostingTerms,
        *,
        confirmations: Confirmations = NOTHING_CONFIRMED,
        campaign_id: str | None = None,
    ) -> Posting:
        """Store a new posting with the gate's verdict on it.

        :raises NotFound: no employer or campaign has this id.
        :raises NotPermitted: the employer is not the caller's, or belongs to a union outside the
            caller's scope.
        :raises InvalidInput: a term cannot be right.
        :raises PayUnusual: the pay is far from the usual one, and not confirmed.
        :raises AlreadyExists: the employer has this job already, and it is not said to be separate.
        """
        employer = (await self._store.employers.by_ids([employer_id])).get(employer_id)
        if employer is None:
            raise NotFound(
                "No employer has this id. Check the id.",
                "没有这个用人单位，请核对编号。",
                field=_EMPLOYER_FIELD,
            )
        union = (await self._store.unions.by_ids([employer.union_id])).get(employer.union_id)
        assert union is not None  # a union with employers is never deleted
        if not may_submit_posting(caller, employer, union.path):
            raise _not_permitted_to_submit(caller)
        at = self._clock()
        check_terms(terms, day_in_china(at), media_rules=self._media_rules)
        terms = settle_occupation(terms, self._occupation_names.book)
        await self._comparison.check(terms, is_confirmed=confirmations.pay)
        table = self._wages.table
        posting_id = new_id()
        posting = create_posting(
            posting_id,
            employer=employer,
            union_path=union.path,
            terms=terms,
            table=table,
            by=caller.subject,
            at=at,
            job_key=make_job_key(
                employer_id, terms, separate_id=posting_id if confirmations.separate else None
            ),
            campaign_id=await find_campaign_id(self._store, campaign_id),
        )
        try:
            return await self._gate.admit(posting, table)
        except Duplicate:
            raise _job_exists() from None

    async def change(
        self,
        caller: Principal,
        posting_id: str,
        terms: PostingTerms,
        *,
        expected_revision: int | None,
        confirmations: Confirmations = NOTHING_CONFIRMED,
    ) -> Posting:
        """Replace the terms of a posting and screen it again. A closed posting can open again.

        :raises NotFound: no posting with this id is in the caller's scope.
        :raises PostingConflict: the posting is not at ``expected_revision``, or changes right now.
        :raises InvalidInput: a term cannot be right, or as many people have been hired already.
        :raises PayUnusual: the pay is new, far from the usual one, and not confirmed.
        :raises AlreadyExists: another posting of the employer is this job, and neither is separate.
        """
        before = await find_managed_posting(self._store, caller, posting_id, _POSTING_FIELD)
        check_revision(before, expected_revision)
        check_terms(terms, day_in_china(self._clock()), media_rules=self._media_rules)
        terms = settle_occupation(terms, self._occupation_names.book)
        check_headcount(before, terms.headcount, ("input", "headcount"))
        employers = await self._store.employers.by_ids([before.employer_id])
        if terms.pay != before.terms.pay:
            await self._comparison.check(terms, is_confirmed=confirmations.pay)
        stays_separate = confirmations.separate or is_separate(before)
        job_key = make_job_key(
            before.employer_id, terms, separate_id=before.id if stays_separate else None
        )
        try:
            after = await self._gate.change(
                before, terms, employers[before.employer_id], job_key=job_key
            )
        except Duplicate:
            raise _job_exists() from None
        if after is None:
            raise _changed_concurrently()
        return after

    async def close(self, caller: Principal, posting_id: str) -> Posting:
        """Close a posting, so that nobody sees it any more. A closed posting stays as it is.

        :raises NotFound: no posting with this id is in the caller's scope.
        :raises PostingNotOpen: the posting was refused.
        :raises PostingConflict: the posting changes right now.
        """
        before = await find_managed_posting(self._store, caller, posting_id, _POSTING_FIELD)
        if before.status is PostingStatus.REFUSED:
            raise PostingNotOpen(
                "The posting was refused. Nobody sees it, so it need not be closed.",
                "该岗位未通过审核，没有对外展示，无需关闭。",
            )
        if before.status is PostingStatus.CLOSED:
            return before
        after = await self._gate.close(before)
        if after is None:
            raise _changed_concurrently()
        return after


def _job_exists() -> AlreadyExists:
    return AlreadyExists(
        "The employer already has this job: the same title, place, pay and shift. Change that "
        "posting. If these are two jobs, send it again with separate.",
        "该单位已有相同岗位（名称、地点、工资、班次都一样），请修改原岗位；确实是另一个岗位的，请注明“另招”后再提交。",
    )


def _changed_concurrently() -> PostingConflict:
    return PostingConflict(
        "Somebody changed the posting at the same moment. Reload it and try again.",
        "岗位刚刚被他人修改，请刷新后重试。",
    )


def _not_permitted_to_submit(caller: Principal) -> NotPermitted:
    if caller.role is Role.RECRUITER:
        return NotPermitted(
            "You recruit for another employer. Submit postings of your own employer only.",
            "您是其他用人单位的招聘人员，只能提交本单位的岗位。",
        )
    return NotPermitted(
        "Another union looks after this employer. Ask an officer of that union.",
        "该用人单位由其他工会负责，请联系该工会的工作人员。",
    )
