"""Places for connections: how many one process keeps, and which one is closed for a new one.

A connection is silent while it waits for its client: until a request is whole, and between two
requests. When there are too many connections, the one that has been silent for longest loses its
place. One in a room, or with a request that is being answered, never does.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable

import structlog

from api.connections.limits import ConnectionLimits

_log = structlog.get_logger(__name__)

_Silent = OrderedDict["Place", None]


class Place:
    """The place of one open connection."""

    __slots__ = ("_close", "_places", "_released", "address", "received_bytes", "subscriptions")

    def __init__(
        self, places: ConnectionPlaces, address: str | None, close: Callable[[], None]
    ) -> None:
        self._places = places
        self._close = close
        self._released = False
        self.address = address
        """The client's network; None while it is unknown, because a proxy is connected."""
        self.subscriptions = 0
        self.received_bytes = 0
        """Bytes of a request that is not whole yet."""

    def set_silent(self, *, silent: bool) -> None:
        """Say whether the connection waits for its client."""
        if not self._released and not self.subscriptions:
            self._places.set_silent(self, silent=silent)

    def receive(self, length: int) -> None:
        """Count bytes of a request that is not whole yet; too many close a connection."""
        if not self._released:
            self._places.receive(self, length)

    def finish_request(self) -> None:
        """Forget the bytes of a request: it is whole."""
        if self.received_bytes:
            self._places.finish_request(self)

    def assign(self, address: str) -> bool:
        """Count the connection for the client behind a proxy; whether it may stay."""
        if self._released or self.address is not None:
            return not self._released
        return self._places.assign(self, address)

    def enter_room(self, *, is_staff: bool) -> bool:
        """Count a subscription of this connection; whether there is room for it."""
        if self._released:
            return False
        if not self.subscriptions and not self._places.enter_room(self, is_staff=is_staff):
            return False
        self.subscriptions += 1
        return True

    def leave_room(self) -> None:
        """Undo one ``enter_room``."""
        self.subscriptions -= 1
        if not self.subscriptions and not self._released:
            self._places.leave_room(self)

    def release(self) -> None:
        """Free the place: the connection is closed. A second call does nothing."""
        if not self._released:
            self._released = True
            self._places.release(self)

    def evict(self) -> None:
        """Close the connection at once and free its place."""
        self.release()
        self._close()


class ConnectionPlaces:
    """The places of one process.

    ``refused`` counts connections that found none, ``evicted`` silent ones that lost theirs, and
    ``crowded_out`` subscriptions that found no room.
    """

    def __init__(self, limits: ConnectionLimits | None = None) -> None:
        self._limits = limits or ConnectionLimits()
        self._by_address: Counter[str] = Counter()
        self._silent: _Silent = OrderedDict()
        self._silent_by_address: dict[str, _Silent] = {}
        self._receiving: _Silent = OrderedDict()
        self.received_bytes = 0
        """Bytes of all requests that are not whole yet."""
        self._has_warned = False
        self.in_rooms = 0
        self.outside_rooms = 0
        self.refused = 0
        self.evicted = 0
        self.crowded_out = 0

    @property
    def silent(self) -> int:
        """The connections that wait for their client."""
        return len(self._silent)

    @property
    def addresses(self) -> int:
        """The client networks that have connections."""
        return len(self._by_address)

    def admit(self, address: str | None, close: Callable[[], None]) -> Place | None:
        """A place for a new connection; None if it cannot have one.

        ``address`` is its client's network, or None if it is a proxy's. ``close`` closes it at
        once.
        """
        if not self._make_room(address):
            self.refused += 1
            return None
        place = Place(self, address, close)
        self.outside_rooms += 1
        if address is not None:
            self._by_address[address] += 1
            self.set_silent(place, silent=True)
        return place

    def watch_for_proxy(self, address: str | None, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Log once that a proxy passes on requests though no setting names it."""
        if self._has_warned or address is None:
            return
        if any(name == b"x-forwarded-for" for name, _ in headers):
            self._has_warned = True
            _log.warning("forwarded by an unnamed proxy", address=address)

    def set_silent(self, place: Place, *, silent: bool) -> None:
        """Say whether a connection outside rooms waits for its client.

        One that a proxy keeps open is never counted as silent: the proxy closes it.
        """
        address = place.address
        if address is None:
            return
        if silent:
            self._silent[place] = None
            self._silent_by_address.setdefault(address, OrderedDict())[place] = None
        elif place in self._silent:
            del self._silent[place]
            of_address = self._silent_by_address[address]
            del of_address[place]
            if not of_address:
                del self._silent_by_address[address]

    def assign(self, place: Place, address: str) -> bool:
        """Count a proxy's connection for the client behind it; whether it may stay."""
        if not self._make_room_of(address):
            self.refused += 1
            return False
        place.address = address
        self._by_address[address] += 1
        return True

    def enter_room(self, place: Place, *, is_staff: bool) -> bool:
        """Move a connection into a room. Staff always get in: they direct what others watch."""
        if self.in_rooms >= self._limits.max_in_rooms and not is_staff:
            self.crowded_out += 1
            return False
        self.set_silent(place, silent=False)
        self.outside_rooms -= 1
        self.in_rooms += 1
        return True

    def leave_room(self, place: Place) -> None:
        """Move a connection out of its rooms; it may lose its place if there are too many."""
        self.in_rooms -= 1
        self.outside_rooms += 1
        self.set_silent(place, silent=True)

    def receive(self, place: Place, length: int) -> None:
        """Count bytes of a request that is not whole yet.

        When all such requests hold too many bytes, the one that began first loses its connection.
        """
        place.received_bytes += length
        self.received_bytes += length
        self._receiving[place] = None
        while self.received_bytes > self._limits.max_received_bytes:
            next(iter(self._receiving)).evict()
            self.evicted += 1

    def finish_request(self, place: Place) -> None:
        """Forget the bytes of a request."""
        self._receiving.pop(place, None)
        self.received_bytes -= place.received_bytes
        place.received_bytes = 0

    def release(self, place: Place) -> None:
        """Free a place."""
        self.set_silent(place, silent=False)
        self.finish_request(place)
        if place.subscriptions:
            self.in_rooms -= 1
        else:
            self.outside_rooms -= 1
        if place.address is not None:
            self._by_address[place.address] -= 1
            if not self._by_address[place.address]:
                del self._by_address[place.address]

    def _make_room(self, address: str | None) -> bool:
        if address is not None and not self._make_room_of(address):
            return False
        # Evicting one of the same address may have made room already.
        total = self.in_rooms + self.outside_rooms
        return total < self._limits.max_connections or self._evict(self._silent)

    def _make_room_of(self, address: str) -> bool:
        if self._by_address[address] < self._limits.max_per_address:
            return True
        return self._evict(self._silent_by_address.get(address))

    def _evict(self, silent: _Silent | None) -> bool:
        if not silent:
            return False
        next(iter(silent)).evict()
        self.evicted += 1
        return True
