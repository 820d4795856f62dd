"""A socket ends when the tokens of its account are revoked, on every node; others stay."""

from __future__ import annotations

import pytest

from domain.identity.accounts import Account
from realtime.close_codes import CloseCode
from tests.support.graphql_clients import UvicornServer, WebSocketClient, open_websocket
from tests.support.services import PASSWORD, RunningServices
from tests.support.websocket_endpoint import ANNOUNCEMENTS, nothing_is_left
from tests.support.world import World, gid

__all__ = ["nothing_is_left"]

SIGNED_OUT = (4513, "Signed out, or the account is disabled: sign in again")
REASON = "该同志已离职"


async def follow(client: WebSocketClient, world: World, token: str) -> None:
    await client.initialise(token)
    await client.subscribe_live("1", ANNOUNCEMENTS, session=gid(world.live))


async def still_answers(client: WebSocketClient) -> bool:
    await client.subscribe("ping", "{ __typename }")
    answers = [await client.receive(), await client.receive()]
    return answers[-1] == {"id": "ping", "type": "complete"}


async def disable(world: World, running: RunningServices, account: Account) -> None:
    officer = world.principal(world.upper_officer)
    await running.services.staff.disable(officer, account.id, reason=REASON)


async def test_sockets_of_a_disabled_account_close_with_their_code_and_others_stay(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    async with (
        open_websocket(server.url) as first,
        open_websocket(server.url) as second,
        open_websocket(server.url) as colleague,
        open_websocket(server.url) as viewer,
    ):
        for client, token in (
            (first, world.token(world.host)),
            (second, world.token(world.host)),
            (colleague, world.token(world.officer)),
            (viewer, world.viewer_token()),
        ):
            await follow(client, world, token)
        await disable(world, running, world.host)
        assert await first.wait_closed() == SIGNED_OUT
        assert await second.wait_closed() == SIGNED_OUT
        assert await still_answers(colleague)
        assert await still_answers(viewer)


async def test_a_node_closes_sockets_after_what_another_process_revoked(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    async with open_websocket(server.url) as client:
        await follow(client, world, world.token(world.host))
        # Another process writes to the database alone.
        await running.store.mongo["accounts"].update_one(
            {"_id": world.host.id}, [{"$set": {"generation": 2, "revoked_at": "$$NOW"}}]
        )
        await running.parts.revocations.run_once()
        assert await client.wait_closed() == SIGNED_OUT


async def test_a_revoked_token_opens_no_socket(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    token = world.token(world.host)
    await disable(world, running, world.host)
    async with open_websocket(server.url) as client:
        await client.send(type="connection_init", payload={"authorization": f"Bearer {token}"})
        assert await client.wait_closed() == (4403, CloseCode.FORBIDDEN.reason)


async def test_one_ended_sign_in_leaves_the_sockets_of_the_other(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    sign_in = running.services.sign_in
    here, there = [
        await sign_in.sign_in(world.host.username, PASSWORD, peer="192.0.2.9") for _ in range(2)
    ]
    assert here.refresh is not None
    async with open_websocket(server.url) as ended, open_websocket(server.url) as other:
        await follow(ended, world, here.access)
        await follow(other, world, there.access)
        await sign_in.sign_out(here.refresh)
        assert await ended.wait_closed() == SIGNED_OUT
        assert await still_answers(other)


@pytest.mark.parametrize("code", [CloseCode.FORBIDDEN, CloseCode.TOKEN_EXPIRED])
def test_a_reason_says_how_to_renew(code: CloseCode) -> None:
    assert "refreshSignIn" in code.reason
    assert len(code.reason.encode()) <= 123
