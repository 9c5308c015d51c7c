"""Signatures that courts and their readers know: PAdES on a printed document (ETSI EN 319 142), by pyHanko.

* The key is a file key (PKCS#12 with a passphrase, or PEM); it belongs to an officer or an authority under national law
  and has nothing to do with the keys of the network, which prove the letter (B.4).
* Baseline B-B with SHA-256: a longer digest would raise the version of the file above what PDF/A-3 allows.
* A signature is judged by its bottom line only: intact, trusted by the roots that were given, nothing changed after it.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from rogatory_node.documents.page import DocumentError

if TYPE_CHECKING:
    from pyhanko.sign import SimpleSigner

FIELD: Final = "Signature"
DIGEST: Final = "sha256"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a signature is worth.

    Attributes:
        intact: The signed bytes are what was signed, and nothing was added that changes the document.
        trusted: Its certificate leads to one of the roots that were given.
        signer: The subject of its certificate, as printed.
    """

    intact: bool
    trusted: bool
    signer: str


class SigningError(DocumentError):
    """A key or document cannot be used for a signature."""


def signer(store: bytes, passphrase: bytes | None) -> "SimpleSigner":
    """Open a PKCS#12 file key.

    Raises:
        SigningError: Wrong passphrase, or not such a file.
    """
    from pyhanko.sign import SimpleSigner

    try:
        return cast("SimpleSigner", SimpleSigner.load_pkcs12_data(store, other_certs=[], passphrase=passphrase))
    except ValueError:
        raise SigningError("the signing key does not open: wrong passphrase, or not a PKCS#12 file") from None


def sign(document: bytes, key: "SimpleSigner", *, reason: str = "", place: str = "") -> bytes:
    """Return a PDF with a PAdES signature added. Blocking: call in a thread.

    Raises:
        SigningError: Not a PDF that can be signed.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign import PdfSignatureMetadata, sign_pdf
    from pyhanko.sign.fields import SigSeedSubFilter

    how = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        reason=reason or None,
        location=place or None,
    )
    try:
        signed = sign_pdf(IncrementalPdfFileWriter(io.BytesIO(document)), how, signer=key)
    except PdfError:
        raise SigningError("not a PDF that can be signed") from None
    signed.seek(0)
    return bytes(signed.read())


def judge(document: bytes, roots: Sequence[bytes]) -> tuple[Judged, ...]:
    """Say what each signature of a PDF is worth. Blocking: call in a thread.

    Args:
        document: The PDF.
        roots: The trusted certificates, DER or PEM.

    Raises:
        SigningError: Not a readable PDF.
    """
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature

    trust = context(roots)
    try:
        found = PdfFileReader(io.BytesIO(document)).embedded_signatures
        return tuple(_judged(validate_pdf_signature(each, trust)) for each in found)
    except (PdfError, ValueError):
        raise SigningError("not a readable PDF") from None


def context(roots: Sequence[bytes]) -> Any:
    """Return what a signature's certificate is checked against: these roots alone, without asking the network."""
    from asn1crypto import pem, x509
    from pyhanko_certvalidator import ValidationContext

    read = [pem.unarmor(root)[2] if pem.detect(root) else root for root in roots]
    return ValidationContext(trust_roots=[x509.Certificate.load(root) for root in read], allow_fetching=False)


def _judged(status: Any) -> Judged:
    subject = status.signing_cert.subject.human_friendly
    # ``valid`` alone stays true for a document that was changed: only all of it together means anything.
    return Judged(intact=bool(status.intact and status.valid), trusted=bool(status.bottom_line), signer=subject)
