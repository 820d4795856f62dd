"""Who gets a place, who loses one, and that nothing is counted twice or for ever."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from api.connections.limits import ConnectionLimits
from api.connections.places import ConnectionPlaces, Place

LIMITS = ConnectionLimits(max_connections=8, max_per_address=3, max_received_bytes=100)


class Connections:
    """Places of one process, and the names of connections that were closed."""

    def __init__(self, limits: ConnectionLimits = LIMITS) -> None:
        self.places = ConnectionPlaces(limits)
        self.closed: list[str] = []
        self._numbers = count()

    def open(self, address: str | None) -> Place | None:
        name = f"{address}-{next(self._numbers)}"
        return self.places.admit(address, lambda: self.closed.append(name))

    def admit(self, address: str | None) -> Place:
        place = self.open(address)
        assert place is not None
        return place


def test_an_address_evicts_its_own_oldest_silent_connection() -> None:
    here = Connections()
    for address in ("a", "b", "a", "a", "a"):
        here.admit(address)
    assert here.closed == ["a-0"]
    assert (here.places.evicted, here.places.refused) == (1, 0)


def test_an_address_with_busy_connections_only_is_refused_more() -> None:
    here = Connections()
    for _ in range(3):
        here.admit("a").set_silent(silent=False)
    assert here.open("a") is None
    assert here.open("b") is not None
    assert here.closed == []
    assert here.places.refused == 1


def test_when_all_places_are_taken_the_longest_silent_connection_leaves() -> None:
    here = Connections()
    places = [here.admit(address) for address in "aaabbbcc"]
    places[0].set_silent(silent=False)
    here.admit("d")
    assert here.closed == ["a-1"]


def test_a_silent_crowd_shuts_nobody_out() -> None:
    here = Connections(ConnectionLimits(max_connections=1_000, max_per_address=400))
    for number in range(24_000):
        here.admit(f"attacker-{number % 5}")
        if number % 100 == 0:
            assert here.admit("honest").enter_room(is_staff=False)
            if here.places.in_rooms > 200:
                break
    assert here.places.in_rooms == 201
    assert not [name for name in here.closed if name.startswith("honest")]


def test_rooms_leave_places_to_others_and_always_admit_staff() -> None:
    here = Connections()
    members = [here.admit(str(number)) for number in range(6)]
    assert all(member.enter_room(is_staff=False) for member in members)
    late, host = here.admit("x"), here.admit("y")
    assert not late.enter_room(is_staff=False)
    assert host.enter_room(is_staff=True)
    assert here.places.crowded_out == 1
    members[0].leave_room()
    host.leave_room()
    assert late.enter_room(is_staff=False)


def test_several_subscriptions_take_one_place_in_a_room() -> None:
    here = Connections()
    place = here.admit("a")
    assert place.enter_room(is_staff=False)
    assert place.enter_room(is_staff=False)
    place.leave_room()
    assert (here.places.in_rooms, here.places.silent) == (1, 0)
    place.leave_room()
    assert (here.places.in_rooms, here.places.silent) == (0, 1)


def test_a_proxy_has_as_many_connections_as_it_needs_and_its_clients_have_not() -> None:
    here = Connections()
    places = [here.admit(None) for _ in range(6)]
    assert [place.assign("a") for place in places[:4]] == [True, True, True, False]
    assert [place.assign("b") for place in places[:1]] == [True]
    assert here.places.silent == 0


def test_a_client_behind_a_proxy_evicts_its_own_socket_that_follows_nothing() -> None:
    here = Connections()
    places = [here.admit(None) for _ in range(4)]
    for place in places[:3]:
        assert place.assign("a")
        place.set_silent(silent=True)
    assert places[3].assign("a")
    assert here.closed == ["None-0"]


def test_unfinished_requests_hold_a_bounded_number_of_bytes() -> None:
    here = Connections()
    first, second, third = (here.admit(address) for address in "abc")
    for place, length in ((first, 40), (second, 40), (first, 10), (third, 30)):
        place.receive(length)
    assert here.closed == ["a-0"]
    assert here.places.received_bytes == 70
    second.finish_request()
    assert here.places.received_bytes == 30
    third.receive(101)
    assert here.closed == ["a-0", "c-2"]
    assert here.places.received_bytes == 0


@pytest.mark.parametrize("act", ["receive", "enter_room", "assign", "set_silent", "release"])
def test_a_released_place_counts_for_nothing(act: str) -> None:
    here = Connections()
    place = here.admit(None if act == "assign" else "a")
    place.release()
    match act:
        case "receive":
            place.receive(50)
        case "enter_room":
            assert not place.enter_room(is_staff=True)
        case "assign":
            assert not place.assign("a")
        case "set_silent":
            place.set_silent(silent=True)
        case _:
            place.release()
    places = here.places
    assert (places.in_rooms, places.outside_rooms, places.silent) == (0, 0, 0)
    assert (places.received_bytes, places.addresses) == (0, 0)


class PlacesMachine(RuleBasedStateMachine):
    """Any history of connections against a list of those that are open."""

    def __init__(self) -> None:
        super().__init__()
        self.places = ConnectionPlaces(LIMITS)
        self.open: list[Place] = []

    @rule(address=st.sampled_from(["a", "b", "c", "d", None]))
    def admit(self, address: str | None) -> None:
        place: Place | None = None

        def close() -> None:
            self.open = [each for each in self.open if each is not place]

        place = self.places.admit(address, close)
        if place is not None:
            self.open.append(place)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), act=st.sampled_from(["silent", "busy", "enter", "leave", "release"]))
    def act(self, data: st.DataObject, act: str) -> None:
        place = data.draw(st.sampled_from(self.open))
        match act:
            case "silent" | "busy":
                place.set_silent(silent=act == "silent")
            case "enter":
                place.enter_room(is_staff=False)
            case "leave" if place.subscriptions:
                place.leave_room()
            case "release":
                place.release()
                self.open.remove(place)
            case _:
                place.finish_request()

    @precondition(lambda self: self.open)
    @rule(data=st.data(), length=st.integers(1, 60))
    def receive(self, data: st.DataObject, length: int) -> None:
        data.draw(st.sampled_from(self.open)).receive(length)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), address=st.sampled_from(["a", "b"]))
    def assign(self, data: st.DataObject, address: str) -> None:
        data.draw(st.sampled_from(self.open)).assign(address)

    @invariant()
    def counts_are_those_of_open_connections(self) -> None:
        in_rooms = sum(bool(place.subscriptions) for place in self.open)
        assert self.places.in_rooms == in_rooms <= LIMITS.max_in_rooms
        assert in_rooms + self.places.outside_rooms == len(self.open) <= LIMITS.max_connections
        received = sum(place.received_bytes for place in self.open)
        assert self.places.received_bytes == received <= LIMITS.max_received_bytes
        addresses = [place.address for place in self.open if place.address is not None]
        assert all(addresses.count(each) <= LIMITS.max_per_address for each in addresses)
        assert self.places.addresses == len(set(addresses))
        assert self.places.silent <= self.places.outside_rooms


TestPlaces = PlacesMachine.TestCase
TestPlaces.settings = settings(max_examples=60, stateful_step_count=40)
