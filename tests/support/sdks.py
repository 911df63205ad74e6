"""The official SDKs, byte by byte: how each of them writes a request and what it can read of the answer.

Every style sends through a raw socket what the real SDK was seen to send (header case, blanks, order, boundaries, escaping, Expect,
retries) and reads the answer as strictly as the real one: a reader here raises where the real SDK throws or panics.
"""
from __future__ import annotations

import datetime
import json
import re
import secrets
import urllib.parse
import uuid

from .credentials import Credentials, milliseconds
from .wire import Answer, Connection

#: Members that carry an id: numbers in Java's JSON, strings in the others'.
ID_MEMBERS = frozenset({"id", "contractId", "documentId", "actionId", "signatoryId", "sealId", "templateId", "categoryId"})
LARGEST_LONG = 2**63 - 1


class SdkError(Exception):
    """What the real SDK would throw, or panic with."""


class Sdk:
    """What the styles have in common. `pause` seconds is how long the SDK waits for an answer."""

    name = ""
    version = ""
    timeout = 60.0

    def __init__(self, host: str, port: int, credentials: Credentials) -> None:
        self._host, self._port, self._credentials = host, port, credentials
        self.requests: list[bytes] = []  # as sent, for whoever wants to look

    # What an integrator calls.

    def post(self, path: str, body: dict) -> dict:
        """A JSON call; returns the envelope as the SDK hands it on."""
        return self.read(self.send("POST", path, self.json_headers(), self.encode_json(body)))

    def upload(self, path: str, fields: dict, file_field: str, file_name: str, content: bytes) -> dict:
        headers, body = self.multipart(fields, file_field, file_name, content)
        return self.read(self.send("POST", path, headers, body))

    def get(self, path: str, query: dict) -> dict:
        return self.read(self.send("GET", path + self.encode_query(query), []))

    def download(self, path: str, query: dict) -> bytes:
        """The file's bytes; raises where the SDK reports an error, and returns an error's JSON where the SDK would save it."""
        answer = self.send("GET", path + self.encode_query(query), [])
        if answer.status >= 400:
            raise SdkError(f"{answer.status} {answer.reason} {answer.body[:500].decode('utf-8', 'replace')}")
        return answer.body

    # How it is written.

    def send(self, method: str, target: str, headers: list[str], body: bytes = b"") -> Answer:
        lines = [f"{method} {target} HTTP/1.1", *self.standing_headers(), *self.authentication(), *headers]
        if method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n"
        self.requests.append(head + body)
        return self.exchange(head, body)

    def exchange(self, head: bytes, body: bytes) -> Answer:
        with Connection(self._host, self._port, self.timeout) as connection:
            return connection.exchange(head, body)

    def standing_headers(self) -> list[str]:
        raise NotImplementedError

    def authentication(self) -> list[str]:
        raise NotImplementedError

    def json_headers(self) -> list[str]:
        return ["Content-Type: application/json;charset=UTF-8"]

    def encode_json(self, body: dict) -> bytes:
        raise NotImplementedError

    def encode_query(self, query: dict) -> str:
        raise NotImplementedError

    def multipart(self, fields: dict, file_field: str, file_name: str, content: bytes) -> tuple[list[str], bytes]:
        raise NotImplementedError

    # How it is read.

    def read(self, answer: Answer) -> dict:
        raise NotImplementedError

    @property
    def host_header(self) -> str:
        return f"Host: {self._host}:{self._port}"


def without_nulls(value):
    if isinstance(value, dict):
        return {key: without_nulls(member) for key, member in value.items() if member is not None}
    return [without_nulls(member) for member in value] if isinstance(value, list) else value


def map_members(value, change, key=None):
    """The same JSON value with every scalar replaced by change(key, scalar); a list's items have the list's key."""
    if isinstance(value, dict):
        return {name: map_members(member, change, name) for name, member in value.items()}
    if isinstance(value, list):
        return [map_members(member, change, key) for member in value]
    return change(key, value)


