"""Terms of version 2 through the API, and documents of clients from before them."""

from __future__ import annotations

from typing import Any

import pytest

from domain.refusals import ErrorCode
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_inputs import posting_input
from tests.support.world import World

PAY = (
    "pay { amount from to period guaranteed guaranteedPeriod months payday settlement text "
    "components { kind from to unit percent note text } }"
)
TERMS = (
    f"{PAY} probationPay places {{ placeCode address point {{ latitude longitude }} }} workMode "
    "shiftTimes { startsAt endsAt days breakMinutes name } daysPerWeek restDays restDaysPerMonth "
    "education educationText experienceMonths experienceText licences { code text } "
    "skills { code text } insurance insurancePackage housingFund publicWelfare "
    "media { kind url title } termsVersion placeCode address startsAt endsAt"
)
FULL: dict[str, Any] = {
    "pay": {
        "from": 6000,
        "to": "8500.50",
        "period": "MONTH",
        "guaranteed": 3000,
        "months": 13,
        "payday": 15,
        "settlement": "MONTHLY",
        "components": [
            {"kind": "MEAL_ALLOWANCE", "from": 15, "to": 20, "unit": "DAY"},
            {"kind": "COMMISSION", "percent": 1.5, "note": "按回款额"},
        ],
    },
    "placeCode": "",
    "places": [
        {"placeCode": "310115", "address": "金海路1号"},
        {"placeCode": "310104", "point": {"latitude": 31.19, "longitude": 121.44}},
    ],
    "workMode": "HYBRID",
    "shiftTimes": [
        {"startsAt": "08:00:00", "endsAt": "16:00:00", "name": "早班"},
        {"startsAt": "22:00:00", "endsAt": "06:00:00", "days": ["MONDAY"], "breakMinutes": 0},
    ],
    "daysPerWeek": 5.5,
    "restDays": "ALTERNATING",
    "restDaysPerMonth": 6,
    "education": "VOCATIONAL",
    "educationText": "机电类",
    "experienceMonths": 24,
    "experienceText": "两年维修经验",
    "licences": [{"code": "LOW_VOLTAGE", "text": "低压电工证"}],
    "skills": [{"text": "PLC编程"}],
    "insurance": [],
    "insurancePackage": "FIVE_AND_FUND",
    "publicWelfare": True,
    "media": [{"kind": "VR", "url": "https://vr.example.cn/1", "title": "车间"}],
}


async def submit(
    api: GraphQLClient, world: World, fields: str = TERMS, **changes: Any
) -> dict[str, Any]:
    selection = (
        f"... on PostingAccepted {{ posting {{ {fields} }} }} "
        "... on PostingRefused { findings { code field message messageZh } } "
        "... on PostingHeld { findings { code field } } "
        "... on UserError { code field message messageZh: message }"
    )
    given = posting_input(world, **changes)
    answer: dict[str, Any] = await api.mutate(
        "submitPosting", given, world.token(world.recruiter), selection
    )
    return answer


