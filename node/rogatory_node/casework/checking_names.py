"""Rules for names and references: what looks like something else, or hides something (TXT rows of the catalogue).

* Marks of direction and invisible characters are wrong in a name; joiners are right in scripts that join.
* Letters of two scripts inside one word, digits of two kinds, and two names that only look the same, are risks.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rogatory_node.casework.checking_finding import Case, Finding, pointer
from rogatory_node.i18n import later

NAMES: Final = frozenset(
    {
        *("surname", "given_names", "original_script", "aliases", "name", "title", "holder", "provider", "institution"),
        *("person", "organisation", "conducting", "court", "target", "value"),
        *("sender", "counterpart", "reference", "previous_reference", "case_no"),
    }
)
MAX_NAMES: Final = 2_000
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_JOINERS: Final = frozenset("\u200c\u200d")
_SCRIPTS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
_LOOKALIKES: Final[Mapping[str, str]] = {
    # Latin letter -> Cyrillic and Greek letters that look like it.
    "a": "\u0430\u03b1\u0410\u0391",
    "b": "\u0412\u0392",
    "c": "\u0441\u0421\u03f2",
    "d": "\u0501",
    "e": "\u0435\u0415\u0395",
    "h": "\u04bb\u041d\u0397",
    "i": "\u0456\u0406\u03b9\u0399",
    "j": "\u0458\u0408",
    "k": "\u043a\u041a\u03ba\u039a",
    "l": "\u04cf",
    "m": "\u041c\u039c",
    "n": "\u039d",
    "o": "\u043e\u041e\u03bf\u039f",
    "p": "\u0440\u0420\u03c1\u03a1",
    "q": "\u051b",
    "s": "\u0455\u0405",
    "t": "\u0422\u03c4\u03a4",
    "u": "\u03c5",
    "v": "\u03bd",
    "w": "\u051d",
    "x": "\u0445\u0425\u03c7\u03a7",
    "y": "\u0443\u0423\u03a5",
    "z": "\u0396",
    # Arabic letters that differ by a stroke or a dot: Kaf, Yeh, Heh, Alef and Waw.
    "\u0643": "\u06aa\u06a9",
    "\u064a": "\u0649\u06cc\u0626",
    "\u0647": "\u0629\u06c1",
    "\u0627": "\u0623\u0625\u0622\u0671",
    "\u0648": "\u0624",
    "": "\u0640",
}
_ALIKE: Final = {ord(each): plain for plain, others in _LOOKALIKES.items() for each in others}


def names(case: Case) -> Iterator[Finding]:
    """Yield names that hide or pretend."""
    seen: dict[str, str] = {}
    for count, (path, value) in enumerate(_names(case.form, ())):
        if count >= MAX_NAMES:
            return
        yield from _hidden(path, value)
        yield from _mixed(path, value)
        plain = unicodedata.normalize("NFC", value).strip()
        other = seen.setdefault(skeleton(value), plain)
        if other != plain and other.casefold() != plain.casefold():
            text = later("Two names in this form look the same but are written with different letters.")
            yield Finding(code="name.twin", level="risk", path=path, text=text)


def skeleton(text: str) -> str:
    """Return a form of a name that is equal for names that look alike."""
    folded = unicodedata.normalize("NFKC", "".join(each for each in text if not _invisible(each)))
    digits = (str(unicodedata.digit(each)) if unicodedata.category(each) == "Nd" else each for each in folded)
    return "".join(digits).translate(_ALIKE).casefold().strip()


def _hidden(path: str, value: str) -> Iterator[Finding]:
    if any(each in _BIDI for each in value):
        text = later("The name holds marks that change the direction of reading.")
        yield Finding(code="name.bidi", level="wrong", path=path, text=text)
    if any(_invisible(each) and each not in _BIDI and not _joins(value, place) for place, each in enumerate(value)):
        text = later("The name holds characters that cannot be seen.")
        yield Finding(code="name.invisible", level="wrong", path=path, text=text)


def _mixed(path: str, value: str) -> Iterator[Finding]:
    if value.isascii():
        return
    if any(len(_scripts(word)) > 1 for word in value.split()):
        text = later("A word mixes letters of two scripts that look alike.")
        yield Finding(code="name.mixed", level="risk", path=path, text=text)
    if len({ord(each) - unicodedata.digit(each) for each in value if unicodedata.category(each) == "Nd"}) > 1:
        text = later("Digits of two kinds stand in one name or reference.")
        yield Finding(code="name.digits", level="risk", path=path, text=text)


def _scripts(word: str) -> set[str]:
    return {
        name
        for each in word
        if each.isalpha()
        for name in [unicodedata.name(each, "").split(" ")[0]]
        if name in _SCRIPTS
    }


def _invisible(each: str) -> bool:
    return unicodedata.category(each) in {"Cf", "Cc", "Zl", "Zp"} or "\ufe00" <= each <= "\ufe0f"


def _joins(value: str, place: int) -> bool:
    """Say whether a joiner stands between letters, or their vowel signs, of a script that joins."""
    around = value[place - 1 : place] + value[place + 1 : place + 2]
    return value[place] in _JOINERS and len(around) == 2 and all(_joining(each) for each in around)


def _joining(each: str) -> bool:
    return ord(each) > 0x5FF and unicodedata.category(each)[0] in "LM"


def _names(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, str]]:
    """Yield the names in a form, without recursion: a form may nest as deep as it likes."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [(path, value)]
    while waiting:
        here, found = waiting.pop()
        if isinstance(found, Mapping):
            waiting += [((*here, name), each) for name, each in reversed(list(found.items()))]
        elif isinstance(found, list):
            waiting += [((*here, place), found[place]) for place in reversed(range(len(found)))]
        elif isinstance(found, str) and next((p for p in reversed(here) if isinstance(p, str)), "") in NAMES:
            yield pointer(*here), found


RULES: Final = (names,)
