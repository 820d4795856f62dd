"""Why the socket of a camera is closed: close code, name, and what a host reads.

``docs/stream.md`` lists the same table. Numbers below 4000 come from RFC 6455, section 7.4.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class CameraClose(IntEnum):
    """A close code with the text of its refusal in both languages."""

    message: str
    message_zh: str

    def __new__(cls, number: int, message: str, message_zh: str) -> Self:
        code = int.__new__(cls, number)
        code._value_ = number
        code.message = message
        code.message_zh = message_zh
        return code

    KEY_NOT_VALID = (
        4600,
        "This camera may not publish now. Open the camera of the session again.",
        "摄像头推流凭证无效，请在该场次中重新开启摄像头。",
    )
    CAMERA_REPLACED = (
        4601,
        "Another camera shows the picture of this session now.",
        "本场次已改由另一个摄像头推流。",
    )
    CAMERAS_FULL = (
        4602,
        "As many cameras as the server can take are on air. Try again later.",
        "同时推流的摄像头已达上限，请稍后再试。",
    )
    RECORDING_UNKNOWN = (
        4603,
        "The server does not know this video format. Use another browser.",
        "服务器无法识别该视频格式，请更换浏览器后重试。",
    )
    RECORDING_WITHOUT_HEAD = (
        4604,
        "The recording does not begin at its beginning. Start the camera again.",
        "画面数据缺少开头部分，请重新开启摄像头。",
    )
    TOO_MANY_BITS = (
        4605,
        "The camera sends more than the server takes. Choose a lower quality.",
        "画面码率超过服务器上限，请降低清晰度。",
    )
    CAMERA_SILENT = (
        4606,
        "Nothing comes from the camera. Check it, and start it again.",
        "没有收到摄像头画面，请检查后重新开启。",
    )
    ENCODER_FAILED = (
        4607,
        "The picture could not be processed. Start the camera again.",
        "画面处理失败，请重新开启摄像头。",
    )
    STORAGE_FULL = (
        4608,
        "The server has no space for pictures. Tell its operator, and try again later.",
        "服务器存储空间不足，请联系系统管理员，稍后再试。",
    )
    SERVICE_AWAY = (
        4609,
        "The service does not answer now. Try again in a moment.",
        "服务暂时没有响应，请稍后再试。",
    )
    MESSAGE_NOT_UNDERSTOOD = (
        4610,
        "The page sent something that the server does not understand. Open it again.",
        "页面发送的内容无法识别，请刷新页面后重试。",
    )


class CameraRefused(Exception):
    """The socket of a camera has to be closed; ``close`` says why."""

    def __init__(self, close: CameraClose) -> None:
        super().__init__(close.name)
        self.close = close
