"""Attachment files."""

import errno
import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from rogatory_node.storage import blobs
from rogatory_node.storage.blobs import SEALED_CHUNK_BYTES, BlobFolder, blob_name
from rogatory_node.storage.errors import DamagedError, MissingBlobError, StorageFailedError, StorageFullError

NAME = blob_name(b"\1" * 32, 0)
LAST_BYTES = 5_000
CHUNKS = (bytes(SEALED_CHUNK_BYTES), b"\1" * SEALED_CHUNK_BYTES, b"\2" * LAST_BYTES)
STORED_BYTES = sum(len(chunk) for chunk in CHUNKS)


@pytest.fixture
def folder(tmp_path: Path) -> BlobFolder:
    folder = BlobFolder(tmp_path / "blobs")
    folder.prepare()
    return folder


def store(folder: BlobFolder, *, start: int = 0) -> None:
    with folder.write(NAME, stored_bytes=STORED_BYTES, next_index=start) as writer:
        for chunk in CHUNKS[writer.next_index :]:
            writer.append(chunk)
        writer.finish()


def load(folder: BlobFolder) -> tuple[bytes, ...]:
    with folder.read(NAME, stored_bytes=STORED_BYTES) as reader:
        return tuple(reader.chunk(n) for n in range(len(CHUNKS)))


def test_what_was_written_is_read(folder: BlobFolder) -> None:
    store(folder)
    assert load(folder) == CHUNKS
    assert os.listdir(folder.root) == [NAME]


def test_others_cannot_read_the_files(folder: BlobFolder) -> None:
    store(folder)
    assert folder.root.stat().st_mode & 0o777 == 0o700
    assert (folder.root / NAME).stat().st_mode & 0o777 == 0o600


def test_a_transfer_goes_on_where_it_was_durable(folder: BlobFolder) -> None:
    with folder.write(NAME, stored_bytes=STORED_BYTES) as writer:
        writer.append(CHUNKS[0])
        assert writer.durable_index == 0
        assert writer.sync() == 1
        writer.append(CHUNKS[1])
    # The second chunk was never synced: its bytes may be anything after a power cut.
    with folder.write(NAME, stored_bytes=STORED_BYTES, next_index=1) as writer:
        assert writer.next_index == 1
        assert (folder.root / f"{NAME}.part").stat().st_size == SEALED_CHUNK_BYTES
    store(folder, start=1)
    assert load(folder) == CHUNKS


@pytest.mark.parametrize("kept", [0, 1, SEALED_CHUNK_BYTES - 1])
def test_STO_12_a_part_shorter_than_its_row_says_is_fetched_again(folder: BlobFolder, kept: int) -> None:
    (folder.root / f"{NAME}.part").write_bytes(bytes(kept))
    with folder.write(NAME, stored_bytes=STORED_BYTES, next_index=2) as writer:
        assert 0 == writer.next_index == writer.durable_index


def test_what_was_written_is_read_back_by_who_goes_on(folder: BlobFolder) -> None:
    with folder.write(NAME, stored_bytes=STORED_BYTES) as writer:
        for chunk in CHUNKS[:2]:
            writer.append(chunk)
        writer.sync()
    with folder.write(NAME, stored_bytes=STORED_BYTES, next_index=2) as writer:
        assert [writer.read_back(0), writer.read_back(1)] == list(CHUNKS[:2])
        for index in (-1, 2):
            with pytest.raises(ValueError, match="no chunk"):
                writer.read_back(index)
        os.truncate(folder.root / f"{NAME}.part", SEALED_CHUNK_BYTES + 1)
        with pytest.raises(DamagedError):
            writer.read_back(1)
        assert not writer.closed
    assert writer.closed


def test_a_blob_renamed_before_its_row_knew_is_taken_up_again(folder: BlobFolder) -> None:
    store(folder)
    store(folder, start=2)
    assert load(folder) == CHUNKS


def test_STO_24_part_files_that_no_row_wants_are_swept_at_start(folder: BlobFolder) -> None:
    wanted, unwanted = NAME, blob_name(b"\2" * 32, 7)
    for name in (wanted, unwanted):
        (folder.root / f"{name}.part").write_bytes(b"x")
    whole = blob_name(b"\3" * 32, 0)
    (folder.root / whole).write_bytes(b"x")
    assert [unwanted] == folder.prepare({wanted: 1})
    assert {f"{wanted}.part", whole} == set(os.listdir(folder.root))


