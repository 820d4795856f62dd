"""The export of everything that is stored about a person, its pages and its hourly limit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.leads.leads import Lead
from schema.relay import global_id
from services.leads import own_leads
from storage.clock import utc_now
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.own_leads import mutate_with_receipt
from tests.support.services import RunningServices
from tests.support.world import World, gid


async def test_an_export_holds_everything_stored_and_all_accesses(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    reveal = MUTATION_CASES["revealContact"].build_input(world)
    await api.mutate("revealContact", reveal, world.token(world.recruiter))
    note = {"leadId": gid(world.lead), "body": "周三下午面试"}
    await api.mutate("noteLead", note, world.token(world.recruiter))
    answer = await mutate_with_receipt(api, "exportMyData", receipt=world.lead_receipt(world.lead))
    assert answer["next"] is None
    (lead,) = answer["data"]["leads"]
    (access,) = lead.pop("accesses")
    assert (access["action"], access["by"]) == ("REVEAL", "RECRUITER")
    (noted,) = lead.pop("notes")
    assert noted["body"] == "周三下午面试"
    assert lead.pop("updatedAt") == noted["at"]
    at = world.lead.created_at.isoformat()
    assert lead == {
        "id": gid(world.lead),
        "name": "王小明",
        "phone": "+8613800138000",
        "session": gid(world.live),
        "posting": gid(world.open),
        "title": world.lead.terms.title,
        "recipient": world.employer.name,
        "consent": {
            "textVersion": "1",
            "sha256": "0" * 64,
            "at": world.lead.consent.at.isoformat(),
            "withdrawnAt": None,
        },
        "source": "LIVE_TAP",
        "group": None,
        "stage": "INTERESTED",
        "confirmation": "CONFIRMED",
        "reason": None,
        "createdAt": at,
        "hiredAt": None,
    }


async def test_an_export_continues_after_the_last_page(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    now = utc_now()
    template = world.new_lead("王小明", "+8613800138001")
    many = [
        replace(
            template,
            id=f"{number:024x}",
            session_id=f"{world.live.id}{number}",
            contact=running.store.keyring.seal_contact(
                f"{number:024x}", await open_contact(running, template)
            ),
            created_at=now,
        )
        for number in range(101)
    ]
    await running.store.leads.record(many)
    # Marked as logged, since these sessions do not exist.
    ids = [lead.id for lead in many]
    logged = {"$unset": {"awaits_log": ""}}
    await running.store.mongo["leads"].update_many({"_id": {"$in": ids}}, logged)
    receipt = world.lead_receipt(template)
    first = await mutate_with_receipt(api, "exportMyData", receipt=receipt)
    rest = await mutate_with_receipt(api, "exportMyData", receipt=receipt, after=first["next"])
    ids = [lead["id"] for lead in first["data"]["leads"] + rest["data"]["leads"]]
    assert (len(first["data"]["leads"]), rest["next"]) == (100, None)
    assert ids == [global_id("Lead", lead.id) for lead in reversed(many)]
    erased = await mutate_with_receipt(api, "eraseMyData", receipt=receipt)
    assert erased["leads"] == 101


async def open_contact(running: RunningServices, lead: Lead) -> Any:
    return await running.store.open_contact(lead)


async def test_exports_and_corrections_are_limited_per_hour(
    api: GraphQLClient, world: World, running: RunningServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_leads, "MAX_OWN_ACCESSES_PER_HOUR", 2)
    receipt = world.lead_receipt(world.lead)
    for expected in ("MyDataExported", "MyDataExported", "TooManyAttempts"):
        assert (await mutate_with_receipt(api, "exportMyData", receipt=receipt))[
            "__typename"
        ] == expected
    for name, kind in (("甲", "MyContactCorrected"), ("乙", "MyContactCorrected")):
        answer = await mutate_with_receipt(api, "correctMyContact", receipt=receipt, name=name)
        assert answer["__typename"] == kind
    late = await mutate_with_receipt(api, "correctMyContact", receipt=receipt, name="丙")
    assert late["__typename"] == "TooManyAttempts"
