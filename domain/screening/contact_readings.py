"""Readings of contact details that lead applicants off the union's path."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.screening.conduct_findings import CONTACT_DETAILS
from domain.screening.reading_syntax import Reading, read_as

_CHAT = r"(?:微信|薇信|威信|威心|薇心|微x|v信|vx|wx|weixin|绿泡泡|qq|扣扣|企鹅|telegram|whatsapp|电报|纸飞机|飞机|蝙蝠|钉钉|微信?号)"

READINGS: tuple[Reading, ...] = read_as(
    CONTACT_DETAILS,
    rf"(?:加|添加|联系|私|咨询|备注|投|发)(?:我|一下|下|个|本人|老板|人事|hr|经理|店长|管理员|客服|您|以下|这个|上|到)?(?:的)?:? {_CHAT}(?!群运营|回访|客户|公众号运营)",
    r"(?:加|\+)(?:我|一下|下|个)?(?:v|q|薇|威|徽|群|企鹅群?|卫星)(?:[号信群:\d聊a-z]|[,\n]|$|备注|了解|详)",
    rf"{_CHAT}(?:同号|同步|号码?|群号|名|联系|搜|扫|添加|私聊|咨询|沟通)?:?[a-z0-9_-]{{4,}}",
    rf"{_CHAT}(?:同号|见头像|搜索?|私聊|私信|联系我|详聊|咨询|沟通|报名|投递)",
    r"(?:电话|手机)(?:微信)?(?:同号|联系|咨询|报名|找|:\d)",
    r"(?:扫码|扫描二维码|扫二维码|扫一扫|长按二维码|识别二维码|扫码进|二维码)[^\n]{0,4}(?:进群|加群|加|入群|领|添加|报名|咨询|联系|进)",
    r"(?:致电|拨打|来电|电询|电联)[^\n,]{0,2}\d{3,}(?!1|2333)",
    r"(?:进|加|拉你进|入|建)(?:微信|qq|企鹅|工作|求职|招聘|咨询|兼职)?群(?:聊|领|了解|咨询|详|看|报|,|\n|$|后|享)",
    r"(?:电话|致电|来电(?!可转)|打(?!入|到|进|卡))(?:联系|咨询|给)?[^\n,]{0,2}(?:[\u4e00-\u9fa5](?:经理|总|姐|哥|老师|主管|先生|女士|老板|厂长|队长|师傅)|老板|店长|人事|本人|我)(?:电话)?",
    r"(?:简历|资料|照片)[^\n,]{0,4}(?:发|投|寄|邮)(?:到|至|给|送)?[^\n,]{0,4}(?:[a-z0-9]{4,}|邮箱|我|微信|qq)",
    r"(?:关注|搜|搜索)(?:我们?的?)?(?:微信)?(?:公众号|服务号|小程序|视频号|抖音号|快手号)",
    r"(?:私我|私聊|私信(?:我|老板|主播)|滴滴我|戳我|m我|dd我|联系我本人|找我)(?!处理|司)",
    r"(?:不走|绕过|避开|跳过|别走|不经)(?:平台|工会|直播间|系统)|(?:别|不要(?!求)|不用|无需)在(?:直播间|平台|这里|系统)(?:点|报|申请|投)",
    r"(?:下载|安装|注册)(?:app|软件|平台)?[^\n,]{0,6}(?:填|输入|用)?(?:我的)?邀请码",
    r"(?:留|留下|发|报)(?:一下)?(?:你|您|个)?(?:们)?(?:的)?(?:手机号|电话|号码|联系方式|微信)(?!码)",
    r"(?:登录|登陆|访问|打开|进入|点击)[^\n,]{0,3}(?:www|http|网址|链接|网站)[^\n,]{0,20}(?:报名|投|申请|注册|com|cn)?",
    r"(?:https?:?|www)[a-z0-9]{3,}|(?:telegram|whatsapp|纸飞机)",
    r"(?:联系|咨询|报名|招聘|服务)?(?:座机|热线|电话|手机号?|tel|phone):?(?:1[3-9]\d|0[1-9]\d|400|800|[2-8]\d{6})\d*",
    r"(?:飞机|电报|抖音|快手|扣扣|企鹅)号?:?[a-z]+[a-z0-9_-]{4,}",
    r"(?:^|[^a-z])(?:tg|skype|qq|vx|wx|v)(?:号:?|:)[a-z]+[a-z0-9_-]{4,}",
    r"(?:^|[^a-z])(?:v|vx|wx|weixin|q)(?:号|信|:)(?:见|是|为|:|[a-z0-9])",
    r"[a-z0-9](?:@|艾特)[a-z0-9]|(?:邮箱|邮件):?[a-z0-9]{4,}|(?:email|mail):[a-z0-9]{4,}",
    r"(?:1[3-9])\d ~0 (?:开头|打头)(?:那个|的号|的电话)",
)
# The lookbehinds follow the first digit, so that the search skips to a 0 or a 1.
_PHONE = re.compile(r"1(?<!\d1)[3-9]\d{9}(?!\d)|0(?<!\d0)[1-9]\d{1,2}-?[2-8]\d{6,7}(?!\d)")
"""A mobile number, or a number with an area code, in a text without blanks."""


def find_phone_numbers(normalised: str) -> Iterator[re.Match[str]]:
    """Yield the first phone number of each sentence of a normalised text."""
    position = 0
    while position >= 0 and (match := _PHONE.search(normalised, position)):
        yield match
        position = normalised.find("\n", match.end())
