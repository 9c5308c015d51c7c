"""Only one form is read, and what is cut, long or odd is refused."""

from collections.abc import Callable

import pytest
import tsa

from rogatory_keys.der import Tag, Value
from rogatory_protocol.errors import Code, RefusedError


def refused(read: Callable[[], object]) -> None:
    with pytest.raises(RefusedError) as caught:
        read()
    assert caught.value.code is Code.MALFORMED


def test_a_value_knows_tag_contents_and_all_of_its_bytes() -> None:
    for size in (0, 1, 127, 128, 255, 256, 65_536):
        raw = tsa.octets(b"x" * size)
        value = Value.whole(raw)
        assert (value.tag, value.body, value.raw) == (Tag.OCTETS, b"x" * size, raw)


BAD_LENGTHS = (
    b"", b"\x04", b"\x04\x01", b"\x04\x00\x00", b"\x04\x80\x00\x00", b"\x04\x81\x01x", b"\x04\x82\x00\x80" + b"x" * 128,
    b"\x04\x85\x00\x00\x00\x00\x01x", b"\x1f\x81\x00\x00", b"\x04\x84\xff\xff\xff\xff",
)  # fmt: skip


@pytest.mark.parametrize("raw", BAD_LENGTHS)
def test_lengths_in_another_form_are_refused(raw: bytes) -> None:
    refused(lambda: Value.whole(raw))


@pytest.mark.parametrize(
    "text", ["1.2.840.113549.1.7.2", "2.5.29.37", "2.16.840.1.101.3.4.2.1", "0.9.2342", "1.3.101.112"]
)
def test_identifiers_are_read_as_they_are_written(text: str) -> None:
    raw = tsa.oid(text)
    assert Value.whole(raw).oid() == text


def test_an_identifier_with_a_first_arc_of_two_may_go_far() -> None:
    assert Value.whole(b"\x06\x02\x88\x37").oid() == "2.999"


@pytest.mark.parametrize("raw", [b"\x06\x00", b"\x06\x02\x80\x01", b"\x06\x01\x81", b"\x04\x01\x2a"])
def test_identifiers_in_another_form_are_refused(raw: bytes) -> None:
    refused(Value.whole(raw).oid)


@pytest.mark.parametrize(("raw", "value"), [(b"\x00", 0), (b"\x7f", 127), (b"\x00\x80", 128), (b"\x80", -128)])
def test_integers(raw: bytes, value: int) -> None:
    assert Value.whole(tsa.tlv(2, raw)).integer() == value


@pytest.mark.parametrize("raw", [b"", b"\x00\x7f", b"\xff\x80"])
def test_integers_in_another_form_are_refused(raw: bytes) -> None:
    refused(Value.whole(tsa.tlv(2, raw)).integer)


def test_times_are_whole_seconds_of_universal_time() -> None:
    assert Value.whole(tsa.tlv(0x18, b"20270115080000Z")).time() == 1_800_000_000
    assert Value.whole(tsa.tlv(0x18, b"20270115080000.25Z")).time() == 1_800_000_000


@pytest.mark.parametrize(
    "raw", [b"", b"Z", b"20270115080000", b"20270115080000+0100", b"2027011508Z", b"20270115080000.50Z",
            b"20270115080000.Z", b"20271315080000Z", b"20270115080000.5.5Z"],
)  # fmt: skip
def test_times_in_another_form_are_refused(raw: bytes) -> None:
    refused(Value.whole(tsa.tlv(0x18, raw)).time)


def test_values_are_taken_in_order_and_to_the_end() -> None:
    items = Value.whole(tsa.sequence(tsa.integer(1), tsa.octets(b"x"), tsa.octets(b"y"))).items()
    assert items.maybe(Tag.OID) is None
    refused(lambda: items.take(Tag.SET))
    assert items.take(Tag.INTEGER).integer() == 1
    refused(items.end)
    items.end()
    refused(lambda: items.take(Tag.OCTETS))
