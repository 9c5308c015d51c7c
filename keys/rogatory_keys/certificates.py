"""From the certificate of a time-stamping authority to an anchor that the reader trusts (RFC 5280, RFC 3161 2.3).

* Judged at the time that the token says, so that a token outlives the certificate of its authority.
* The certificate is for time-stamping and, as RFC 3161 demands, for nothing else.
* Revocation of these certificates is not looked up: there is no network here. Whoever shows the verdict says so.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID


def load_roots(data: bytes) -> tuple[x509.Certificate, ...]:
    """Read trust anchors: certificates in PEM, one after the other.

    Raises:
        ValueError: There is none, or one cannot be read.
    """
    return tuple(x509.load_pem_x509_certificates(data))


def trace(
    certificate: x509.Certificate, between: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], *, at: int
) -> bool:
    """Tell whether a path leads from a time-stamping certificate to one of the roots, good at a time."""
    # Only roots of a path are believed; a reader who trusts the authority's own certificate names that one.
    if certificate in roots:
        return _within(certificate, at) and _stamps_only(certificate)
    policy = verification.ExtensionPolicy.permit_all().require_present(
        x509.ExtendedKeyUsage, verification.Criticality.CRITICAL, _check_usage
    )
    builder = (
        verification.PolicyBuilder()
        .store(verification.Store(list(roots)))
        .time(datetime.fromtimestamp(at, UTC))
        .extension_policies(ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(), ee_policy=policy)
    )
    try:
        builder.build_client_verifier().verify(certificate, list(between))
    except (verification.VerificationError, ValueError):
        return False
    return True


def _check_usage(_: verification.Policy, __: x509.Certificate, usage: x509.ExtendedKeyUsage) -> None:
    if list(usage) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise ValueError("not for time-stamping alone")


def _within(certificate: x509.Certificate, at: int) -> bool:
    return certificate.not_valid_before_utc.timestamp() <= at <= certificate.not_valid_after_utc.timestamp()


def _stamps_only(certificate: x509.Certificate) -> bool:
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return found.critical and list(found.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
