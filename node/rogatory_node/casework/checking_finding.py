"""What a check says of a form, and the careful reading of forms that rules share.

* A finding has a code, a level, a place, a text of the message catalogue with its values, and where the duty is from.
* Titles of fields are texts of the catalogue too: they are translated when a finding is shown.
* Nothing here raises for what stands in a form.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final, Literal

from rogatory_node.casework.law.corpus import Corpus
from rogatory_node.casework.types.catalogue import RequestType
from rogatory_node.casework.types.shape import Measure
from rogatory_node.i18n import translate

Level = Literal["missing", "wrong", "risk", "hint"]
LEVELS: Final[tuple[Level, ...]] = ("missing", "wrong", "risk", "hint")
GRAVE: Final = frozenset({"missing", "wrong"})
"""Levels of what will probably send a request back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a drafter should know.

    Attributes:
        code: Stable name of the rule.
        level: ``missing``, ``wrong``, ``risk`` or ``hint``.
        path: JSON pointer to the field; empty for the whole form.
        text: English text, a text of the message catalogue.
        args: Values in the text that are shown as they are.
        titles: Values in the text that are texts of the catalogue themselves.
        article: Where the duty is from, or an empty text.
    """

    code: str
    level: Level
    path: str
    text: str
    args: Mapping[str, str | int] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    article: str = ""

    def said(self, language: str) -> str:
        """Return the text in a language."""
        titles = {name: translate(title, language) for name, title in self.titles.items()}
        return translate(self.text, language).format(**self.args, **titles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """The two States of a request, and what is known of their treaties.

    Attributes:
        corpus: What is known.
        requesting: The State that asks.
        requested: The State that is asked.
    """

    corpus: Corpus
    requesting: str
    requested: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A form under check, read once for all rules.

    Attributes:
        form: The whole form.
        common: Its common part.
        measures: What it asks for.
        at: The moment of the check.
        languages: Languages that the recipients accept, or none when that is not known.
        attached: Names of the files that go with it, or None when that is not known.
        between: The two States, or None when they are not known.
    """

    form: Mapping[str, Any]
    common: Mapping[str, Any]
    measures: tuple[Measure, ...]
    at: datetime
    languages: tuple[str, ...] = ()
    attached: tuple[str, ...] | None = None
    between: Between | None = None

    @property
    def known(self) -> Iterator[tuple[Measure, RequestType]]:
        """The measures of types that are known, each with its type."""
        return ((each, each.type) for each in self.measures if isinstance(each.type, RequestType))


def pick(value: Any, *names: str) -> Any:
    """Return what stands under these names, or None."""
    for name in names:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def entries(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the objects of a list with their places."""
    if isinstance(value, list):
        yield from ((place, each) for place, each in enumerate(value) if isinstance(each, Mapping))


def pointer(*parts: str | int) -> str:
    """Return a JSON pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def written(value: Any) -> bool:
    """Say whether a text has something in it."""
    return isinstance(value, str) and bool(value.strip())


def code_of(value: Any) -> str:
    """Return a code, or an empty text for what cannot be one."""
    return value if isinstance(value, str) else ""


def moment(value: Any, *, end: bool = False) -> datetime | None:
    """Return a date or point in time as an instant; a date is its first moment in UTC, or its last."""
    if not isinstance(value, str):
        return None
    try:
        if len(value) == len("2026-01-01"):
            return datetime.combine(date.fromisoformat(value), time.max if end else time.min, UTC)
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read if read.tzinfo else None


def short(value: Any) -> str:
    """Return the beginning of a value on one line, safe to show."""
    text = value if isinstance(value, str) else str(value)
    return "".join(each if each.isprintable() else "�" for each in text[:60])
