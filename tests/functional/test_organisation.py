"""`signet organisation apply`: the example of the house, what is refused, and that applying twice changes nothing."""
from __future__ import annotations

import json
import pathlib
import subprocess

import pytest

from support.api import Api
from support.credentials import Credentials
from support.server import BINARY, TOP

EXAMPLE = TOP / "share/organisation.toml"


def apply(data: pathlib.Path, file: pathlib.Path) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, "organisation", "apply", file, "--data", data], capture_output=True, text=True, check=False, timeout=60)


def test_the_example_that_comes_with_the_program_can_be_applied_and_again_without_a_change(new_server):
    server = new_server()
    first = apply(server.data, EXAMPLE)
    assert first.returncode == 0, first.stderr
    made = json.loads(first.stdout)
    assert {company["name"] for company in made["companies"]} == {"示例子公司（演示）有限公司", "他山石（演示）有限公司"}
    assert len(made["applications"][0]["secret"]) == 30
    again = json.loads(apply(server.data, EXAMPLE).stdout)
    assert "secret" not in again["applications"][0]
    for kind in ("companies", "employees", "seals", "templates"):
        assert [one["id"] for one in made[kind]] == [one["id"] for one in again[kind]], kind
    # The default category of a company that names none is made once and not told again.
    assert [one["name"] for one in made["categories"]] == ["收件", "双方签署", "租赁", "默认业务分类"]
    assert [one["id"] for one in again["categories"]] == [one["id"] for one in made["categories"][:-1]]


def test_a_file_is_found_where_the_operator_stands(new_server, tmp_path):
    server = new_server()
    (tmp_path / "here.toml").write_text('[[company]]\nname = "丙（测试）"\n', encoding="utf-8")
    done = subprocess.run([BINARY, "organisation", "apply", "here.toml", "--data", server.data], cwd=tmp_path, capture_output=True, text=True,
                          check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert [company["name"] for company in json.loads(done.stdout)["companies"]] == ["丙（测试）"]


def test_it_works_beside_no_server_too(new_server):
    server = new_server()
    server.stop()
    done = apply(server.data, EXAMPLE)
    assert done.returncode == 0 and json.loads(done.stdout)["companies"]


@pytest.mark.parametrize("text, why", [
    ('[[company]]\nname = "甲（测试）"\ncolour = "red"\n', "company[0].colour: is not known"),
    ('[[company]]\nname = 5\n', "company[0].name: must be a text"),
    ('[[company]]\nname = "甲（测试）"\n[[company.seal]]\nname = "章"\ntype = "ROUND"\n', "there is no ROUND"),
    ('[[company]]\nname = "甲（测试）"\nparent = "谁也不是"\n', "parent is no platform company"),
    ('[[company]]\nname = "甲（测试）"\n[[company.seal]]\nname = "章"\nusers = ["E9999"]\n', "has no employee E9999"),
    ('[[company]\n', "line 1"),
    ("", "the file names none"),
])
def test_what_cannot_be_meant_is_refused_with_its_place_and_nothing_is_made(new_server, tmp_path, text, why):
    server = new_server()
    file = tmp_path / "wrong.toml"
    file.write_text(text, encoding="utf-8")
    done = apply(server.data, file)
    assert done.returncode == 1 and why in done.stderr and done.stdout == ""
    right = tmp_path / "right.toml"
    right.write_text('[[company]]\nname = "乙（测试）"\n', encoding="utf-8")
    assert [company["name"] for company in json.loads(apply(server.data, right).stdout)["companies"]] == ["乙（测试）"]


def test_a_folder_without_a_house_is_refused(tmp_path):
    done = apply(tmp_path, EXAMPLE)
    assert done.returncode == 1 and "is no data folder" in done.stderr


def test_a_system_that_moves_here_keeps_its_token_its_secret_and_its_ids(new_server, tmp_path):
    server = new_server()
    file = tmp_path / "moved.toml"
    text = """
        [[company]]
        name = "搬来的（测试）有限公司"
        [[company.seal]]
        id = "3124619033605980940"
        name = "公章"
        [[company.category]]
        id = "2584280095237849689"
        name = "搬来的分类"
        [[company.application]]
        name = "旧系统"
        token = "moved00001"
        secret = "{secret}"
    """
    for secret in ("a secret from elsewhere, one", "a secret from elsewhere, two"):
        file.write_text(text.format(secret=secret), encoding="utf-8")
        done = apply(server.data, file)
        assert done.returncode == 0, done.stderr
        assert secret not in done.stdout, "what was brought along is not told again"
        client = Api(server.host, server.port, Credentials("moved00001", secret))
        assert [seal["id"] for seal in client.get("/v2/seal/list").result["list"]] == ["3124619033605980940"]
        assert "2584280095237849689" in {one["id"] for one in client.get("/v2/category/list").result["list"]}
    file.write_text(text.replace("3124619033605980940", "3124619033605980941").format(secret="x"), encoding="utf-8")
    assert "its id is 3124619033605980940 and cannot become 3124619033605980941" in apply(server.data, file).stderr
    file.write_text(text.replace("公章", "另一枚章").format(secret="x"), encoding="utf-8")
    assert "id 3124619033605980940 is another's" in apply(server.data, file).stderr
    file.write_text(text.replace('secret = "{secret}"', ""), encoding="utf-8")
    assert "token and secret belong together" in apply(server.data, file).stderr
