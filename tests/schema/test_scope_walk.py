"""Scope walk: every mutation of an officer, sent by an officer of another province.

The caller has the right role, and ids of things of a union elsewhere. Each answer is a refusal, and
nothing is written.
"""

from __future__ import annotations

import pytest

from domain.identity.accounts import Account, Role
from domain.identity.unions import UnionLevel
from storage.mongo.client import new_id
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_roles import ALLOWED_CALLERS, CALLERS
from tests.support.services import RunningServices, hash_collections
from tests.support.world import World

IN_OWN_SCOPE = {
    "createEmployer",
    "scheduleSession",
    "createWebhook",
    "createCampaign",
    "createRecruitmentCampaign",
    "signOutEverywhere",
}
"""Mutations that create or change something in the caller's own scope, whoever it is."""
FOR_THE_COUNTRY = {"addOccupation", "addOccupationName"}
"""Mutations by which every provincial union changes a list of the whole country."""
OFFICER_MUTATIONS = sorted(
    name
    for name, allowed in ALLOWED_CALLERS.items()
    # What everybody may send is proven by a password, a token or a receipt, not by a role.
    if "officer above" in allowed
    and allowed != set(CALLERS)
    and name not in IN_OWN_SCOPE | FOR_THE_COUNTRY
)


@pytest.fixture(scope="module")
async def stranger(running: RunningServices, readonly_world: World) -> Account:
    """An officer of the provincial union of another province, below a national union."""
    union_id = new_id()
    union = records.union(
        id=union_id,
        name="陕西省总工会",
        level=UnionLevel.PROVINCE,
        place_code="610000",
        path=(new_id(), union_id),
    )
    officer = records.account(username=f"o-{union_id}", role=Role.OFFICER, union_id=union_id)
    await running.store.unions.add([union])
    await running.store.accounts.add(officer)
    return officer


def test_the_walk_has_the_mutations_that_were_open_before() -> None:
    assert {"submitPosting", "advanceLeads", "publishConsentText", "addMinimumWage"} <= set(
        OFFICER_MUTATIONS
    )


@pytest.mark.parametrize("name", OFFICER_MUTATIONS)
async def test_an_officer_of_another_province_is_refused_and_writes_nothing(
    name: str,
    api: GraphQLClient,
    readonly_world: World,
    stranger: Account,
    running: RunningServices,
) -> None:
    operation, token = MUTATION_CASES[name], readonly_world.token(stranger)
    before = await hash_collections(running)
    given = operation.build_input(readonly_world)
    answer = await api.mutate(name, given, token, operation.selection)
    if name == "advanceLeads":
        refusals = answer["outcomes"]
        assert len(refusals) == len(given["leadIds"])
    else:
        refusals = [answer]
    for refusal in refusals:
        assert refusal["code"] in {"NOT_FOUND", "NOT_PERMITTED"}, answer
    assert await hash_collections(running) == before
