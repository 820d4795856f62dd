"""The table of docs/privacy.md, written from the visibility table."""

from __future__ import annotations

from tests.support.callers import NO_CALLERS
from tests.support.visibility import VISIBILITY_ROWS


def callers_by_field() -> dict[tuple[str, str], frozenset[str]]:
    """Return the callers by type and field."""
    table: dict[tuple[str, str], frozenset[str]] = {}
    for row in VISIBILITY_ROWS:
        for kind in row.types.split():
            for field in row.fields.split():
                assert (kind, field) not in table, f"{kind}.{field} stands twice"
                table[kind, field] = row.callers
    return table


PRIVACY_COLUMNS = {
    "everybody": ("nobody",),
    "the person": ("giver", "seeker"),
    "host of the session": ("host",),
    "officers of the union and above": ("officer", "officer above"),
    "recruiters of the employer": ("recruiter",),
    "all other staff": ("other host", "officer below", "officer elsewhere", "other recruiter"),
}
"""The columns of the table in docs/privacy.md, and the callers each stands for."""

PRIVACY_ROWS = {
    "open postings, sessions, published questions": "Posting.title",
    "a lead: stage, source, frozen terms": "Lead.stage",
    "its name and phone, masked": "Lead.contact",
    "its name and phone in clear": "Contact.phone",
    "its assignee and timeline": "Lead.timeline",
    "`group`: what the person says of themselves": "Lead.group OwnLead.group",
    "what each side says of the hire": "HireProof.seeker",
    "the withdrawal of the consent": "Lead.withdrawnAt",
    "`funnel`: counts of leads in the scope": "FunnelRow.interests",
    "QR codes and their results": "Code.interests",
    "`auditTrail`: who accessed a contact": "AuditRow.actorName",
    "profiles of seekers": "Seeker.profile",
    "their name and phone, masked": "Seeker.contact",
    "call lists and the callers' notes": "CallEntry.remark",
    "referrals": "Referral.status",
    "officers' notes on referrals": "ReferralStepTaken.note",
    "findings, reports and decisions on a posting": "Posting.findings",
    "checks of an employer's papers": "Employer.checks",
    "webhooks and their messages": "WebhookDelivery.payload",
    "the portrait consent of a session, and its recording": "SessionRecording.person",
    "names of staff": "Colleague.displayName",
}
"""The rows of the table, and the fields each stands for."""


def render_privacy_table() -> str:
    """Return the table of docs/privacy.md."""
    table = callers_by_field()
    lines = [f"| | {' | '.join(PRIVACY_COLUMNS)} |", "|---" * (len(PRIVACY_COLUMNS) + 1) + "|"]
    for thing, fields in PRIVACY_ROWS.items():
        named = (field.partition(".") for field in fields.split())
        seen_by = NO_CALLERS.union(*(table[kind, name] for kind, _, name in named))
        cells = [
            "yes" if seen_by.intersection(callers) else "" for callers in PRIVACY_COLUMNS.values()
        ]
        lines.append(f"| {thing} | {' | '.join(cells)} |")
    return "\n".join(lines)