async def test_every_new_term_is_returned(api: GraphQLClient, world: World) -> None:
    posting = (await submit(api, world, **FULL))["posting"]
    assert posting["pay"] == {
        "amount": 6000,
        "from": 6000,
        "to": 8500.5,
        "period": "MONTH",
        "guaranteed": 3000,
        "guaranteedPeriod": "MONTH",
        "months": 13,
        "payday": 15,
        "settlement": "MONTHLY",
        "text": (
            "6000-8500.5元/月；底薪3000元/月；13薪；餐补15-20元/天；提成1.5%（按回款额）；"
            "月结；每月15日发薪"
        ),
        "components": [
            {
                "kind": "MEAL_ALLOWANCE",
                "from": 15,
                "to": 20,
                "unit": "DAY",
                "percent": None,
                "note": "",
                "text": "餐补15-20元/天",
            },
            {
                "kind": "COMMISSION",
                "from": None,
                "to": None,
                "unit": None,
                "percent": 1.5,
                "note": "按回款额",
                "text": "提成1.5%（按回款额）",
            },
        ],
    }
    assert posting["places"] == [
        {"placeCode": "310115", "address": "金海路1号", "point": None},
        {**FULL["places"][1], "address": ""},
    ]
    assert (posting["placeCode"], posting["address"]) == ("310115", "金海路1号")
    assert posting["shiftTimes"] == [
        {**FULL["shiftTimes"][0], "days": [], "breakMinutes": None},
        {**FULL["shiftTimes"][1], "name": ""},
    ]
    assert (posting["startsAt"], posting["endsAt"]) == ("08:00:00", "16:00:00")
    assert posting["skills"] == [{"code": "", "text": "PLC编程"}]
    kinds = ["PENSION", "MEDICAL", "UNEMPLOYMENT", "WORK_INJURY", "MATERNITY"]
    assert (posting["insurance"], posting["housingFund"]) == (kinds, True)
    unchanged = set(FULL) - {"pay", "placeCode", "places", "shiftTimes", "skills", "insurance"}
    assert {name: posting[name] for name in unchanged} == {name: FULL[name] for name in unchanged}
    assert posting["termsVersion"] == 2


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(6000, 6000), ("6000", 6000), (6000.0, 6000), ("6000.40", 6000.4), (6000.05, 6000.05)],
)
async def test_an_amount_is_a_number_or_a_text(
    api: GraphQLClient, world: World, amount: object, shown: float
) -> None:
    posting = (await submit(api, world, pay={"amount": amount, "period": "MONTH"}))["posting"]
    pay = posting["pay"]
    assert (pay["amount"], pay["from"], pay["to"]) == (shown, shown, shown)
    assert type(pay["amount"]) is type(shown)


async def test_documents_of_before_with_integer_variables_stay_valid(
    api: GraphQLClient, world: World
) -> None:
    given = posting_input(world)
    del given["pay"]
    declared = ", ".join(
        f"${name}: {kind}"
        for name, kind in {"amount": "Int!", "probation": "Int", "employer": "ID!"}.items()
    )
    fixed = (
        'title: "电工", occupation: ELECTRICIAN, headcount: 3, duties: "检修", conditions: "不限", '
        'placeCode: "310115", employmentType: FULL_TIME, shift: DAY, hoursPerDay: 8, '
        "hoursPerWeek: 40, insurance: [PENSION, MEDICAL, UNEMPLOYMENT, WORK_INJURY], "
        f'validUntil: "{given["validUntil"]}"'
    )
    document = (
        f"mutation ({declared}) {{ submitPosting(input: {{ employerId: $employer, {fixed}, "
        "pay: { amount: $amount, period: MONTH }, probationPay: $probation }) "
        "{ ... on PostingAccepted { posting { pay { amount period } probationPay } } } }"
    )
    variables = {"amount": 6000, "probation": 5000, "employer": given["employerId"]}
    found = await api.fetch_data(document, variables, world.token(world.recruiter))
    assert found["submitPosting"]["posting"] == {
        "pay": {"amount": 6000, "period": "MONTH"},
        "probationPay": 5000,
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pay": {"amount": 6000, "from": 5000, "period": "MONTH"}}, ["pay", "amount"]),
        ({"pay": {"to": 6000, "period": "MONTH"}}, ["pay", "from"]),
        ({"pay": {"from": 8000, "to": 5000, "period": "MONTH"}}, ["pay", "to"]),
        ({"pay": {"amount": "25.405", "period": "HOUR"}}, ["pay", "amount"]),
        ({"pay": {"amount": 6000, "period": "MONTH", "payday": 32}}, ["pay", "payday"]),
        ({"pay": {"amount": 6000, "period": "MONTH", "months": 11}}, ["pay", "months"]),
        (
            {"pay": {"amount": 5000, "period": "MONTH", "guaranteed": 5001}},
            ["pay", "guaranteed"],
        ),
        (
            {"pay": {"amount": 6000, "period": "MONTH", "components": [{"kind": "BONUS"}] * 13}},
            ["pay", "components"],
        ),
        (
            {
                "pay": {
                    "amount": 6000,
                    "period": "MONTH",
                    "components": [{"kind": "BONUS", "amount": 5}],
                }
            },
            ["pay", "components", "0", "unit"],
        ),
        ({"probationPay": 5000.001}, ["probationPay"]),
        ({"placeCode": "310104", "places": [{"placeCode": "310115"}]}, ["places"]),
        ({"placeCode": "", "places": [{"placeCode": "310115"}] * 2}, ["places"]),
        (
            {"startsAt": "09:00", "shiftTimes": [{"startsAt": "08:00", "endsAt": "17:00"}]},
            ["startsAt"],
        ),
        (
            {
                "shiftTimes": [
                    {"startsAt": "08:00", "endsAt": "17:00", "breakMinutes": 601, "name": "早班"}
                ]
            },
            ["shiftTimes", "0", "breakMinutes"],
        ),
        ({"daysPerWeek": 5.2}, ["daysPerWeek"]),
        ({"restDaysPerMonth": 32}, ["restDaysPerMonth"]),
        ({"experienceMonths": -1}, ["experienceMonths"]),
        ({"licences": [{"code": "c1"}]}, ["licences", "0", "code"]),
        ({"skills": [{}]}, ["skills", "0"]),
        ({"media": [{"kind": "VIDEO", "url": "http://v.example.cn/1"}]}, ["media", "0", "url"]),
        ({"educationText": "身份证11010519491231002X"}, ["educationText"]),
    ],
)
async def test_what_cannot_be_right_is_asked_back_with_its_field(
    api: GraphQLClient, world: World, changes: dict[str, Any], field: list[str]
) -> None:
    answer = await submit(api, world, **changes)
    assert (answer["code"], answer["field"]) == (ErrorCode.INVALID_INPUT, ["input", *field])


