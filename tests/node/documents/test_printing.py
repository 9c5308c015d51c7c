"""The printing process: jobs in, documents out, until the owner goes."""

import io
import json
import struct
import unicodedata
from typing import Any

import pytest

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


def told(words: str) -> dict[str, str]:
    sender = {"words": words, "lang": "", "rtl": False}
    return {"document": json.dumps(DOCUMENT | {"sender": sender}, ensure_ascii=False)}


def test_the_fonts_that_come_along_print_every_sign_that_is_left_to_them() -> None:
    assert {"Noto Sans", "Noto Sans Arabic"} <= printing.families()
    signs = [chr(code) for code in range(0x20, 0x10000) if printing._OWN.fullmatch(chr(code))]
    kept = "".join(sign for sign in signs if unicodedata.category(sign)[0] not in "CZ")
    assert len(kept) > 2_000
    # A sign without a font would be refused: PDF/A has none for "missing".
    assert printing._compiled(told(kept), 0, all_fonts=False).startswith(b"%PDF-")


def test_other_signs_are_looked_for_among_all_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    compiler = printing._compiler

    def noted(all_fonts: bool) -> Any:
        asked.append(all_fonts)
        return compiler(False)

    monkeypatch.setattr(printing, "_compiler", noted)
    printing.render(told("Ministère / Министерство / وزارة"), 0)
    with pytest.raises(Exception, match="could not be displayed"):
        printing.render(told("\N{HEBREW LETTER ALEF}"), 0)
    assert asked == [False, True]
