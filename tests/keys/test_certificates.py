"""A path to an anchor, at the time of the token, for time-stamping and nothing else."""

import pytest
import tsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from rogatory_keys.certificates import load_roots, trace

STAMPS, CLIENTS = ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CLIENT_AUTH


def test_a_path_leads_to_the_root_that_issued() -> None:
    assert trace(tsa.certificate(), (), (tsa.root("other"), tsa.root()), at=tsa.NOW)


def test_no_path_leads_to_another_root() -> None:
    assert not trace(tsa.certificate(), (tsa.root(),), (tsa.root("other"),), at=tsa.NOW)


def test_a_root_of_the_same_name_with_another_key_is_another() -> None:
    forged = tsa.certificate("stamps", "other")
    assert not trace(forged, (), (tsa.root(),), at=tsa.NOW)


@pytest.mark.parametrize("at", [tsa.NOW - 2 * tsa.YEAR, tsa.NOW + 2 * tsa.YEAR])
def test_dates_are_those_of_the_token(at: int) -> None:
    assert not trace(tsa.certificate(), (), (tsa.root(),), at=at)
    assert not trace(tsa.certificate(), (), (tsa.certificate(),), at=at)


@pytest.mark.parametrize("usages", [(), (CLIENTS,), (STAMPS, CLIENTS)])
def test_a_certificate_for_other_uses_stamps_nothing(usages: tuple[object, ...]) -> None:
    other = tsa.certificate("stamps", "root", usages)  # type: ignore[arg-type]
    for roots in ((tsa.root(),), (other,)):
        assert not trace(other, (), roots, at=tsa.NOW)


def test_the_use_must_be_critical() -> None:
    other = tsa.certificate("stamps", "root", critical=False)
    for roots in ((tsa.root(),), (other,)):
        assert not trace(other, (), roots, at=tsa.NOW)


def test_the_authoritys_own_certificate_may_be_the_anchor() -> None:
    assert trace(tsa.certificate(), (), (tsa.certificate(),), at=tsa.NOW)


def test_anchors_are_read_one_after_the_other() -> None:
    both = tsa.root().public_bytes(Encoding.PEM) + tsa.root("other").public_bytes(Encoding.PEM)
    assert load_roots(both) == (tsa.root(), tsa.root("other"))
    with pytest.raises(ValueError, match=r"."):
        load_roots(b"nothing")
