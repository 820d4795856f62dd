"""Patterns for discrimination by sex, family, origin, ethnicity, health, looks and schooling."""

from __future__ import annotations

import re

from domain.screening import phrase_findings
from domain.screening.pattern_syntax import (
    ONLY,
    PERSON_SUFFIX,
    REJECTED_AFTER,
    REJECTED_BEFORE,
    PhrasePattern,
)

_SEX = r"(?:男|女)(?:性|士|生|工|孩|同志|员工|青年|的)?"
# No match: things for one sex (女装, 女宿舍), and both sexes together. Still a match: words for
# workers that begin with the same character (装卸工, 包装工, 服务员, 客服).
_NOT_A_THING = (
    r"(?!男|女|性|士|生|工|足|篮|排球|监|宿舍|公寓|浴室|更衣|厕|卫生间|用品|服(?!务)|装(?!卸|配|修|潢|订|箱|货|车|载)"
    r"|鞋|款|包(?!装)|裤|裙|健康|护理(?!员|工|师)|疾病|科(?!研|技)|内衣|顾客|客户(?!经理|服务)|客人|会员"
    r"|学员|用户|病人|患者|职工|委|部(?!门)|权益|劳动)"
)
_NOT_BOTH_SEXES = r"(?!或|[,、]?[男女]|和|及|与|均|都|皆|不限|也可|亦可|平等|同工)"
SEX = (
    PhrasePattern(
        phrase_findings.SEX_DISCRIMINATION,
        re.compile(
            rf"(?:{ONLY}|{REJECTED_BEFORE}|诚招|急招|招聘?|招收|优先(?:考虑|录用|录取|招聘?)?){_SEX}{_NOT_A_THING}{_NOT_BOTH_SEXES}"
        ),
    ),
    PhrasePattern(
        phrase_findings.SEX_DISCRIMINATION,
        re.compile(
            rf"(?<![男女子妇儿孙]){_SEX}{PERSON_SUFFIX}(?:优先|限定|专岗|专招|为主|为佳|{REJECTED_AFTER})"
        ),
    ),
    PhrasePattern(
        phrase_findings.SEX_DISCRIMINATION,
        re.compile(
            r"性别(?:要求|限制?)?[:\n]?(?:仅?限|为|是)?(?:男|女)(?:性|士|生)?"
            r"(?!男|女|性|士|生)" + _NOT_BOTH_SEXES
        ),
    ),
)
HEIGHT = (
    PhrasePattern(
        phrase_findings.APPEARANCE_DISCRIMINATION,
        re.compile(
            r"(?:净?身高)(?:要求|需|须|在|应)?[:\n]?(?:不低于|不少于|达到|高于|超过|大于)?:?"
            r"(?:1\d\d|1\.\d{1,2}|[1一]米[\d一二三四五六七八九]{1,2})(?:-\d[\d.]*)?+"
            r"(?:cm|厘米|公分|米|m)?+(?:及|含)?+(?:以上|起)?+(?!以下|的?儿童)"
        ),
    ),
)
HOUSEHOLD_REGISTRATION = (
    PhrasePattern(
        phrase_findings.ORIGIN_DISCRIMINATION,
        re.compile(
            r"(?:只招|仅招|仅限|只限|限|要求)[一-鿿]{2,4}?(?:户籍|户口)"
            r"(?!本|簿|页|性质|类型|所在|不限)"
        ),
    ),
    PhrasePattern(
        phrase_findings.ORIGIN_DISCRIMINATION,
        re.compile(rf"(?:(?![不无未非没])[一-鿿]){{2,4}}(?:户籍|户口){PERSON_SUFFIX}优先"),
    ),
)
_REGIONS = (
    r"(?:河南|河北|山东|山西|陕西|东北|安徽|湖北|湖南|四川|贵州|云南|广西|江西|新疆|西藏"
    r"|青海|甘肃|宁夏|内蒙古?|福建|广东|海南|江苏|浙江|重庆|外省|外地|外来|农村)"
)
ORIGIN = (
    PhrasePattern(
        phrase_findings.ORIGIN_DISCRIMINATION,
        re.compile(rf"{_REGIONS}(?:籍|户籍|户口)?(?:的|人|人员)?{PERSON_SUFFIX}{REJECTED_AFTER}"),
    ),
    PhrasePattern(
        phrase_findings.ORIGIN_DISCRIMINATION,
        re.compile(rf"{REJECTED_BEFORE}{_REGIONS}(?:籍|户籍|户口|的|人)"),
    ),
)
_PEOPLES = r"(?:维吾尔|维|藏|回|彝|苗|壮|满|蒙古?|朝鲜|少数民)族"
ETHNICITY = (
    PhrasePattern(
        phrase_findings.ETHNIC_DISCRIMINATION,
        re.compile(
            rf"{_PEOPLES}(?:人|同胞)?{PERSON_SUFFIX}{REJECTED_AFTER}|{REJECTED_BEFORE}{_PEOPLES}"
            r"|民族(?:要求)?[:\n]?(?:仅?限)?汉族?(?![、,或和语]|不限)"
        ),
    ),
)
HEPATITIS = (
    PhrasePattern(
        phrase_findings.HEALTH_DISCRIMINATION,
        re.compile(
            rf"(?:乙肝|大三阳|小三阳)(?:病毒)?(?:携带)?(?:阳性|患者)?{PERSON_SUFFIX}{REJECTED_AFTER}"
            r"|(?:入职|体检|须|需|要|统一|加)(?:体检|检查)?(?:须|需|要|中?含|加)?"
            r"(?:查|检测|检查|化验|排查)乙肝"
        ),
    ),
)
DISABILITY = (
    PhrasePattern(
        phrase_findings.HEALTH_DISCRIMINATION,
        re.compile(
            rf"(?:残疾|残障|身体缺陷|慢性病)(?:人|人士)?{PERSON_SUFFIX}{REJECTED_AFTER}|{REJECTED_BEFORE}残[疾障]"
        ),
    ),
)
SCHOOLS = (
    PhrasePattern(
        phrase_findings.EDUCATION_DISCRIMINATION,
        re.compile(
            rf"{ONLY}(?:985|211|双一流)(?!系列|型|号|路|国道|省道|元)"
            rf"|(?:985|211|双一流)(?:院校|高校|大学|名校)?(?:毕业生?)?{PERSON_SUFFIX}优先"
        ),
    ),
)
_MARRIED = r"(?:已婚已育|未婚未育|已婚未育|已婚|未婚|已育|未育|离异|单身)"
_EXPECTING = r"(?:怀孕|备孕|孕期|孕妇|有孕|哺乳期|产期)"
PLANNED_CHILDREN = (
    PhrasePattern(
        phrase_findings.FAMILY_DISCRIMINATION,
        re.compile(
            r"[一二两三四五\d]年内(?:无|没有|不得|不能|不准|不许|不)"
            r"(?:结婚|生育|怀孕|生孩子|要孩子|备孕)(?:的?(?:计划|打算))?"
        ),
    ),
)
FAMILY_STATUS = (
    PhrasePattern(
        phrase_findings.FAMILY_DISCRIMINATION,
        re.compile(
            rf"{_MARRIED}(?:人士|女性|男性)?{PERSON_SUFFIX}(?:优先|为佳|{REJECTED_AFTER})"
            rf"|{_EXPECTING}(?:妇女|女性|中)?{PERSON_SUFFIX}{REJECTED_AFTER}"
            rf"|(?:{ONLY}|{REJECTED_BEFORE}|须|需){_MARRIED}(?!公寓|宿舍|已|未|均|都|皆|与|和|或)"
        ),
    ),
)
