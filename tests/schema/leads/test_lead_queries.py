"""A lead as staff read and advance it."""

from __future__ import annotations

from domain.leads.leads import LeadStage
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.world import World, gid


async def test_each_stage_change_raises_the_version(api: GraphQLClient, world: World) -> None:
    selection = MUTATION_CASES["advanceLead"].selection
    token = world.token(world.recruiter)
    for version, stage in enumerate(("CONTACTED", "INTERVIEWED", "OFFERED", "HIRED"), start=1):
        given = {"leadId": gid(world.lead), "stage": stage, "expectedVersion": version}
        answer = await api.mutate("advanceLead", given, token, selection)
        assert (answer["lead"]["stage"], answer["lead"]["version"]) == (stage, version + 1)
    assert answer["lead"]["nextStages"] == [LeadStage.RETAINED_30, LeadStage.WITHDRAWN]


async def test_a_lead_keeps_the_terms_of_its_time(api: GraphQLClient, world: World) -> None:
    query = "query ($id: ID!) { node(id: $id) { ... on Lead { source terms { title pay { amount period } validUntil } session { id } posting { id } } } }"  # noqa: E501 - one document
    lead = (await api.fetch_data(query, {"id": gid(world.lead)}, world.token(world.host)))["node"]
    assert lead == {
        "source": "LIVE_TAP",
        "terms": {
            "title": "电工",
            "pay": {"amount": 6000, "period": "MONTH"},
            "validUntil": world.lead.terms.valid_until.isoformat(),
        },
        "session": {"id": gid(world.live)},
        "posting": {"id": gid(world.open)},
    }
