"""What the finder says: bases that may carry a request, those that do not, and remarks to each.

* A remark has a code, a weight, a text of the catalogue with its values, and the fact that it rests on; nothing is
  ever answered by yes or no alone.
* Declarations are quoted in the reader's language where they have it, in another one where they do not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from rogatory_node.casework.law.records import Channel, Effect, Fact, Kind, Words
from rogatory_node.i18n import SOURCE, later, translate


class Weight(StrEnum):
    """What a remark does to a basis."""

    BARS = "bars"
    LIMITS = "limits"
    DOUBT = "doubt"
    NOTE = "note"


class Strength(StrEnum):
    """How well a basis carries, the best first."""

    FIRM = "firm"
    FAIR = "fair"
    DOUBTFUL = "doubtful"
    LAST = "last"
    BARRED = "barred"


STRENGTHS: Final[Mapping[Strength, str]] = {
    Strength.FIRM: later("firm"),
    Strength.FAIR: later("with limits"),
    Strength.DOUBTFUL: later("doubtful"),
    Strength.LAST: later("last resort"),
    Strength.BARRED: later("barred"),
}
KINDS: Final[Mapping[Kind, str]] = {
    Kind.BILATERAL: later("treaty between the two"),
    Kind.REGIONAL: later("treaty of a region"),
    Kind.SUBJECT: later("convention on a subject"),
}
CHANNELS: Final[Mapping[Channel, str]] = {
    Channel.CENTRAL: later("between central authorities"),
    Channel.DIPLOMATIC: later("by diplomatic channels"),
    Channel.JUDICIAL: later("directly between judicial authorities"),
    Channel.CONTACT_POINT: later("by the contact point, day and night"),
    Channel.INTERPOL: later("by INTERPOL"),
}
EFFECTS: Final[Mapping[Effect, str]] = {
    Effect.BASIS_EXTRADITION: later("takes it as a basis for extradition"),
    Effect.NOT_BASIS_EXTRADITION: later("does not take it as a basis for extradition"),
    Effect.NO_NATIONALS: later("does not extradite its own nationals"),
    Effect.EXCLUDES: later("excludes"),
    Effect.AUTHORITY: later("names its authority"),
    Effect.LANGUAGE: later("names the languages that it accepts"),
    Effect.INTERPOL_URGENT: later("takes urgent requests by INTERPOL"),
    Effect.DIPLOMATIC_ONLY: later("takes requests by diplomatic channels only"),
    Effect.TERRITORY: later("limits the territory"),
    Effect.DUAL_CRIMINALITY: later("reserves dual criminality for preservation"),
    Effect.OTHER: later("declares"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that is to be known of a basis.

    Attributes:
        code: Stable name.
        weight: What it does to the basis.
        text: English text of the catalogue.
        args: Values in it.
        words: A declaration, by language; it stands in the text as ``words``.
        article: Which article it concerns, or an empty text.
        fact: What it rests on, or None.
    """

    code: str
    weight: Weight
    text: str
    args: Mapping[str, str] = field(default_factory=dict)
    words: Words = field(default_factory=dict)
    article: str = ""
    fact: Fact | None = None

    def said(self, language: str) -> str:
        """Return the text in a language."""
        quoted = {"words": in_language(self.words, language)} if self.words else {}
        return translate(self.text, language).format(**self.args, **quoted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Something on which a request may rest.

    Attributes:
        instrument: Its code; ``RECIPROCITY`` or ``COMITY`` where there is no treaty.
        kind: Of the instrument, or None.
        title: By language.
        strength: How well it carries.
        articles: Which to name.
        since: Since when it is in force between the two.
        languages: That the requested State accepts; empty: not known.
        channels: By which ways, the usual first.
        urgent: By which ways an urgent request goes, the fastest first.
        authority: Whom the requested State named, by language; empty: not known here.
        remarks: The weightiest first.
        facts: What all this rests on.
    """

    instrument: str
    kind: Kind | None
    title: Words
    strength: Strength
    articles: tuple[str, ...] = ()
    since: date | None = None
    languages: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    urgent: tuple[Channel, ...] = ()
    authority: Words = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def as_of(self) -> date | None:
        """The day of the oldest fact that it rests on."""
        return min((each.as_of for each in self.facts), default=None)

    @property
    def checked(self) -> bool:
        """Whether all facts were compared with official texts."""
        return bool(self.facts) and all(each.checked for each in self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """An instrument that does not carry, and why.

    Attributes:
        instrument: Its code.
        title: By language.
        why: Each reason.
    """

    instrument: str
    title: Words
    why: tuple[Remark, ...]

    @property
    def certain(self) -> bool:
        """Whether nothing in the reasons is a doubt."""
        return any(each.weight is Weight.BARS for each in self.why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer.

    Attributes:
        bases: The best first.
        absent: What one might think of, and why it does not carry.
        remarks: To the whole.
    """

    bases: tuple[Basis, ...]
    absent: tuple[Absent, ...]
    remarks: tuple[Remark, ...] = ()


def in_language(words: Words, language: str) -> str:
    """Return words in a language, else in English, else in any."""
    return words.get(language) or words.get(SOURCE) or next(iter(words.values()), "")
