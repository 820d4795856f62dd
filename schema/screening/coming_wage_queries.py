"""The query of what coming minimum wages will take down."""

import strawberry

from domain.identity.accounts import Role
from schema.context import Info
from schema.screening.coming_wage_types import ComingWages


@strawberry.type
class ComingWageQueries:
    @strawberry.field(
        description="For officers and recruiters: what minimum wages of a later day will take down "
        "among their open postings. For officers also what proposed ones would, with "
        "`includeProposed`."
    )
    def coming_wages(self, info: Info, include_proposed: bool = True) -> ComingWages | None:
        caller = info.context.require(Role.OFFICER, Role.RECRUITER)
        return ComingWages(caller=caller, with_proposals=include_proposed)
