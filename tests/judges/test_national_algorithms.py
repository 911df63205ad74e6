"""A second opinion on SM2: the arithmetic of `gmssl` and the structures as this file writes them, both independent of ours.

What Signet makes must hold here, and what is made here must hold there, or fail there by the right name.
"""
from __future__ import annotations

import datetime
import hashlib
import os
import pathlib
import secrets
import subprocess

import pytest
from asn1crypto import core, parser, x509
from gmssl import sm2

from authority import sign_as_a_stranger

TOP = pathlib.Path(__file__).resolve().parents[2]
CONTENT = "示例合同：every byte but the signature".encode()
SM2_WITH_SM3 = "1.2.156.10197.1.501"
SM3 = "1.2.156.10197.1.401"
SM2_CURVE = "1.2.156.10197.1.301"
DATA = "1.2.156.10197.6.1.4.2.1"
SIGNED_DATA = "1.2.156.10197.6.1.4.2.2"
ORDER = int(sm2.default_ecc_table["n"], 16)
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
DAY = datetime.timedelta(days=1)


def sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


# ---- GB/T 38540-2020, clause by clause.

class Header(core.Sequence):
    _fields = [("id", core.IA5String), ("version", core.Integer), ("vendor", core.IA5String)]


class CertificateDigest(core.Sequence):
    _fields = [("type", core.PrintableString), ("value", core.OctetString)]


class DigestList(core.SequenceOf):
    _child_spec = CertificateDigest


class CertificateList(core.SequenceOf):
    _child_spec = core.OctetString


class Property(core.Sequence):
    # The list is digests or certificates, both SEQUENCEs without a tag of their own: list_type says which.
    _fields = [("type", core.Integer), ("name", core.UTF8String), ("list_type", core.Integer), ("list", core.Any),
               ("created", core.GeneralizedTime), ("start", core.GeneralizedTime), ("end", core.GeneralizedTime)]


class Picture(core.Sequence):
    _fields = [("type", core.IA5String), ("data", core.OctetString), ("width", core.Integer), ("height", core.Integer)]


class SealInfo(core.Sequence):
    _fields = [("header", Header), ("id", core.IA5String), ("property", Property), ("picture", Picture)]


class Seal(core.Sequence):
    _fields = [("info", SealInfo), ("certificate", core.OctetString), ("algorithm", core.ObjectIdentifier),
               ("signature", core.OctetBitString)]


class ToSign(core.Sequence):
    _fields = [("version", core.Integer), ("seal", Seal), ("time", core.GeneralizedTime),
               ("data_hash", core.OctetBitString), ("property_info", core.IA5String)]


class SealSignature(core.Sequence):
    _fields = [("to_sign", ToSign), ("certificate", core.OctetString), ("algorithm", core.ObjectIdentifier),
               ("signature", core.OctetBitString)]


# ---- SM2, by gmssl.

class Signatory:
    """A key with the certificate that `issuer` (itself, when there is none) made for it."""

    def __init__(self, name: str, issuer: Signatory | None = None, start=NOW - 30 * DAY, end=NOW + 30 * DAY):
        self.private = f"{secrets.randbelow(ORDER - 2) + 1:064x}"
        crypt = sm2.CryptSM2(private_key=self.private, public_key="", asn1=True)
        self.public = crypt._kg(int(self.private, 16), sm2.default_ecc_table["g"])  # pylint: disable=protected-access
        self.name = x509.Name.build({"country_name": "CN", "common_name": name})
        self.issuer = issuer or self
        self.certificate = self._certificate(start, end, is_authority=issuer is None)

    def sign(self, data: bytes) -> bytes:
        crypt = sm2.CryptSM2(private_key=self.private, public_key="", asn1=True)
        crypt.public_key = self.public
        return bytes.fromhex(crypt.sign_with_sm3(data))

    def _certificate(self, start, end, is_authority: bool) -> bytes:
        usage = {"key_cert_sign", "crl_sign"} if is_authority else {"digital_signature", "non_repudiation"}
        extensions = [{"extn_id": "key_usage", "critical": True, "extn_value": x509.KeyUsage(usage)}]
        if is_authority:
            constraints = x509.BasicConstraints({"ca": True})
            extensions.append({"extn_id": "basic_constraints", "critical": True, "extn_value": constraints})
        point = bytes.fromhex("04" + self.public)
        key = core.load(_sequence(_sequence(_oid("1.2.840.10045.2.1"), _oid(SM2_CURVE)),
                                  core.OctetBitString(point).dump()))
        serial = core.Integer(secrets.randbits(120) + 1)
        validity = _sequence(core.UTCTime(start).dump(), core.UTCTime(end).dump())
        body = _sequence(
            core.Integer(2, explicit=0).dump(), serial.dump(), _sequence(_oid(SM2_WITH_SM3)),
            self.issuer.name.dump(), validity, self.name.dump(), key.dump(),
            x509.Extensions(extensions, explicit=3).dump())
        return _sequence(body, _sequence(_oid(SM2_WITH_SM3)), core.OctetBitString(self.issuer.sign(body)).dump())


