"""What statements about insurance, pay, contracts and working hours break.

The findings have an empty ``field``, and severity REVIEW: ``domain.screening.text_screening`` fills
in the field, and refuses what is stated beyond doubt.
"""

from __future__ import annotations

from domain.screening.phrase_findings import build_text_finding

SOCIAL_INSURANCE_WITHHELD = build_text_finding(
    "SOCIAL_INSURANCE_WITHHELD",
    "Social insurance starts with the job. It cannot be left out, deferred, paid in cash, waived "
    "or replaced by commercial insurance.",
    "用工之日起三十日内应依法参保；不缴、缓缴、折现、“自愿放弃”或以商业险代替均无效，请修改。",
    "社会保险法第58条；最高法劳动争议司法解释（二）第19条",
)
NO_BASE_PAY = build_text_finding(
    "NO_BASE_PAY",
    "Pay for normal hours must reach the minimum wage, also with commission or piece rates. State "
    "the base pay.",
    "提成、计件也须保证正常工时的工资不低于当地最低工资标准，请写明保底工资。",
    "最低工资规定第12条；劳动法第48条",
)
UNPAID_TRIAL = build_text_finding(
    "UNPAID_TRIAL",
    "Work is paid from the first day, also on trial and in training.",
    "从用工第一天起计发工资，试岗、试用、岗前培训同样计薪，请修改。",
    "劳动合同法第20条、第30条",
)
PROBATION = build_text_finding(
    "PROBATION",
    "A probation is at most 1, 2 or 6 months for a contract of under 1, under 3 or from 3 years, "
    "is agreed once, and pays at least 80 %.",
    "合同不满一年的试用期不超过1个月，不满三年的不超过2个月，三年以上的不超过6个月；只能约定一次，工资不低于转正工资的80%。",
    "劳动合同法第19条、第20条、第21条",
)
PAY_FORFEITED = build_text_finding(
    "PAY_FORFEITED",
    "Pay for days worked is never forfeited, whoever leaves and when. Delete this text.",
    "已付出劳动的工资不得因离职、未做满等原因扣发，离职时应一次付清，请删除。",
    "劳动合同法第30条；工资支付暂行规定第9条、第15条",
)
PAY_WITHHELD = build_text_finding(
    "PAY_WITHHELD",
    "Wages are paid in full at least once a month. Do not hold them back.",
    "工资至少每月足额支付一次，不得押薪、年底结算或等回款后再付，请修改。",
    "工资支付暂行规定第7条；保障农民工工资支付条例第11条至第13条",
)
PAY_IN_KIND = build_text_finding(
    "PAY_IN_KIND",
    "Wages are paid in money, not in goods or vouchers.",
    "工资应以货币支付，不得以实物、购物卡、代金券等抵付，请修改。",
    "工资支付暂行规定第5条",
)
FINE = build_text_finding(
    "FINE",
    "An employer cannot fine workers. Only a loss that a worker caused may be deducted, within the "
    "limits of the law.",
    "用人单位无权罚款；确因本人原因造成损失的，扣除也不得超过法定限度，请修改。",
    "工资支付暂行规定第15条、第16条；劳动合同法第25条",
)
NO_CONTRACT = build_text_finding(
    "NO_CONTRACT",
    "A written contract is due within a month of the first day, with a copy for the worker.",
    "用工之日起一个月内须订立书面劳动合同，并由劳动者留存一份，请修改。",
    "劳动合同法第10条、第16条、第82条",
)
INJURY_AT_OWN_RISK = build_text_finding(
    "INJURY_AT_OWN_RISK",
    "A clause that leaves injuries at work to the worker is void. Delete this text.",
    "“工伤自负”等免责约定无效，工作中受伤由用人单位依法承担责任，请删除。",
    "民法典第506条；工伤保险条例第2条",
)
DISGUISED_EMPLOYMENT = build_text_finding(
    "DISGUISED_EMPLOYMENT",
    "Who works under the employer's rule is an employee, and cannot be made to register as a "
    "business. Check the kind of contract.",
    "接受考勤、排班等管理的，应依法确立劳动关系，不得诱导注册个体工商户或以合作、承揽名义规避；需核对用工形式和合同。",
    "人社部发〔2021〕56号；劳社部发〔2005〕12号",
)
EXCESSIVE_HOURS = build_text_finding(
    "EXCESSIVE_HOURS",
    "Normal hours are at most 8 a day and 44 a week with a day of rest; overtime is at most 36 "
    "hours a month, and is paid.",
    "每日不超过8小时、每周至少休息一日；加班每月不超过36小时并支付加班费，请修改。",
    "劳动法第36条、第38条、第41条、第44条",
)
NON_COMPETE_UNPAID = build_text_finding(
    "NON_COMPETE_UNPAID",
    "Only people who know trade secrets can be bound after they leave, for at most two years, and "
    "with monthly compensation.",
    "竞业限制仅限高管、高级技术人员等负有保密义务的人员，不超过两年，并须按月支付补偿，请修改。",
    "劳动合同法第23条、第24条",
)
MINOR_AT_RISK = build_text_finding(
    "MINOR_AT_RISK",
    "People under 18 cannot do dangerous, poisonous or underground work. Set the minimum age to "
    "18.",
    "不得安排未成年工从事矿山井下、有毒有害等禁忌劳动，请将年龄要求改为年满18周岁。",
    "劳动法第64条；未成年人保护法第61条",
)
