"""Counts the players of the media process by the playlists that they read, and bounds them.

A player gets a seat with the first playlist, and keeps it as long as it reads on. What it shows is
signed, so nobody makes up seats.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import Counter, OrderedDict
from collections.abc import Callable
from math import ceil

from api.media.limits import MediaLimits

_NONCE_LENGTH = 16
_SIGNATURE_LENGTH = 16


class ViewerSeats:
    """The seats of one process. ``clock`` gives seconds that never go back."""

    def __init__(self, limits: MediaLimits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._seats: OrderedDict[str, tuple[str, float]] = OrderedDict()
        """Address and time of the last playlist of each seat, in the order of the times."""
        self._taken: Counter[str] = Counter()

    def __len__(self) -> int:
        self._free_old()
        return len(self._seats)

    def issue(self, address: str) -> str | None:
        """Return a ticket for a seat that is free for the address now; None if there is none.

        The seat is taken with the first playlist that is read with the ticket.
        """
        self._free_old()
        if not self._has_room(address):
            return None
        nonce = secrets.token_hex(_NONCE_LENGTH // 2)
        return f"{nonce}{self._sign(nonce)}"

    def keep(self, ticket: str, address: str) -> bool | None:
        """Take or keep the seat of a ticket.

        False if all are taken meanwhile, None for a ticket of somebody else: ask for a new one.
        """
        nonce, signature = ticket[:_NONCE_LENGTH], ticket[_NONCE_LENGTH:]
        if not hmac.compare_digest(signature.encode(), self._sign(nonce).encode()):
            return None
        self._free_old()
        before = self._seats.pop(nonce, None)
        if before is not None:
            # A phone that changed its network has another address, but no other seat.
            self._seats[nonce] = (before[0], self._clock())
            return True
        if not self._has_room(address):
            return False
        self._seats[nonce] = (address, self._clock())
        self._taken[address] += 1
        return True

    def _has_room(self, address: str) -> bool:
        most = self._limits.max_viewers
        share = ceil(most * self._limits.max_viewer_share)
        return len(self._seats) < most and self._taken[address] < share

    def _free_old(self) -> None:
        until = self._clock() - self._limits.viewer_seconds
        while self._seats:
            nonce, (address, at) = next(iter(self._seats.items()))
            if at > until:
                return
            del self._seats[nonce]
            self._leave(address)

    def _leave(self, address: str) -> None:
        self._taken[address] -= 1
        if self._taken[address] <= 0:
            del self._taken[address]

    def _sign(self, nonce: str) -> str:
        signed = hmac.new(self._key, nonce.encode("utf-8", "replace"), hashlib.sha256)
        return signed.hexdigest()[:_SIGNATURE_LENGTH]
