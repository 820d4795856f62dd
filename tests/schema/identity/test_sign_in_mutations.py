"""Sign-in, entering as a viewer, and what ``me`` shows to each caller."""

from __future__ import annotations

from datetime import datetime

from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.services import PASSWORD
from tests.support.world import World, gid


async def test_staff_sign_in_refresh_and_see_their_account(
    api: GraphQLClient, world: World
) -> None:
    given = {"username": world.officer.username.upper(), "password": PASSWORD}
    signed_in = await api.mutate("signIn", given, None, MUTATION_CASES["signIn"].selection)
    query = "{ me { id role username displayName union { id name parent { id parent { id } } } employer { id } } }"  # noqa: E501 - one document
    me = (await api.fetch_data(query, token=signed_in["accessToken"]))["me"]
    assert me == {
        "id": gid(world.officer),
        "role": "OFFICER",
        "username": world.officer.username,
        "displayName": "王主席",
        "union": {
            "id": gid(world.union),
            "name": world.union.name,
            "parent": {"id": gid(world.province), "parent": None},
        },
        "employer": None,
    }
    refreshed = await api.mutate(
        "refreshSignIn",
        {"refreshToken": signed_in["refreshToken"]},
        None,
        "... on SignedIn { accessToken expiresAt }",
    )
    assert (await api.fetch_data("{ me { id } }", token=refreshed["accessToken"]))["me"] == {
        "id": gid(world.officer)
    }
    assert datetime.fromisoformat(refreshed["expiresAt"]).tzinfo is not None


async def test_a_recruiter_sees_their_employer(api: GraphQLClient, world: World) -> None:
    me = await api.fetch_data(
        "{ me { employer { name } union { id } } }", None, world.token(world.recruiter)
    )
    assert me == {"me": {"employer": {"name": world.employer.name}, "union": None}}


async def test_a_viewer_enters_without_data_and_has_no_name(api: GraphQLClient) -> None:
    data = await api.fetch_data(
        "mutation { enterAsViewer(input: {}) { ... on ViewerEntered { accessToken clientMutationId } } }"  # noqa: E501 - one document
    )
    assert data["enterAsViewer"]["clientMutationId"] is None
    me = await api.fetch_data(
        "{ me { role username displayName } }", token=data["enterAsViewer"]["accessToken"]
    )
    assert me == {"me": {"role": "VIEWER", "username": None, "displayName": "观众"}}


async def test_a_client_mutation_id_is_returned(api: GraphQLClient) -> None:
    given = {"clientMutationId": "一"}
    selection = MUTATION_CASES["enterAsViewer"].selection
    entered = await api.mutate("enterAsViewer", given, None, selection)
    assert entered["clientMutationId"] == "一"


async def test_me_is_null_without_a_token(api: GraphQLClient) -> None:
    assert await api.fetch_data("{ me { id } }") == {"me": None}


async def test_an_invalid_token_is_refused_but_public_fields_are_answered(
    api: GraphQLClient,
) -> None:
    error = await api.fetch_error("{ me { id } }", None, "forged")
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert await api.fetch_data("{ employers(first: 0) { edges { cursor } } }", None, "forged") == {
        "employers": {"edges": []}
    }


async def test_a_device_comes_back_with_its_credential(api: GraphQLClient) -> None:
    selection = MUTATION_CASES["enterAsViewer"].selection
    first = await api.mutate("enterAsViewer", {}, None, selection)
    assert first["newDevice"] is True
    again = await api.mutate(
        "enterAsViewer", {"deviceCredential": first["deviceCredential"]}, None, selection
    )
    assert again["newDevice"] is False
    assert again["deviceCredential"] != first["deviceCredential"]
    assert datetime.fromisoformat(again["deviceCredentialExpiresAt"]).tzinfo is not None
    forged = await api.mutate("enterAsViewer", {"deviceCredential": "x"}, None, selection)
    assert forged["newDevice"] is True
