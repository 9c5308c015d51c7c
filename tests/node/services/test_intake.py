"""An attachment goes to disk sealed, as large as was said, and opens with the entry that is returned."""

import hashlib
import os
from pathlib import Path

import pytest

from rogatory_node.services.intake import ChangedError, Intake
from rogatory_node.storage.blobs import BlobFolder
from rogatory_protocol.attachment import Opener
from rogatory_protocol.errors import LocalProtocolError
from rogatory_protocol.ids import Id16
from rogatory_protocol.limits import MAX_ATTACHMENT_BYTES, MIB

BOOT = Id16(b"\xb0" * 16)
TEXT = b"a page of evidence "


@pytest.fixture
def folder(tmp_path: Path) -> BlobFolder:
    folder = BlobFolder(tmp_path / "blobs")
    folder.prepare()
    return folder


def intake(folder: BlobFolder, size: int, *, name: str = "page.pdf") -> Intake:
    return Intake(folder, boot=BOOT, name=name, mt="application/pdf", size=size)


@pytest.mark.parametrize("size", [0, 1, MIB, 2 * MIB + 7])
@pytest.mark.parametrize("block", [1_000_003, MIB])
def test_what_was_fed_is_what_opens(folder: BlobFolder, size: int, block: int) -> None:
    content = (TEXT * (size // len(TEXT) + 1))[:size]
    each = intake(folder, size)
    for at in range(0, size, block):
        each.feed(content[at : at + block])
    taken = each.finish()
    opener = Opener(taken.entry)
    with folder.read(taken.blob, stored_bytes=taken.entry.stored) as reader:
        chunks = [reader.chunk(n) for n in range(taken.entry.n)]
    for n, chunk in enumerate(chunks):
        opener.take(n, chunk)
    whole = opener.finish()
    assert b"".join(whole.read(n, chunk) for n, chunk in enumerate(chunks)) == content
    assert (taken.entry.h, taken.entry.sz) == (hashlib.sha256(content).digest(), size)
    assert (taken.entry.name, taken.entry.mt) == ("page.pdf", "application/pdf")


def test_STO_14_nothing_clear_lies_on_the_disk(folder: BlobFolder) -> None:
    content = TEXT * 100_000
    each = intake(folder, len(content))
    each.feed(content)
    part = next(folder.root.iterdir()).read_bytes()
    taken = each.finish()
    assert TEXT not in part + (folder.root / taken.blob).read_bytes()


def test_two_intakes_of_one_file_share_neither_key_nor_name(folder: BlobFolder) -> None:
    one, two = (intake(folder, 0).finish() for _ in range(2))
    assert one.blob != two.blob
    assert one.entry.k != two.entry.k
    assert one.entry.id != two.entry.id


def test_ATT_19_a_file_of_another_size_than_was_said_is_refused(folder: BlobFolder) -> None:
    short, long = intake(folder, 5), intake(folder, 5)
    short.feed(b"1234")
    long.feed(b"12345")
    with pytest.raises(ChangedError):
        short.finish()
    with pytest.raises(ChangedError) as caught:
        long.feed(b"6")
    assert (caught.value.expected, caught.value.got) == (5, 6)


def test_what_is_abandoned_leaves_no_file(folder: BlobFolder) -> None:
    each = intake(folder, 3 * MIB)
    each.feed(bytes(2 * MIB))
    assert os.listdir(folder.root)
    each.abandon()
    each.abandon()
    assert os.listdir(folder.root) == []


@pytest.mark.parametrize(
    ("name", "size"), [("a/b", 1), ("a\0b", 1), ("", 1), ("a", -1), ("a", MAX_ATTACHMENT_BYTES + 1)]
)
def test_ATT_01_a_name_or_size_outside_the_limits_opens_no_file(folder: BlobFolder, name: str, size: int) -> None:
    with pytest.raises(LocalProtocolError):
        intake(folder, size, name=name)
    assert os.listdir(folder.root) == []
