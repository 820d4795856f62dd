"""Categories of seekers, such as graduate or migrant worker, that the unions' services use."""

from __future__ import annotations

from domain.labels import Labelled


class SeekerGroup(Labelled):
    """The group that a person says they belong to."""

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
