"""The gate: who may come in, in which order what is missing is named, and that nobody comes in twice with one nonce."""
from __future__ import annotations

import http.client
import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.credentials import Credentials, milliseconds

LIST = "/v2/seal/list?selectLimit=1"
MINUTE = 60_000


def ask(server, headers: dict[str, str], target: str = LIST, method: str = "GET", body: bytes | None = None):
    """Status, content type and body of one request with exactly these headers."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    try:
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
    finally:
        connection.close()


def headers_for(credentials: Credentials, *, timestamp: str | None = None, nonce: str | None = None, signature: str | None = None,
                prefix: str = "x-qys-open-") -> dict[str, str]:
    """A set as the documentation describes it; with an empty `nonce` the older set of three headers."""
    timestamp = milliseconds() if timestamp is None else timestamp
    nonce = str(uuid.uuid4()) if nonce is None else nonce
    made = {f"{prefix}accesstoken": credentials.token, f"{prefix}timestamp": timestamp,
            f"{prefix}signature": credentials.md5(timestamp, nonce) if signature is None else signature}
    return {**made, f"{prefix}nonce": nonce} if nonce else made


def assert_refused(answer, code: int, message: str) -> None:
    """HTTP status and code are the same number, and the envelope has exactly these bytes."""
    status, content_type, body = answer
    assert body.decode() == f'{{"code":{code},"message":"{message}","responseCode":"11990{code}"}}'
    assert status == code
    assert content_type == "application/json;charset=UTF-8"


def assert_let_in(answer) -> None:
    status, _, body = answer
    assert (status, json.loads(body)["code"]) == (200, 0), body


def shifted(minutes: float) -> str:
    return str(int(milliseconds()) + int(minutes * MINUTE))


def test_the_documented_test_vector_is_what_the_client_library_computes():
    known = Credentials("AppTokenX1", "AppSecretY2")
    assert known.md5("1565753984643", "254775d7-3c7c-4e9d-9880-1d4c5fb3dbd0") == "311bb600897ea264bfa8a164d55b450b"
    assert known.md5("1565753984643") == "0efa9ea731493071e6a295b78286d157"


@pytest.mark.parametrize("prefix", ["x-qys-open-", "X-Qys-Open-", "X-QYS-OPEN-", "x-qys-", "X-Qys-"])
@pytest.mark.parametrize("nonce", [None, ""], ids=["with nonce", "without nonce"])
def test_both_dialects_of_the_headers_open_the_door_in_any_case(server, credentials, prefix, nonce):
    assert_let_in(ask(server, headers_for(credentials, prefix=prefix, nonce=nonce)))


def test_an_upper_case_signature_is_the_same_signature(server, credentials):
    headers = headers_for(credentials)
    headers["x-qys-open-signature"] = headers["x-qys-open-signature"].upper()
    assert_let_in(ask(server, headers))


def test_a_signature_over_text_without_blanks_is_accepted_as_the_php_sdk_makes_it(server, credentials):
    timestamp = milliseconds()
    assert_let_in(ask(server, headers_for(credentials, timestamp=timestamp, nonce="",
                                          signature=credentials.md5_without_blanks(timestamp))))
    nonce = f"{uuid.uuid4()} with blanks"
    without = Credentials(credentials.token, credentials.secret).md5(timestamp, nonce.replace(" ", ""))
    assert_let_in(ask(server, headers_for(credentials, timestamp=timestamp, nonce=nonce, signature=without)))


@pytest.mark.parametrize("fraction", [".12", ",12", ".0", ".123456"])
@pytest.mark.parametrize("nonce", [None, ""], ids=["with nonce", "without nonce"])
def test_the_timestamp_is_signed_as_the_text_it_was_sent(server, credentials, fraction, nonce):
    assert_let_in(ask(server, headers_for(credentials, timestamp=milliseconds() + fraction, nonce=nonce)))


def test_a_signature_over_the_rounded_timestamp_is_wrong(server, credentials):
    timestamp = milliseconds()
    assert_refused(ask(server, headers_for(credentials, timestamp=timestamp + ".12", nonce="", signature=credentials.md5(timestamp))),
                   443, "INVALID SIGNATURE")


@pytest.mark.parametrize("nonce", [None, ""], ids=["with nonce", "without nonce"])
@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_the_hmac_extension_opens_the_door(server, credentials, nonce, case):
    timestamp = milliseconds()
    nonce = str(uuid.uuid4()) if nonce is None else nonce
    signature = case(credentials.hmac_sha256(timestamp, nonce))
    assert_let_in(ask(server, headers_for(credentials, timestamp=timestamp, nonce=nonce, signature=signature)))


def test_an_hmac_with_another_key_is_wrong(server, credentials):
    timestamp, nonce = milliseconds(), str(uuid.uuid4())
    stranger = Credentials(credentials.token, credentials.secret[::-1])
    assert_refused(ask(server, headers_for(credentials, timestamp=timestamp, nonce=nonce, signature=stranger.hmac_sha256(timestamp, nonce))),
                   443, "INVALID SIGNATURE")


@pytest.mark.parametrize("blank", ["absent", "empty", "blanks"])
@pytest.mark.parametrize("given, named", [
    ((), "accesstoken"), (("timestamp", "signature", "nonce"), "accesstoken"), (("accesstoken",), "timestamp"),
    (("accesstoken", "signature", "nonce"), "timestamp"), (("accesstoken", "timestamp"), "signature"),
    (("accesstoken", "timestamp", "nonce"), "signature")])
def test_the_first_missing_header_is_named(server, credentials, given, named, blank):
    everything = headers_for(credentials)
    value = {"absent": None, "empty": "", "blanks": "  "}[blank]
    headers = {name: text if name.removeprefix("x-qys-open-") in given else value for name, text in everything.items()}
    present = {name: text for name, text in headers.items() if text is not None}
    assert_refused(ask(server, present), 441, f"HEADER REQUIRED,x-qys-open-{named}")


@pytest.mark.parametrize("token", ["Nobody1234", "x", "A" * 300, "A" * 4000, "令牌".encode().decode("latin-1")])
def test_an_unknown_token_is_refused_before_anything_else_is_looked_at(server, token):
    stranger = Credentials(token, "secret")
    assert_refused(ask(server, {"x-qys-open-accesstoken": token, "x-qys-open-timestamp": "yesterday", "x-qys-open-signature": "?"}),
                   442, "INVALID TOKEN")
    assert_refused(ask(server, {"x-qys-open-accesstoken": stranger.token, "x-qys-open-timestamp": shifted(-20),
                                "x-qys-open-signature": "0" * 32}), 442, "INVALID TOKEN")


def test_the_token_is_compared_with_its_case(server, credentials):
    other = Credentials(credentials.token.swapcase(), credentials.secret)
    assert_refused(ask(server, headers_for(other)), 442, "INVALID TOKEN")


@pytest.mark.parametrize("damage", [
    lambda good: good[:-1], lambda good: good + "0", lambda good: ("0" if good[0] != "0" else "1") + good[1:], lambda good: "0" * 32,
    lambda good: "0" * 64, lambda good: "z" * 32, lambda good: "%00" * 10, lambda good: good * 100],
    ids=["short", "long", "other digit", "zeros", "zeros of an hmac", "no digits", "escapes", "very long"])
def test_a_wrong_signature_is_refused(server, credentials, damage):
    headers = headers_for(credentials)
    headers["x-qys-open-signature"] = damage(headers["x-qys-open-signature"])
    assert_refused(ask(server, headers), 443, "INVALID SIGNATURE")


def test_a_nonce_that_was_not_signed_is_a_wrong_signature_and_so_is_one_that_is_left_out(server, credentials):
    timestamp, nonce = milliseconds(), str(uuid.uuid4())
    unsigned = headers_for(credentials, timestamp=timestamp, nonce=nonce, signature=credentials.md5(timestamp))
    assert_refused(ask(server, unsigned), 443, "INVALID SIGNATURE")
    missing = headers_for(credentials, timestamp=timestamp, nonce="", signature=credentials.md5(timestamp, nonce))
    assert_refused(ask(server, missing), 443, "INVALID SIGNATURE")


@pytest.mark.parametrize("minutes, let_in", [(-11, False), (-9, True), (0, True), (9, True), (11, False), (480, False), (-60 * 24 * 400, False)])
def test_with_a_nonce_the_clock_may_differ_by_ten_minutes(server, credentials, minutes, let_in):
    answer = ask(server, headers_for(credentials, timestamp=shifted(minutes)))
    if let_in:
        assert_let_in(answer)
    else:
        assert_refused(answer, 444, "INVALID TIMESTAMP")


@pytest.mark.parametrize("timestamp", [lambda: shifted(-60 * 24 * 400), lambda: shifted(480), lambda: "0", lambda: "1"])
def test_without_a_nonce_the_clock_does_not_matter(server, credentials, timestamp):
    assert_let_in(ask(server, headers_for(credentials, timestamp=timestamp(), nonce="")))


@pytest.mark.parametrize("timestamp", ["yesterday", "12a", "1.2.3", "0x10", "1e12", "99999999999999999999", "2026-11-22 10:00:00"])
@pytest.mark.parametrize("nonce", [None, ""], ids=["with nonce", "without nonce"])
def test_a_timestamp_that_is_no_number_is_refused(server, credentials, timestamp, nonce):
    assert_refused(ask(server, headers_for(credentials, timestamp=timestamp, nonce=nonce)), 444, "INVALID TIMESTAMP")


def test_a_nonce_opens_the_door_once(server, credentials):
    headers = headers_for(credentials)
    assert_let_in(ask(server, headers))
    assert_refused(ask(server, headers), 445, "INVALID NONCE")
    later = headers_for(credentials, nonce=headers["x-qys-open-nonce"], timestamp=shifted(1))
    assert_refused(ask(server, later), 445, "INVALID NONCE")


def test_a_refused_request_does_not_use_up_its_nonce(server, credentials):
    headers = headers_for(credentials)
    assert_refused(ask(server, {**headers, "x-qys-open-signature": "0" * 32}), 443, "INVALID SIGNATURE")
    assert_let_in(ask(server, headers))


def test_without_a_nonce_a_request_may_be_repeated(server, credentials):
    headers = headers_for(credentials, nonce="")
    assert_let_in(ask(server, headers))
    assert_let_in(ask(server, headers))


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_nonce_that_changed_something_is_remembered_when_the_server_is_started_again(new_server, end):
    server = new_server()
    credentials = Credentials(server.demo["appToken"], server.demo["appSecret"])
    body = json.dumps({"subject": "一次", "bizId": "once", "signatories": []}).encode()
    headers = {**headers_for(credentials), "Content-Type": "application/json"}
    assert_let_in(ask(server, headers, "/v2/contract/draft", "POST", body))
    getattr(server, end)()
    server.start()
    assert_refused(ask(server, headers, "/v2/contract/draft", "POST", body), 445, "INVALID NONCE")
    assert_let_in(ask(server, headers_for(credentials)))


UNKNOWN = ["/v2/contract/nothing", "/v2/contract", "/v2/", "/v3/signatory/nothing", "/saas/v2/x", "/contract/nothing", "/v2/seal/list/more"]


@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_path_is_told_only_to_those_who_may_ask(server, credentials, path):
    assert_refused(ask(server, headers_for(credentials), path), 404, "NOT FOUND")
    assert_refused(ask(server, headers_for(credentials), path, "POST", b"{}"), 404, "NOT FOUND")
    assert_refused(ask(server, headers_for(Credentials("Nobody1234", "x")), path), 442, "INVALID TOKEN")
    assert_refused(ask(server, {}, path), 441, "HEADER REQUIRED,x-qys-open-accesstoken")


@pytest.mark.parametrize("method, path", [("GET", "/v2/contract/draft"), ("GET", "/v2/contract/send"), ("GET", "/v2/contract/companysign"),
                                          ("GET", "/v2/document/addbyfile"), ("GET", "/v2/signatory/add"), ("PUT", "/v2/contract/draft"),
                                          ("DELETE", "/v2/contract/detail"), ("PATCH", "/v2/seal/list")])
def test_a_known_path_with_another_method_is_refused(server, credentials, method, path):
    assert_refused(ask(server, headers_for(credentials), path, method), 405, "METHOD NOT ALLOWED")
    assert_refused(ask(server, headers_for(Credentials("Nobody1234", "x")), path, method), 442, "INVALID TOKEN")


def test_slashes_too_many_in_front_are_forgiven(server, credentials):
    assert_let_in(ask(server, headers_for(credentials), "/" + LIST))


def test_every_success_and_every_failure_has_the_same_envelope(server, credentials):
    draft = {"subject": "信封", "signatories": []}
    _, content_type, body = ask(server, headers_for(credentials), "/v2/contract/draft", "POST", json.dumps(draft).encode())
    text = body.decode()
    assert content_type == "application/json;charset=UTF-8"
    assert text.startswith('{"code":0,"message":"SUCCESS","result":{"id":"')
    assert text.endswith('},"responseCode":"00000000"}')
    assert "null" not in text
    contract = json.loads(body)["result"]["id"]
    status, _, refusal = ask(server, headers_for(credentials), "/v2/contract/send", "POST", json.dumps({"contractId": contract}).encode())
    assert status == 200
    assert list(json.loads(refusal)) == ["code", "message", "responseCode"]
    assert refusal.decode().startswith('{"code":1401,"message":"DOCUMENT REQUIRED')
    assert refusal.decode().endswith('","responseCode":"11011401"}')


def test_a_body_of_a_stranger_is_not_read(server):
    """A body far larger than any buffer is announced and never sent; the answer comes all the same."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    try:
        connection.putrequest("POST", "/v2/document/addbyfile")
        connection.putheader("x-qys-open-accesstoken", "Nobody1234")
        connection.putheader("x-qys-open-timestamp", milliseconds())
        connection.putheader("x-qys-open-signature", "0" * 32)
        connection.putheader("Content-Type", "multipart/form-data; boundary=b")
        connection.putheader("Content-Length", str(40 << 20))
        connection.endheaders()
        assert connection.getresponse().status == 442
    finally:
        connection.close()


def test_a_nonce_spent_in_parallel_lets_one_in(server, credentials):
    headers = headers_for(credentials)
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda _: ask(server, headers)[0], range(48)))
    assert sorted(statuses) == [200] + [445] * 47
