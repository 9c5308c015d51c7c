"""Facts about treaties and States as they stand in data files and packs, and the reading of them.

* One format for what is shipped and for what a registry publishes: a pack. What it does not name is refused, so that a
  pack of a later format is never half understood.
* Every fact says where it comes from, of which day it is, and whether somebody compared it with the official text.
* A row of a table without a date of consent says that the State was not bound on the day of the table; a State without
  a row says nothing.
* Names and declarations carry their languages inside; they are data, not texts of the program.
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

import msgspec

FORMAT: Final = 1
MAX_PACK_BYTES: Final = 4 * 1024 * 1024  # all parties to fifty conventions are a tenth of it

Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$")]
StateCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")]
Tag = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Short = Annotated[str, msgspec.Meta(max_length=300)]
Words = dict[Tag, Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]]


class Kind(StrEnum):
    """What an instrument is; the more special one goes first."""

    BILATERAL = "bilateral"
    REGIONAL = "regional"
    SUBJECT = "subject"


class Channel(StrEnum):
    """By which way a request goes."""

    CENTRAL = "central"
    DIPLOMATIC = "diplomatic"
    JUDICIAL = "judicial"
    CONTACT_POINT = "contact_point"
    INTERPOL = "interpol"


class Effect(StrEnum):
    """What a reservation, declaration or notification changes."""

    BASIS_EXTRADITION = "BASIS_EXTRADITION"
    NOT_BASIS_EXTRADITION = "NOT_BASIS_EXTRADITION"
    NO_NATIONALS = "NO_NATIONALS"
    EXCLUDES = "EXCLUDES"
    AUTHORITY = "CA_IS"
    LANGUAGE = "LANGUAGE"
    INTERPOL_URGENT = "INTERPOL_URGENT_OK"
    DIPLOMATIC_ONLY = "DIPLOMATIC_ONLY"
    TERRITORY = "TERRITORY"
    DUAL_CRIMINALITY = "DUAL_CRIM_RESERVED"
    OTHER = "OTHER"


class Untreatied(StrEnum):
    """Whether a State helps without a treaty."""

    STATEMENT = "statement"
    COURTESY = "courtesy"
    NEVER = "never"


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Named fields and no others."""


class Fact(Record, frozen=True, kw_only=True):
    """What all facts say of themselves.

    Attributes:
        source: Where it was found.
        as_of: The day of which it is.
        checked: Whether it was compared with the official text.
    """

    source: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    as_of: date
    checked: bool = False


class Scope(Record, frozen=True, kw_only=True):
    """Which offences an instrument covers.

    Attributes:
        every: All.
        crimes: These types of crime.
        serious_years: Others from this maximum penalty, when they are transnational and of an organized group.
        electronic: All, when stored data or communications are asked for.
    """

    every: bool = False
    crimes: tuple[str, ...] = ()
    serious_years: int | None = None
    electronic: bool = False


class Instrument(Fact, frozen=True, kw_only=True):
    """A treaty.

    Attributes:
        code: By which forms name it.
        kind: Bilateral, regional, or for a subject.
        title: By language.
        adopted: Or opened for signature.
        in_force: Since when it is in force at all; None: not, or not known.
        days_after: Days from a later State's consent until it is in force for it.
        months_after: Months instead; then from the first day of a month.
        scope: Offences.
        articles: Articles by type of request; types' own data add to them.
        general: The article for assistance of kinds that it does not name; empty: there is none.
        notice: The article by which a State notifies that it takes the treaty as a basis for extradition; or empty.
        dual_criminality: The article by which dual criminality may be asked for; or empty.
        languages: The article on languages; or empty.
        contact_points: The article on contact points day and night; or empty.
        channel: The usual way.
        invented: It does not exist.
    """

    code: Code
    kind: Kind
    title: Words
    adopted: date | None = None
    in_force: date | None = None
    days_after: Annotated[int, msgspec.Meta(ge=0, le=3650)] | None = None
    months_after: Annotated[int, msgspec.Meta(ge=0, le=120)] | None = None
    scope: Scope = Scope()
    articles: dict[str, tuple[str, ...]] = {}
    general: str = ""
    notice: str = ""
    dual_criminality: str = ""
    languages: str = ""
    contact_points: str = ""
    channel: Channel = Channel.CENTRAL
    invented: bool = False


