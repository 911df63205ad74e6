"""The signatures of a PDF file as they lie there: field, ByteRange, Contents. Read leniently; the judges are strict."""
from __future__ import annotations

import dataclasses
import io

from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader


@dataclasses.dataclass(frozen=True)
class EmbeddedSignature:
    """One signature dictionary. `contents` is the hex string's bytes with its padding, `cms` without."""

    field: str
    number: int
    dictionary: generic.DictionaryObject
    byte_range: tuple[int, ...]
    contents: bytes

    @property
    def is_time_stamp(self) -> bool:
        return self.dictionary.get("/Type") == "/DocTimeStamp"

    @property
    def cms(self) -> bytes:
        """The first DER value of the contents."""
        return cms.ContentInfo.load(self.contents, strict=False).dump()

    @property
    def padding(self) -> bytes:
        return self.contents[len(self.cms):]

    @property
    def signed_data(self) -> cms.SignedData:
        return cms.ContentInfo.load(self.cms)["content"]

    @property
    def end(self) -> int:
        """Where the signed part of the file ends."""
        return self.byte_range[2] + self.byte_range[3]

    def covered(self, pdf: bytes) -> bytes:
        first, first_length, second, second_length = self.byte_range
        return pdf[first:first + first_length] + pdf[second:second + second_length]


def signatures_of_people(pdf: bytes) -> list[EmbeddedSignature]:
    """Those that somebody made, without the time-stamps of documents."""
    return [one for one in read_signatures(pdf) if not one.is_time_stamp]


def as_signed(pdf: bytes) -> bytes:
    """The file as the newest signature left it: without the validation data and time-stamps behind it."""
    return pdf[:max((one.end for one in signatures_of_people(pdf)), default=len(pdf))]


def read_signatures(pdf: bytes) -> list[EmbeddedSignature]:
    """Every signed signature field, in the order in which the file grew."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    found = {}
    for signature in reader.embedded_signatures:
        dictionary = signature.sig_object
        contents = dictionary.raw_get("/Contents", decrypt=generic.EncryptedObjAccess.RAW)
        # Several fields may show one signature: it counts once, under the first field's name.
        reference = signature.sig_field.raw_get("/V")
        number = reference.idnum if isinstance(reference, generic.IndirectObject) else 0
        found.setdefault((number, tuple(int(n) for n in dictionary["/ByteRange"])), EmbeddedSignature(
            field=signature.field_name, number=number, dictionary=dictionary,
            byte_range=tuple(int(n) for n in dictionary["/ByteRange"]), contents=bytes(contents)))
    return sorted(found.values(), key=lambda one: one.end)
