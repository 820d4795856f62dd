"""The forms in which gateways report delivered messages and pass on replies.

Alibaba Cloud: SmsReport, SmsUp and VoiceReport (https://help.aliyun.com/zh/sms/developer-reference/).
Tencent Cloud: https://cloud.tencent.com/document/product/382/59178 for reports and replies,
https://cloud.tencent.com/document/product/1128/37724 for calls. An item of another form is left
out: the gateway would repeat the whole call for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from domain.identity.phone_codes import DeliveryReport
from services.identity.phone_replies import ReceivedReply

MAX_TEXT_LENGTH = 200
"""Characters of a field that are read."""
CALL_HEARD = "200000"
"""The status of VoiceReport for a call that was heard to its end."""
_HEARD_IN_PART = "200001"

Item = Mapping[str, Any]


def aliyun_reports(items: Iterable[Item]) -> Iterator[DeliveryReport]:
    """Read SmsReport (``biz_id``, ``success``) and VoiceReport (``call_id``, ``status_code``)."""
    for item in items:
        call, status = _text(item, "call_id"), _text(item, "status_code")
        if call and status:
            delivered = status in {CALL_HEARD, _HEARD_IN_PART}
            yield DeliveryReport(serial=call, delivered=delivered, code=status)
        elif (serial := _text(item, "biz_id")) and isinstance(item.get("success"), bool):
            yield DeliveryReport(
                serial=serial, delivered=item["success"], code=_text(item, "err_code")
            )


def aliyun_replies(items: Iterable[Item]) -> Iterator[ReceivedReply]:
    """Read SmsUp (``phone_number``, ``content``)."""
    for item in items:
        if phone := _text(item, "phone_number"):
            yield ReceivedReply(phone=phone, text=_text(item, "content"))


def tencent_reports(items: Iterable[Item]) -> Iterator[DeliveryReport]:
    """Read reports of messages (``sid``, ``report_status``) and of calls (``callid``)."""
    for item in items:
        call = item.get("voicecode_callback")
        if isinstance(call, dict) and (serial := _text(call, "callid")):
            result = _text(call, "result")
            yield DeliveryReport(serial=serial, delivered=result == "0", code=result)
        elif serial := _text(item, "sid"):
            yield DeliveryReport(
                serial=serial,
                delivered=_text(item, "report_status") == "SUCCESS",
                code=_text(item, "errmsg"),
            )


def tencent_replies(items: Iterable[Item]) -> Iterator[ReceivedReply]:
    """Read replies (``mobile`` with ``nationcode``, ``text``); only those from China."""
    for item in items:
        phone = _text(item, "mobile")
        if phone and _text(item, "nationcode") in {"", "86"}:
            yield ReceivedReply(phone=phone, text=_text(item, "text"))


def own_reports(items: Iterable[Item]) -> Iterator[DeliveryReport]:
    """Read reports to this service's own form: ``id``, ``delivered``, ``code``."""
    for item in items:
        if (serial := _text(item, "id")) and isinstance(item.get("delivered"), bool):
            yield DeliveryReport(
                serial=serial, delivered=item["delivered"], code=_text(item, "code")
            )


def own_replies(items: Iterable[Item]) -> Iterator[ReceivedReply]:
    """Read replies in this service's own form: ``phone``, ``text``."""
    for item in items:
        if phone := _text(item, "phone"):
            yield ReceivedReply(phone=phone, text=_text(item, "text"))


ReportReader = Callable[[Iterable[Item]], Iterator[DeliveryReport]]
ReplyReader = Callable[[Iterable[Item]], Iterator[ReceivedReply]]


def _text(item: Item, name: str) -> str:
    value = item.get(name)
    return value[:MAX_TEXT_LENGTH] if isinstance(value, str) else ""
