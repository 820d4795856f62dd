"""Seats of players: bounded, kept by reading, freed by time, and not made up."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from api.media.limits import MediaLimits
from api.media.viewer_seats import ViewerSeats

LIMITS = MediaLimits(max_viewers=4, max_viewer_share=0.5, viewer_seconds=10.0)


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def take(seats: ViewerSeats, address: str) -> str | None:
    ticket = seats.issue(address)
    if ticket is not None:
        assert seats.keep(ticket, address) is True
    return ticket


def test_seats_are_bounded_in_all_and_for_one_address() -> None:
    seats = ViewerSeats(LIMITS, Seconds())
    taken = [take(seats, address) for address in ("a", "a", "a", "b", "b", "c")]
    assert [ticket is not None for ticket in taken] == [True, True, False, True, True, False]
    assert len(seats) == 4


def test_a_player_that_reads_on_keeps_its_seat_and_another_loses_it() -> None:
    clock = Seconds()
    seats = ViewerSeats(LIMITS, clock)
    stays, leaves = take(seats, "a"), take(seats, "a")
    assert stays is not None
    assert leaves is not None
    clock.now += 6
    assert seats.keep(stays, "a") is True
    clock.now += 6
    assert len(seats) == 1
    # It was away for a while and comes back.
    assert seats.keep(leaves, "b") is True
    assert len(seats) == 2


def test_a_ticket_is_not_made_up_and_not_taken_twice_beyond_the_bound() -> None:
    seats, others = ViewerSeats(LIMITS, Seconds()), ViewerSeats(LIMITS, Seconds())
    foreign = others.issue("a")
    assert foreign is not None
    for ticket in (foreign, "", "0" * 32, "é" * 32, "0" * 16):
        assert seats.keep(ticket, "a") is None
    waiting = [seats.issue("a") for _ in range(3)]
    assert [seats.keep(ticket or "", "a") for ticket in waiting] == [True, True, False]


@settings(max_examples=50, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["take", "keep", "wait"])), max_size=40
    )
)
def test_no_order_of_readers_exceeds_a_bound(steps: list[tuple[str, str]]) -> None:
    clock = Seconds()
    seats = ViewerSeats(LIMITS, clock)
    tickets: list[str] = []
    for address, step in steps:
        if step == "wait":
            clock.now += 4
        elif step == "keep" and tickets:
            seats.keep(tickets[len(address) % len(tickets)], address)
        elif (ticket := take(seats, address)) is not None:
            tickets.append(ticket)
        assert len(seats) <= 4
        assert seats._taken.total() == len(seats)
        assert max(seats._taken.values(), default=0) <= 2
