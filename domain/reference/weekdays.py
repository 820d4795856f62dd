"""The days of the week as codes."""

from __future__ import annotations

from domain.labels import Labelled


class Weekday(Labelled):
    """A day of the week."""

    MONDAY = "MONDAY", "周一"
    TUESDAY = "TUESDAY", "周二"
    WEDNESDAY = "WEDNESDAY", "周三"
    THURSDAY = "THURSDAY", "周四"
    FRIDAY = "FRIDAY", "周五"
    SATURDAY = "SATURDAY", "周六"
    SUNDAY = "SUNDAY", "周日"
