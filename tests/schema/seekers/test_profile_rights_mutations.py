"""Rights of the person behind a profile: erasure, and reveals that are audited."""

from __future__ import annotations

from typing import Any

from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.services import RunningServices
from tests.support.world import World, gid

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


async def mutate(
    api: GraphQLClient, name: str, token: str | None, /, **given: Any
) -> dict[str, Any]:
    return await api.mutate(name, given, token, MUTATION_CASES[name].selection)


async def test_an_erasure_keeps_group_and_status_and_retains_the_contact(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    store = running.store
    linked = records.call_entry(
        campaign_id=world.campaign.id, union_path=world.union.path, seeker_id=world.seeker.id
    )
    await store.call_entries.add([linked])
    answer = await mutate(
        api,
        "eraseSeeker",
        world.token(world.officer),
        seekerId=gid(world.seeker),
        reason="本人电话要求删除",
    )
    assert answer["seekerId"] == gid(world.seeker)
    left = await store.seekers.by_id(world.seeker.id)
    assert left is not None
    assert (left.person, left.giver, left.contact, left.searches) == (None, None, None, ())
    assert (left.profile.group, left.status) == (world.seeker.profile.group, world.seeker.status)
    assert not left.profile.wants.occupations
    document = await store.mongo["seekers"].find_one({"_id": left.id})
    assert document is not None
    assert document["reach"] == []
    assert await store.mongo["retained"].count_documents({"_id": left.id}) == 1
    entry = await store.call_entries.by_id(linked.id)
    assert entry is not None
    assert (entry.contact, entry.remark, entry.person) == (None, "", f"erased/{linked.id}")
    referral = (await store.referrals.by_ids([world.referral.id]))[world.referral.id]
    assert [step.note for step in referral.steps] == [""]
    rows = await store.audit_log.latest_by_subjects("Seeker", [left.id], limit=10)
    assert [(row.action, row.detail) for row in rows] == [("ERASE", "本人电话要求删除")]
    refused = await mutate(
        api,
        "eraseSeeker",
        world.token(world.officer),
        seekerId=gid(world.seeker),
        reason="本人电话要求删除",
    )
    assert refused["code"] == "NOT_FOUND"
    assert await api.fetch_data(NODE, {"id": gid(world.seeker)}, world.token(world.officer)) == {
        "node": None
    }


async def test_a_reveal_is_in_the_audit_log(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    token = world.token(world.officer)
    for record, contact in (
        (world.seeker, {"name": "孙丽", "phone": "+8613600136000"}),
        (world.entry, {"name": "赵大勇", "phone": "+8613700137000"}),
    ):
        answer = await mutate(api, "revealPerson", token, id=gid(record), reason="电话回访求职意向")
        assert answer["contact"] == contact
        rows = await running.store.audit_log.latest_by_subjects(
            type(record).__name__, [record.id], limit=10
        )
        assert [(row.action, row.actor_id, row.detail) for row in rows] == [
            ("REVEAL", world.officer.id, "电话回访求职意向")
        ]
