"""The callers of a showcase by name, and the groups of them that see the same."""

from __future__ import annotations

CALLERS = (
    "nobody",
    "viewer",
    "giver",
    "seeker",
    "other seeker",
    "host",
    "other host",
    "host in hand",
    "officer",
    "officer above",
    "officer below",
    "officer elsewhere",
    "recruiter",
    "other recruiter",
)
"""Named by their relation to the records of a showcase.

The giver sent leads and the question, and holds their receipts. The host directs the session. One
lead is assigned to the host in hand, who has no other part. The officer belongs to the union, other
officers to unions around it. The recruiter belongs to the employer.
"""
ALL_CALLERS = frozenset(CALLERS)
NO_CALLERS: frozenset[str] = frozenset()
VISITORS = frozenset({"viewer", "giver", "seeker", "other seeker"})
STAFF = ALL_CALLERS - VISITORS - {"nobody"}
ALL_OFFICERS = frozenset(each for each in CALLERS if each.startswith("officer"))
ALL_HOSTS = frozenset({"host", "other host", "host in hand"})
ALL_RECRUITERS = frozenset({"recruiter", "other recruiter"})
SEEKERS = frozenset({"seeker", "other seeker"})
OFFICERS = frozenset({"officer", "officer above"})
DIRECTORS = OFFICERS | {"host"}
OFFICERS_AND_RECRUITER = OFFICERS | {"recruiter"}
OWN_POSTINGS_READERS = OFFICERS_AND_RECRUITER | {"other recruiter"}
"""Those who see what only the staff of a posting sees: the other recruiter has one, too."""
SCOPED_STAFF = DIRECTORS | {"recruiter"}
SCOPED_STAFF_AND_ASSIGNEE = SCOPED_STAFF | {"host in hand"}
LEAD_READERS = SCOPED_STAFF_AND_ASSIGNEE | {"giver"}
ALL_OFFICERS_AND_RECRUITERS = ALL_OFFICERS | ALL_RECRUITERS