def _oid(dotted: str) -> bytes:
    return core.ObjectIdentifier(dotted).dump()


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def _element(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return bytes([tag]) + _length(len(content)) + content


def _sequence(*parts: bytes) -> bytes:
    return _element(0x30, *parts)


def parts(element: bytes) -> list[bytes]:
    """The elements inside a constructed one."""
    content, found = parser.parse(element, strict=True)[4], []
    while content:
        size = sum(len(part) for part in parser.parse(content)[3:6])
        found.append(content[:size])
        content = content[size:]
    return found


def verifies(certificate: bytes, data: bytes, signature: bytes) -> bool:
    """Whether gmssl says that the key of the certificate signed the data, as 1234567812345678."""
    subject = core.load(certificate)[0][6]
    point = subject[1].contents[1:].hex()
    assert len(point) == 130 and point.startswith("04")
    crypt = sm2.CryptSM2(private_key="", public_key="", asn1=True)
    crypt.public_key = point[2:]  # its constructor would also strip a 0 or 4 that belongs to the point
    return crypt.verify_with_sm3(signature.hex(), data)


def is_issued(certificate: bytes, issuer: bytes) -> bool:
    parts = core.load(certificate)
    assert parts[1][0].native == SM2_WITH_SM3
    return verifies(issuer, parts[0].dump(), parts[2].contents[1:])


# ---- Signet, through the tool of the judges.

@pytest.fixture(scope="module")
def national():
    tool = pathlib.Path(os.environ.get("SIGNET_JUDGE_NATIONAL", TOP / "build/tests/judges/judge_national"))
    assert tool.exists(), f"not built: {tool}"

    def run(*arguments) -> str:
        done = subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout.strip()

    return run


@pytest.fixture(scope="module")
def ours(national, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ours")
    (folder / "content").write_bytes(CONTENT)
    national("make", folder)
    return {path.stem: path.read_bytes() for path in folder.iterdir()}


def test_the_second_opinion_itself_agrees_with_the_standards_example():
    crypt = sm2.CryptSM2(private_key="", public_key="", asn1=False)
    crypt.public_key = ("09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
                        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13")
    signature = ("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
                 "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa")
    assert crypt.verify_with_sm3(signature, b"message digest")
    assert not crypt.verify_with_sm3(signature, b"message digesT")


def test_our_certificates_carry_their_issuers_signatures(ours):
    assert is_issued(ours["root"], ours["root"])
    assert is_issued(ours["issuing"], ours["root"])
    assert is_issued(ours["signer"], ours["issuing"])
    assert is_issued(ours["maker"], ours["issuing"])
    assert not is_issued(ours["signer"], ours["root"])
    for name in ("root", "issuing", "signer", "maker"):
        key = core.load(ours[name])[0][6]
        assert key[0].native == {"0": "1.2.840.10045.2.1", "1": SM2_CURVE}


def test_our_cms_is_what_gbt_35275_says(ours):
    outer = parts(ours["cms"])
    assert outer[0] == _oid(SIGNED_DATA)
    version, digests, content, _certificates, signers = parts(parts(outer[1])[0])
    assert version == core.Integer(1).dump()
    assert digests == _element(0x31, _sequence(_oid(SM3)))
    assert content == _sequence(_oid(DATA))
    signer = parts(parts(signers)[0])
    assert signer[2] == _sequence(_oid(SM3))
    assert signer[4] == _sequence(_oid(SM2_WITH_SM3))
    attributes = b"\x31" + signer[3][1:]
    assert core.OctetString(sm3(CONTENT)).dump() in attributes
    value = core.load(signer[5]).native
    assert verifies(ours["signer"], attributes, value)
    assert not verifies(ours["maker"], attributes, value)


def test_our_seal_and_the_signature_with_it_are_what_gbt_38540_says(ours):
    signature = SealSignature.load(ours["signature"], strict=True)
    to_sign = signature["to_sign"]
    seal = to_sign["seal"]
    assert seal.dump() == ours["seal"]
    info = seal["info"]
    assert (info["header"]["id"].native, info["header"]["version"].native) == ("ES", 4)
    assert info["property"]["type"].native == 1
    assert info["property"]["name"].native == "示例公司公章"
    assert info["property"]["list_type"].native == 2
    listed = DigestList.load(info["property"]["list"].dump())
    assert listed.native == [{"type": "SM3", "value": sm3(ours["signer"])}]
    assert (info["picture"]["type"].native, info["picture"]["width"].native) == ("PNG", 42)
    assert seal["certificate"].native == ours["maker"]
    assert seal["algorithm"].native == signature["algorithm"].native == SM2_WITH_SM3
    assert verifies(ours["maker"], info.dump(), seal["signature"].native)
    assert to_sign["version"].native == 4
    assert to_sign["data_hash"].native == sm3(CONTENT)
    assert to_sign["property_info"].native == "whole"
    assert signature["certificate"].native == ours["signer"]
    assert verifies(ours["signer"], to_sign.dump(), signature["signature"].native)


# ---- What is made here, judged by Signet.

@pytest.fixture(scope="module")
def sm2_root():
    return Signatory("Example Foreign Root")


@pytest.fixture(scope="module")
def signer(sm2_root):
    return Signatory("Example Foreign Signer", sm2_root)


@pytest.fixture(scope="module")
def maker(sm2_root):
    return Signatory("Example Foreign Maker", sm2_root)


@pytest.fixture
def write(tmp_path):
    def write_one(name: str, data: bytes) -> pathlib.Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write_one


def foreign_seal(maker, users: list[bytes], **changes) -> bytes:
    lists = {1: CertificateList(users), 2: DigestList([{"type": SM3, "value": sm3(one)} for one in users])}
    kind = changes.get("list_type", 1)
    info = SealInfo({
        "header": {"id": changes.get("id", "ES"), "version": changes.get("version", 4), "vendor": "Elsewhere"},
        "id": "11000000000001",
        "property": {"type": 1, "name": changes.get("name", "另一公司公章"), "list_type": kind,
                     "list": core.Any(lists[kind]), "created": NOW - DAY, "start": changes.get("start", NOW - DAY),
                     "end": changes.get("end", NOW + DAY)},
        "picture": {"type": "PNG", "data": b"picture", "width": 40, "height": 40},
    })
    return Seal({"info": info, "certificate": maker.certificate, "algorithm": SM2_WITH_SM3,
                 "signature": maker.sign(info.dump())}).dump()


def foreign_signature(signer, seal: bytes, **changes) -> bytes:
    to_sign = ToSign({"version": changes.get("version", 4), "seal": Seal.load(seal), "time": changes.get("time", NOW),
                      "data_hash": changes.get("data_hash", sm3(CONTENT)),
                      "property_info": changes.get("property_info", "whole")})
    return SealSignature({"to_sign": to_sign, "certificate": signer.certificate,
                          "algorithm": changes.get("algorithm", SM2_WITH_SM3),
                          "signature": signer.sign(to_sign.dump())}).dump()


def test_foreign_certificates_are_trusted(national, write, sm2_root, signer):
    leaf = write("leaf", signer.certificate)
    assert national("chain", leaf, write("root", sm2_root.certificate)) == "trusted"
    other = Signatory("Example Foreign Root")
    assert national("chain", leaf, write("other", other.certificate)) != "trusted"


@pytest.mark.parametrize("algorithm", [SM2_WITH_SM3, "1.2.156.10197.1.301.1"])
@pytest.mark.parametrize("with_attributes", [True, False])
def test_foreign_cms_holds(national, write, signer, algorithm, with_attributes):
    body = core.load(signer.certificate)[0]
    identifier = _sequence(body[3].dump(), body[1].dump())
    attributes = [_sequence(_oid("1.2.840.113549.1.9.3"), _element(0x31, _oid(DATA))),
                  _sequence(_oid("1.2.840.113549.1.9.4"), _element(0x31, core.OctetString(sm3(CONTENT)).dump()))]
    signed = b"".join(sorted(attributes))
    value = signer.sign(_element(0x31, signed) if with_attributes else CONTENT)
    info = _sequence(core.Integer(1).dump(), identifier, _sequence(_oid(SM3)),
                     _element(0xa0, signed) if with_attributes else b"", _sequence(_oid(algorithm)),
                     core.OctetString(value).dump())
    signed_data = _sequence(core.Integer(1).dump(), _element(0x31, _sequence(_oid(SM3))), _sequence(_oid(DATA)),
                            _element(0xa0, signer.certificate), _element(0x31, info))
    cms = write("cms", _sequence(_oid(SIGNED_DATA), _element(0xa0, signed_data)))
    assert national("cms", cms, write("content", CONTENT)) == "valid"
    assert national("cms", cms, write("changed", CONTENT + b".")) == "invalid"


@pytest.mark.parametrize("list_type", [1, 2])
def test_foreign_seals_and_signatures_hold(national, write, sm2_root, signer, maker, list_type):
    seal = foreign_seal(maker, [signer.certificate], list_type=list_type)
    signature = write("signature", foreign_signature(signer, seal))
    assert national("seal", signature, write("content", CONTENT), write("root", sm2_root.certificate)) == "valid"


FAULTS = {
    "VersionUnsupported": lambda s, m: foreign_signature(s, foreign_seal(m, [s.certificate]), version=3),
    "AlgorithmUnsupported": lambda s, m: foreign_signature(s, foreign_seal(m, [s.certificate]),
                                                           algorithm="1.2.840.10045.4.3.2"),
    "SigningTimeInFuture": lambda s, m: foreign_signature(s, foreign_seal(m, [s.certificate]), time=NOW + 2 * DAY),
    "SigningTimeBeforeCertificate": lambda s, m: foreign_signature(s, foreign_seal(m, [s.certificate]),
                                                                   time=NOW - 31 * DAY),
    "PropertyInfoWrong": lambda s, m: foreign_signature(s, foreign_seal(m, [s.certificate]), property_info="page 1"),
    "DocumentHashWrong": lambda s, m: foreign_signature(s, foreign_seal(m, [s.certificate]), data_hash=sm3(b"other")),
    "SealFormatWrong": lambda s, m: foreign_signature(s, foreign_seal(m, [s.certificate], id="XX")),
    "SealVersionDiffers": lambda s, m: foreign_signature(s, foreign_seal(m, [s.certificate], version=5)),
    "SealNotYetValid": lambda s, m: foreign_signature(s, foreign_seal(m, [s.certificate], start=NOW + DAY / 2)),
    "SealExpired": lambda s, m: foreign_signature(s, foreign_seal(m, [s.certificate], end=NOW - DAY / 2)),
    "SignerNotOnSeal": lambda s, m: foreign_signature(s, foreign_seal(m, [m.certificate])),
    "MakerChainIncomplete": lambda s, m: foreign_signature(
        s, foreign_seal(Signatory("Example Maker", Signatory("Example Other Root")), [s.certificate])),
    "SignerChainIncomplete": lambda s, m: (lambda other: foreign_signature(
        other, foreign_seal(m, [other.certificate])))(Signatory("Example Signer", Signatory("Example Other Root"))),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_with_a_foreign_signature_is_named(national, write, sm2_root, signer, maker, fault):
    signature = write("signature", FAULTS[fault](signer, maker))
    assert national("seal", signature, write("content", CONTENT), write("root", sm2_root.certificate)) == fault


# Each field of both structures, changed in the finished bytes by somebody without the keys.
CHANGES = {
    "SES_Signature.version": lambda s: s["to_sign"].__setitem__("version", 3),
    "SES_Signature.timeInfo": lambda s: s["to_sign"].__setitem__("time", NOW - DAY / 4),
    "SES_Signature.dataHash": lambda s: s["to_sign"].__setitem__("data_hash", sm3(b"other")),
    "SES_Signature.propertyInfo": lambda s: s["to_sign"].__setitem__("property_info", "page 1"),
    "SES_Signature.signatureAlgID": lambda s: s.__setitem__("algorithm", SM3),
    "SES_Signature.signature": lambda s: s.__setitem__("signature", bytes(70)),
    "SESeal.esID": lambda s: s["to_sign"]["seal"]["info"].__setitem__("id", "11000000000002"),
    "SESeal.header": lambda s: s["to_sign"]["seal"]["info"]["header"].__setitem__("vendor", "Nowhere"),
    "SESeal.name": lambda s: s["to_sign"]["seal"]["info"]["property"].__setitem__("name", "伪造公章"),
    "SESeal.validEnd": lambda s: s["to_sign"]["seal"]["info"]["property"].__setitem__("end", NOW + 20 * DAY),
    "SESeal.picture": lambda s: s["to_sign"]["seal"]["info"]["picture"].__setitem__("data", b"another"),
    "SESeal.signedValue": lambda s: s["to_sign"]["seal"].__setitem__("signature", bytes(70)),
}
EARLIER = {"SES_Signature.version": "VersionUnsupported", "SES_Signature.signatureAlgID": "AlgorithmUnsupported"}


@pytest.mark.parametrize("field", CHANGES)
def test_a_field_changed_afterwards_breaks_the_signature(national, write, sm2_root, signer, maker, field):
    seal = foreign_seal(maker, [signer.certificate])
    tampered = SealSignature.load(foreign_signature(signer, seal))
    CHANGES[field](tampered)
    found = national("seal", write("signature", tampered.dump(force=True)), write("content", CONTENT),
                     write("root", sm2_root.certificate))
    assert found == EARLIER.get(field, "SignatureValueWrong")


@pytest.mark.parametrize("field", [name for name in CHANGES if name.startswith("SESeal")])
def test_a_seal_changed_before_it_was_used_is_found_out(national, write, sm2_root, signer, maker, field):
    """Its user signs with it all the same, as a forger with a certificate of his own would."""
    tampered = SealSignature.load(foreign_signature(signer, foreign_seal(maker, [signer.certificate])))
    CHANGES[field](tampered)
    seal = tampered["to_sign"]["seal"].dump(force=True)
    found = national("seal", write("signature", foreign_signature(signer, seal)), write("content", CONTENT),
                     write("root", sm2_root.certificate))
    assert found == "SealSignatureValueWrong"


# ---- A seal in a PDF, beside PAdES, before validators that do not know it.

@pytest.fixture
def sealed(national, authority, variants, tmp_path):
    """A contract that a stranger signed by PAdES, then a company sealed, then another stranger signed."""
    first = sign_as_a_stranger(variants["classic"].read_bytes(), authority.issue("Simulated Signer 1"), "First")
    (tmp_path / "first.pdf").write_bytes(first)
    assert national("pdf", tmp_path / "first.pdf", tmp_path / "sealed.pdf", tmp_path) == ""
    last = sign_as_a_stranger((tmp_path / "sealed.pdf").read_bytes(), authority.issue("Simulated Signer 2"), "Last",
                              box=(300, 60, 420, 120))
    (tmp_path / "last.pdf").write_bytes(last)
    return tmp_path


@pytest.mark.parametrize("judge", ["pyhanko", "openssl", "pdfsig"])
@pytest.mark.parametrize("name", ["sealed.pdf", "last.pdf"])
def test_a_seal_leaves_the_pades_signatures_around_it_valid(sealed, judges, judge, name):
    verdict = getattr(judges, judge)(sealed / name)
    people = {one.field: one for one in verdict.signatures if one.field != "national"}
    assert set(people) == ({"First", "Last"} if name == "last.pdf" else {"First"})
    for one in people.values():
        assert one.valid and one.trusted is not False, verdict
