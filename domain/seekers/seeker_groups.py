"""Groups of people: those that unions count seekers by, and those that postings welcome."""

from __future__ import annotations

from domain.labels import Labelled


class SeekerGroup(Labelled):
    """A group of people. A posting may welcome any; a person belongs to one of the first ten."""

    GRADUATE = "GRADUATE", "高校毕业生"
    MIGRANT_WORKER = "MIGRANT_WORKER", "农民工"
    REGISTERED_UNEMPLOYED = "REGISTERED_UNEMPLOYED", "登记失业人员"
    LAID_OFF = "LAID_OFF", "下岗职工"
    TRANSFERRING = "TRANSFERRING", "转岗待岗职工"
    NEW_FORM_WORKER = "NEW_FORM_WORKER", "新就业形态劳动者"
    HARDSHIP_WORKER = "HARDSHIP_WORKER", "困难职工"
    HARDSHIP_FAMILY = "HARDSHIP_FAMILY", "困难职工家庭成员"
    GIG_WORKER = "GIG_WORKER", "零工"
    HARD_TO_EMPLOY = "HARD_TO_EMPLOY", "就业困难人员"
    VETERAN = "VETERAN", "退役军人"
    DISABLED = "DISABLED", "残疾人", "Disabled people"
    OLDER_WORKER = "OLDER_WORKER", "大龄劳动者"


ADVERT_GROUPS = frozenset({SeekerGroup.VETERAN, SeekerGroup.DISABLED, SeekerGroup.OLDER_WORKER})
"""Groups that adverts name and that unions do not count seekers by."""

PERSON_GROUPS = tuple(group for group in SeekerGroup if group not in ADVERT_GROUPS)
"""Groups that a person may be said to belong to, and that unions count by."""