def need_integer(envelope: dict, largest: int | None = None) -> None:
    code = envelope.get("code")
    if isinstance(code, bool) or not isinstance(code, int):
        raise SdkError(f"code is {code!r}, not an integer")
    if largest is not None and abs(code) > largest:
        raise SdkError(f"code {code} does not fit an int")


class JavaSdk(Sdk):
    """Official Java SDK 3.5.2 (HttpURLConnection): ids as JSON numbers, headers without blanks in multipart parts."""

    name, version = "java", "JAVA-3.5.0"

    def standing_headers(self):
        return [f"version: {self.version}", "User-Agent: qiyuesuo-java-sdk", "Accept: text/plain,application/json",
                "Accept-Encoding: gzip,deflate", self.host_header, "Connection: keep-alive"]

    def authentication(self):
        timestamp, nonce = milliseconds(), str(uuid.uuid4())
        return [f"x-qys-open-accesstoken: {self._credentials.token}", f"x-qys-open-timestamp: {timestamp}",
                f"x-qys-open-nonce: {nonce}", f"x-qys-open-signature: {self._credentials.md5(timestamp, nonce)}"]

    def encode_json(self, body):
        def as_java(key, value):
            if key in ID_MEMBERS and isinstance(value, str) and value.isdigit():
                return int(value)
            return int(value) if isinstance(value, float) and value.is_integer() else value
        text = json.dumps(map_members(without_nulls(body), as_java), ensure_ascii=False, separators=(",", ":"))
        return text.replace("</", "<\\/").encode()

    def encode_query(self, query):
        present = {key: value for key, value in query.items() if value not in (None, "")}
        return "?" + urllib.parse.urlencode(present) if present else ""

    def multipart(self, fields, file_field, file_name, content):
        boundary = "----sdkboundary" + secrets.token_hex(3)
        body = b""
        for name in sorted((name for name in fields if fields[name] is not None), reverse=True):  # a hash map's order: any
            body += (f"--{boundary}\r\nContent-Disposition:form-data;name=\"{name}\"\r\nContent-Type:text/plain\r\n\r\n"
                     f"{fields[name]}\r\n").encode()
        body += (f"--{boundary}\r\nContent-Disposition:form-data;name=\"{file_field}\";filename=\"streamFile\"\r\n"
                 "Content-Type:application/octet-stream\r\n\r\n").encode() + content + b"\r\n"
        return [f"Content-Type: multipart/form-data;charset=UTF-8; boundary={boundary}"], body + f"--{boundary}--\r\n".encode()

    def read(self, answer):
        if answer.status >= 400:
            raise SdkError(f"{answer.status} {answer.reason} {answer.text}")
        charset = re.search(r"charset=([\w-]+)", answer.header("Content-Type") or "")
        if charset and charset[1].lower() != "utf-8":
            raise SdkError(f"the text would be garbled: {charset[1]}")
        envelope = json.loads(answer.text)
        need_integer(envelope, 2**31 - 1)
        if not isinstance(envelope.get("result"), (dict, type(None))):
            raise SdkError("result is neither object nor null: ClassCastException")
        map_members(envelope.get("result") or {}, self._check_member)
        return envelope

    @staticmethod
    def _check_member(key, value):
        if key in ID_MEMBERS and value is not None:
            if not re.fullmatch(r"\d{1,19}", str(value)) or int(value) > LARGEST_LONG:
                raise SdkError(f"{key} = {value!r} is no Long")
        if key in ("createTime", "operateTime", "expireTime", "publishTime", "complateTime") and value is not None:
            try:
                datetime.datetime.strptime(value, "%Y-%m-%d %H:%M:%S")
            except (TypeError, ValueError) as problem:
                raise SdkError(f"{key} = {value!r} is no date") from problem
        return value


