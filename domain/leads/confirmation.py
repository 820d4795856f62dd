"""Whose phone it is: the confirmation of a lead, and how it was given.

A phone that was typed proves nothing. A lead is confirmed once its phone has answered a code, or
staff have spoken with the person.
"""

from __future__ import annotations

from domain.labels import Labelled


class LeadConfirmation(Labelled):
    """Whether the owner of the phone stands behind the lead."""

    UNCONFIRMED = "UNCONFIRMED", "待本人核实"
    CONFIRMED = "CONFIRMED", "本人已核实"
    SUPERSEDED = "SUPERSEDED", "已由本人线索取代"
    LEGACY = "LEGACY", "核实制度前登记"


class ConfirmationMethod(Labelled):
    """How the owner of the phone confirmed it."""

    CODE = "CODE", "验证码"
    CALL = "CALL", "电话核实"
    IN_PERSON = "IN_PERSON", "当面核实"


STAFF_METHODS = frozenset({ConfirmationMethod.CALL, ConfirmationMethod.IN_PERSON})
"""The methods that need a member of staff."""
EMPLOYER_CONFIRMATIONS = frozenset({LeadConfirmation.CONFIRMED, LeadConfirmation.LEGACY})
"""The leads that an employer may get. Those of before confirmations keep their visibility."""
