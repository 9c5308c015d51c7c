"""Texts for people in seven languages, by gettext catalogues.

* The text in the code is the English one and the key of the catalogue; values go in by name, with ``str.format``.
* The language is chosen once, at start: ROGATORY_LANGUAGE, else the system's, else English; pages choose anew.
* Catalogues are the ``.po`` files that translators edit; they are read when they are needed and kept.
"""

import gettext
import os
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("ar", "en", "es", "fr", "pt", "ru", "zh")
SOURCE: Final = "en"
RIGHT_TO_LEFT: Final = frozenset({"ar"})
LOCALE: Final = Path(__file__).parent / "locale"


def chosen(environ: Mapping[str, str]) -> str:
    """Return the language that the environment asks for, if we speak it; otherwise English."""
    wanted = (environ.get(name, "") for name in ("ROGATORY_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    first = next((value for value in wanted if value), SOURCE)
    code = first.replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return code if code in LANGUAGES else SOURCE


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language; English needs none."""
    path = LOCALE / f"{language}.po"
    if language == SOURCE or language not in LANGUAGES or not path.is_file():
        return gettext.NullTranslations()
    # Loaded only for those who read another language: it costs a tenth of a second.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        read = read_po(file, locale=language)
    binary = BytesIO()
    write_mo(binary, read)
    binary.seek(0)
    return gettext.GNUTranslations(binary)


def translate(text: str, language: str) -> str:
    """Return a text in a language; the English one where there is no translation yet."""
    return catalogue(language).gettext(text)


def plural(one: str, many: str, count: int, language: str) -> str:
    """Return the form of a text for a number, by the rules of the language."""
    return catalogue(language).ngettext(one, many, count)


def later(text: str) -> str:
    """Mark a text for the catalogue where it stands in a table; it is translated when it is shown."""
    return text


def direction(language: str) -> str:
    """Return ``rtl`` or ``ltr``, as pages say it."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


LANGUAGE: Final = chosen(os.environ)
"""The language of this process."""


def _(text: str) -> str:
    """Return a text in the language of this process."""
    return translate(text, LANGUAGE)