class GoSdk(Sdk):
    """Go SDK 3.1.1 (net/http): canonical header names, ids that must come back as strings, the query escaped as one text."""

    name, version = "go", "GO-3.1.1"

    def standing_headers(self):
        return [self.host_header, "User-Agent: Go-http-client/1.1", "Accept-Encoding: gzip"]

    def authentication(self):
        timestamp, nonce = milliseconds(), str(uuid.uuid4())
        return [f"Version: {self.version}", f"X-Qys-Open-Accesstoken: {self._credentials.token}", f"X-Qys-Open-Nonce: {nonce}",
                f"X-Qys-Open-Signature: {self._credentials.md5(timestamp, nonce)}", f"X-Qys-Open-Timestamp: {timestamp}"]

    def encode_json(self, body):
        present = map_members(without_nulls(body), lambda key, value: str(value) if key in ID_MEMBERS else value)
        text = json.dumps(present, ensure_ascii=False, separators=(",", ":"))
        return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").encode()

    def encode_query(self, query):
        joined = "&".join(f"{key}={value}" for key, value in query.items() if value not in (None, ""))
        return "?" + urllib.parse.quote(joined, safe="&=+$:@~-_.") if joined else ""

    def download(self, path, query):
        joined = "&".join(f"{key}={value}" for key, value in query.items() if value not in (None, ""))
        answer = self.send("GET", f"{path}?{joined}", [])  # not escaped at all
        if answer.status >= 400:
            raise SdkError(f"{answer.status} {answer.text}")
        return answer.body

    def multipart(self, fields, file_field, file_name, content):
        boundary = secrets.token_hex(30)
        body = b""
        for name, value in fields.items():
            if value is not None:
                body += f"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n".encode()
        base = file_name.rsplit("/", 1)[-1].replace('"', '\\"')
        body += (f"--{boundary}\r\nContent-Disposition: form-data; name=\"{file_field}\"; filename=\"{base}\"\r\n"
                 "Content-Type: application/octet-stream\r\n\r\n").encode() + content + b"\r\n"
        return [f"Content-Type: multipart/form-data; boundary={boundary}"], body + f"--{boundary}--\r\n".encode()

    def post_without_file(self, path: str, fields: dict) -> dict:
        """A call that could carry a file and carries none: text parts alone, or not even one."""
        boundary = secrets.token_hex(30)
        body = b"".join(f"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n".encode()
                        for name, value in fields.items()) or b"\r\n"
        headers = [f"Content-Type: multipart/form-data; boundary={boundary}"]
        return self.read(self.send("POST", path, headers, body + f"--{boundary}--\r\n".encode()))

    def read(self, answer):
        if answer.status >= 400:
            raise SdkError(f"{answer.status} {answer.text}")
        envelope = json.loads(answer.text)
        need_integer(envelope)
        map_members(envelope.get("result") or {}, self._assert_string)
        return envelope

    @staticmethod
    def _assert_string(key, value):
        if key in ID_MEMBERS | {"pageUrl", "ticket"} and value is not None and not isinstance(value, str):
            raise SdkError(f"panic: {key} is {type(value).__name__}, not string")
        return value


class OldGoSdk(GoSdk):
    """Go SDK 3.0.2: without a file it posts a form whose values are not escaped."""

    name, version = "go-3.0.2", "GO-3.0.2"

    def post_without_file(self, path, fields):
        body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
        return self.read(self.send("POST", path, ["Content-Type: application/x-www-form-urlencoded"], body))


class PrivateCloudGoSdk(GoSdk):
    """The on-premise dialect: other header names, paths without /v2."""

    name, version = "go-private", "GO-3.0.5"

    def authentication(self):
        timestamp, nonce = milliseconds(), str(uuid.uuid4())
        return [f"X-Qys-Accesstoken: {self._credentials.token}", f"X-Qys-Nonce: {nonce}",
                f"X-Qys-Signature: {self._credentials.md5(timestamp, nonce)}", f"X-Qys-Signature-Version: {self.version}",
                f"X-Qys-Timestamp: {timestamp}"]

    def send(self, method, target, headers, body=b""):
        return super().send(method, target.removeprefix("/v2"), headers, body)


