"""Call campaigns through the API: import, calls, and profiles with oral consent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.seekers.call_campaigns import MAX_CALL_LIST_ROWS
from storage.clock import utc_now
from storage.mongo.errors import StorageUnavailable
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.services import RunningServices
from tests.support.world import World, gid, today

LIST = """query ($id: ID!, $filter: CallFilter, $first: Int, $after: String) {
  callList(campaignId: $id, filter: $filter, first: $first, after: $after) {
    edges { cursor node {
      id group remark outcome nextCallOn version contact { name phone }
      calls { outcome note } seeker { id } } }
    pageInfo { hasNextPage }
  } }"""


def call_row(world: World, **changes: Any) -> dict[str, Any]:
    return {"name": "周小兰", "phone": world.next_phone(), "group": "LAID_OFF"} | changes


async def mutate_as_officer(
    api: GraphQLClient, world: World, name: str, /, **given: Any
) -> dict[str, Any]:
    token = world.token(world.officer)
    return await api.mutate(name, given, token, MUTATION_CASES[name].selection)


async def fetch_call_list(
    api: GraphQLClient, world: World, **variables: Any
) -> list[dict[str, Any]]:
    given = {"id": gid(world.campaign), **variables}
    found = await api.fetch_data(LIST, given, world.token(world.officer))
    return [edge["node"] for edge in found["callList"]["edges"]]


async def test_an_import_repeated_adds_nobody_and_names_invalid_rows_by_number_only(
    api: GraphQLClient, world: World
) -> None:
    good = call_row(world, remark="下午五点前要接孩子")
    rows = [
        good,
        call_row(world, phone="12345"),
        call_row(world, name="  "),
        call_row(world, remark="腰椎手术后"),
        call_row(world, remark="身份证 11010519491231002X"),
        good,
        call_row(world),
    ]
    campaign = gid(world.campaign)
    answer = await mutate_as_officer(api, world, "importCallList", campaignId=campaign, rows=rows)
    assert (answer["added"], answer["known"]) == (2, 1)
    found = [(each["row"], each["field"], each["code"]) for each in answer["findings"]]
    assert found == [
        (2, "phone", "PHONE_INVALID"),
        (3, "name", "INVALID_INPUT"),
        (4, "remark", "INVALID_INPUT"),
        (5, "remark", "INVALID_INPUT"),
    ]
    assert "light work" in answer["findings"][2]["message"]
    assert not any(good["phone"] in each["message"] for each in answer["findings"])
    again = await mutate_as_officer(api, world, "importCallList", campaignId=campaign, rows=rows)
    assert (again["added"], again["known"]) == (0, 3)
    first, second, third = await fetch_call_list(api, world)
    assert first["id"] == gid(world.entry)
    assert second["contact"] == {"name": "周**", "phone": f"144****{good['phone'][-4:]}"}
    assert (second["remark"], second["outcome"], second["nextCallOn"]) == (
        "下午五点前要接孩子",
        None,
        today().isoformat(),
    )
    assert third["remark"] == ""


async def test_an_import_without_rows_or_with_too_many_is_refused(
    api: GraphQLClient, world: World
) -> None:
    for rows in ([], [call_row(world)] * (MAX_CALL_LIST_ROWS + 1)):
        answer = await mutate_as_officer(
            api, world, "importCallList", campaignId=gid(world.campaign), rows=rows
        )
        assert (answer["code"], answer["field"]) == ("INVALID_INPUT", ["input", "rows"])


async def test_a_call_list_is_paged_and_filtered(api: GraphQLClient, world: World) -> None:
    rows = [call_row(world) for _ in range(3)]
    await mutate_as_officer(api, world, "importCallList", campaignId=gid(world.campaign), rows=rows)
    whole = [each["id"] for each in await fetch_call_list(api, world)]
    assert len(whole) == 4
    given = {"id": gid(world.campaign), "first": 2}
    page = (await api.fetch_data(LIST, given, world.token(world.officer)))["callList"]
    assert page["pageInfo"]["hasNextPage"]
    after = page["edges"][-1]["cursor"]
    assert [each["id"] for each in await fetch_call_list(api, world, after=after)] == whole[2:]
    later = (today() + timedelta(days=3)).isoformat()
    await mutate_as_officer(
        api, world, "recordCall", entryId=whole[1], outcome="CALL_BACK", nextCallOn=later
    )
    narrowed = [
        ({"uncalled": True}, whole[2:]),
        ({"outcome": "CALL_BACK"}, whole[1:2]),
        ({"due": True}, [whole[0], *whole[2:]]),
        ({"outcome": "REACHED"}, whole[:1]),
    ]
    for narrowing, expected in narrowed:
        found = await fetch_call_list(api, world, filter=narrowing)
        assert [each["id"] for each in found] == expected, narrowing


async def test_a_call_is_recorded_and_a_final_outcome_erases_the_contact(
    api: GraphQLClient, world: World
) -> None:
    note = "她丈夫在找工作，她在家休息"
    answer = await mutate_as_officer(
        api, world, "recordCall", entryId=gid(world.entry), outcome="NOT_SEEKING", note=note
    )
    assert answer["entry"]["calls"] == [{"outcome": "NOT_SEEKING", "note": note}]
    assert (answer["entry"]["version"], answer["entry"]["nextCallOn"]) == (2, None)
    stale = await mutate_as_officer(
        api,
        world,
        "recordCall",
        entryId=gid(world.entry),
        outcome="NO_ANSWER",
        expectedVersion=1,
    )
    assert stale["code"] == "STATUS_CONFLICT"
    done = await mutate_as_officer(
        api, world, "recordCall", entryId=gid(world.entry), outcome="DO_NOT_CALL"
    )
    assert done["entry"]["contact"] is None
    for name, given in (
        ("recordCall", {"outcome": "REACHED"}),
        ("saveProfileFor", MUTATION_CASES["saveProfileFor"].build_input(world)),
    ):
        refused = await mutate_as_officer(
            api, world, name, **(given | {"entryId": gid(world.entry)})
        )
        assert refused["code"] == "STATUS_CONFLICT"
    refused = await mutate_as_officer(
        api, world, "revealPerson", id=gid(world.entry), reason="电话回访求职意向"
    )
    assert refused["code"] == "CONSENT_WITHDRAWN"


async def test_a_call_that_fails_to_stop_the_matching_is_not_stored_either(
    api: GraphQLClient, world: World, running: RunningServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mutate_as_officer(
        api, world, "saveProfileFor", **MUTATION_CASES["saveProfileFor"].build_input(world)
    )
    before = await fetch_call_list(api, world)

    async def fail(*_: Any, **__: Any) -> bool:
        raise StorageUnavailable("the process ends between two writes")

    with monkeypatch.context() as between:
        between.setattr(running.store.seekers, "replace_if_unchanged", fail)
        refused = await mutate_as_officer(
            api, world, "recordCall", entryId=gid(world.entry), outcome="NOT_SEEKING"
        )
    assert refused["code"] == "BUSY"
    assert await fetch_call_list(api, world) == before


async def test_a_profile_saved_for_a_person_records_the_officer_and_exists_once(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    given = MUTATION_CASES["saveProfileFor"].build_input(world)
    first = (await mutate_as_officer(api, world, "saveProfileFor", **given))["seeker"]
    assert first["contact"] == {"name": "赵**", "phone": "137****7000"}
    second = (await mutate_as_officer(api, world, "saveProfileFor", **given))["seeker"]
    assert (second["id"], second["version"]) == (first["id"], 2)
    (entry,) = await fetch_call_list(api, world)
    assert entry["seeker"] == {"id": first["id"]}
    (seeker,) = await running.store.seekers.by_campaign(world.campaign.id, after="", limit=10)
    assert seeker.consent.asked_by == world.officer.id
    assert seeker.entered_by == world.officer.id
    assert seeker.giver is None
    await mutate_as_officer(
        api, world, "recordCall", entryId=gid(world.entry), outcome="NOT_SEEKING"
    )
    left = await running.store.seekers.by_id(seeker.id)
    assert left is not None
    assert left.status == "NOT_SEEKING"


async def test_oral_consent_must_be_recent_and_to_the_current_text(
    api: GraphQLClient, world: World
) -> None:
    given = MUTATION_CASES["saveProfileFor"].build_input(world)
    now = utc_now()
    for consent, code in (
        ({"textVersion": "0", "askedAt": now.isoformat()}, "CONSENT_REQUIRED"),
        ({"textVersion": "1", "askedAt": (now + timedelta(hours=1)).isoformat()}, "INVALID_INPUT"),
        ({"textVersion": "1", "askedAt": (now - timedelta(days=8)).isoformat()}, "INVALID_INPUT"),
    ):
        refused = await mutate_as_officer(
            api, world, "saveProfileFor", **(given | {"consent": consent})
        )
        assert refused["code"] == code


async def test_campaigns_are_visible_in_the_union_and_above_it_only(
    api: GraphQLClient, world: World
) -> None:
    given = {"title": "省里的回访", "unionId": gid(world.union)}
    above = world.token(world.upper_officer)
    made = await api.mutate(
        "createCampaign", given, above, MUTATION_CASES["createCampaign"].selection
    )
    assert made["campaign"]["union"] == {"id": gid(world.union)}
    ask = "{ campaigns { edges { node { id title matching { status } } } } }"
    for token in (above, world.token(world.officer)):
        found = (await api.fetch_data(ask, None, token))["campaigns"]["edges"]
        titles = [edge["node"]["title"] for edge in found]
        assert titles == ["省里的回访", world.campaign.title]
    elsewhere = world.token(world.other_officer)
    assert (await api.fetch_data(ask, None, elsewhere))["campaigns"]["edges"] == []
    refused = await api.mutate("createCampaign", given, elsewhere)
    assert (refused["code"], refused["field"]) == ("NOT_PERMITTED", ["input", "unionId"])
    error = await api.fetch_error(LIST, {"id": gid(world.campaign)}, elsewhere)
    assert error["extensions"]["code"] == "NOT_FOUND"
