"""The styles in support/sdks.py are what they say: held beside the bytes that the real SDKs were seen to send, and to choke on."""
from __future__ import annotations

import re

import pytest

from support.credentials import Credentials
from support.recorder import Recorder, answer
from support.sdks import (EVERY_SDK, CSharpSdk, GoSdk, JavaSdk, PhpSdk, PrivateCloudGoSdk, PythonTransport, SdkError)
from support.wire import Answer

KEYS = Credentials("AppTokenX1", "AppSecretY2")
DRAFT = {"subject": "测试 </合同>&", "bizId": "", "comments": None, "ordinal": True,
         "category": {"id": "3501234567890123777"}, "stampers": [{"type": "COMPANY", "page": 1, "offsetX": 0.1, "offsetY": 0.0}]}


def sent(style, act) -> str:
    """The first request that `act` makes in that style."""
    with Recorder() as recorder:
        act(style(recorder.host, recorder.port, KEYS))
    return recorder.requests[0].decode("utf-8")


def post(sdk):
    sdk.post("/v2/contract/draft", DRAFT)


def upload(sdk):
    fields = {"contractId": "35", "title": "劳动合同", "fileSuffix": "pdf"}
    sdk.upload("/v2/document/addbyfile", fields, "file", '/home/x/合同 "1".pdf', b"%PDF-1.7")


def got(text: str, status: int = 200, content_type: str = "application/json;charset=UTF-8") -> Answer:
    return Answer(status, "OK", (("Content-Type", content_type),), text.encode())


def reader(style):
    return style("127.0.0.1", 1, KEYS).read


def test_the_documented_test_vector_of_the_signature():
    timestamp, nonce = "1565753984643", "254775d7-3c7c-4e9d-9880-1d4c5fb3dbd0"
    assert KEYS.md5(timestamp, nonce) == "311bb600897ea264bfa8a164d55b450b"
    assert KEYS.md5(timestamp) == "0efa9ea731493071e6a295b78286d157"
    assert len(KEYS.hmac_sha256(timestamp, nonce)) == 64


def test_php_removes_blanks_before_it_hashes():
    assert Credentials("a b", "c").md5_without_blanks("1") == Credentials("ab", "c").md5("1")


@pytest.mark.parametrize("style", EVERY_SDK)
def test_every_style_sends_a_length_and_its_version(style):
    request = sent(style, post)
    head, body = request.split("\r\n\r\n", 1)
    assert re.search(rf"(?im)^content-length: {len(body.encode())}$", head.replace("\r", ""))
    assert style.version in head


@pytest.mark.parametrize(("style", "header"), [
    (JavaSdk, "\r\nx-qys-open-accesstoken: AppTokenX1\r\n"), (GoSdk, "\r\nX-Qys-Open-Accesstoken: AppTokenX1\r\n"),
    (CSharpSdk, "\r\nExpect: 100-continue\r\n"), (PhpSdk, "\r\nx-qys-open-accesstoken:AppTokenX1\r\n"),
    (PrivateCloudGoSdk, "\r\nX-Qys-Accesstoken: AppTokenX1\r\n")])
def test_headers_are_written_as_each_sdk_writes_them(style, header):
    assert header in sent(style, post)


def test_only_some_send_a_nonce():
    with_nonce = {style.name for style in EVERY_SDK if "nonce:" in sent(style, post).lower()}
    assert with_nonce == {"java", "go", "go-3.0.2", "go-private", "python"}


def test_c_sharp_sends_local_time_with_a_fraction():
    timestamp = re.search(r"x-qys-open-timestamp: (\S+)", sent(CSharpSdk, post))[1]
    assert re.fullmatch(r"\d{13}\.22", timestamp)


@pytest.mark.parametrize(("style", "piece"), [
    (JavaSdk, '"category":{"id":3501234567890123777}'), (JavaSdk, '"bizId":""'), (JavaSdk, '<\\/合同>'), (JavaSdk, '"offsetY":0}'),
    (GoSdk, '"category":{"id":"3501234567890123777"}'), (GoSdk, "\\u003c/合同\\u003e\\u0026"),
    (CSharpSdk, '\n  "subject": "测试'), (CSharpSdk, '"ordinal": "true"'),
    (PhpSdk, '"subject":"\\u6d4b\\u8bd5 <\\/\\u5408'), (PhpSdk, '"comments":null'), (PhpSdk, '"offsetX":"0.1"')])
def test_json_is_written_as_each_sdk_writes_it(style, piece):
    assert piece in sent(style, post)


def test_php_sends_nulls_for_what_nobody_set():
    assert '"bizId":null,"stampers":null' in sent(PhpSdk, lambda sdk: sdk.post("/v2/contract/companysign", {"contractId": "35"}))


@pytest.mark.parametrize(("style", "target"), [
    (JavaSdk, "?bizId=%E4%B8%9A+1%26%2B%3D"), (GoSdk, "?bizId=%E4%B8%9A%201&+="), (CSharpSdk, "?bizId=%e4%b8%9a+1%26%2b%3d")])
def test_queries_are_escaped_as_each_sdk_escapes_them(style, target):
    assert target in sent(style, lambda sdk: sdk.get("/v2/contract/detail", {"bizId": "业 1&+=", "tenantName": None}))


def test_php_escapes_nothing_and_cannot_send_a_blank():
    assert "?contractId=35&bizId= HTTP" in sent(PhpSdk, lambda sdk: sdk.get("/v2/contract/detail", {"contractId": "35", "bizId": None}))
    assert "?bizId=业务 HTTP" in sent(PhpSdk, lambda sdk: sdk.get("/v2/contract/detail", {"bizId": "业务"}))
    with pytest.raises(SdkError, match="curl 3"):
        PhpSdk("127.0.0.1", 1, KEYS).get("/v2/contract/detail", {"bizId": "业 1"})


