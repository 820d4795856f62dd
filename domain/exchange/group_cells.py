"""Parses cells about groups that are welcome: 应届生、农民工, 下岗失业人员, 欢迎退役军人."""

from __future__ import annotations

import re

from domain.exchange.cell_parsers import (
    CellFault,
    make_enum_parser,
    normalise_text,
    split_words,
)
from domain.seekers.seeker_groups import SeekerGroup

_GROUP_WORDS: dict[str, tuple[SeekerGroup, ...]] = {
    **dict.fromkeys(
        ("应届生", "应届毕业生", "应届高校毕业生", "应届大学生", "大学生", "毕业生", "大学毕业生"),
        (SeekerGroup.GRADUATE,),
    ),
    **dict.fromkeys(
        ("务工人员", "进城务工人员", "外来务工人员", "返乡农民工", "返乡人员", "农村劳动力"),
        (SeekerGroup.MIGRANT_WORKER,),
    ),
    **dict.fromkeys(("失业", "失业人员", "登记失业"), (SeekerGroup.REGISTERED_UNEMPLOYED,)),
    **dict.fromkeys(("下岗", "下岗工人", "下岗人员"), (SeekerGroup.LAID_OFF,)),
    **dict.fromkeys(
        ("下岗失业", "下岗失业人员", "下岗失业职工", "失业下岗人员"),
        (SeekerGroup.REGISTERED_UNEMPLOYED, SeekerGroup.LAID_OFF),
    ),
    **dict.fromkeys(("转岗职工", "待岗职工", "转岗", "待岗"), (SeekerGroup.TRANSFERRING,)),
    **dict.fromkeys(("新业态劳动者", "新就业形态"), (SeekerGroup.NEW_FORM_WORKER,)),
    **dict.fromkeys(("困难家庭", "困难职工家庭"), (SeekerGroup.HARDSHIP_FAMILY,)),
    **dict.fromkeys(("零工人员", "灵活就业人员", "临时工"), (SeekerGroup.GIG_WORKER,)),
    **dict.fromkeys(("就业困难", "就业困难群体", "困难人员"), (SeekerGroup.HARD_TO_EMPLOY,)),
    **dict.fromkeys(
        ("退伍军人", "退役士兵", "退伍兵", "复员军人", "转业军人", "复退军人", "退伍士兵"),
        (SeekerGroup.VETERAN,),
    ),
    **dict.fromkeys(("残障人士", "残疾人士", "残疾", "残障"), (SeekerGroup.DISABLED,)),
    **dict.fromkeys(
        ("大龄", "大龄人员", "大龄求职者", "中老年", "中老年人", "4050", "4050人员"),
        (SeekerGroup.OLDER_WORKER,),
    ),
}
_NO_GROUPS = frozenset({"不限", "无", "均可", "所有人", "不限人群", "-"})
_ONLY = re.compile(r"^(?:仅限?|只[限招要收]?|限招?|必须(?:是|为)?)|(?:专岗|专招)$")
_NOT = re.compile(r"^(?:不[招要收考]|非|除|拒)|(?:除外|勿扰|免谈|勿投|不要)$")
_WELCOMES = re.compile(r"^(?:热烈|特别)?(?:欢迎|面向|适合|接受|接收|招收|优先录用|优先考虑|优先)")
_ENDINGS = re.compile(r"(?:优先录用|优先考虑|优先|均可|也可|亦可|可投|皆可|都可以?|报名|应聘|等)+$")
_parse_group = make_enum_parser(SeekerGroup)


def parse_groups(cell: str) -> tuple[SeekerGroup, ...]:
    """Parse the groups that a posting welcomes, in the order of the enumeration.

    :raises CellFault: a word is no such group, or the cell admits only some people or excludes
        some: groups are welcome, never required.
    """
    found: set[SeekerGroup] = set()
    words = normalise_text(cell).replace("40、50", "4050")
    for given in split_words(words):
        if given in _NO_GROUPS:
            continue
        if _NOT.search(given) or _ONLY.search(given):
            raise CellFault(
                "GROUP_NOT_WELCOMED",
                f"“{given[:20]}” excludes people. This column is for groups that are welcome, such "
                "as 农民工、退役军人; everybody may apply.",
                f"“{given[:20]}”排除了其他求职者。本列填写欢迎的人群，如农民工、退役军人；其他人同样可以应聘。",
            )
        word = _ENDINGS.sub("", _WELCOMES.sub("", given)) or given
        found.update(_GROUP_WORDS.get(word) or (_parse_group(word),))
    return tuple(group for group in SeekerGroup if group in found)
