"""An entry of the directory of competent national authorities: one authority with its functions and how it is reached.

* The structs are the schema: what they do not name is refused, and `schema` gives it as JSON Schema 2020-12.
* An entry is public among authorities: it names offices and roles, never private persons' data beyond a name in office.
* Somebody verifies an entry once a year; `Verified` says when that was last done.
* Names and free texts carry their languages inside.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec

from rogatory_node.casework.law.records import Channel, Code, Record, StateCode, Tag, Words
from rogatory_node.i18n import later

MAX_ENTRY_BYTES: Final = 256 * 1024  # requirements for all types in seven languages are a fifth of it

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Note = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
Days = Annotated[int, msgspec.Meta(ge=0, le=36_500)]
AidText = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Kind(StrEnum):
    """What an authority is."""

    CENTRAL = "central_authority"
    COMPETENT = "competent_authority"
    CONTACT_POINT = "contact_point"
    ASSET_RECOVERY = "asset_recovery"
    FIU = "financial_intelligence"
    COURT = "court"
    PROSECUTOR = "prosecutor"
    DIPLOMATIC = "diplomatic"
    OTHER = "other"


class Function(StrEnum):
    """What an authority is competent for."""

    MLA = "mla"
    EXTRADITION = "extradition"
    CONFISCATION = "confiscation"
    ASSET_RECOVERY = "asset_recovery"
    SENTENCED_PERSONS = "sentenced_persons"
    PROCEEDINGS = "proceedings"
    E_EVIDENCE = "e_evidence"
    CONTACT_POINT = "contact_point"
    SEA = "sea"
    FIREARMS = "firearms"
    CULTURAL_PROPERTY = "cultural_property"
    PREVENTION = "prevention"
    CIVIL = "civil"


FUNCTIONS: Final = {
    Function.MLA: later("Mutual legal assistance"),
    Function.EXTRADITION: later("Extradition"),
    Function.CONFISCATION: later("Confiscation"),
    Function.ASSET_RECOVERY: later("Asset recovery"),
    Function.SENTENCED_PERSONS: later("Transfer of sentenced persons"),
    Function.PROCEEDINGS: later("Transfer of criminal proceedings"),
    Function.E_EVIDENCE: later("Electronic evidence"),
    Function.CONTACT_POINT: later("Contact point, day and night"),
    Function.SEA: later("Drugs and migrants at sea"),
    Function.FIREARMS: later("Firearms"),
    Function.CULTURAL_PROPERTY: later("Cultural property"),
    Function.PREVENTION: later("Prevention"),
    Function.CIVIL: later("Civil and administrative proceedings"),
}


class Electronic(StrEnum):
    """Whether requests are taken electronically."""

    YES = "yes"
    ENCRYPTED = "encrypted"
    SIGNED = "signed"
    NO = "no"


class Possible(StrEnum):
    """Whether a measure can be had."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Legalisation(StrEnum):
    """What documents need."""

    NONE = "none"
    APOSTILLE = "apostille"
    LEGALISATION = "legalisation"


class Designation(Record, frozen=True, kw_only=True):
    """For what, and by which treaty, an authority was named to others."""

    function: Function
    instrument: Code | None = None
    article: Line | None = None
    since: date | None = None
    reference: Line | None = None
    limits: Note | None = None


class Secure(Record, frozen=True, kw_only=True):
    """An address of a closed system."""

    kind: Line
    value: Line


class Contact(Record, frozen=True, kw_only=True):
    """How it is reached in office hours."""

    postal_address: Note | None = None
    visiting_address: Note | None = None
    phone: Line | None = None
    fax: Line | None = None
    email: Line | None = None
    web: Line | None = None
    secure: tuple[Secure, ...] = ()
    role: Line | None = None
    office_hours: Line | None = None
    lunch_break: Line | None = None
    time_zone: Line | None = None
    holidays: Line | None = None


class Urgent(Record, frozen=True, kw_only=True):
    """How it is reached at any hour, and what it then accepts."""

    phone: Line | None = None
    procedure: Note | None = None
    oral_requests: bool | None = None
    interpol: Possible | None = None
    advance_copy: bool | None = None


class Languages(Record, frozen=True, kw_only=True):
    """In which languages it works."""

    requests: tuple[Tag, ...] = ()
    urgent: tuple[Tag, ...] = ()
    attachments: tuple[Tag, ...] = ()
    phone: tuple[Tag, ...] = ()
    certified_translation: bool | None = None