async def test_negotiable_alone_is_asked_back_in_words_that_help(
    api: GraphQLClient, world: World
) -> None:
    answer = await submit(api, world, pay={"period": "MONTH"})
    (finding,) = answer["findings"]
    assert (finding["code"], finding["field"]) == ("PAY_MISSING", "pay.amount")
    assert "面议" in finding["messageZh"]
    assert "Negotiable alone is not a pay" in finding["message"]


async def test_words_in_place_of_an_amount_are_asked_back(api: GraphQLClient, world: World) -> None:
    answer = await submit(api, world, pay={"amount": "面议", "period": "MONTH"})
    assert answer["field"] == ["input", "pay", "amount"]
    assert "give the least that you pay," in answer["message"]


async def test_piece_work_without_a_guaranteed_pay_waits_for_an_officer(
    api: GraphQLClient, world: World
) -> None:
    answer = await submit(api, world, pay={"amount": 0.5, "period": "PIECE"})
    (finding,) = answer["findings"]
    assert (finding["code"], finding["field"]) == ("PIECE_PAY_NOT_GUARANTEED", "pay.guaranteed")
    basic = {"amount": 0.5, "period": "PIECE", "guaranteed": 2740}
    posting = (await submit(api, world, pay=basic))["posting"]
    assert posting["pay"]["text"] == "0.5元/件；底薪2740元/月"


@pytest.mark.parametrize(
    ("pay", "is_open"),
    [
        ({"from": 2740, "to": 9000, "period": "MONTH", "guaranteed": 2740}, True),
        ({"from": 6000, "to": 9000, "period": "MONTH", "guaranteed": 2739.99}, False),
        ({"from": 2740, "period": "MONTH"}, True),
        ({"from": 2739, "to": 9000, "period": "MONTH"}, False),
        ({"amount": 200, "period": "DAY"}, True),
        ({"amount": 100, "period": "DAY"}, False),
        ({"amount": 32880, "period": "YEAR"}, True),
        ({"amount": 32879, "period": "YEAR"}, False),
    ],
)
async def test_what_is_certain_is_compared_with_the_minimum_wage(
    api: GraphQLClient, world: World, pay: dict[str, Any], *, is_open: bool
) -> None:
    answer = await submit(api, world, pay=pay)
    assert ("posting" in answer) is is_open
