"""Unions, employers and staff accounts of one test, with access tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.employers.employers import Employer, compute_check_character
from domain.identity.accounts import Account, Principal, Role
from domain.identity.token_rotation import SignIn
from domain.identity.unions import Union, UnionLevel
from domain.screening.wage_proposals import ProposalState, WageProposal
from services.identity.tokens import TokenPair
from storage.clock import utc_now
from storage.mongo.client import new_id
from tests.support import records
from tests.support.proposed_wages import next_proposed_place
from tests.support.services import PASSWORD_HASH, RunningServices


def new_credit_code() -> str:
    """Return a valid unified social credit code that no employer has."""
    head = f"91{int(new_id(), 16) % 10**15:015d}"
    return head + compute_check_character(head)


class Organisations:
    """The unions, employers and accounts of one test, with ids of their own, and access tokens.

    ``union`` lies below ``province`` and above ``branch``. No record is stored.
    """

    def __init__(self, running: RunningServices) -> None:
        self.running = running
        self.province = self._union(UnionLevel.PROVINCE, ())
        self.union = self._union(UnionLevel.CITY, self.province.path)
        self.branch = self._union(UnionLevel.COUNTY, self.union.path)
        self.elsewhere = self._union(UnionLevel.CITY, self.province.path)
        self.employer = self._employer("合成电机有限公司")
        self.rival = self._employer("合成纺织有限公司")
        self.unverified = replace(self._employer("合成物流有限公司"), verified_until=None, checks=0)
        self.host = self._account(Role.HOST, union_id=self.union.id)
        self.other_host = self._account(Role.HOST, union_id=self.union.id)
        self.officer = self._account(Role.OFFICER, union_id=self.union.id)
        self.upper_officer = self._account(Role.OFFICER, union_id=self.province.id)
        self.lower_officer = self._account(Role.OFFICER, union_id=self.branch.id)
        self.other_officer = self._account(Role.OFFICER, union_id=self.elsewhere.id)
        self.recruiter = self._account(Role.RECRUITER, employer_id=self.employer.id)
        self.other_recruiter = self._account(Role.RECRUITER, employer_id=self.rival.id)
        self._sign_ins: dict[str, SignIn] = {}

    @property
    def staff(self) -> dict[str, Account]:
        return {
            "host": self.host,
            "other host": self.other_host,
            "officer": self.officer,
            "officer above": self.upper_officer,
            "officer below": self.lower_officer,
            "officer elsewhere": self.other_officer,
            "recruiter": self.recruiter,
            "other recruiter": self.other_recruiter,
        }

    def principal(self, account: Account) -> Principal:
        return self._tokens(account).principal

    def token(self, account: Account) -> str:
        return self._tokens(account).access

    def refresh_token(self, account: Account) -> str:
        refresh = self._tokens(account).refresh
        assert refresh is not None  # staff always get one
        return refresh

    def sign_in_of(self, account: Account) -> SignIn:
        """Return the one sign-in of the account, to which all its tokens belong."""
        return self._sign_ins.setdefault(account.id, records.sign_in(account_id=account.id))

    def _tokens(self, account: Account) -> TokenPair:
        return self.running.tokens.issue_for_account(account, self.sign_in_of(account))

    def viewer_token(self) -> str:
        """Return the token of a new viewer."""
        return self.running.tokens.issue_for_viewer().access

    def _union(self, level: UnionLevel, above: tuple[str, ...]) -> Union:
        union_id = new_id()
        return records.union(id=union_id, level=level, path=(*above, union_id))

    def _employer(self, name: str) -> Employer:
        return records.employer(name=name, credit_code=new_credit_code(), union_id=self.union.id)

    def _proposal(self, **changes: Any) -> WageProposal:
        region, tier, day = next_proposed_place()
        made = records.wage_proposal(
            union_id=self.union.id, union_path=self.union.path, by=self.officer.id, at=utc_now()
        )
        row = replace(made.row, region=region, tier=tier, effective_from=day, **changes)
        return replace(made, row=row)

    def _adopted_proposal(self, row_id: str) -> WageProposal:
        """Return a proposal that became the row with this id, with a value in every field."""
        return replace(
            self._proposal(includes_insurance=False, places=("330481",)),
            state=ProposalState.VERIFIED,
            decided_by=self.upper_officer.id,
            decided_at=utc_now(),
            reason="按文件更正执行日期",
            decided_row_id=row_id,
        )

    def _account(self, role: Role, **place: Any) -> Account:
        return replace(
            records.account(union_id=None),
            role=role,
            username=f"{role.lower()}-{new_id()}",
            password_hash=PASSWORD_HASH,
            **place,
        )
