"""The printing process itself: reads jobs on its standard input, writes documents to its standard output.

Each job and each answer is one byte (0 good, 1 failed), a date in seconds since 1970, a length, and that many bytes.
"""

import json
import struct
import sys
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Final

_HEAD: Final = struct.Struct(">Bq I")
MAX_JOB: Final = 64 * 1024 * 1024
FOLDER: Final = Path(__file__).parent
STANDARDS: Final = ["a-3a", "ua-1"]
NEEDED: Final = {"zh": "Noto Sans CJK SC", "ar": "Noto Sans Arabic"}
FONT_ERROR: Final = "font"


@cache
def _fonts() -> Any:
    import fontpkg_noto_sans
    import fontpkg_noto_sans_arabic
    import typst

    folders = [Path(module.__file__).parent / "files" for module in (fontpkg_noto_sans, fontpkg_noto_sans_arabic)]
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=folders)


@cache
def _compiler() -> Any:
    import typst

    return typst.Compiler(FOLDER / "document.typ", root=FOLDER, font_paths=_fonts())


def render(job: dict[str, str], stamp: int) -> bytes:
    """Return the PDF of a job.

    Raises:
        LookupError: A font that the document's language needs is missing; its argument names the language.
    """
    for language in json.loads(job["document"])["languages"]:
        if language in NEEDED and NEEDED[language] not in families():
            raise LookupError(language)
    made = _compiler().compile(sys_inputs=job, format="pdf", pdf_standards=STANDARDS, timestamp=stamp)
    assert isinstance(made, bytes)
    return made


@cache
def families() -> frozenset[str]:
    """Return the names of the fonts that can be used."""
    return frozenset(_fonts().families())


def work(jobs: BinaryIO, answers: BinaryIO) -> None:
    """Answer jobs until there are none."""
    while len(head := jobs.read(_HEAD.size)) == _HEAD.size:
        _, stamp, size = _HEAD.unpack(head)
        if size > MAX_JOB:
            return
        try:
            failed, answer = 0, render(json.loads(jobs.read(size)), stamp)
        except LookupError as error:
            failed, answer = 1, f"{FONT_ERROR}:{error.args[0]}".encode()
        except Exception as error:  # noqa: BLE001 - whatever a template does, the next document is printed
            failed, answer = 1, type(error).__name__.encode()
        answers.write(_HEAD.pack(failed, stamp, len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    work(sys.stdin.buffer, sys.stdout.buffer)
