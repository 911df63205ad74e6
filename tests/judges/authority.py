"""A throw-away certificate authority, and signatures by somebody who is not Signet: what the judges are tried out on."""
from __future__ import annotations

import asyncio
import dataclasses
import datetime
import io
import pathlib
import subprocess

from asn1crypto import cms, tsp
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore


VALIDITY_ASSURED_SHORT_TERM = x509.ObjectIdentifier("0.4.0.194121.2.1")


@dataclasses.dataclass(frozen=True)
class Identity:
    """A key with its certificate, as files on disk and as pyHanko's signer."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    issuer: x509.Certificate

    def signer(self) -> signers.SimpleSigner:
        key = self.key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption())
        return signers.SimpleSigner(signing_cert=_to_asn1(self.certificate),
                                    signing_key=asn1_keys.PrivateKeyInfo.load(key),
                                    cert_registry=SimpleCertificateStore.from_certs([_to_asn1(self.issuer)]))

    def write(self, folder: pathlib.Path, name: str) -> tuple[pathlib.Path, pathlib.Path]:
        """Writes NAME.key and NAME.crt (the chain, leaf first) and returns both."""
        key, certificate = folder / f"{name}.key", folder / f"{name}.crt"
        key.write_bytes(self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))
        certificate.write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM)
                                         for one in (self.certificate, self.issuer)))
        return key, certificate


class Authority:
    """A root that lives as long as the test, and the signers it vouches for."""

    def __init__(self, name: str = "Plainly Fictitious Test Root") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        public = self._key.public_key()
        self.root = (_builder(subject, subject, public, days=3650)
                     .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                     .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
                     .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
                     .sign(self._key, hashes.SHA256()))

    def write_root(self, path: pathlib.Path) -> pathlib.Path:
        path.write_bytes(self.root.public_bytes(serialization.Encoding.PEM))
        return path

    def issue(self, name: str, *, revocable: bool = False) -> Identity:
        """A signer whose certificate says, as ours do, that it lives too briefly to be revoked (ETSI EN 319 412-1 §5.2), unless it is
        revocable."""
        extensions = [] if revocable else [x509.UnrecognizedExtension(VALIDITY_ASSURED_SHORT_TERM, b"\x05\x00")]
        return self._issue(name, _key_usage(digital_signature=True, content_commitment=True),
                           (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False), extensions)

    def issue_clock(self, folder: pathlib.Path, name: str = "Plainly Fictitious Test Clock", *, age: int = 0, list_url: str = "") -> Clock:
        """A time-stamp authority whose certificate began `age` days ago (it lives for 365), and says where its list is."""
        extensions = [x509.CRLDistributionPoints([x509.DistributionPoint([x509.UniformResourceIdentifier(list_url)], None, None, None)])]
        identity = self._issue(name, _key_usage(digital_signature=True),
                               (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True), extensions if list_url else [], age)
        return Clock(identity, folder)

    def revocation_list(self) -> bytes:
        """A CRL that names nobody."""
        now = datetime.datetime.now(datetime.timezone.utc)
        return (x509.CertificateRevocationListBuilder().issuer_name(self.root.subject)
                .last_update(now - datetime.timedelta(minutes=1)).next_update(now + datetime.timedelta(days=30))
                .add_extension(x509.CRLNumber(1), critical=False)
                .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
                .sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))

    def ocsp_response(self, identity: Identity) -> bytes:
        """The root's own word that a certificate is good."""
        now = datetime.datetime.now(datetime.timezone.utc)
        return (ocsp.OCSPResponseBuilder()
                .add_response(identity.certificate, self.root, hashes.SHA256(), ocsp.OCSPCertStatus.GOOD,
                              now - datetime.timedelta(minutes=1), now + datetime.timedelta(days=30), None, None)
                .responder_id(ocsp.OCSPResponderEncoding.HASH, self.root)
                .sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))

    def _issue(self, name: str, usage: x509.KeyUsage, purpose, extensions, age: int = 0) -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key()
        builder = (_builder(_name(name), self.root.subject, public, days=365, age=age)
                   .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
                   .add_extension(usage, critical=True)
                   .add_extension(purpose[0], critical=purpose[1])
                   .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
                   .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False))
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return Identity(key, builder.sign(self._key, hashes.SHA256()), self.root)


class Clock(TimeStamper):
    """A time-stamp authority (RFC 3161) that `openssl ts` plays, for us and for pyHanko."""

    SETTINGS = """[tsa]
default_tsa = clock
[clock]
serial = {folder}/serial
signer_cert = {folder}/clock.crt
signer_key = {folder}/clock.key
certs = {folder}/clock.crt
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""

    def __init__(self, identity: Identity, folder: pathlib.Path) -> None:
        super().__init__()
        self.identity = identity
        self._folder = folder
        identity.write(folder, "clock")
        (folder / "serial").write_text("01\n", encoding="ascii")
        (folder / "clock.cnf").write_text(self.SETTINGS.format(folder=folder), encoding="ascii")

    def token(self, digest: bytes) -> bytes:
        """A TimeStampToken over a SHA-256."""
        query = self._folder / "query"
        subprocess.run(["openssl", "ts", "-query", "-digest", digest.hex(), "-sha256", "-cert", "-out", query], check=True,
                       capture_output=True)
        return tsp.TimeStampResp.load(self._reply(query.read_bytes()))["time_stamp_token"].dump()

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._reply(req.dump()))

    def _reply(self, request: bytes, off_by: int = 0) -> bytes:
        """`off_by`: how many seconds its clock is ahead of ours."""
        query, reply = self._folder / "query", self._folder / "reply"
        query.write_bytes(request)
        wrong = ["faketime", "-f", f"{off_by:+d}s"] if off_by else []
        subprocess.run([*wrong, "openssl", "ts", "-reply", "-config", self._folder / "clock.cnf", "-queryfile", query, "-out", reply],
                       check=True, capture_output=True)
        return reply.read_bytes()


def cms_with_time_stamp(digest: bytes, identity: Identity, clock: Clock) -> bytes:
    """The CMS of a PAdES B-T signature over a SHA-256, made by pyHanko."""
    made: cms.ContentInfo = asyncio.run(identity.signer().async_sign(digest, "sha256", use_pades=True, timestamper=clock))
    return made.dump()


def sign_as_a_stranger(pdf: bytes, identity: Identity, field: str, *, box=(60, 60, 180, 120), page: int = 0,
                       subfilter=fields.SigSeedSubFilter.PADES, **metadata) -> bytes:
    """Appends one visible PAdES B-B signature in a field of its own, made by pyHanko."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    out = io.BytesIO()
    signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name=field, subfilter=subfilter, md_algorithm="sha256", **metadata),
        signer=identity.signer(),
        new_field_spec=fields.SigFieldSpec(field, box=box, on_page=page),
    ).sign_pdf(writer, output=out)
    return out.getvalue()


def _builder(subject: x509.Name, issuer: x509.Name, public, days: int, age: int = 0) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=age)
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=5))
            .not_valid_after(now + datetime.timedelta(days=days)))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
                      x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Fictitious Test Company"),
                      x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _key_usage(**used) -> x509.KeyUsage:
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{use: used.get(use, False) for use in every})


def _to_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
