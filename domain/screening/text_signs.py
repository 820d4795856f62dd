"""Signs, pictures and respellings that stand for words, with the words that they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping

SIGNS: Mapping[str, str] = {
    **dict.fromkeys("♂👨👦🧔👱🤵", "男"),
    **dict.fromkeys("♀👩👧👸💃", "女"),
    **dict.fromkeys("💰💵💴💶💷🪙🤑", "钱"),
    **dict.fromkeys("🚫❌✖🙅", "不"),
    **dict.fromkeys("📱📞☎📲", "电话"),
    **dict.fromkeys("🔞", "未满18"),
    **dict.fromkeys("🀄", "赌"),
    "🈚": "无",
    "🈲": "禁",
    "🪪": "证",
    "🐧": "企鹅",
    "❤": "心",
    "💳": "银行卡",
    "✈": "飞机",
    "🍺": "酒",
    "🍻": "酒",
    "×": "x",
    "✕": "x",
    "➕": "加",
    "@": "@",
}
"""What a sign stands for. A sign that is not listed only separates characters."""

_PINYIN = {
    "押": ("ya",),
    "金": ("jin",),
    "社": ("she",),
    "保": ("bao",),
    "薪": ("xin",),
    "单": ("dan",),
    "交": ("jiao",),
    "男": ("nan",),
    "女": ("nv",),
    "肝": ("gan", "g"),
    "险": ("xian",),
    "酒": ("jiu",),
    "孕": ("yun",),
    "罚": ("fa",),
    "款": ("kuan",),
    "费": ("fei",),
    "证": ("zheng",),
    "钱": ("qian",),
    "岁": ("sui",),
    "婚": ("hun",),
}
_WORDS = (
    "押金 社保 底薪 保底薪 刷单 男性 女性 男生 女生 乙肝 五险 保险 陪酒 代孕 怀孕 罚款 培训费 "
    "服装费 身份证 交钱 未婚 已婚 无薪 男士 女士 交社保 缴社保 交押金 不交"
)


def _list_respellings() -> dict[str, str]:
    """Spell single characters of each word in pinyin, but never the whole word."""
    found: dict[str, str] = {}
    for word in _WORDS.split():
        for index, char in enumerate(word):
            for spelling in _PINYIN.get(char, ()):
                found[word[:index] + spelling + word[index + 1 :]] = word
    return found


RESPELLINGS: Mapping[str, str] = {
    **_list_respellings(),
    # Characters that sound or look alike.
    "丫金": "押金",
    "呀金": "押金",
    "押筋": "押金",
    "押巾": "押金",
    "社宝": "社保",
    "射保": "社保",
    "涉保": "社保",
    "摄保": "社保",
    "五显一金": "五险一金",
    "身份争": "身份证",
    "身芬证": "身份证",
    "sfz": "身份证",
    "shebao": "社保",
    "bujiao": "不交",
    "buyajin": "不押金",
    "薇信": "微信",
    "威信号": "微信号",
    "威心": "微信",
    "薇心": "微信",
    "维信": "微信",
    "徽信": "微信",
    "魏信": "微信",
    "嶶信": "微信",
    "唰单": "刷单",
    "涮单": "刷单",
    "刷蛋": "刷单",
    "刷dd": "刷单",
    "法款": "罚款",
    "伐款": "罚款",
    "蓝生": "男生",
    "难生": "男生",
    "童攻": "童工",
    "陪九": "陪酒",
    "代运妈妈": "代孕妈妈",
    "已昏": "已婚",
    "未昏": "未婚",
    "乙干": "乙肝",
    "bu交": "不交",
    "bu缴": "不缴",
    "bu签": "不签",
}
"""Other spellings of words that readings look for. No key is part of a lawful word."""
RESPELLED = re.compile("|".join(sorted(map(re.escape, RESPELLINGS), key=len, reverse=True)))
