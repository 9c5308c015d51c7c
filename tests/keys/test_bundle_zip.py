"""The container: one form, and every byte of it counts (ENC-15, ATT-02, P31)."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rogatory_keys import bundle_zip
from rogatory_keys.bundle import check
from rogatory_keys.bundle_verdict import Item, What
from rogatory_keys.bundle_zip import Container, ContainerWriter
from rogatory_keys.errors import BundleError, BundleFault

FILES = {"README.txt": b"read me", "a/one": b"", "a/two": b"two" * 700}


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    writer = ContainerWriter(out)
    for name, raw in files.items():
        writer.add(name, [raw[:5], raw[5:]])
    writer.finish()
    return out.getvalue()


def read_all(raw: bytes) -> dict[str, bytes]:
    container = Container(io.BytesIO(raw))
    return {name: container.read(name) for name in container.entries}


def refused(raw: bytes) -> BundleFault:
    with pytest.raises(BundleError) as caught:
        read_all(raw)
    return caught.value.fault


def test_what_is_written_is_read_by_us_and_by_any_zip_program() -> None:
    raw = packed(FILES)
    assert read_all(raw) == FILES
    with zipfile.ZipFile(io.BytesIO(raw)) as other:
        assert other.testzip() is None
        assert {name: other.read(name) for name in other.namelist()} == FILES
        assert all(info.compress_type == zipfile.ZIP_STORED for info in other.infolist())


def test_P31_every_bit_of_the_container_counts() -> None:
    raw = packed(FILES)
    for at in range(len(raw)):
        for bit in range(8):
            refused(raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :])


def test_P31_every_length_but_its_own_is_refused() -> None:
    raw = packed(FILES)
    for size in range(len(raw)):
        refused(raw[:size])
    for more in (b"\0", b"PK\5\6", raw, bytes(22)):
        refused(raw + more)
        refused(more + raw)


def test_P31_every_byte_of_a_real_bundle_changed_is_noticed(exchange: Any) -> None:
    raw = exchange.zip().getvalue()
    content = {at for entry in Container(io.BytesIO(raw)).entries.values() for at in span(entry)}
    # Headers and table one by one; contents, where a check sum notices every single byte, now and then.
    wanted = [at for at in range(len(raw)) if at not in content or at % 997 == 0]
    for at in wanted:
        changed = bytearray(raw)
        changed[at] ^= 0x80
        if at in content:
            failure = check(io.BytesIO(changed), registries=[exchange.registry.aid.hex()]).first_failure
            assert failure is not None
            assert failure.item is Item.CONTAINER or failure.file
        else:
            with pytest.raises(BundleError):
                Container(io.BytesIO(changed))


def span(entry: bundle_zip.Entry) -> range:
    return range(entry.start, entry.start + entry.size)


PLAIN = {
    "create_system": 0, "create_version": 10, "extract_version": 10, "date_time": (1980, 1, 1, 0, 0, 0),
}  # fmt: skip


def by_zipfile(*, comment: bytes = b"", names: tuple[str, ...] = ("README.txt", "a/two"), **changes: Any) -> bytes:
    """A container as another program writes it, in our form but for the changes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as other:
        other.comment = comment
        for name in names:
            info = zipfile.ZipInfo(name)
            for field, value in (PLAIN | changes).items():
                setattr(info, field, value)
            other.writestr(info, b"two" * 700)
            info.external_attr = changes.get("external_attr", 0)  # it sets its own while it writes
    return out.getvalue()


OTHERS: dict[str, Callable[[], bytes]] = {
    "compressed": lambda: by_zipfile(compress_type=zipfile.ZIP_DEFLATED),
    "a comment": lambda: by_zipfile(comment=b"hello"),
    "an extra field": lambda: by_zipfile(extra=struct.pack("<2H", 0xCAFE, 0)),
    "an attribute": lambda: by_zipfile(internal_attr=1),
    "a symbolic link": lambda: by_zipfile(external_attr=0o120777 << 16),
    "another date": lambda: by_zipfile(date_time=(2020, 1, 1, 0, 0, 0)),
    "another system": lambda: by_zipfile(create_system=3),
    "names out of order": lambda: by_zipfile(names=("a/two", "README.txt")),
    "an accented name": lambda: by_zipfile(names=("README.txt", "a/tw\u00f6")),
}


def test_ENC_15_our_form_by_another_program_is_read() -> None:
    assert list(read_all(by_zipfile())) == ["README.txt", "a/two"]


@pytest.mark.parametrize("name", OTHERS)
def test_ENC_15_other_forms_are_refused(name: str) -> None:
    refused(OTHERS[name]())


def test_ENC_15_a_name_twice_is_refused() -> None:
    raw = packed({"a/one": b"1", "a/two": b"2"}).replace(b"a/two", b"a/one")
    assert refused(raw) is BundleFault.FORM


def test_ENC_15_two_tables_are_refused() -> None:
    raw = packed(FILES)
    table = raw[raw.index(b"PK\1\2") :]
    assert refused(raw + table) is BundleFault.FORM


def test_ENC_15_overlapping_files_are_refused() -> None:
    """As in a zip bomb: two lines of the table that name the same bytes."""
    raw = bytearray(packed({"a/one": b"1" * 40, "a/two": b"2" * 40}))
    second = raw.rindex(b"PK\1\2")
    raw[second + 42 : second + 46] = bytes(4)
    assert refused(bytes(raw)) is BundleFault.FORM


