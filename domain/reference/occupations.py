"""Chinese synonyms of the occupations, for search and the published code lists."""

from __future__ import annotations

from domain.postings.postings import Occupation

OCCUPATION_SYNONYMS: dict[Occupation, tuple[str, ...]] = {
    Occupation.ELECTRICIAN: ("维修电工", "低压电工", "高压电工", "弱电工", "电气工", "水电工"),
    Occupation.WELDER: ("电焊工", "电焊", "焊接工", "氩弧焊工", "氩弧焊", "二保焊工", "焊工师傅"),
    Occupation.CRANE_OPERATOR: ("起重机司机", "行车工", "吊车司机", "塔吊司机", "天车工", "开吊车"),
    Occupation.NETWORK_PROGRAMMER: (
        "程序员",
        "软件开发",
        "软件工程师",
        "网络工程师",
        "码农",
        "编程",
    ),
    Occupation.CHILDCARE_WORKER: (
        "保育员",
        "保育师",
        "托育师",
        "幼儿园阿姨",
        "育婴师",
        "育婴员",
        "育婴",
    ),
    Occupation.ECOMMERCE_STREAMER: ("带货主播", "主播", "直播带货", "网络主播"),
    Occupation.CATERING_SUPERVISOR: ("餐厅主管", "餐厅经理", "餐饮店长", "前厅主管"),
    Occupation.REFINERY_ELECTRICIAN: ("炼油电工", "电修工", "炼化电工", "防爆电工"),
    Occupation.PASTRY_COOK: ("面点工", "面点师傅", "白案", "西点师", "烘焙师", "面包师"),
    Occupation.GENERAL_WORKER: (
        "操作工",
        "流水线工人",
        "流水线",
        "车间工人",
        "工厂工人",
        "普通工人",
        "杂工",
        "装配工",
        "进厂",
    ),
    Occupation.SECURITY_GUARD: ("保安", "保安员", "门卫", "看门", "巡逻员"),
    Occupation.CLERK: ("办公室文员", "行政文员", "内勤", "资料员", "录入员", "打字员", "文秘"),
    Occupation.SALES: ("销售员", "业务员", "导购", "营业员", "店员", "推销员"),
    Occupation.DELIVERY_RIDER: (
        "骑手",
        "外卖员",
        "送外卖",
        "跑外卖",
        "送餐员",
        "送餐",
        "外卖小哥",
        "外卖配送员",
    ),
    Occupation.MATERNITY_NANNY: ("产妇护理", "母婴护理", "月子护理", "保姆", "家政阿姨"),
    Occupation.COURIER: ("快递小哥", "派件员", "快递", "送快递", "快件派送"),
    Occupation.RIDE_HAILING_DRIVER: ("网约车", "专车司机", "快车司机", "滴滴司机", "滴滴"),
    Occupation.SANITATION_WORKER: (
        "环卫工人",
        "保洁",
        "保洁员",
        "清洁工",
        "清扫工",
        "扫地",
        "扫马路",
    ),
    Occupation.INDUSTRIAL_ROBOTICS: ("机器人调试", "机器人操作", "机器人工程师", "自动化工程师"),
    Occupation.INDUSTRIAL_DESIGNER: ("工业设计师", "产品设计", "产品设计师", "外观设计"),
}
"""Synonyms by occupation, most common first; each belongs to one occupation only."""


def occupation_names(occupation: Occupation) -> tuple[str, ...]:
    """Return the Chinese names of an occupation, its label first; none for OTHER."""
    if occupation is Occupation.OTHER:
        return ()
    return occupation.zh, *OCCUPATION_SYNONYMS[occupation]