class Party(Fact, frozen=True, kw_only=True):
    """How a State stands to an instrument.

    Attributes:
        instrument: Its code.
        state: The State.
        signed: When it signed.
        bound: When it consented to be bound; None: it did not.
        how: Ratification, accession and so on.
        in_force: Since when it is in force for it, where that does not follow from the instrument.
        denounced: From when it is no longer.
    """

    instrument: Code
    state: StateCode
    signed: date | None = None
    bound: date | None = None
    how: Short = ""
    in_force: date | None = None
    denounced: date | None = None


Row = tuple[date | None, date | None, str | None]
"""Signed, bound, how."""


class PartyTable(Fact, frozen=True, kw_only=True):
    """How many States stand to an instrument, of one source and day."""

    instrument: Code
    rows: dict[StateCode, Row]


class Statement(Fact, frozen=True, kw_only=True):
    """A reservation, declaration, notification or designation.

    Attributes:
        instrument: Its code.
        state: Who made it.
        article: Which article it concerns.
        effect: What it changes.
        values: Languages, excluded articles or types, whatever the effect needs.
        text: In words, by language.
        made: When.
        withdrawn: From when it is no more.
    """

    instrument: Code
    state: StateCode
    effect: Effect
    article: Short = ""
    values: tuple[Short, ...] = ()
    text: Words = {}
    made: date | None = None
    withdrawn: date | None = None


class State(Fact, frozen=True, kw_only=True):
    """What a State does whatever the treaty.

    Attributes:
        code: Two letters.
        name: By language.
        invented: It does not exist; what is said of it does not grow old.
        languages: Of requests that it accepts.
        urgent_languages: Of urgent ones, where these differ.
        untreatied: Whether it helps without a treaty; None: not known.
        treaty_for_extradition: Whether it extradites under a treaty only; None: not known.
    """

    code: StateCode
    name: Words
    invented: bool = False
    languages: tuple[Tag, ...] = ()
    urgent_languages: tuple[Tag, ...] = ()
    untreatied: Untreatied | None = None
    treaty_for_extradition: bool | None = None


class Pack(Record, frozen=True, kw_only=True):
    """Facts that were put together by somebody, with a version that only grows.

    Attributes:
        format: Of this file.
        name: Stays the same from version to version.
        version: Of the content.
        issued: The day on which it was put together.
    """

    format: int
    name: Code
    version: Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
    issued: date
    instruments: tuple[Instrument, ...] = ()
    tables: tuple[PartyTable, ...] = ()
    parties: tuple[Party, ...] = ()
    statements: tuple[Statement, ...] = ()
    states: tuple[State, ...] = ()


class PackError(Exception):
    """What was given is no pack that this program reads.

    Attributes:
        where: The place in it and what is wrong there, in English, or an empty text.
    """

    def __init__(self, where: str = "") -> None:
        """Note the place."""
        super().__init__("pack")
        self.where = where


def read(raw: bytes) -> Pack:
    """Read a pack.

    Raises:
        PackError: It is too large, not a pack, or of another format.
    """
    if len(raw) > MAX_PACK_BYTES:
        raise PackError(f"more than {MAX_PACK_BYTES} bytes")
    try:
        pack = msgspec.json.decode(raw, type=Pack)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PackError(str(error)) from None
    if pack.format != FORMAT:
        raise PackError("$.format")
    return pack


def written(pack: Pack) -> bytes:
    """Return a pack as it is published: what has its default is left out."""
    return msgspec.json.format(msgspec.json.encode(pack, order="deterministic"), indent=1) + b"\n"


def parties_of(pack: Pack) -> Iterator[Party]:
    """Yield the parties of a pack, those of its tables first."""
    for table in pack.tables:
        for state, (signed, bound, how) in table.rows.items():
            yield Party(
                instrument=table.instrument,
                state=state,
                signed=signed,
                bound=bound,
                how=how or "",
                source=table.source,
                as_of=table.as_of,
                checked=table.checked,
            )
    yield from pack.parties
