"""Signatures equal those that the providers print for the examples of their pages."""

from __future__ import annotations

from datetime import UTC, datetime

from workers.sms.signatures import AccessKey, acs3_headers, acs3_query, tc3_authorization


def test_the_example_of_alibaba_cloud_gives_its_signature() -> None:
    query = acs3_query(
        {
            "RegionId": "cn-shanghai",
            "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        }
    )
    headers = acs3_headers(
        AccessKey(id="YourAccessKeyId", secret="YourAccessKeySecret"),
        host="ecs.cn-shanghai.aliyuncs.com",
        action="RunInstances",
        version="2014-05-26",
        query=query,
        at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d",
    )
    assert headers["x-acs-content-sha256"] == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    assert headers["authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_parameters_are_sorted_and_encoded_by_rfc_3986() -> None:
    assert acs3_query({"b": "a b*~-_.", "a": "阿里云", "A": '{"code":"1"}'}) == (
        "A=%7B%22code%22%3A%221%22%7D&a=%E9%98%BF%E9%87%8C%E4%BA%91&b=a%20b%2A~-_."
    )


def test_the_example_of_tencent_cloud_gives_its_signature() -> None:
    payload = (
        rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    )
    authorization = tc3_authorization(
        AccessKey(
            id="AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", secret="Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
        ),
        host="cvm.tencentcloudapi.com",
        service="cvm",
        payload=payload,
        at=datetime.fromtimestamp(1_551_113_065, UTC),
    )
    assert authorization == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/"
        "tc3_request, SignedHeaders=content-type;host, "
        "Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


def test_the_secret_of_a_key_is_not_in_its_text() -> None:
    assert "hush" not in repr(AccessKey(id="id", secret="hush"))