@pytest.mark.parametrize(
    ("index", "size"),
    [(0, SEALED_CHUNK_BYTES - 1), (0, SEALED_CHUNK_BYTES + 1), (0, 0), (2, LAST_BYTES + 1), (3, 1), (3, 0)],
)
def test_a_chunk_of_another_size_is_refused(folder: BlobFolder, index: int, size: int) -> None:
    with folder.write(NAME, stored_bytes=STORED_BYTES) as writer:
        for chunk in CHUNKS[:index]:
            writer.append(chunk)
        with pytest.raises(ValueError, match="chunk"):
            writer.append(bytes(size))
        assert index == writer.next_index


def test_an_incomplete_blob_cannot_be_finished(folder: BlobFolder) -> None:
    with folder.write(NAME, stored_bytes=STORED_BYTES) as writer:
        writer.append(CHUNKS[0])
        with pytest.raises(ValueError, match="chunk 1 is missing"):
            writer.finish()
    with pytest.raises(MissingBlobError):
        load(folder)


def test_a_sync_is_due_every_32_mib_and_forced_at_three_times_that(
    folder: BlobFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "SYNC_BYTES", 2 * SEALED_CHUNK_BYTES)
    monkeypatch.setattr(blobs, "MOST_UNSYNCED_BYTES", 3 * SEALED_CHUNK_BYTES)
    with folder.write(NAME, stored_bytes=6 * SEALED_CHUNK_BYTES) as writer:
        due = []
        for _ in range(5):
            writer.append(CHUNKS[0])
            due.append((writer.due, writer.durable_index))
    assert due == [(False, 0), (True, 0), (True, 0), (False, 3), (True, 3)]


