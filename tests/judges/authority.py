"""A throw-away certificate authority, and signatures by somebody who is not Signet: what the judges are tried out on."""
from __future__ import annotations

import dataclasses
import datetime
import io
import pathlib

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
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

    def issue(self, name: str) -> Identity:
        """A signer whose certificate says, as ours do, that it lives too briefly to be revoked (ETSI EN 319 412-1 §5.2)."""
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key()
        leaf = (_builder(_name(name), self.root.subject, public, days=365)
                .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
                .add_extension(_key_usage(digital_signature=True, content_commitment=True), critical=True)
                .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
                .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
                .add_extension(x509.UnrecognizedExtension(VALIDITY_ASSURED_SHORT_TERM, b"\x05\x00"), critical=False)
                .sign(self._key, hashes.SHA256()))
        return Identity(key, leaf, self.root)


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


def _builder(subject: x509.Name, issuer: x509.Name, public, days: int) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.timezone.utc)
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
