"""What a document says, before it has a shape.

* A document is a title, facts about itself, and blocks: headings, rows of label and value, paragraphs, tables.
* Each text carries the language that it is written in: a label is of the document's language, a value of its writer's.
* A bilingual document has two columns of the same blocks; labels are in both languages, values stand once.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from rogatory_node.i18n import LANGUAGES, RIGHT_TO_LEFT

MAX_BLOCKS: Final = 20_000  # a document of some five hundred pages; more is a file to attach, not a document to print
_RIGHTWARD: Final = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "ug", "ur", "yi"})
MAX_TEXT: Final = 1024 * 1024  # no longer than the longest form (B.18)


class DocumentError(Exception):
    """A document cannot be made: the reason is for the person who asked for it."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words in a language: a label of ours or what somebody wrote.

    Attributes:
        words: The words; line breaks are kept, nothing is markup.
        lang: Their language tag, or "" where nobody said.
    """

    words: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A label and what stands beside it.

    Attributes:
        label: One text for each language of the document.
        value: What was entered.
        code: An identifier, number or address: never hyphenated, always written left to right.
    """

    label: tuple[Text, ...]
    value: Text
    code: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document.

    Attributes:
        heading: One text for each language of the document; empty for none.
        level: 1 for a section, 2 and 3 inside.
        rows: Labels and values.
        paragraphs: Running text after the rows.
    """

    heading: tuple[Text, ...] = ()
    level: int = 1
    rows: tuple[Row, ...] = ()
    paragraphs: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A document to be printed.

    Attributes:
        languages: One or two of ours; the first decides the direction and order.
        title: One text for each language.
        sender: Names of the authority that issues it, as it writes itself.
        reference: The reference printed on every page.
        date: The day in words of each language.
        blocks: What it says.
        signature: Lines under which an officer signs, or none.
        foot: A line at the foot of each page, for each language; for what it is a print of.
        proof: Characters of the code printed at the end (an address or digits), or None.
        stamp: Seconds since 1970 that the file carries as its date: the same document gives the same bytes.
    """

    languages: tuple[str, ...]
    title: tuple[Text, ...]
    sender: Text
    reference: str
    date: tuple[Text, ...]
    blocks: tuple[Block, ...]
    signature: tuple[Row, ...] = ()
    foot: tuple[Text, ...] = ()
    proof: str | None = None
    stamp: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be printed.

        Raises:
            DocumentError: A language that is not ours, none or three of them, or more than fits a document.
        """
        if not 1 <= len(self.languages) <= 2 or set(self.languages) - set(LANGUAGES):
            raise DocumentError("a document is in one or two of the seven languages")
        if len(self.blocks) > MAX_BLOCKS:
            raise DocumentError(f"more than {MAX_BLOCKS} parts")


def plain(page: Page) -> dict[str, Any]:
    """Return a document as JSON for the press: nothing but strings, numbers and lists."""
    return {
        "languages": list(page.languages),
        "rtl": page.languages[0] in RIGHT_TO_LEFT,
        "title": _texts(page.title),
        "sender": _text(page.sender),
        "reference": page.reference,
        "date": _texts(page.date),
        "blocks": [_block(block) for block in page.blocks],
        "signature": [_row(row) for row in page.signature],
        "foot": _texts(page.foot),
        "proof": page.proof or "",
    }


def _block(block: Block) -> dict[str, Any]:
    return {
        "heading": _texts(block.heading),
        "level": block.level,
        "rows": [_row(row) for row in block.rows],
        "paragraphs": _texts(block.paragraphs),
    }


def _row(row: Row) -> dict[str, Any]:
    return {"label": _texts(row.label), "value": _text(row.value), "code": row.code}


def _texts(texts: Sequence[Text]) -> list[dict[str, Any]]:
    return [_text(text) for text in texts]


def _text(text: Text) -> dict[str, Any]:
    words = text.words if len(text.words) <= MAX_TEXT else text.words[:MAX_TEXT]
    lines = [] if text.lang else [runs_rightward(Text(line)) for line in words.split("\n")]
    # Lines of several languages stand in one text that names none: then each line has its own direction.
    mixed = {"lines": lines} if len(set(lines)) > 1 else {}
    lang = text.lang.partition("-")[0].lower()[:3]
    return {"words": printable(words), "lang": lang, "rtl": runs_rightward(text), **mixed}


def runs_rightward(text: Text) -> bool:
    """Say whether a text runs from right to left: by its language, else by its first letter that has a direction."""
    if text.lang:
        return text.lang.partition("-")[0].lower() in _RIGHTWARD
    strong = (unicodedata.bidirectional(sign) for sign in text.words[:1000])
    return next((kind in {"R", "AL"} for kind in strong if kind in {"L", "R", "AL"}), False)


# Marks that turn the order of what follows, and controls: a printed name must read as it is stored (reliability TXT).
_TURNING: Final = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
_CONTROLS: Final = (*range(9), 11, 12, *range(14, 32), 127, *range(128, 160), 0xFEFF)
_DROPPED: Final = dict.fromkeys(_TURNING) | dict.fromkeys(_CONTROLS, 0xFFFD)


def printable(words: str) -> str:
    """Return words as they may be printed: without marks that reorder their surroundings, controls shown as �."""
    return words.translate(_DROPPED)