class CSharpSdk(Sdk):
    """Official C# SDK 3.0.2: local time with a fraction, no nonce, Expect on every POST, and a text scanner for a reader."""

    name, version, timeout = "csharp", "C#-3.0.2", 15.0
    #: What the client's clock adds to UTC, and what its locale writes before the fraction.
    zone_milliseconds = 28_800_000
    decimal_mark = "."

    def standing_headers(self):
        return [f"version: {self.version}", "User-Agent: qiyuesuo-java-sdk", "Accept: text/plain,application/json",
                "Accept-Encoding: gzip,deflate", self.host_header]

    def authentication(self):
        timestamp = f"{int(milliseconds()) + self.zone_milliseconds}{self.decimal_mark}22"
        return [f"x-qys-open-accesstoken: {self._credentials.token.strip()}", f"x-qys-open-timestamp: {timestamp}",
                f"x-qys-open-signature: {self._credentials.md5(timestamp)}"]

    def send(self, method, target, headers, body=b""):
        expecting = ["Expect: 100-continue", *headers] if method == "POST" else headers
        return super().send(method, target, expecting, body)

    def exchange(self, head, body):
        with Connection(self._host, self._port, self.timeout) as connection:
            return connection.exchange(head, body, wait_for_continue=0.35 if body else 0)

    def encode_json(self, body):
        return json.dumps(self._as_beans(without_nulls(body)), ensure_ascii=False, indent=2).encode()

    def _as_beans(self, body):
        def bean(value):
            if isinstance(value, list):
                return [bean(member) for member in value]
            if not isinstance(value, dict):
                return value
            members = {key: bean(member) for key, member in value.items()}
            if "keyword" in members or "page" in members or str(members.get("type", "")).startswith("ACROSS_PAGE"):
                members = {"offsetX": 0.0, "offsetY": 0.0, **members}
            return members
        made = map_members(bean(body), lambda key, value: str(value) if key in ID_MEMBERS else value)
        if "ordinal" in made:
            made["ordinal"] = str(made["ordinal"]).lower()
        return made

    def encode_query(self, query):
        pairs = [(key, str(value)) for key, value in query.items() if value not in (None, "")]
        text = urllib.parse.urlencode(pairs)
        return "?" + re.sub(r"%[0-9A-F]{2}", lambda hit: hit[0].lower(), text) if text else ""

    def multipart(self, fields, file_field, file_name, content):
        boundary = "----sdkboundary" + secrets.token_hex(3)
        body = b"\r\n"
        for name, value in fields.items():
            if value is not None:
                body += f"--{boundary}\r\nContent-Disposition:form-data;name=\"{name}\"\r\n\r\n{value}\r\n".encode()
        body += (f"--{boundary}\r\nContent-Disposition:form-data;name=\"{file_field}\";filename=\"streamFile\"\r\n"
                 "Content-Type:application/octet-stream\r\n\r\n").encode() + content + b"\r\n"
        return [f"Content-Type: multipart/form-data;charset=UTF-8; boundary={boundary}"], body + f"--{boundary}--\r\n".encode()

    def read(self, answer):
        if answer.status >= 400:
            raise SdkError(f"The remote server returned an error: ({answer.status})")  # body and message are lost
        text = answer.text
        code = re.search(r'"code":([^,]*),', text)
        if not code:
            raise SdkError("no code before a comma")
        try:
            number = int(code[1])
        except ValueError as problem:
            raise SdkError(f"code {code[1]!r} is no int") from problem
        if abs(number) > 2**31 - 1:
            raise SdkError(f"code {number} does not fit an int")
        message = re.search(r'"message":"([^"]*)"', text)
        return {"code": number, "message": message[1] if message else "", "result": self._result(text)}

    @staticmethod
    def _result(text):
        start = text.find('"result":')
        if start < 0:
            return None
        start += len('"result":')
        if re.fullmatch(r"\s*null\s*}\s*", text[start:]):
            return None
        end = text.rfind("},")
        if end < start:
            raise SdkError("JsonSerializationException: the result is the last member")
        try:
            result = json.loads(text[start:end + 1])
        except ValueError as problem:
            raise SdkError(f"JsonSerializationException: {problem}") from problem
        if not isinstance(result, dict):
            raise SdkError("JsonSerializationException: the result is no object")
        return result


