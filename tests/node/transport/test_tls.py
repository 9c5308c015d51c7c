"""A pinned peer shows the key of its card, or nothing is said to it."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rogatory_node.transport.tls import PinError, check_pin, dialling, listening, pin_of, self_signed

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def der() -> bytes:
    return ssl.PEM_cert_to_DER_cert(self_signed("localhost", NOW)[1].decode())


def test_the_pin_is_of_the_key() -> None:
    one, two = der(), der()
    assert len(pin_of(one)) == 32
    assert pin_of(one) != pin_of(two)
    check_pin(one, [pin_of(two), pin_of(one)])
    check_pin(one, [])


def test_LNK_25_another_key_or_none_is_refused() -> None:
    one, two = der(), der()
    for certificate in (two, None):
        with pytest.raises(PinError):
            check_pin(certificate, [pin_of(one)])


def test_without_pins_public_trust_decides() -> None:
    context = dialling([])
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    for each in (context, dialling([bytes(32)])):
        assert each.minimum_version is ssl.TLSVersion.TLSv1_3


def test_key_and_certificate_of_different_nodes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(self_signed("localhost", NOW)[0])
    (tmp_path / "cert.pem").write_bytes(self_signed("localhost", NOW)[1])
    with pytest.raises(OSError, match=r"(?i)key"):
        listening(tmp_path / "cert.pem", tmp_path / "key.pem")
