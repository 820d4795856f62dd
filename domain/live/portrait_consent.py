"""The consent of the person in front of the camera to a recording, in both languages.

A face is personal information, and the person is told what it is processed for (个人信息保护法 art.
13, 14, 17). A portrait is used only with consent (民法典 art. 1019). The texts are numbered and
never changed: a stored version says what somebody agreed to.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.refusals import ConsentRequired


@dataclass(frozen=True, kw_only=True)
class PortraitConsentText:
    """A text to agree to. ``days`` are how long the recording is kept."""

    version: str
    zh: str
    en: str


_VERSION = "1"
_ZH = """\
肖像使用授权书（第{version}版）

我同意举办本场直播的工会录制并回放本场直播中我的肖像、声音和讲话内容：
一、目的：仅供错过直播的求职者在本平台观看本场回放。
二、方式：本平台保存本场直播的画面和声音；未经本人另行同意，不剪辑、不另作宣传、不向第三方提供。
三、期限：自直播结束之日起{days}天，到期自动删除。
四、我可以随时撤回同意，由主播本人或者工会干部在本平台删除回放；撤回不影响此前已进行的处理，也不影响我今后主持直播。
其他出镜人员由主播事先告知并征得同意。
依据：《民法典》第一千零一十九条，《个人信息保护法》第十三条至第十七条。"""
_EN = """\
Consent to a recording (version {version})

I agree that the trade union that holds this session records my likeness, my voice and what I say \
in it, and shows the recording:
1. Purpose: job seekers who missed the session can watch it on this platform, and nothing else.
2. Manner: this platform keeps picture and sound. Without another consent of mine they are not \
edited, not used for publicity, and not given to anybody else.
3. Time: {days} days from the end of the session; then the recording is deleted.
4. I may withdraw this consent at any time: the host or an officer of the union deletes the \
recording here. That does not affect what was done before, nor my hosting of later sessions.
The host tells everybody else who is seen, and asks for their consent beforehand.
Civil Code art. 1019; Personal Information Protection Law art. 13 to 17."""


def portrait_consent_text(days: int) -> PortraitConsentText:
    """Return the text that is in force, for recordings that are kept so many days."""
    return PortraitConsentText(
        version=_VERSION,
        zh=_ZH.format(version=_VERSION, days=days),
        en=_EN.format(version=_VERSION, days=days),
    )


def check_text_version(version: str) -> str:
    """Check that somebody agreed to the text that is in force, and return its version.

    :raises ConsentRequired: it is another one.
    """
    if version != _VERSION:
        raise ConsentRequired(
            "The text of the consent has changed. Read it again and agree to it.",
            "授权书内容已更新，请重新阅读并确认同意。",
            field=("input", "textVersion"),
            hint="Show the text of `portraitConsentText`, and send its version as `textVersion`.",
        )
    return version
