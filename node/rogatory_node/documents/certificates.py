"""Documents about letters that are in the store: certificates, and acknowledgements and decisions that evidence proves.

* What is certified is what the node can show: digests, times, evidence and hashes of files. A person signs it.
* A certified copy is the printed letter with the same certificate behind it.
* The code at the end names the letters; ``rogatory verify BUNDLE --code …`` compares them with a proof.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.types import catalogue
from rogatory_node.casework.types.speaking import CODES
from rogatory_node.documents import dates, formal
from rogatory_node.documents.outline import Voice, outline
from rogatory_node.documents.page import Block, Page, Row, Text
from rogatory_node.documents.record import File, Party, Proved, Record, code_of
from rogatory_node.i18n import later, translate

AUTHENTICITY: Final = later("Certificate of authenticity")
PRESERVED: Final = later("Certificate of preservation")
I_CERTIFY: Final = later(
    "I certify that the letters named below, with the files listed under them, are those that this authority sent or"
    " received on the dates given, and that they are unchanged since: each is bound by the digest beside it."
)
I_CERTIFY_COPY: Final = later(
    "I certify that the foregoing is a true print of the letter named below, which this authority sent or received on"
    " the dates given."
)
I_CERTIFY_PRESERVED: Final = later(
    "I certify that the data described below were preserved by order of the competent authority, for the period given."
)
CHECK: Final = later(
    "Who holds the proof of these letters, a file, can check it without a network: rogatory verify FILE --code CODE."
    " The code is printed below, as text and as a picture."
)
LETTER: Final = later("Letter (SHA-256 digest)")
SENDER: Final = later("Sender")
RECIPIENTS: Final = later("Recipients")
WRITTEN: Final = later("Signed and sent")
STORED: Final = later("Stored here")
FILES: Final = later("Files (name, size in bytes, SHA-256)")
UNVERIFIED: Final = later("This file has not arrived whole; its hash is its sender's word.")
ANSWERED: Final = later("About the letter")

LEVELS: Final[Mapping[int, str]] = MappingProxyType(
    {
        30: later("stored by the node"),
        35: later("stored with all attachments"),
        40: later("taken"),
        50: later("accepted"),
        51: later("refused by the authority"),
        90: later("refused by the node"),
        91: later("not delivered in time"),
    }
)
BY_EVIDENCE: Final[Mapping[str, frozenset[int]]] = MappingProxyType(
    {"acknowledgement": frozenset({30, 35, 40}), "decision": frozenset({50, 51})}
)
"""Kind of document → levels of evidence that say the same where no letter says it."""
_OF_PRESERVATION: Final[Mapping[str, Any]] = {
    "properties": {
        "preserved": {
            "title": later("Preserved data"),
            "items": {
                "properties": {
                    "categories": {"$ref": "#/$defs/data_set/categories"},
                    "identifiers": {"title": later("Identifiers")},
                    "from": {"title": later("Preserved from")},
                    "until": {"title": later("Preserved until")},
                    "provider_ticket": {"title": later("Reference of the provider")},
                }
            },
        },
        "until": {"title": later("Preserved until")},
        "provider": {"title": later("Provider")},
        "provider_ticket": {"title": later("Reference of the provider")},
        "gaps": {"title": later("What is missing")},
        "other_providers": {
            "title": later("Other providers"),
            "items": {"properties": {"name": {"title": later("Name")}, "state": {"title": later("State")}}},
        },
        "renewable": {"title": later("Can be extended")},
    }
}
"""What a confirmation or extension says of the data; the rest of the letter is not certified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands over a document of this authority.

    Attributes:
        issuer: The authority.
        reference: Its own reference of the case, or the digits of the case.
        at: When the document is made, seconds since 1970.
        languages: One or two of ours.
    """

    issuer: Party
    reference: str
    at: int
    languages: tuple[str, ...]


def authenticity(records: Sequence[Record], head: Head) -> Page:
    """Return the certificate that letters and files are what was sent and received.

    Raises:
        DocumentError: More than a document holds.
    """
    voice = voice_of(head)
    blocks = [Block((), 1, (), voice.label(I_CERTIFY))]
    for n, record in enumerate(records, 1):
        blocks += _told(record, voice, f"{n}. ")
    return _page(voice, head, AUTHENTICITY, (*blocks, _check(voice)), code_of([each.digest for each in records]))


def copy(record: Record, head: Head) -> Page:
    """Return the print of a letter with the certificate behind it.

    Raises:
        DocumentError: More than a document holds.
    """
    voice = voice_of(head)
    printed = of_letter(record, head)
    blocks = (
        *printed.blocks,
        Block(voice.label(AUTHENTICITY), 1, (), voice.label(I_CERTIFY_COPY)),
        *_told(record, voice, ""),
        _check(voice),
    )
    return replace(printed, blocks=blocks, signature=formal.signature({}, voice))


def of_letter(record: Record, head: Head) -> Page:
    """Return the printed document of a letter, with its code.

    Raises:
        DocumentError: More than a document holds.
    """
    return formal.page(
        record.form,
        head.languages,
        sender=record.sender.called(head.languages[0]),
        digest=record.digest,
        sent=record.written,
        proof=code_of([record.digest]),
    )


def of_evidence(kind: str, record: Record, head: Head) -> Page | None:
    """Return an acknowledgement or decision that evidence says and no letter does; None: evidence says none.

    Raises:
        DocumentError: More than a document holds.
    """
    proved = [each for each in record.proved if each.level in BY_EVIDENCE[kind]]
    if not proved:
        return None
    voice = voice_of(head)
    about = (
        Row(voice.label(LETTER), Text(in_lines(record.digest)), code=True),
        Row(voice.label(SENDER), Text(record.sender.called(head.languages[0]))),
        Row(voice.label(WRITTEN), _instant(record.written, voice)),
    )
    blocks = (Block(voice.label(ANSWERED), 1, about), Block((), 1, tuple(_proof(each, voice) for each in proved)))
    issuer = replace(head, issuer=proved[-1].issuer)
    return _page(voice, issuer, KINDS[kind].label, blocks, code_of([record.digest]))


def preservation(records: Sequence[Record], head: Head) -> Page:
    """Return the certificate that data are preserved, from the letters that say so, in their order.

    Raises:
        DocumentError: More than a document holds.
    """
    voice = voice_of(head)
    blocks = [Block((), 1, (), voice.label(I_CERTIFY_PRESERVED))]
    for record in records:
        words = KINDS[record.kind].label if record.kind in KINDS else record.kind
        told = {name: record.form[name] for name in _OF_PRESERVATION["properties"] if record.form.get(name)}
        rows = (
            Row(voice.label(SENDER), Text(record.sender.called(head.languages[0]))),
            Row(voice.label(WRITTEN), _instant(record.written, voice)),
            Row(voice.label(LETTER), Text(in_lines(record.digest)), code=True),
        )
        blocks += [Block(voice.label(words), 1, rows), *outline(told, _OF_PRESERVATION, voice, level=2)]
    issuer = replace(head, issuer=records[-1].sender)
    return _page(voice, issuer, PRESERVED, (*blocks, _check(voice)), code_of([each.digest for each in records]))


def voice_of(head: Head) -> Voice:
    """Return how a document of this head speaks."""
    shared = catalogue.common_part()["$defs"]
    parts = {"data_set/categories": shared["data_set"]["properties"]["categories"]}
    return Voice(languages=head.languages, written="", definitions={**shared, **parts}, codes=CODES)


def in_lines(digest: str) -> str:
    """Return digits as they fit a column: half of them on a line."""
    return f"{digest[:32]}\n{digest[32:]}"


def file_row(file: File, voice: Voice) -> Row:
    """Return a file with its size and hash."""
    lines = [f"{file.size}", in_lines(file.sha256)]
    if not file.verified:
        lines += [translate(UNVERIFIED, language) for language in voice.languages]
    return Row((Text(file.name),), Text("\n".join(lines)), code=file.verified)


def _page(voice: Voice, head: Head, title: str, blocks: tuple[Block, ...], code: str) -> Page:
    day = datetime.fromtimestamp(head.at, UTC).date()
    return Page(
        languages=head.languages,
        title=voice.label(title),
        sender=Text(head.issuer.called(head.languages[0])),
        reference=head.reference,
        date=tuple(Text(dates.day(day, language), language) for language in head.languages),
        blocks=blocks,
        signature=formal.signature({}, voice),
        proof=code,
        stamp=head.at,
    )


def _told(record: Record, voice: Voice, number: str) -> list[Block]:
    words = KINDS[record.kind].label if record.kind in KINDS else record.kind
    heading = tuple(Text(f"{number}{text.words}", text.lang) for text in voice.label(words))
    first = voice.languages[0]
    rows = (
        Row(voice.label(LETTER), Text(in_lines(record.digest)), code=True),
        Row(voice.label(SENDER), Text(record.sender.called(first))),
        Row(voice.label(RECIPIENTS), Text("\n".join(each.called(first) for each in record.to))),
        Row(voice.label(WRITTEN), _instant(record.written, voice)),
        Row(voice.label(STORED), _instant(record.stored, voice)),
        *(_proof(each, voice) for each in record.proved),
    )
    files = tuple(file_row(each, voice) for each in record.files)
    return [Block(heading, 1, rows), *([Block(voice.label(FILES), 2, files)] if files else [])]


def _proof(proved: Proved, voice: Voice) -> Row:
    label = voice.label(LEVELS.get(proved.level, str(proved.level)))
    more = [str(each) for each in (proved.role, proved.code) if each is not None]
    when = _instant(proved.at, voice)
    who = " · ".join([proved.issuer.called(voice.languages[0]), *more])
    return Row(tuple(_capital(text) for text in label), Text(f"{who}\n{when.words}"))


def _capital(text: Text) -> Text:
    return Text(text.words[:1].upper() + text.words[1:], text.lang)


def _check(voice: Voice) -> Block:
    return Block((), 1, (), voice.label(CHECK))


def _instant(seconds: int, voice: Voice) -> Text:
    moment = datetime.fromtimestamp(seconds, UTC)
    words = [dates.instant(moment, language) for language in voice.languages]
    return Text("\n".join(words), voice.languages[0] if len(words) == 1 else "")


def newest(records: Sequence[Record], kinds: Sequence[str]) -> Record | None:
    """Return the last letter of one of these kinds."""
    return next((each for each in reversed(records) if each.kind in kinds), None)
