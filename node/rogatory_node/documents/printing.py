"""The printing process itself: reads jobs on its standard input, writes documents to its standard output.

Each job and each answer is one byte (0 good, 1 failed), a date in seconds since 1970, a length, and that many bytes.

* Fonts that come along serve the scripts of six languages and are read at once. The fonts of the machine, hundreds of
  files, are looked through only for a document that holds other signs.
"""

import json
import re
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
# Latin, Greek, Cyrillic, Arabic, punctuation, signs of money and numbering: a test prints all of it. The few Coptic
# letters among the Greek ones are not there.
_OWN: Final = re.compile(
    r"[\s\u0020-\u024f\u0370-\u03e1\u03f0-\u052f\u0600-\u06ff\u0750-\u077f\u1e00-\u206f\u20a0-\u20bf"
    r"\u2100-\u214f\ufb50-\ufdff\ufe70-\ufefc\ufffd]*"
)


@cache
def _fonts(all_fonts: bool) -> Any:
    import fontpkg_noto_sans
    import fontpkg_noto_sans_arabic
    import typst

    folders = [Path(module.__file__).parent / "files" for module in (fontpkg_noto_sans, fontpkg_noto_sans_arabic)]
    return typst.Fonts(include_system_fonts=all_fonts, include_embedded_fonts=False, font_paths=folders)


@cache
def _compiler(all_fonts: bool) -> Any:
    import typst

    return typst.Compiler(FOLDER / "document.typ", root=FOLDER, font_paths=_fonts(all_fonts))


def render(job: dict[str, str], stamp: int) -> bytes:
    """Return the PDF of a job.

    Raises:
        LookupError: A font that the document's language needs is missing; its argument names the language.
    """
    all_fonts = not _OWN.fullmatch(job["document"])
    for language in json.loads(job["document"])["languages"]:
        if language in NEEDED and NEEDED[language] not in families(all_fonts):
            all_fonts = True
            if NEEDED[language] not in families(all_fonts):
                raise LookupError(language)
    return _compiled(job, stamp, all_fonts)


def _compiled(job: dict[str, str], stamp: int, all_fonts: bool) -> bytes:
    made = _compiler(all_fonts).compile(sys_inputs=job, format="pdf", pdf_standards=STANDARDS, timestamp=stamp)
    assert isinstance(made, bytes)
    return made


@cache
def families(all_fonts: bool = False) -> frozenset[str]:
    """Return the names of the fonts that come along, or of all that can be used."""
    return frozenset(_fonts(all_fonts).families())


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
