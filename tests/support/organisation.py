"""Companies, people, seals and categories as an operator describes them: an organisation.toml and `signet organisation apply`."""
from __future__ import annotations

import json
import pathlib
import subprocess
import uuid

from .api import Api
from .credentials import Credentials
from .server import BINARY, Server


def toml(table: dict, path: str = "") -> str:
    """Tables as TOML: values first, then lists of tables as `[[…]]`."""
    values, tables = "", ""
    for name, value in table.items():
        inner = f"{path}.{name}" if path else name
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            tables += "".join(f"\n[[{inner}]]\n{toml(item, inner)}" for item in value)
        else:  # JSON's texts, numbers, truth values and flat lists are TOML's too
            values += f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
    return values + tables


def apply(data: pathlib.Path, companies: list[dict]) -> Organisation:
    """Describes the companies to the server whose data folder this is; fails with what the command said."""
    done = try_apply(data, toml({"company": companies}))
    assert done.returncode == 0, done.stderr
    return Organisation(json.loads(done.stdout))


def try_apply(data: pathlib.Path, text: str) -> subprocess.CompletedProcess:
    file = data.parent / f"organisation-{uuid.uuid4().hex}.toml"
    file.write_text(text, encoding="utf-8")
    return subprocess.run([BINARY, "organisation", "apply", file, "--data", data], capture_output=True, text=True, check=False, timeout=60)


class Organisation:
    """What the command printed: the ids that the API wants."""

    def __init__(self, printed: dict) -> None:
        self.printed = printed

    def company(self, name: str) -> str:
        return next(one["id"] for one in self.printed["companies"] if one["name"] == name)

    def seal(self, company: str, name: str) -> str:
        return self._id("seals", company, name)

    def category(self, company: str, name: str) -> str:
        return self._id("categories", company, name)

    def employee(self, company: str, number: str) -> str:
        return next(one["id"] for one in self.printed["employees"] if (one["company"], one["number"]) == (company, number))

    def application(self, server: Server, company: str) -> Api:
        """The business system of a company, whose secret was told when it was made."""
        one = next(one for one in self.printed["applications"] if one["company"] == company)
        return Api(server.host, server.port, Credentials(one["token"], one["secret"]))

    def _id(self, kind: str, company: str, name: str) -> str:
        return next(one["id"] for one in self.printed[kind] if (one["company"], one["name"]) == (company, name))
