"""The demonstration's files are what their names say."""

import hashlib
import struct
import zlib
from pathlib import Path

from rogatory_node.demo import samples


def test_the_pdf_has_its_objects_where_its_table_says() -> None:
    content = samples.pdf(("one (1)", "two"))
    at = int(content.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    assert content[at:].startswith(b"xref")
    for number, line in enumerate(content[at:].split(b"\n")[3:8], 1):
        assert content[int(line[:10]) :].startswith(f"{number} 0 obj".encode())
    assert rb"one \(1\)" in content


def test_the_image_holds_its_pixels() -> None:
    content = samples.png(16)
    (length,) = struct.unpack(">I", content[33:37])
    pixels = zlib.decompress(content[41 : 41 + length])
    assert len(pixels) == 16 * (1 + 3 * 16)


def test_data_has_its_size_and_does_not_shrink() -> None:
    size = 2 * samples.BLOCK + 7
    content = b"".join(samples.data(size))
    assert len(content) == size
    assert content == b"".join(samples.data(size))
    assert content[:9] != content[samples.BLOCK :][:9]
    assert len(zlib.compress(content[: samples.BLOCK])) > samples.BLOCK


def test_the_request_lists_each_file_with_its_digest(tmp_path: Path) -> None:
    files = samples.write(tmp_path, data_bytes=3)
    listed = samples.listed(files)
    assert [each["name"] for each in listed] == [path.name for path in files]
    assert [each["sha256"] for each in listed] == [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    assert {each["role"] for each in listed} == {"order", "photo", "evidence"}