def test_go_downloads_with_raw_blanks_in_the_request_line():
    assert "GET /v2/contract/download?bizId=业务 1 HTTP/1.1\r\n" in sent(
        GoSdk, lambda sdk: sdk.download("/v2/contract/download", {"bizId": "业务 1"}))


@pytest.mark.parametrize(("style", "piece"), [
    (JavaSdk, 'Content-Disposition:form-data;name="title"\r\nContent-Type:text/plain\r\n\r\n劳动合同\r\n'),
    (JavaSdk, 'name="file";filename="streamFile"\r\n'),
    (GoSdk, 'Content-Disposition: form-data; name="file"; filename="合同 \\"1\\".pdf"\r\n'),
    (CSharpSdk, '\r\n\r\n\r\n------sdkboundary'),
    (PhpSdk, 'filename="/home/x/合同 %221%22.pdf"\r\n'), (PhpSdk, 'name="bizId"\r\n\r\n\r\n'),
    (PythonTransport, 'filename="合同 %221%22.pdf"\r\n\r\n%PDF')])
def test_uploads_are_written_as_each_sdk_writes_them(style, piece):
    assert piece in sent(style, upload)


def test_php_sends_the_suffix_after_the_file():
    request = sent(PhpSdk, upload)
    assert request.index('name="file"') < request.index('name="fileSuffix"')


def test_php_expects_a_continue_from_one_mebibyte_on():
    def large(sdk):
        sdk.upload("/v2/document/addbyfile", {}, "file", "x.pdf", b"0" * (1 << 20))
    assert "Expect: 100-continue" in sent(PhpSdk, large)
    assert "Expect: 100-continue" not in sent(PhpSdk, upload)


GOOD = '{"code":0,"message":"SUCCESS","result":{"id":"3501234567890123777","actions":[{"id":"35"}]},"responseCode":"00000000"}'
WITHOUT_RESULT = '{"code":0,"message":"SUCCESS","responseCode":"00000000"}'


@pytest.mark.parametrize("style", EVERY_SDK)
@pytest.mark.parametrize("text", [GOOD, WITHOUT_RESULT])
def test_every_reader_reads_the_recommended_envelope(style, text):
    envelope = reader(style)(got(text))
    assert envelope["code"] == 0 and envelope["message"] == "SUCCESS"
    if text is GOOD:
        assert envelope["result"]["id"] == "3501234567890123777"


@pytest.mark.parametrize(("text", "choke"), [
    ('{"message":"SUCCESS","responseCode":"00000000"}', {"java", "go", "csharp", "php"}),
    ('{"code":"0","message":"SUCCESS","responseCode":"00000000"}', {"java", "go", "csharp"}),
    ('{"code":11990441,"message":"x","result":[1],"responseCode":"11990441"}', {"java", "csharp"}),
    ('{"code":0,"message":"SUCCESS","responseCode":"00000000","result":{"category":{"id":"35"},"id":"35"}}', {"csharp"}),
    ('{"code":0,"message":"SUCCESS","result":null,"responseCode":"00000000"}', {"csharp"}),
    ('{"code":0,"message":"SUCCESS","result":{"id":35},"responseCode":"00000000"}', {"go"}),
    ('{"code":0,"message":"SUCCESS","result":{"id":"a-uuid"},"responseCode":"00000000"}', {"java"}),
    ('{"code":0,"message":"SUCCESS","result":{"createTime":"2026-11-22T10:00:00Z"},"responseCode":"00000000"}', {"java"}),
    ('', {"java", "go", "csharp", "php"})])
def test_each_reader_chokes_on_what_its_sdk_chokes_on(text, choke):
    choked = set()
    for style in (JavaSdk, GoSdk, CSharpSdk, PhpSdk):
        try:
            reader(style)(got(text))
        except (SdkError, ValueError):
            choked.add(style.name)
    assert choked == choke


def test_c_sharp_loses_the_message_of_a_pretty_printed_answer():
    assert reader(CSharpSdk)(got('{"code": 0, "message": "SUCCESS", "responseCode": "0"}')) == {"code": 0, "message": "", "result": None}


def test_java_needs_utf_8():
    with pytest.raises(SdkError, match="garbled"):
        reader(JavaSdk)(got(GOOD, content_type="application/json;charset=ISO-8859-1"))


def test_php_asks_again_after_an_empty_answer():
    with Recorder(answer(b""), answer()) as recorder:
        PhpSdk(recorder.host, recorder.port, KEYS).post("/v2/contract/send", {"contractId": "35"})
    assert len(recorder.requests) == 2 and recorder.requests[0] == recorder.requests[1]


def test_the_python_transport_tries_three_times_with_the_same_nonce():
    with Recorder(answer(b"{}", "442 X")) as recorder, pytest.raises(SdkError):
        PythonTransport(recorder.host, recorder.port, KEYS).get("/v2/contract/detail", {"contractId": "35"})
    assert len(recorder.requests) == 3 and len(set(recorder.requests)) == 1


def test_a_failed_download_with_status_200_would_be_saved_by_java_and_go():
    error = answer(b'{"code":1003,"message":"x","responseCode":"11101003"}')
    for style in (JavaSdk, GoSdk, CSharpSdk):
        with Recorder(error) as recorder:
            assert style(recorder.host, recorder.port, KEYS).download("/v2/document/download", {"documentId": "1"}).startswith(b"{")
    with Recorder(error) as recorder, pytest.raises(SdkError):
        PhpSdk(recorder.host, recorder.port, KEYS).download("/v2/document/download", {"documentId": "1"})
