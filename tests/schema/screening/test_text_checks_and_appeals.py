"""The dry run of the gate over a text, and the appeal of a refusal by text."""

from __future__ import annotations

from domain.postings.postings import PostingStatus
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_inputs import posting_change_input
from tests.support.services import RunningServices
from tests.support.world import World, gid, gid_as

CHECK = (
    "query ($input: CheckTextInput!) { checkText(input: $input) { verdict statements { code"
    " severity basis marks { start end } wording wordingZh } } }"
)


async def test_a_text_is_checked_before_it_is_sent(api: GraphQLClient, world: World) -> None:
    given = {"input": {"text": "包住。前三天不算工钱", "place": "CONDITIONS"}}
    answer = await api.fetch_data(CHECK, given, world.token(world.recruiter))
    assert answer["checkText"] == {
        "verdict": "HELD",
        "statements": [
            {
                "code": "UNPAID_TRIAL",
                "severity": "REVIEW",
                "basis": "劳动合同法第20条、第30条",
                "marks": [{"start": 3, "end": 10}],
                "wording": "Trial days and training are paid in full",
                "wordingZh": "试岗、培训期间照发工资",
            }
        ],
    }


async def test_an_officer_opens_a_posting_that_a_text_refused(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    words = posting_change_input(world, conditions="入职交押金300元")
    refused = await api.mutate("changePosting", words, world.token(world.recruiter))
    assert refused["__typename"] == "PostingRefused"
    appeal = {
        "postingId": gid(world.open),
        "approved": True,
        "reason": "工具押金由公司代付，已核实",
    }
    selected = (
        "... on PostingReviewed { posting { status decisions { edges { node { kind reason } } } } }"
    )
    reviewed = await api.mutate("reviewPosting", appeal, world.token(world.officer), selected)
    assert reviewed["posting"]["status"] == PostingStatus.OPEN.value
    newest = reviewed["posting"]["decisions"]["edges"][0]["node"]
    assert newest == {"kind": "APPROVED", "reason": "工具押金由公司代付，已核实"}
    stored = (await running.store.postings.by_ids([world.open.id]))[world.open.id]
    assert stored.review is not None
    assert stored.review.reason == "工具押金由公司代付，已核实"


QUEUE = "{ reviewQueue(first: 100) { edges { node { posting { id appeal { reason } } } } } }"


async def queued_appeals(api: GraphQLClient, world: World) -> dict[str, str]:
    queue = await api.fetch_data(QUEUE, {}, world.token(world.officer))
    nodes = [edge["node"]["posting"] for edge in queue["reviewQueue"]["edges"]]
    return {node["id"]: node["appeal"]["reason"] for node in nodes if node["appeal"]}


async def test_an_appeal_of_the_employer_is_read_decided_and_recorded(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    posting_id = gid(world.open)
    words = posting_change_input(world, conditions="入职交押金300元")
    await api.mutate("changePosting", words, world.token(world.recruiter))
    appeal = {"postingId": posting_id, "reason": "  工具押金由公司代付  "}
    selected = "... on PostingAppealed { posting { status canBeAppealed } }"
    answer = await api.mutate("appealPosting", appeal, world.token(world.recruiter), selected)
    assert answer["posting"] == {"status": "REFUSED", "canBeAppealed": False}
    again = await api.mutate("appealPosting", appeal, world.token(world.recruiter))
    assert again["code"] == "ALREADY_EXISTS"
    assert await queued_appeals(api, world) == {posting_id: "工具押金由公司代付"}
    decision = {"postingIds": [posting_id], "approved": True, "reason": "已核实代付凭证"}
    selected = (
        "... on PostingsDecided { decided { status decisions { edges { node { reason"
        " appeal { reason by { id } } } } } } }"
    )
    decided = await api.mutate("decidePostings", decision, world.token(world.officer), selected)
    assert decided["decided"] == [
        {
            "status": "OPEN",
            "decisions": {
                "edges": [
                    {
                        "node": {
                            "reason": "已核实代付凭证",
                            "appeal": {
                                "reason": "工具押金由公司代付",
                                "by": {"id": gid_as("Colleague", world.recruiter)},
                            },
                        }
                    }
                ]
            },
        }
    ]
    assert await queued_appeals(api, world) == {}
    rows = running.store.mongo["audit"].find(
        {"action": "APPEAL_POSTING", "subject_id": world.open.id}
    )
    assert [(row["actor_id"], row["detail"]) async for row in rows] == [
        (world.recruiter.id, "revision 2")
    ]


async def test_a_posting_that_a_field_refused_stays_refused(
    api: GraphQLClient, world: World
) -> None:
    words = posting_change_input(world, insurance=[])
    await api.mutate("changePosting", words, world.token(world.recruiter))
    appeal = {"postingId": gid(world.open), "approved": True, "reason": "已核实"}
    answer = await api.mutate("reviewPosting", appeal, world.token(world.officer))
    assert answer["__typename"] == "PostingNotOpen"
