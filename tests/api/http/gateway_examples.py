"""The examples of the providers' pages for what gateways tell afterwards.

The masked digits of phones are filled in, and the number of the message is "serial".
"""

ALIYUN_REPORT = {
    "phone_number": "13811110000",
    "send_time": "2017-01-01 00:00:00",
    "report_time": "2017-01-01 00:00:00",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "serial",
    "out_id": "67890",
}
ALIYUN_REPLY = {
    "phone_number": "13811110000",
    "content": "TD",
    "send_time": "2017-09-01 00:00:00",
    "dest_code": "1234",
    "sequence_id": "1234567890",
}
ALIYUN_CALL = {
    "status_code": "200000",
    "callee": "13811110000",
    "duration": "10",
    "voice_type": "voice",
    "call_id": "serial",
    "out_id": "PROD",
}
TENCENT_REPORT = {
    "user_receive_time": "2015-10-17 08:03:04",
    "nationcode": "86",
    "mobile": "13811110000",
    "report_status": "SUCCESS",
    "errmsg": "DELIVRD",
    "description": "用户短信送达成功",
    "sid": "serial",
}
TENCENT_REPLY = {
    "extend": "扩展码",
    "mobile": "13811110000",
    "nationcode": "86",
    "sign": "短信签名",
    "text": "退订",
    "time": 1457336869,
}
TENCENT_CALL = {
    "voicecode_callback": {
        "result": "0",
        "accept_time": "1470196835",
        "call_from": "075583763333",
        "callid": "serial",
        "end_calltime": "1470196843",
        "fee": "1",
        "mobile": "13811110000",
        "nationcode": "86",
        "start_calltime": "1470196821",
    }
}
