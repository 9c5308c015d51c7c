"""Uploads are used once, by one letter, and what no letter took up is swept."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from rogatory_node.services.intake import Taken
from rogatory_node.services.uploads import (
    MOST,
    Uploads,
    UploadsFullError,
    UploadTakenError,
    UploadUnknownError,
    sweep,
)
from rogatory_node.storage.blobs import BlobFolder, blob_name
from rogatory_node.storage.engine import open_writing
from rogatory_node.storage.tables import blobs, cases, letters
from rogatory_protocol.ids import Id16

A, B = Id16(b"A" * 16), Id16(b"B" * 16)
BOOT = Id16(bytes(16))


@pytest.fixture
def folder(tmp_path: Path) -> BlobFolder:
    made = BlobFolder(tmp_path / "blobs")
    made.prepare()
    return made


@pytest.fixture
def uploads(folder: BlobFolder) -> Uploads:
    return Uploads(folder, boot=BOOT)


def made(uploads: Uploads, upload: Id16, content: bytes = b"abc") -> Taken:
    intake = uploads.begin(upload, name="a.txt", mt="text/plain", size=len(content))()
    intake.feed(content)
    taken = intake.finish()
    uploads.complete(upload, taken)
    return taken


def test_asking_for_the_same_upload_twice_is_one_upload(uploads: Uploads) -> None:
    known = partial(uploads.known, A, name="a.txt", mt="text/plain")
    assert known(size=3) is None
    taken = made(uploads, A)
    assert known(size=3) == taken
    with pytest.raises(UploadTakenError):
        known(size=4)


def test_an_upload_that_is_on_its_way_is_not_begun_again(uploads: Uploads) -> None:
    uploads.begin(A, name="a.txt", mt="text/plain", size=3)
    for again in (uploads.known, uploads.begin):
        with pytest.raises(UploadTakenError):
            again(A, name="a.txt", mt="text/plain", size=3)
    with pytest.raises(UploadUnknownError):
        uploads.take([A])
    assert uploads.drop(A) is None
    made(uploads, A)


def test_an_upload_is_handed_out_once(uploads: Uploads) -> None:
    first, second = made(uploads, A), made(uploads, B)
    assert uploads.take([B, A]) == [second, first]
    with pytest.raises(UploadUnknownError):
        uploads.take([A])


def test_nothing_is_handed_out_unless_all_is_there(uploads: Uploads) -> None:
    taken = made(uploads, A)
    for wrong in ([A, B], [A, A]):
        with pytest.raises(UploadUnknownError):
            uploads.take(wrong)
    assert uploads.take([A]) == [taken]
    uploads.restore([A], [taken])
    assert uploads.take([A]) == [taken]


def test_uploads_that_wait_are_counted(uploads: Uploads) -> None:
    for n in range(MOST):
        uploads.begin(Id16(n.to_bytes(16, "big")), name="a", mt="text/plain", size=1)
    with pytest.raises(UploadsFullError):
        uploads.begin(A, name="a", mt="text/plain", size=1)


def test_a_file_that_no_letter_carries_is_swept(uploads: Uploads, folder: BlobFolder, database: str) -> None:
    used, unused = made(uploads, A), made(uploads, B)
    digest = bytes(range(32))
    came = blob_name(digest, 1)
    for name in (came, blob_name(digest, 2), "notes", f"{used.blob}.part"):
        (folder.root / name).touch()

    def store(connection: Connection) -> None:
        letter = {
            "digest": digest, "direction": "in", "from_aid": bytes(32), "letter_id": A, "conv": A, "case": A, "seq": 1,
            "prev": None, "urg": 0, "ts": 1, "exp": 2, "raw_sealed": b"", "parts_sealed": b"", "stored_at": 1,
        }  # fmt: skip
        row = {"letter": digest, "blob_id": A, "direction": "in", "n": 1, "stored_bytes": 1, "next_index": 1}
        with connection.begin():
            connection.execute(cases.insert(), {"id": A, "conv": A, "own_ref": None, "opened_at": 1, "flagged": False})
            connection.execute(letters.insert(), letter)
            connection.execute(blobs.insert(), [{**row, "idx": 0, "path": used.blob}, {**row, "idx": 1, "path": ""}])

    opened = open_writing(database)
    opened.run(store)
    found = opened.run(lambda connection: sweep(connection, folder))
    opened.close()
    assert found == sorted([unused.blob, blob_name(digest, 2)])
