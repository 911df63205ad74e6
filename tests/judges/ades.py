"""The algorithms of ETSI EN 319 102-1 as pyHanko runs them (its `adesverify`): is a signature good, given nothing but the file and the root?
To ask on another day give this program another clock: pyHanko takes whatever it reads to have existed by the machine's.

Unlike EU DSS, pyHanko is told which level to hold a signature to, and with it how much the file itself must prove.
"""
from __future__ import annotations

import argparse
import asyncio
import dataclasses
import datetime
import io
import logging
import pathlib
import sys
from collections.abc import Iterable

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.ades import (
    ades_basic_validation,
    ades_lta_validation,
    ades_with_time_validation,
    simulate_future_ades_lta_validation,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer
from pyhanko_certvalidator.registry import SimpleTrustManager

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


@dataclasses.dataclass(frozen=True)
class Indication:
    """What the algorithm for a level ends with: OK, or a sub-indication such as OUT_OF_BOUNDS_NO_POE."""

    field: str
    word: str


def indications(pdf: bytes, root: pathlib.Path, level: str, of: Iterable[int] | None = None) -> list[Indication]:
    """One for each signature of a person (or those with these numbers, from 0), in their order, judged by the algorithm for a level, now, with
    nothing fetched."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    specification = _specification(root, level, reader)
    signatures = _signatures(reader)
    chosen = signatures if of is None else [signatures[number] for number in of]
    return [Indication(one.field_name, asyncio.run(_judge(one, specification, level)).ades_subindic.name) for one in chosen]


def maintainable(pdf: bytes, root: pathlib.Path, at: datetime.datetime) -> list[Indication]:
    """What pyHanko expects of each signature on a later day when the document time-stamps are kept up: whether the file holds all that
    the algorithm for B-LTA will want then."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    specification = _specification(root, "B-LTA", reader)
    return [Indication(one.field_name, asyncio.run(simulate_future_ades_lta_validation(one, specification, at)).ades_subindic.name)
            for one in _signatures(reader)]


def _signatures(reader: PdfFileReader) -> list[EmbeddedPdfSignature]:
    """Those of people, in their order; one that several fields show counts once."""
    each = {}
    for one in sorted(reader.embedded_regular_signatures, key=lambda one: one.signed_revision):
        each.setdefault(bytes(one.pkcs7_content), one)
    return list(each.values())


async def _judge(one: EmbeddedPdfSignature, specification: PdfSignatureValidationSpec, level: str):
    if level == "B-LTA":
        return await ades_lta_validation(one, specification)
    judge = ades_basic_validation if level == "B-B" else ades_with_time_validation
    return await judge(one.signed_data, specification.signature_validation_spec, raw_digest=one.compute_digest())


def _specification(root: pathlib.Path, level: str, reader: PdfFileReader) -> PdfSignatureValidationSpec:
    """From B-LT on the file must prove that no certificate of a signer was revoked. The newest time-stamp's authority is believed until its
    certificate ends: what it was worth later nobody could have written into the file."""
    proven = level in ("B-LT", "B-LTA")
    return PdfSignatureValidationSpec(SignatureValidationSpec(
        cert_validation_policy=_policy(root, RevocationCheckingRule.CRL_OR_OCSP_REQUIRED if proven else RevocationCheckingRule.CHECK_IF_DECLARED),
        ts_cert_validation_policy=_policy(root, RevocationCheckingRule.NO_CHECK),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=_validation_data(reader) if level == "B-LT" else LocalKnowledge()))  # for B-LTA pyHanko reads it itself


def _policy(root: pathlib.Path, rule: RevocationCheckingRule) -> CertValidationPolicySpec:
    anchors = [CertTrustAnchor(asn1_x509.Certificate.load(der)) for _, _, der in pem.unarmor(root.read_bytes(), multiple=True)]
    return CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=anchors),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(ee_certificate_rule=rule, intermediate_ca_cert_rule=rule)))


def _validation_data(reader: PdfFileReader) -> LocalKnowledge:
    store = DocumentSecurityStore.read_dss(reader)
    return LocalKnowledge(
        known_ocsps=[one for value in store.ocsps for one in OCSPContainer.load_multi(OCSPResponse.load(value.get_object().data))],
        known_crls=[CRLContainer(CertificateList.load(value.get_object().data)) for value in store.crls],
        known_certs=list(store.load_certs()))


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the algorithm for a level over a signed PDF, by the clock of the machine.")
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--root", required=True, type=pathlib.Path, help="PEM file of the trusted root")
    parser.add_argument("--level", required=True, choices=("B-B", "B-T", "B-LT", "B-LTA"))
    options = parser.parse_args()
    found = indications(options.file.read_bytes(), options.root, options.level)
    for one in found:
        print(f"{one.field}: {one.word}")
    return 0 if found and all(one.word == "OK" for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