class Ways(Record, frozen=True, kw_only=True):
    """By which ways and in which form requests come."""

    channels: tuple[Channel, ...] = ()
    electronic: Electronic | None = None
    copies: Annotated[int, msgspec.Meta(ge=1, le=20)] | None = None
    seal: bool | None = None
    legalisation: Legalisation | None = None


class Act(Record, frozen=True, kw_only=True):
    """A domestic law."""

    title: Line
    link: Line | None = None


class LegalBasis(Record, frozen=True, kw_only=True):
    """On what a request may rest there."""

    instruments: tuple[Code, ...] = ()
    extradition_by_treaty_only: bool | None = None
    reciprocity: bool | None = None
    acts: tuple[Act, ...] = ()


class Measure(Record, frozen=True, kw_only=True):
    """What is to be known for one type of request."""

    type: Code
    possible: Possible
    scope: Note | None = None
    receiving: Line | None = None
    executing: Line | None = None
    languages: tuple[Tag, ...] = ()
    days: Days | None = None
    requirements: Words = msgspec.field(default_factory=dict)
    documents: Note | None = None
    dual_criminality: bool | None = None
    use_limits: Note | None = None


class Thresholds(Record, frozen=True, kw_only=True):
    """Below what nothing is done."""

    minimum_penalty_years: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    de_minimis: Note | None = None
    bank_accounts: Note | None = None


class Providers(Record, frozen=True, kw_only=True):
    """How long data last there."""

    retention_days: Days | None = None
    preservation_days: Days | None = None
    user_notice: Note | None = None


class Network(Record, frozen=True, kw_only=True):
    """A network that it belongs to."""

    name: Line
    contact: Line | None = None


class Verified(Record, frozen=True, kw_only=True):
    """When somebody last made sure that the entry is right."""

    on: date
    by: Line


class Entry(Record, frozen=True, kw_only=True):
    """One authority.

    Attributes:
        id: Stays the same.
        state: Its State.
        aid: Its node's authority, when it has one; then it says the entry itself.
        names: Official name by language.
    """

    id: Code
    state: StateCode
    kind: Kind
    names: Annotated[Words, msgspec.Meta(min_length=1)]
    designations: Annotated[tuple[Designation, ...], msgspec.Meta(min_length=1, max_length=200)]
    verified: Verified
    aid: AidText | None = None
    territory: Line | None = None
    parent: Words = msgspec.field(default_factory=dict)
    contact: Contact = Contact()
    urgent: Urgent = Urgent()
    languages: Languages = Languages()
    ways: Ways = Ways()
    legal_basis: LegalBasis = LegalBasis()
    measures: tuple[Measure, ...] = ()
    thresholds: Thresholds = Thresholds()
    providers: Providers = Providers()
    networks: tuple[Network, ...] = ()
    notes: Words = msgspec.field(default_factory=dict)


class EntryError(Exception):
    """What was given is no entry that this program reads.

    Attributes:
        where: The place in it and what is wrong there, in English.
    """

    def __init__(self, where: str) -> None:
        """Note the place."""
        super().__init__("entry")
        self.where = where


def read(raw: bytes) -> Entry:
    """Read an entry.

    Raises:
        EntryError: It is too large, or not an entry.
    """
    if len(raw) > MAX_ENTRY_BYTES:
        raise EntryError(f"more than {MAX_ENTRY_BYTES} bytes")
    try:
        return msgspec.json.decode(raw, type=Entry)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise EntryError(str(error)) from None


def written(entry: Entry) -> bytes:
    """Return an entry as it is signed."""
    return msgspec.json.encode(plain(entry), order="deterministic")


def plain(entry: Entry) -> dict[str, Any]:
    """Return an entry as a plain value, in the order of its fields; what is not said is left out."""
    told = _sparse(msgspec.to_builtins(entry))
    assert isinstance(told, dict)  # an entry is one
    return told


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an entry."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Entry)}


def functions(entry: Entry) -> tuple[Function, ...]:
    """Return what an authority is competent for, each once."""
    return tuple(dict.fromkeys(each.function for each in entry.designations))


def _sparse(value: Any) -> Any:
    """Leave out what is not said."""
    if isinstance(value, dict):
        kept = {name: _sparse(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each is not None and each not in ({}, [])}
    if isinstance(value, list | tuple):
        return [_sparse(each) for each in value]
    return value
