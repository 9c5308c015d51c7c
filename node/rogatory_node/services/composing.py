"""Composing a letter: from the file that an officer hands in to a draft that can be queued (B.8, B.9).

* The file is one JSON object of at most 1 MiB; its exact bytes are the form, nothing is written anew.
* ``kind`` is one of the register of letter kinds; ``urgency.grade``, where there is one, decides the urgency (B.8).
* JSON that two readers could read differently is refused: double keys, NaN, infinite numbers, half surrogates, depth.
* All that is wrong is said together, in texts of the catalogue.
* Randomness is an argument; salts and the identifiers of letter and conversation come from it.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Final, NoReturn

from rogatory_node.casework.codes import GRADES as URGENCY
from rogatory_node.casework.kinds.register import CODES
from rogatory_node.i18n import later
from rogatory_node.services.sending import Draft
from rogatory_protocol import letter, parts
from rogatory_protocol.attachment import Entry, entry_bytes
from rogatory_protocol.ids import Aid, Id16
from rogatory_protocol.limits import (
    DAY_SECONDS,
    MAX_ATTACHMENTS,
    MAX_FORM_BYTES,
    MAX_LETTER_LIFE_SECONDS,
    MAX_RECIPIENTS,
)

MEDIA_TYPE: Final = "application/json"
MAX_DEPTH: Final = 32  # far above any form that a person fills in, far below what a parser may fail at
MAX_LIFE_DAYS: Final = MAX_LETTER_LIFE_SECONDS // DAY_SECONDS
DEFAULT_LIFE_DAYS: Final = 30
DEFAULT_GRADE: Final = "ROUTINE"
REQUEST: Final = "request"
DECISION: Final = "decision"

KINDS: Final = CODES
"""The kinds of letters that authorities exchange."""

GRADES: Final[Mapping[str, int]] = MappingProxyType({code: grade.urg for code, grade in URGENCY.items()})
"""The urgency of the wire for each grade; the exact grade stays in the form (B.8)."""

_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
# Strings are skipped whole, also one that never ends; what is left are the brackets that nest.
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One reason why something cannot be sent: a text of the catalogue and the values in it."""

    what: str
    args: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the English text."""
        return self.what.format(**self.args)


class UnfitError(Exception):
    """A letter cannot be sent as it is.

    Attributes:
        mistakes: All reasons.
    """

    code: ClassVar[str] = "letter.unfit"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        """Note the reasons."""
        super().__init__("; ".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What an officer wants to send.

    Attributes:
        id: The letter's own identifier, chosen by who orders, so that the same order twice is one letter.
        to: The recipients, in any order.
        form: The exact bytes of the file.
        conv: The conversation, or None to open one.
        lang: Language tag of the form.
        life_seconds: How long delivery is tried.
        entries: The attachments.
        blobs: Where their sealed bytes are, in the same order.
    """

    id: Id16
    to: tuple[Aid, ...]
    form: bytes = field(repr=False)
    conv: Id16 | None = None
    lang: str
    life_seconds: int = DEFAULT_LIFE_DAYS * DAY_SECONDS
    entries: tuple[Entry, ...] = ()
    blobs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What the wire must know of a form: its kind and urgency."""

    kind: str
    grade: str

    @property
    def urg(self) -> int:
        """The urgency, 0 to 3."""
        return GRADES[self.grade]


def read_form(raw: bytes) -> Form:
    """Read kind and urgency from a file.

    Raises:
        UnfitError: It cannot be sent; the error holds every reason.
    """
    form, mistakes = _read(raw)
    if form is None or mistakes:
        raise UnfitError(mistakes)
    return form


def read_object(raw: bytes) -> dict[str, Any]:
    """Read the JSON object in a file, as strictly as for sending, whatever it says.

    Raises:
        UnfitError: It is not one; the error holds every reason.
    """
    value, mistakes = _read_object(raw)
    if value is None or mistakes:
        raise UnfitError(mistakes)
    return value


def examine(order: Order, *, me: Aid, names: Sequence[str]) -> tuple[Form | None, list[Mistake]]:
    """Return what the form of an order says, when it is readable, and all that is wrong with the order.

    Args:
        order: The order.
        me: This authority.
        names: Of its attachments, which need not be taken in yet.
    """
    form, mistakes = _read(order.form)
    return form, [*mistakes, *_addresses(order, me), *_terms(order), *_names(names)]


def compose(order: Order, *, me: Aid, random: Callable[[int], bytes]) -> Draft:
    """Make the draft of an order.

    Raises:
        UnfitError: It cannot be sent; the error holds every reason.
        LocalProtocolError: An attachment entry is outside its limits.
    """
    form, mistakes = examine(order, me=me, names=[entry.name for entry in order.entries])
    if form is None or mistakes:
        raise UnfitError(mistakes)
    items = [parts.form_bytes(parts.Form(mt=MEDIA_TYPE, data=order.form)), *map(entry_bytes, order.entries)]
    pairs = [(random(parts.SALT_BYTES), item) for item in items]
    commitments = [parts.commit(*pair) for pair in pairs]
    body = letter.Body(
        id=order.id,
        sender=me,
        to=tuple(sorted(order.to)),
        conv=order.conv or Id16(random(_ID_BYTES)),
        urg=form.urg,
        kind=form.kind,
        lang=order.lang,
        form=commitments[0],
        att=tuple(commitments[1:]),
    )
    return Draft(
        body=body, parts=parts.parts_bytes(pairs[0], pairs[1:]), life_seconds=order.life_seconds, blobs=order.blobs
    )


# --- The form -------------------------------------------------------------------------------------------------------


def _read(raw: bytes) -> tuple[Form | None, list[Mistake]]:
    """Return the form, when its kind and grade are readable, and all that is wrong with it."""
    value, mistakes = _read_object(raw)
    if value is None:
        return None, mistakes
    kind, grade = value.get("kind"), _grade_of(value)
    mistakes += [*_kind_mistakes(kind), *_grade_mistakes(grade)]
    return (None if mistakes else Form(kind=str(kind), grade=str(grade))), mistakes


def _read_object(raw: bytes) -> tuple[dict[str, Any] | None, list[Mistake]]:
    """Return the object in a file, when there is one, and all that is wrong with it."""
    if len(raw) > MAX_FORM_BYTES:
        return None, [Mistake(what=later("the file is larger than {most} bytes"), args={"most": MAX_FORM_BYTES})]
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return None, [Mistake(what=later("the file is not UTF-8 text (byte {place})"), args={"place": error.start})]
    if _depth(text) > MAX_DEPTH:
        return None, [Mistake(what=later("the file nests deeper than {most} levels"), args={"most": MAX_DEPTH})]
    value, mistakes = _parse(text)
    if mistakes and value is None:
        return None, mistakes
    if not isinstance(value, dict):
        return None, [*mistakes, Mistake(what=later("the file does not hold one JSON object"))]
    return value, mistakes


def _parse(text: str) -> tuple[Any, list[Mistake]]:
    """Parse strictly; faults that leave a value are noted beside it."""
    found: list[Mistake] = []
    try:
        value = json.loads(
            text, object_pairs_hook=lambda pairs: _object(pairs, found), parse_float=_float, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        place: dict[str, str | int] = {"line": error.lineno, "column": error.colno}
        return None, [Mistake(what=later("the file is not JSON (line {line}, column {column})"), args=place)]
    except ValueError:
        # NaN, an infinite number, or a whole number of thousands of digits.
        return None, [*found, Mistake(what=later("the file holds a number that is none, or is too large"))]
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        found.append(Mistake(what=later("the file holds half of a surrogate pair, which is no character")))
    return value, found


def _object(pairs: Sequence[tuple[str, Any]], found: list[Mistake]) -> dict[str, Any]:
    twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    found += [Mistake(what=later("“{name}” stands twice in the same object"), args={"name": _plain(n)}) for n in twice]
    return dict(pairs)


def _float(digits: str) -> float:
    value = float(digits)
    if value in {float("inf"), float("-inf")}:
        raise ValueError(digits)
    return value


def _constant(name: str) -> NoReturn:
    raise ValueError(name)


def _depth(text: str) -> int:
    """Return how deep brackets nest, without a parser that could run out of stack."""
    depth = deepest = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        depth += 1 if mark in "[{" else -1 if mark in "]}" else 0
        deepest = max(deepest, depth)
    return deepest


def _grade_of(value: Mapping[str, Any]) -> Any:
    urgency = value.get("urgency")
    if urgency is None:
        return DEFAULT_GRADE
    return urgency.get("grade", DEFAULT_GRADE) if isinstance(urgency, dict) else urgency


def _kind_mistakes(kind: Any) -> Iterator[Mistake]:
    if kind is None:
        yield Mistake(what=later("the file does not say its “kind”, for example “request”"))
    elif not isinstance(kind, str) or kind not in KINDS:
        yield Mistake(what=later("the kind “{kind}” is not known"), args={"kind": _plain(kind)})


def _grade_mistakes(grade: Any) -> Iterator[Mistake]:
    if not isinstance(grade, str) or grade not in GRADES:
        args: dict[str, str | int] = {"grade": _plain(grade), "known": ", ".join(GRADES)}
        yield Mistake(what=later("the urgency grade “{grade}” is not one of {known}"), args=args)


# --- The rest of an order ---------------------------------------------------------------------------------------------


def _addresses(order: Order, me: Aid) -> Iterator[Mistake]:
    if not 1 <= len(order.to) <= MAX_RECIPIENTS:
        yield Mistake(what=later("a letter has 1 to {most} recipients"), args={"most": MAX_RECIPIENTS})
    if len(set(order.to)) != len(order.to):
        yield Mistake(what=later("a recipient is named twice"))
    if me in order.to:
        yield Mistake(what=later("a letter cannot be sent to this authority itself"))


def _terms(order: Order) -> Iterator[Mistake]:
    if not _LANGUAGE.fullmatch(order.lang) or len(order.lang) > letter.MAX_LANGUAGE_BYTES:
        yield Mistake(what=later("“{lang}” is not a language tag such as “en”"), args={"lang": _plain(order.lang)})
    if not 0 < order.life_seconds <= MAX_LETTER_LIFE_SECONDS:
        yield Mistake(what=later("delivery is tried for 1 to {most} days"), args={"most": MAX_LIFE_DAYS})


def _names(names: Sequence[str]) -> list[Mistake]:
    """Say what is wrong with the names of attachments together: too many, or two that one folder cannot hold."""
    found = []
    if len(names) > MAX_ATTACHMENTS:
        found.append(Mistake(what=later("a letter has at most {most} attachments"), args={"most": MAX_ATTACHMENTS}))
    alike = Counter(unicodedata.normalize("NFC", name).casefold() for name in names)
    twice = sorted({n for n in names if alike[unicodedata.normalize("NFC", n).casefold()] > 1})
    found += [Mistake(what=later("two attachments have the name “{name}”"), args={"name": _plain(n)}) for n in twice]
    return found


def _plain(value: Any) -> str:
    """Return a short form of what stands in a file, safe to show: one line, no half surrogates."""
    text = value if isinstance(value, str) else json.dumps(value)
    return "".join(letter if letter.isprintable() else "�" for letter in text[:40])