class PhpSdk(Sdk):
    """Official PHP SDK 1.5.0 (libcurl): no blank after a header's colon, nothing escaped in a query, everything escaped in JSON."""

    name, version, timeout = "php", "PHP-1.5.0", 30.0
    CONTINUE_THRESHOLD = 1 << 20
    #: Request members that PHP's beans write as null when nobody set them.
    EXPLICIT_NULLS = {"/v2/contract/send": ("bizId", "stampers"), "/v2/contract/companysign": ("bizId", "stampers"),
                      "/v2/contract/pageurl": ("bizId",), "/v2/document/addbytemplate": ("bizId", "templateParams"),
                      "/v2/signatory/add": ("bizId", "tenantName", "signatory", "locateAllStamperKeywords"),
                      "/v2/contract/miniappexchange": ("bizId", "tenantName", "user", "allowPasswordSign", "hidePasswordSettings")}

    def standing_headers(self):
        return [self.host_header, "User-Agent:qiyuesuo-php-sdk", "Accept: */*"]

    def authentication(self):
        timestamp = milliseconds()
        return [f"x-qys-open-accesstoken:{self._credentials.token}", f"x-qys-open-timestamp:{timestamp}",
                f"x-qys-open-signature:{self._credentials.md5_without_blanks(timestamp)}", f"version:{self.version}"]

    def json_headers(self):
        return ["Content-Type:application/json;charset=UTF-8"]

    def post(self, path, body):
        nulls = dict.fromkeys(self.EXPLICIT_NULLS.get(path, ()))
        return super().post(path, {**nulls, **body})

    def encode_json(self, body):
        def as_php(key, value):
            return str(value) if key in ("offsetX", "offsetY", "page", "keywordIndex") and value is not None else value
        return json.dumps(map_members(body, as_php), ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()

    def encode_query(self, query):
        def text(value):
            if isinstance(value, bool):
                return "1" if value else ""
            return "" if value is None else value
        return "?" + "&".join(f"{key}={text(value)}" for key, value in query.items()) if query else ""

    def send(self, method, target, headers, body=b""):
        if " " in target:
            raise SdkError("curl 3: URL using bad/illegal format")
        if len(body) > self.CONTINUE_THRESHOLD:
            headers = [*headers, "Expect: 100-continue"]
        return super().send(method, target, headers, body)

    def exchange(self, head, body):
        answer = self._one_exchange(head, body)
        # An empty body makes it ask again, with the same signature.
        return answer if answer.body not in (b"", b"0") else self._one_exchange(head, body)

    def _one_exchange(self, head, body):
        waits = 1.0 if b"\r\nExpect: 100-continue" in head else 0
        with Connection(self._host, self._port, self.timeout) as connection:
            return connection.exchange(head, body, wait_for_continue=waits)

    def multipart(self, fields, file_field, file_name, content):
        boundary = "-" * 24 + secrets.token_hex(8)

        def text_part(name, value):
            shown = "" if value is None else value
            return f"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{shown}\r\n".encode()
        before = {name: value for name, value in {"bizId": None, **fields}.items() if name != "fileSuffix"}
        body = b"".join(text_part(name, value) for name, value in before.items())
        quoted = file_name.replace('"', "%22")
        body += (f"--{boundary}\r\nContent-Disposition: form-data; name=\"{file_field}\"; filename=\"{quoted}\"\r\n"
                 "Content-Type: application/octet-stream\r\n\r\n").encode() + content + b"\r\n"
        if "fileSuffix" in fields:
            body += text_part("fileSuffix", fields["fileSuffix"])
        return [f"Content-Type: multipart/form-data; boundary={boundary}"], body + f"--{boundary}--\r\n".encode()

    def download(self, path, query):
        answer = self.send("GET", path + self.encode_query(query), [])  # the status is ignored
        try:
            envelope = json.loads(answer.body)
        except ValueError:
            return answer.body
        if isinstance(envelope, dict) and envelope.get("code") != 0:
            raise SdkError(f"{envelope.get('code')} {envelope.get('message')}")
        return answer.body

    def read(self, answer):
        if answer.header("Content-Encoding"):
            raise SdkError("a packed body that it never asked for")
        envelope = json.loads(answer.body)
        if "code" not in envelope:
            raise SdkError("no code")
        return envelope


class PythonTransport(Sdk):
    """The Python forwarding server's transport (requests): form or multipart only, three attempts, anything but 200 is an error."""

    name, version = "python", "PROXY-PYTHON"
    ATTEMPTS = 3

    def standing_headers(self):
        return [self.host_header, "User-Agent: python-requests/2.31.0", "Accept-Encoding: gzip, deflate, br", "Accept: */*",
                "Connection: keep-alive"]

    def authentication(self):
        timestamp, nonce = milliseconds(), str(uuid.uuid1())
        return [f"x-qys-open-accesstoken: {self._credentials.token}", f"x-qys-open-timestamp: {timestamp}",
                f"x-qys-open-signature: {self._credentials.md5(timestamp, nonce)}", f"x-qys-open-nonce: {nonce}",
                f"version: {self.version}"]

    def json_headers(self):
        return ["Content-Type: application/x-www-form-urlencoded"]

    def encode_json(self, body):
        """It knows no JSON: the members travel as a form, nested ones as JSON text."""
        flat = {key: value if isinstance(value, str) else json.dumps(value) for key, value in without_nulls(body).items()}
        return urllib.parse.urlencode(flat).encode()

    def encode_query(self, query):
        present = {key: value for key, value in query.items() if value is not None}
        return "?" + urllib.parse.urlencode(present) if present else ""

    def exchange(self, head, body):
        for _ in range(self.ATTEMPTS):  # the same nonce and signature each time
            answer = super().exchange(head, body)
            if answer.status == 200:
                return answer
        raise SdkError(f"{answer.status} {answer.reason}")

    def multipart(self, fields, file_field, file_name, content):
        boundary = secrets.token_hex(16)
        body = b""
        for name, value in fields.items():
            if value is not None:
                body += f"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n".encode()
        base = file_name.rsplit("/", 1)[-1].replace('"', "%22")
        body += f"--{boundary}\r\nContent-Disposition: form-data; name=\"{file_field}\"; filename=\"{base}\"\r\n\r\n".encode()
        return [f"Content-Type: multipart/form-data; boundary={boundary}"], body + content + f"\r\n--{boundary}--\r\n".encode()

    def read(self, answer):
        return json.loads(answer.text)


class PythonSdk(PythonTransport):
    """The Python SDK of the pages' examples. It is not public: sure are the calls it makes and that they are JSON; the rest is written as
    unkindly as its transport and Python's own `json` may, with a null for whatever nobody set."""

    name, version = "python-sdk", "PYTHON-3.4.0"
    REQUESTS = {"/v2/signatory/add": ("contractId", "bizId", "tenantName", "signatory", "locateAllStamperKeywords"),
                "/v2/contract/miniappexchange": ("contractId", "bizId", "tenantName", "user", "allowPasswordSign", "hidePasswordSettings")}
    BEANS = {"signatory": ("id", "tenantType", "status", "tenantName", "receiver", "serialNo", "actions", "attachments", "userAuthInfo",
                           "stampers", "category", "defaultCategoryAccepted"),
             "receiver": ("name", "contact", "contactType"), "user": ("name", "contact", "contactType")}

    def post(self, path, body):
        return super().post(path, self._bean(self.REQUESTS.get(path, ()), body))

    def _bean(self, names, members):
        return {**dict.fromkeys(names), **{name: self._bean(self.BEANS[name], value) if name in self.BEANS else value
                                           for name, value in members.items()}}

    def json_headers(self):
        return ["Content-Type: application/json"]

    def encode_json(self, body):
        return json.dumps(body).encode()

    def read(self, answer):
        envelope = super().read(answer)
        need_integer(envelope)
        return envelope


class PlainHttp(Sdk):
    """The pages' Http example, with the headers it has and no others; whoever types it in by hand also says how long it is."""

    name = "http"

    def authentication(self):
        timestamp = milliseconds()
        return [f"x-qys-open-timestamp: {timestamp}", f"x-qys-open-signature: {self._credentials.md5(timestamp)}",
                f"x-qys-open-accesstoken: {self._credentials.token}"]

    def standing_headers(self):
        return [self.host_header]

    def json_headers(self):
        return ["Content-Type: application/json"]

    def post_text(self, path: str, text: str) -> dict:
        return self.read(self.send("POST", path, self.json_headers(), text.encode()))

    def read(self, answer):
        if answer.status != 200:
            raise SdkError(f"{answer.status} {answer.text}")
        return json.loads(answer.text)


# What typed readers make of an answer's objects (the fields of Java 3.5.2's beans).

def _long(value):
    if not re.fullmatch(r"\d{1,19}", str(value)) or isinstance(value, bool) or int(value) > LARGEST_LONG:
        raise SdkError(f"{value!r} is no Long")
    return int(value)


def _exactly(kind):
    def check(value):
        if type(value) is not kind:
            raise SdkError(f"{value!r} is no {kind.__name__}")
        return value
    return check


_text, _flag, _int = _exactly(str), _exactly(bool), _exactly(int)
USER = {"name": _text, "contact": _text, "contactType": _text}
STAMPER = {"actionId": _long, "signatoryId": _long, "documentId": _long, "sealId": _long, "type": _text, "keyword": _text,
           "datePattern": _text, "datePatterns": [_text], "offsetX": float, "offsetY": float, "page": _int, "keywordIndex": _int}
ACTION = {"id": _long, "type": _text, "status": _text, "name": _text, "serialNo": _int, "sealId": _long, "operators": [USER],
          "stampers": [STAMPER], "hasLocation": _flag, "sealIds": [_long], "autoSign": _flag}
SIGNATORY = {"id": _long, "tenantType": _text, "status": _text, "tenantName": _text, "receiver": USER, "serialNo": _int, "category": dict,
             "actions": [ACTION], "attachments": [{"id": _long, "title": _text, "required": _flag, "needSign": _flag}], "userAuthInfo": dict,
             "stampers": [STAMPER], "hasLocation": _flag, "link": _text, "delaySet": _flag, "sponsor": _flag}
MINIAPP_TICKET = {"ticket": _text}


def as_bean(shape, value):
    """The value as the typed reader keeps it: unknown members and nulls left out, ids as numbers. Raises where it would throw."""
    if isinstance(shape, list):
        return [as_bean(shape[0], item) for item in _exactly(list)(value)]
    if isinstance(shape, dict):
        members = _exactly(dict)(value)
        return {name: as_bean(kind, members[name]) for name, kind in shape.items() if members.get(name) is not None}
    return shape(value)


#: Those with which a whole contract can be made; PythonTransport knows no JSON calls.
CONTRACT_SDKS = (JavaSdk, GoSdk, OldGoSdk, PrivateCloudGoSdk, CSharpSdk, PhpSdk)
EVERY_SDK = (*CONTRACT_SDKS, PythonTransport)
