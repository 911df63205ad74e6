"""What the server says it answers (/openapi.json), held against what it answers."""
from __future__ import annotations

import functools
import http.client
import json

import jsonschema_rs

SPELT_WITHOUT_VERSION = ("/contract/", "/document/", "/signatory/", "/seal/", "/category/", "/verify", "/attachment/", "/template/", "/personalsign/")


@functools.cache
def document_of(host: str, port: int) -> dict:
    """The document; it needs no signature."""
    connection = http.client.HTTPConnection(host, port, timeout=60)
    try:
        connection.request("GET", "/openapi.json")
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body[:200]
        return json.loads(body)
    finally:
        connection.close()


class Described:
    """Checks answers by one document. Validators are made once and kept."""

    def __init__(self, document: dict) -> None:
        self.document = document
        self._validators: dict[int, jsonschema_rs.Draft202012Validator] = {}

    def check(self, method: str, target: str, status: int, headers: dict[str, str], body: bytes) -> None:
        """Raises AssertionError when the answer is not one the document knows. Paths it does not list are nobody's business."""
        operation = self.operation(method, target)
        if operation is None:
            return
        where = f"{method} {target.partition('?')[0]}"
        response = operation["responses"].get(str(status))
        assert response is not None, f"{where} answered {status}, which its description does not know: {body[:300]!r}"
        content = self._resolved(response)["content"]
        media_type = headers.get("content-type", "").partition(";")[0].strip()
        assert media_type in content, f"{where} answered {status} as {media_type}, its description says {list(content)}"
        if media_type == "application/json" and "schema" in content[media_type]:
            self._check_envelope(where, content[media_type]["schema"], json.loads(body))

    def operation(self, method: str, target: str) -> dict | None:
        path = "/" + target.partition("?")[0].lstrip("/")
        paths = self.document["paths"]
        if path not in paths and path.startswith(SPELT_WITHOUT_VERSION):
            path = "/v2" + path
        return paths.get(path, {}).get(method.lower())

    def _check_envelope(self, where: str, schema: dict, envelope: dict) -> None:
        if "oneOf" in schema:  # the branch that is meant gives the better message
            schema = schema["oneOf"][0 if envelope.get("code") == 0 else 1]
        for error in self._validator(schema).iter_errors(envelope):
            at = "/".join(str(step) for step in error.instance_path)
            raise AssertionError(f"the answer of {where} is not what src/openapi/description says: {at}: {error.message}\n"
                                 f"{json.dumps(envelope, ensure_ascii=False)[:2000]}")

    def _validator(self, schema: dict) -> jsonschema_rs.Draft202012Validator:
        key = id(schema)
        if key not in self._validators:
            self._validators[key] = jsonschema_rs.Draft202012Validator({**schema, "components": self.document["components"]})
        return self._validators[key]

    def _resolved(self, part: dict) -> dict:
        if "$ref" not in part:
            return part
        found = self.document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found


@functools.cache
def described_by(host: str, port: int) -> Described:
    return Described(document_of(host, port))