def test_ENC_15_sizes_that_lie_are_refused() -> None:
    raw = packed(FILES)
    line = raw.rindex(b"PK\1\2")
    for size in (0, 1, 2**31, 2**32 - 1):
        lie = struct.pack("<2L", size, size)
        assert refused(raw[: line + 20] + lie + raw[line + 28 :]) is BundleFault.FORM
    end = raw.rindex(b"PK\5\6")
    for count in (0, 1, 4, 65_535):
        lie = struct.pack("<2H", count, count)
        assert refused(raw[: end + 8] + lie + raw[end + 12 :]) is BundleFault.FORM


BAD_NAMES = (
    "../README.txt", "/etc/passwd", "a\\b", "letters/../x", "letters/", "README.TXT", "con", "readme.txt",
    "letters/00/letter.rcbor", f"letters/{'A' * 64}/letter.rcbor", f"letters/{'a' * 64}/att/1", "x" * 160,
    f"letters/{'a' * 64}/letter.rcbor/", f"letters/{'a' * 64}/evidence/letter.rcbor", "audit/heads.rcbor",
)  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
def test_ATT_02_a_name_outside_the_table_is_refused(exchange: Any, name: str) -> None:
    verdict = check(exchange.zip({**exchange.files, name: b""}))
    assert not verdict.readable
    failure = verdict.first_failure
    assert failure is not None
    assert (failure.what, failure.file) == (What.UNREADABLE, name)


def test_ENC_15_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = packed(FILES)
    monkeypatch.setattr(bundle_zip, "MAX_FILES", 2)
    assert refused(raw) is BundleFault.FORM
    with pytest.raises(BundleError) as caught:
        packed(FILES)
    assert caught.value.fault is BundleFault.TOO_LARGE


def test_ENC_15_too_large_a_bundle_is_neither_written_nor_read(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = packed(FILES)
    monkeypatch.setattr(bundle_zip, "MAX_BUNDLE_BYTES", 1_000)
    assert refused(raw) is BundleFault.TOO_LARGE
    with pytest.raises(BundleError) as caught:
        packed(FILES)
    assert (caught.value.fault, caught.value.file) == (BundleFault.TOO_LARGE, "a/two")


@pytest.fixture
def low(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers stand in 64-bit fields from 1,000 on, as they do from 4 GiB on."""
    monkeypatch.setattr(bundle_zip, "LARGE", 1_000)


LARGE_FILES = {"README.txt": b"read me", "a/one": b"", "a/two": b"two" * 700, "b": b"after"}


def packed_large() -> bytes:
    out = io.BytesIO()
    writer = ContainerWriter(out)
    for name, raw in LARGE_FILES.items():
        writer.add(name, [raw], size=len(raw))
    writer.finish()
    return out.getvalue()


@pytest.mark.usefixtures("low")
def test_64_bit_fields_are_read_by_us_and_by_any_zip_program() -> None:
    raw = packed_large()
    assert all(raw.count(each) == 1 for each in (b"PK\6\6", b"PK\6\7", b"PK\5\6"))
    assert read_all(raw) == LARGE_FILES
    with zipfile.ZipFile(io.BytesIO(raw)) as other:
        assert other.testzip() is None
        assert {name: other.read(name) for name in other.namelist()} == LARGE_FILES


@pytest.mark.usefixtures("low")
def test_P31_every_bit_of_a_container_with_64_bit_fields_counts() -> None:
    raw = packed_large()
    content = {at for entry in Container(io.BytesIO(raw)).entries.values() for at in list(span(entry))[10:]}
    for at in (at for at in range(len(raw)) if at not in content):
        for bit in range(8):
            refused(raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :])
    for size in (size for size in range(len(raw)) if size not in content):
        refused(raw[:size])


def test_ENC_15_64_bit_fields_where_none_are_needed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    few = packed(FILES)
    with monkeypatch.context() as patch:
        patch.setattr(bundle_zip, "LARGE", 1_000)
        many = packed_large()
        assert refused(few) is BundleFault.FORM
    assert refused(many) is BundleFault.FORM


@pytest.mark.usefixtures("low")
def test_a_large_file_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    for raw, size in ((b"x" * 1_000, 0), (b"x", 1_000)):
        with pytest.raises(BundleError) as caught:
            ContainerWriter(io.BytesIO()).add("a", [raw], size=size)
        assert caught.value.fault is BundleFault.TOO_LARGE


def test_what_lies_behind_4_gib_is_found(tmp_path: Path) -> None:
    """A sparse file: a hole of more than 4 GiB in the place of an attachment, whose check sum is not computed."""
    large = 2**32 + 5
    path = tmp_path / "sparse"
    with path.open("w+b") as file:
        hole = bundle_zip.Entry(name="a", start=bundle_zip._header_bytes("a", large), size=large, crc=0)
        at = hole.start + hole.size
        last = bundle_zip.Entry(
            name="b", start=at + bundle_zip._header_bytes("b", 5), size=5, crc=zlib.crc32(b"after")
        )  # fmt: skip
        table = bundle_zip._central(hole) + bundle_zip._central(last)
        file.write(bundle_zip._local(hole))
        file.seek(at)
        file.write(bundle_zip._local(last) + b"after" + table + bundle_zip._end(2, len(table), last.start + 5))
        assert Container(file).read("b") == b"after"
        with zipfile.ZipFile(file) as other:
            assert other.read("b") == b"after"
            assert other.getinfo("a").file_size == large


def test_names_are_written_in_order_only() -> None:
    with pytest.raises(BundleError) as caught:
        packed({"b": b"", "a": b""})
    assert caught.value.fault is BundleFault.ORDER
