"""The printing process: jobs in, documents out, until the owner goes."""

import io
import json
import struct

from rogatory_node.documents import printing

HEAD = struct.Struct(">Bq I")
DOCUMENT = {
    "languages": ["en"],
    "rtl": False,
    "title": [{"words": "T", "lang": "en", "rtl": False}],
    "sender": {"words": "S", "lang": "en", "rtl": False},
    "reference": "R",
    "date": [],
    "blocks": [],
    "signature": [],
    "foot": [],
    "proof": "",
}


def answers(*jobs: bytes) -> list[tuple[int, bytes]]:
    out = io.BytesIO()
    printing.work(io.BytesIO(b"".join(HEAD.pack(0, 0, len(job)) + job for job in jobs)), out)
    out.seek(0)
    read = []
    while head := out.read(HEAD.size):
        failed, _, size = HEAD.unpack(head)
        read.append((failed, out.read(size)))
    return read


def test_answers_each_job() -> None:
    good = json.dumps({"document": json.dumps(DOCUMENT)}).encode()
    first, broken, last = answers(good, b"{", good)
    assert (first[0], broken[0], last[0]) == (0, 1, 0)
    assert first[1] == last[1]
    assert broken[1] == b"JSONDecodeError"


def test_a_job_that_is_too_long_ends_the_process() -> None:
    out = io.BytesIO()
    printing.work(io.BytesIO(HEAD.pack(0, 0, printing.MAX_JOB + 1)), out)
    assert out.getvalue() == b""


def test_the_fonts_that_come_along_are_found() -> None:
    assert {"Noto Sans", "Noto Sans Arabic"} <= printing.families()