def test_chunks_go_on_while_a_sync_runs(folder: BlobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk that comes during the call is not called durable."""
    entered, opened = threading.Event(), threading.Event()
    fdatasync = os.fdatasync

    def slow(handle: int) -> None:
        entered.set()
        assert opened.wait(10)
        fdatasync(handle)

    monkeypatch.setattr(os, "fdatasync", slow)
    with folder.write(NAME, stored_bytes=STORED_BYTES) as writer:
        writer.append(CHUNKS[0])
        syncing = threading.Thread(target=writer.sync)
        syncing.start()
        assert entered.wait(10)
        writer.append(CHUNKS[1])
        opened.set()
        syncing.join()
        assert (writer.next_index, writer.durable_index) == (2, 1)


@pytest.mark.parametrize("call", ["fdatasync", "fsync"])
def test_STO_03_a_failed_sync_is_final_for_the_writer(
    folder: BlobFolder, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with folder.write(NAME, stored_bytes=STORED_BYTES) as writer:
        for chunk in CHUNKS:
            writer.append(chunk)
        with monkeypatch.context() as patch:
            patch.setattr(os, call, fail)
            with pytest.raises(StorageFailedError):
                writer.finish()
        # A second sync would report success for pages that the first one lost.
        with pytest.raises(StorageFailedError):
            writer.finish()


def test_STO_04_no_space_leaves_the_chunk_to_be_tried_again(
    folder: BlobFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pwrite = os.pwrite

    def half(handle: int, content: memoryview, offset: int) -> int:
        if offset % SEALED_CHUNK_BYTES:
            raise OSError(errno.ENOSPC, "No space left on device")
        return pwrite(handle, content[:100], offset)

    with folder.write(NAME, stored_bytes=STORED_BYTES) as writer:
        with monkeypatch.context() as patch:
            patch.setattr(os, "pwrite", half)
            with pytest.raises(StorageFullError):
                writer.append(CHUNKS[0])
        for chunk in CHUNKS:
            writer.append(chunk)
        writer.finish()
    assert load(folder) == CHUNKS


def test_STO_07_the_folder_is_synced_after_the_rename(folder: BlobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    fdatasync, fsync = os.fdatasync, os.fsync

    def note(name: str, handle: int) -> None:
        target = Path(os.readlink(f"/proc/self/fd/{handle}"))
        seen.append(f"{name} {target.name} {sorted(os.listdir(folder.root))}")

    monkeypatch.setattr(os, "fdatasync", lambda handle: (note("data", handle), fdatasync(handle)))
    monkeypatch.setattr(os, "fsync", lambda handle: (note("folder", handle), fsync(handle)))
    store(folder)
    assert [f"data {NAME}.part ['{NAME}.part']", f"folder blobs ['{NAME}']"] == seen


def test_STO_12_a_blob_that_is_not_there_or_has_another_size_is_named(folder: BlobFolder) -> None:
    with pytest.raises(MissingBlobError):
        load(folder)
    store(folder)
    os.truncate(folder.root / NAME, STORED_BYTES - 1)
    with pytest.raises(DamagedError):
        load(folder)


def test_a_file_cut_while_it_is_read_is_noticed(folder: BlobFolder) -> None:
    store(folder)
    with folder.read(NAME, stored_bytes=STORED_BYTES) as reader:
        os.truncate(folder.root / NAME, SEALED_CHUNK_BYTES + 1)
        assert CHUNKS[0] == reader.chunk(0)
        with pytest.raises(DamagedError) as caught:
            reader.chunk(1)
        assert caught.value.identifier == 1


@pytest.mark.parametrize("index", [-1, 3, 2**40])
def test_there_is_no_chunk_outside_the_blob(folder: BlobFolder, index: int) -> None:
    store(folder)
    with folder.read(NAME, stored_bytes=STORED_BYTES) as reader, pytest.raises(ValueError, match="no chunk"):
        reader.chunk(index)


@pytest.mark.parametrize("name", ["../node.db", "a", "", f"{NAME}/x", blob_name(b"\xab" * 32, 0).upper(), f"{NAME}\n"])
def test_a_name_that_we_did_not_make_opens_nothing(folder: BlobFolder, name: str) -> None:
    with pytest.raises(MissingBlobError):
        folder.read(name, stored_bytes=1)
    with pytest.raises(MissingBlobError):
        folder.write(name, stored_bytes=1)
    with pytest.raises(MissingBlobError):
        folder.erase(name)


def test_a_link_in_place_of_a_blob_is_not_followed(folder: BlobFolder, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(STORED_BYTES))
    (folder.root / NAME).symlink_to(secret)
    with pytest.raises(OSError, match="symbolic"):
        load(folder)
    (folder.root / NAME).unlink()
    (folder.root / f"{NAME}.part").symlink_to(secret)
    with pytest.raises(StorageFailedError):
        folder.write(NAME, stored_bytes=STORED_BYTES)


def test_an_erased_blob_is_gone(folder: BlobFolder) -> None:
    store(folder)
    folder.erase(NAME)
    folder.erase(NAME)
    assert os.listdir(folder.root) == []


CHILD = """
    import sys
    from pathlib import Path
    from rogatory_node.storage.blobs import SEALED_CHUNK_BYTES, BlobFolder

    folder = BlobFolder(Path(sys.argv[1]))
    with folder.write(sys.argv[2], stored_bytes=3 * SEALED_CHUNK_BYTES) as writer:
        for n in range(3):
            writer.append(bytes([n]) * SEALED_CHUNK_BYTES)
            print(writer.sync(), flush=True)
        writer.finish()
        print("stored", flush=True)
"""


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("blobs.written:2", ["1"]),
        ("blobs.synced:2", ["1"]),
        ("blobs.renamed:1", ["1", "2", "3"]),
        ("blobs.finished:1", ["1", "2", "3"]),
    ],
)
def test_STO_01_killed_at_each_point_a_transfer_goes_on(folder: BlobFolder, fault: str, said: list[str]) -> None:
    environ = {**os.environ, "ROGATORY_TEST": "1", "ROGATORY_FAULT": fault}
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(folder.root), NAME]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert said == done.stdout.split()

    durable = int(said[-1])
    expected = [bytes([n]) * SEALED_CHUNK_BYTES for n in range(3)]
    folder.prepare({NAME: durable})
    with folder.write(NAME, stored_bytes=3 * SEALED_CHUNK_BYTES, next_index=durable) as writer:
        assert durable == writer.next_index
        for chunk in expected[durable:]:
            writer.append(chunk)
        writer.finish()
    whole = hashlib.sha256((folder.root / NAME).read_bytes()).digest()
    assert hashlib.sha256(b"".join(expected)).digest() == whole
