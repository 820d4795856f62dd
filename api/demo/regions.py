"""The regions of the demo: real unions and counties, invented employers and hosts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from domain.identity.unions import UnionLevel
from domain.live.sessions import Honour, Host, SessionFormat, SessionStatus


@dataclass(frozen=True, kw_only=True)
class DemoRegion:
    """One region: its union, its counties, and the first words of its employers' names."""

    union: str
    city: str
    counties: tuple[str, ...]
    firm_words: tuple[str, str, str, str]
    title: str
    format: SessionFormat
    status: SessionStatus
    host: Host
    starts_in: timedelta
    session_postings: int


DEMO_UNIONS = (
    ("中华全国总工会", UnionLevel.NATIONAL, "110000", None),
    ("陕西省总工会", UnionLevel.PROVINCE, "610000", "中华全国总工会"),
    ("西安市总工会", UnionLevel.CITY, "610100", "陕西省总工会"),
    ("浙江省总工会", UnionLevel.PROVINCE, "330000", "中华全国总工会"),
    ("嘉兴市总工会", UnionLevel.CITY, "330400", "浙江省总工会"),
    ("温州市总工会", UnionLevel.CITY, "330300", "浙江省总工会"),
    ("黑龙江省总工会", UnionLevel.PROVINCE, "230000", "中华全国总工会"),
    ("哈尔滨市总工会", UnionLevel.CITY, "230100", "黑龙江省总工会"),
    ("上海市总工会", UnionLevel.PROVINCE, "310000", "中华全国总工会"),
)
"""Name, level, place code and parent of each union; a federation's place is its seat."""

DEMO_REGIONS = (
    DemoRegion(
        union="陕西省总工会",
        city="陕西",
        counties=("610102", "610112", "610302", "610402", "610802"),
        firm_words=("秦禾", "渭暖", "塬达", "雁数"),
        title="工会主席直播带岗·陕西专场",
        format=SessionFormat.CHAIR_LIVE,
        status=SessionStatus.LIVE,
        host=Host(name="秦主席（合成）"),
        starts_in=timedelta(minutes=-30),
        session_postings=40,
    ),
    DemoRegion(
        union="嘉兴市总工会",
        city="嘉兴",
        counties=("330402", "330411", "330424", "330481", "330483"),
        firm_words=("禾工", "南湖里", "运塘", "菱纹"),
        title="嘉兴劳模工匠直播带岗",
        format=SessionFormat.MODEL_WORKER_LIVE,
        status=SessionStatus.LIVE,
        host=Host(name="禾师傅（合成）", honour=Honour.PROVINCE_MODEL_WORKER),
        starts_in=timedelta(minutes=-15),
        session_postings=24,
    ),
    DemoRegion(
        union="温州市总工会",
        city="温州",
        counties=("330302", "330303", "330304", "330381", "330382"),
        firm_words=("瓯匠", "榕暖", "塘河", "雁山"),
        title="温工直播间·企业探岗",
        format=SessionFormat.JOB_TOUR,
        status=SessionStatus.SCHEDULED,
        host=Host(name="欧工匠（合成）", honour=Honour.CITY_CRAFTSMAN),
        starts_in=timedelta(days=1),
        session_postings=20,
    ),
    DemoRegion(
        union="黑龙江省总工会",
        city="黑龙江",
        counties=("230102", "230103", "230203", "230603", "231002"),
        firm_words=("北桥", "松暖", "冰程", "林数"),
        title="桥通业·转岗待岗职工招聘会",
        format=SessionFormat.JOB_FAIR,
        status=SessionStatus.SCHEDULED,
        host=Host(name="江老师（合成）", honour=Honour.CITY_MODEL_WORKER),
        starts_in=timedelta(days=3),
        session_postings=36,
    ),
    DemoRegion(
        union="上海市总工会",
        city="上海",
        counties=("310112", "310114", "310115", "310118", "310120"),
        firm_words=("申禾", "浦暖", "江畅", "沪纹"),
        title="上海工会帮就业·云招聘",
        format=SessionFormat.JOB_FAIR,
        status=SessionStatus.ENDED,
        host=Host(name="沈劳模（合成）", honour=Honour.NATIONAL_MODEL_WORKER),
        starts_in=timedelta(days=-2),
        session_postings=16,
    ),
)
