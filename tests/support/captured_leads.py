"""Recording leads through lead capture, answered as tests compare it."""

from __future__ import annotations

from typing import Protocol

from domain.leads.leads import Lead
from services.leads.lead_capture import LeadCapture


class CapturingNode(Protocol):
    """A node with lead capture."""

    @property
    def capture(self) -> LeadCapture: ...


async def record_lead(node: CapturingNode, lead: Lead) -> tuple[Lead, bool]:
    """Record a lead; return the stored one, and whether it is new."""
    captured = await node.capture.record(lead)
    return captured.lead, captured.created
