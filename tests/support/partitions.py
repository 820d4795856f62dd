"""Cuts connections between members of a replica set, as a broken network does.

Members run under group ids of their own, so iptables can tell whose packet it is: a connection that
one member opens to another is marked, and packets of marked connections are dropped, in both
directions. Clients still reach every member. It needs root, ``iptables`` and ``setpriv``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations, permutations

from tests.support.replica_set import ReplicaSetMember

FIRST_GROUP = 61_000
"""Group ids from here on belong to no user."""


def why_no_partitions() -> str | None:
    """Why this machine cannot cut members off; None if it can."""
    if os.geteuid() != 0:
        return "partitions need root"
    for program in ("iptables", "setpriv"):
        if shutil.which(program) is None:
            return f"partitions need {program}"
    with _chain("filter", f"SONGGANG-TRY-{os.getpid()}") as chain:
        for rule in (["owner", "--gid-owner", "1"], ["connmark", "--mark", "1"]):
            try:
                _iptables("-t", "filter", "-A", chain, "-m", *rule, "-j", "DROP")
            except subprocess.CalledProcessError:
                return f"partitions need iptables with the match {rule[0]}"
    return None


class Network:
    """The connections between members. Marks them from the start, and can cut them."""

    def __init__(self, members: Sequence[ReplicaSetMember], drops: str) -> None:
        self._members = members
        self._drops = drops

    @contextmanager
    def cut_off(self, member: ReplicaSetMember) -> Iterator[None]:
        """Drop all packets between this member and the others during the block."""
        place = self._members.index(member)
        marks = [
            _mark(pair) for pair in combinations(range(len(self._members)), 2) if place in pair
        ]
        for mark in marks:
            _iptables("-A", self._drops, "-m", "connmark", "--mark", mark, "-j", "DROP")
        try:
            yield
        finally:
            _iptables("-F", self._drops)


@contextmanager
def network_of(members: Sequence[ReplicaSetMember]) -> Iterator[Network]:
    """Mark the connections between members, which run in groups of their own, during the block."""
    marks, drops = f"SONGGANG-MARK-{os.getpid()}", f"SONGGANG-DROP-{os.getpid()}"
    with _chain("mangle", marks), _chain("filter", drops):
        for one, other in permutations(range(len(members)), 2):
            _iptables(
                *("-t", "mangle", "-A", marks, "-p", "tcp"),
                *("-m", "owner", "--gid-owner", str(members[one].group)),
                *("-m", "tcp", "--dport", str(members[other].port)),
                *("-j", "CONNMARK", "--set-mark", _mark((one, other))),
            )
        yield Network(members, drops)


def _mark(pair: tuple[int, int]) -> str:
    """The mark of connections between two members of this process's set."""
    low, high = sorted(pair)
    return hex(os.getpid() << 4 | low << 2 | high)


@contextmanager
def _chain(table: str, name: str) -> Iterator[str]:
    """A chain that every packet of this machine passes on its way out, removed after the block."""
    _iptables("-t", table, "-N", name)
    try:
        _iptables("-t", table, "-I", "OUTPUT", "-j", name)
        try:
            yield name
        finally:
            _iptables("-t", table, "-F", name)
            _iptables("-t", table, "-D", "OUTPUT", "-j", name)
    finally:
        _iptables("-t", table, "-X", name)


def _iptables(*arguments: str) -> None:
    program = shutil.which("iptables")
    assert program is not None  # why_no_partitions was asked
    subprocess.run([program, "-w", *arguments], check=True, capture_output=True)
