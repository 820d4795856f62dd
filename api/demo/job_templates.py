"""One template per occupation for the demo's postings."""

from __future__ import annotations

from dataclasses import dataclass

from domain.labels import Labelled
from domain.postings.pay import PayPeriod
from domain.postings.postings import EmploymentType, Intensity, Shift
from domain.reference.occupations import Occupation


class FirmKind(Labelled):
    """The kind of firm that offers a job."""

    MAKING = "MAKING", "智能装备"
    SERVING = "SERVING", "生活服务"
    MOVING = "MOVING", "城市物流"
    DESIGNING = "DESIGNING", "数字科技"


@dataclass(frozen=True)
class JobTemplate:
    """The lowest pay in yuan, its range, and the terms that fit the occupation."""

    trade: FirmKind
    lowest_pay: int
    pay_range: int
    intensity: Intensity
    shifts: tuple[Shift, ...]
    duties: str
    conditions: str
    employment_type: EmploymentType = EmploymentType.FULL_TIME

    @property
    def period(self) -> PayPeriod:
        """Part-time and gig work is paid by the hour."""
        by_hour = {EmploymentType.PART_TIME, EmploymentType.GIG}
        return PayPeriod.HOUR if self.employment_type in by_hour else PayPeriod.MONTH


_DAY = (Shift.DAY,)
_TWO = (Shift.DAY, Shift.TWO_SHIFT)
_THREE = (Shift.TWO_SHIFT, Shift.THREE_SHIFT)
_FLEXIBLE = (Shift.FLEXIBLE,)
_LIGHT, _MEDIUM, _HEAVY = Intensity.LIGHT, Intensity.MEDIUM, Intensity.HEAVY

JOB_TEMPLATES: dict[Occupation, JobTemplate] = {
    Occupation.ELECTRICIAN: JobTemplate(
        FirmKind.MAKING,
        5200,
        3000,
        _MEDIUM,
        _TWO,
        "负责车间供配电和设备电气部分的安装、巡检与检修。",
        "持低压电工作业证，能看懂电气图。",
    ),
    Occupation.WELDER: JobTemplate(
        FirmKind.MAKING,
        5800,
        3500,
        _HEAVY,
        _TWO,
        "按图纸进行氩弧焊、二保焊作业，自检焊缝。",
        "持焊工证，有一年以上焊接经验。",
    ),
    Occupation.CRANE_OPERATOR: JobTemplate(
        FirmKind.MAKING,
        5500,
        2800,
        _MEDIUM,
        _TWO,
        "操作桥式起重机吊运工件，每班点检并记录。",
        "持起重机司机证，服从信号指挥。",
    ),
    Occupation.NETWORK_PROGRAMMER: JobTemplate(
        FirmKind.DESIGNING,
        7000,
        6000,
        _LIGHT,
        _DAY,
        "开发和维护企业业务系统，编写测试与文档。",
        "熟悉一门后端语言和一种数据库。",
    ),
    Occupation.CHILDCARE_WORKER: JobTemplate(
        FirmKind.SERVING,
        3900,
        1500,
        _MEDIUM,
        _DAY,
        "照料幼儿饮食、午睡和卫生，配合教师组织活动。",
        "持保育师证或愿意参加带薪培训。",
    ),
    Occupation.ECOMMERCE_STREAMER: JobTemplate(
        FirmKind.DESIGNING,
        5000,
        5000,
        _LIGHT,
        (Shift.FLEXIBLE, Shift.TWO_SHIFT),
        "在直播间讲解商品，回答观众提问，整理直播数据。",
        "普通话流利，表达清楚。",
    ),
    Occupation.CATERING_SUPERVISOR: JobTemplate(
        FirmKind.SERVING,
        4800,
        2200,
        _MEDIUM,
        _TWO,
        "管理门店排班、食品安全和顾客服务。",
        "有两年以上餐饮经验，持健康证。",
    ),
    Occupation.REFINERY_ELECTRICIAN: JobTemplate(
        FirmKind.MAKING,
        6200,
        3200,
        _HEAVY,
        _THREE,
        "炼油装置电气设备的检修、试验和故障处理。",
        "持高压电工作业证，熟悉防爆要求。",
    ),
    Occupation.PASTRY_COOK: JobTemplate(
        FirmKind.SERVING,
        4200,
        2000,
        _MEDIUM,
        _DAY,
        "制作中式面点，管理原料和操作间卫生。",
        "持健康证，会两种以上面点。",
    ),
    Occupation.GENERAL_WORKER: JobTemplate(
        FirmKind.MAKING,
        4300,
        1800,
        _MEDIUM,
        _TWO,
        "产线装配、包装和搬运，按作业指导书操作。",
        "不限经验，入职有带薪培训。",
    ),
    Occupation.SECURITY_GUARD: JobTemplate(
        FirmKind.SERVING,
        3800,
        1200,
        _LIGHT,
        _THREE,
        "门岗值守、巡逻和来访登记。",
        "持保安员证或愿意参加培训。",
        EmploymentType.DISPATCH,
    ),
    Occupation.CLERK: JobTemplate(
        FirmKind.DESIGNING,
        3600,
        800,
        _LIGHT,
        _DAY,
        "整理文件、录入数据，协助组织会议。",
        "会使用办公软件，每周可到岗四天以上。",
        EmploymentType.INTERNSHIP,
    ),
    Occupation.SALES: JobTemplate(
        FirmKind.MOVING,
        4500,
        4500,
        _LIGHT,
        _DAY,
        "开拓和回访客户，跟进订单与回款。",
        "善于沟通，有销售经验更好。",
    ),
    Occupation.DELIVERY_RIDER: JobTemplate(
        FirmKind.MOVING,
        28,
        12,
        _HEAVY,
        _FLEXIBLE,
        "在平台片区内取送餐，遵守交通法规。",
        "会骑电动车，持健康证。",
        EmploymentType.GIG,
    ),
    Occupation.MATERNITY_NANNY: JobTemplate(
        FirmKind.SERVING,
        6800,
        4000,
        _MEDIUM,
        _FLEXIBLE,
        "照护产妇和新生儿，制作月子餐。",
        "持母婴护理证和健康证。",
    ),
    Occupation.COURIER: JobTemplate(
        FirmKind.MOVING,
        5200,
        2500,
        _HEAVY,
        _DAY,
        "负责片区快件的揽收和派送。",
        "会骑三轮电动车，熟悉片区道路。",
    ),
    Occupation.RIDE_HAILING_DRIVER: JobTemplate(
        FirmKind.MOVING,
        30,
        14,
        _MEDIUM,
        _FLEXIBLE,
        "驾驶合规车辆完成平台订单。",
        "持网络预约出租汽车驾驶员证，三年以上驾龄。",
        EmploymentType.GIG,
    ),
    Occupation.SANITATION_WORKER: JobTemplate(
        FirmKind.SERVING,
        26,
        6,
        _MEDIUM,
        _DAY,
        "清扫保洁责任路段，分类收运垃圾。",
        "不限学历和经验。",
        EmploymentType.PART_TIME,
    ),
    Occupation.INDUSTRIAL_ROBOTICS: JobTemplate(
        FirmKind.MAKING,
        7200,
        4500,
        _LIGHT,
        _TWO,
        "工业机器人的编程、调试和维护保养。",
        "会一种主流机器人的示教编程。",
    ),
    Occupation.INDUSTRIAL_DESIGNER: JobTemplate(
        FirmKind.DESIGNING,
        6500,
        4500,
        _LIGHT,
        _DAY,
        "完成产品外观和结构设计，跟进打样。",
        "会使用三维设计软件，有作品。",
    ),
}
