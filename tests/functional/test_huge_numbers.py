"""A number that no double holds is refused wherever it stands; what reads JSON would make infinity of it."""
from __future__ import annotations

import json

import pytest

HUGE = ["1e400", "-1e999", "9" * 400]
PERSON = '{"tenantType":"PERSONAL","tenantName":"甲","receiver":{"contact":"13800000001","contactType":"MOBILE"},%s}'


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize("member", [
    '"subject":%s', '"id":%s', '"send":%s', '"nobodyKnowsIt":%s', '"nobodyKnowsIt":{"deep":[1,{"er":%s}]}',
    '"signatories":[' + PERSON % '"serialNo":%s' + ']', '"signatories":[' + PERSON % '"stampers":[{"type":"PERSONAL","offsetX":%s}]' + ']'])
def test_a_body_with_such_a_number_is_refused(api, number, member):
    body = ('{"subject":"数（测试）",%s}' if not member.startswith('"subject"') else "{%s}") % (member % number)
    reply = api.request("POST", "/v2/contract/draft", body.encode(), {"Content-Type": "application/json"})
    assert reply.status == 200 and reply.envelope["responseCode"] == "11990005" and "too large" in reply.envelope["message"]


@pytest.mark.parametrize("number", HUGE)
def test_json_inside_a_text_is_held_to_the_same(api, number):
    inner = '[' + PERSON % f'"stampers":[{{"type":"PERSONAL","offsetX":{number}}}]' + ']'
    reply = api.post("/v2/contract/draft", {"subject": "数（测试）", "signatories": inner})
    assert reply.envelope["responseCode"] == "11990005" and "signatories" in reply.envelope["message"]


@pytest.mark.parametrize("number", ["1e-400", "1e308", "0.1e1"])
def test_a_number_that_can_be_kept_is_no_fault_where_nobody_asks_for_it(api, number):
    body = '{"subject":"数（测试）","nobodyKnowsIt":%s}' % number
    assert api.request("POST", "/v2/contract/draft", body.encode(), {"Content-Type": "application/json"}).code == 0


@pytest.mark.parametrize("text", ["1e400", "inf", "-Infinity", "nan"])
def test_a_number_that_comes_as_text_is_none_when_it_is_not_finite(api, text):
    body = json.loads('{"subject":"数（测试）","signatories":[' + PERSON % '"stampers":[]' + ']}')
    body["signatories"][0]["stampers"] = [{"type": "PERSONAL", "page": 1, "offsetX": text, "offsetY": "0.1"}]
    reply = api.post("/v2/contract/draft", body)
    assert reply.envelope["responseCode"] == "11990005" and "offsetX: must be a number" in reply.envelope["message"]
