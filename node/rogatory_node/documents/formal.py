"""The formal documents: a request, reply, acknowledgement, decision or certificate, as a letter's form says it.

* The fields come in the order of the T-CY templates for preservation and subscriber information, so that who knows
  those finds everything where it is there; what they do not have follows in the order of the schema.
* A form of an unknown type or kind is printed as it stands and says so: a document is never refused for being newer.
* The foot says that the letter is what counts; the code at the end leads to its proof.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from rogatory_node.casework.kinds import catalogue as kinds
from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.types import catalogue, shape
from rogatory_node.documents import dates
from rogatory_node.documents.outline import Voice, outline
from rogatory_node.documents.page import Block, Page, Row, Text
from rogatory_node.i18n import LANGUAGES, later, translate

TITLE: Final = later("Request for assistance")
UNKNOWN: Final = later("This document contains parts that this program does not know; they are printed as they stand.")
FOOT: Final = later("Printed from the letter {digest}. The letter and its proof are what counts.")
DRAFT: Final = later("Draft. Not sent.")
SIGNED_BY: Final = later("Signature")
NAME: Final = later("Name and capacity")
PLACE_DATE: Final = later("Place and date")
SEAL: Final = later("Seal")
_LINE: Final = "\n\N{NO-BREAK SPACE}"

ORDER: Final = (
    "date",
    "references",
    "requested_authority",
    "requesting_authority",
    "confirmation_contact",
    "proceeding",
    "offences",
    "dual_criminality",
    "facts_summary",
    "data",
    "relation_of_data_to_offence",
    "custodian",
    "urgency",
    "necessity",
    "partial_disclosure_wanted",
    "intent_to_submit_mla",
    "confidentiality",
    "duration_asked_days",
)


def page(
    form: Mapping[str, Any],
    languages: tuple[str, ...],
    *,
    sender: str = "",
    digest: str | None = None,
    sent: int | None = None,
    proof: str | None = None,
) -> Page:
    """Return the document of a form.

    Args:
        form: What the letter says.
        languages: One or two of ours.
        sender: The authority as it writes itself; the form's own words where it is empty.
        digest: Digits of the letter; None for a draft.
        sent: When it was sealed, seconds since 1970; None for a draft.
        proof: What the code at the end says.

    Raises:
        DocumentError: More than a document holds, or languages that are not ours.
    """
    written = form.get("language")
    written = written.partition("-")[0].lower() if isinstance(written, str) else ""
    common = catalogue.common_part()
    voice = Voice(languages=languages, written=written, definitions=common["$defs"], codes=kinds.TABLES)
    measures = shape.measures(form, most=shape.MAX_MEASURES)
    known = [measure.type for measure in measures if isinstance(measure.type, catalogue.RequestType)]
    title = known[0].title if len(known) == len(measures) == 1 else _title(form)
    blocks = (*_unknown(len(known) < len(measures), voice), *_body(form, measures, known, voice))
    return Page(
        languages=languages,
        title=voice.label(title),
        sender=Text(sender or _sender(form), written),
        reference=_reference(form),
        date=_dated(form, sent, languages),
        blocks=blocks,
        signature=signature(form, voice),
        foot=_foot(digest, languages),
        proof=proof,
        stamp=sent or 0,
    )


def _title(form: Mapping[str, Any]) -> str:
    kind = form.get("kind")
    found = KINDS.get(kind) if isinstance(kind, str) and kind != "request" else None
    return TITLE if found is None else found.label


def _body(
    form: Mapping[str, Any],
    measures: tuple[shape.Measure, ...],
    known: list[catalogue.RequestType],
    voice: Voice,
) -> tuple[Block, ...]:
    schema = _schema(form, measures, known)
    left = {"signature", "type", "type_version", "assistance" if known else ""}
    properties: Mapping[str, Any] = schema.get("properties", {})
    ordered = sorted(properties, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))
    described = {**schema, "properties": {name: properties[name] for name in ordered}}
    body = outline({name: value for name, value in form.items() if name not in left}, described, voice)
    if len(measures) == 1 and measures[0].pointer == "":
        return body
    return body + tuple(block for measure in measures for block in _measure(measure, voice))


def _schema(
    form: Mapping[str, Any], measures: tuple[shape.Measure, ...], known: list[catalogue.RequestType]
) -> Mapping[str, Any]:
    """Return what describes a form: its kind, or its type of assistance where it asks for one, or any request."""
    kind = form.get("kind")
    if isinstance(kind, str) and kind in KINDS and kind != kinds.REQUEST:
        found = kinds.whole(kind)
        return {} if isinstance(found, kinds.Unknown) else found
    return catalogue.whole(known[0]) if len(known) == len(measures) == 1 else catalogue.request()


def _measure(measure: shape.Measure, voice: Voice) -> tuple[Block, ...]:
    kind = measure.type
    if not isinstance(kind, catalogue.RequestType):
        heading = (Text(f"{measure.number}. {kind.code}"),) * len(voice.languages)
        return (Block(heading, 1), *outline(measure.fields, {}, voice, level=2))
    heading = tuple(Text(f"{measure.number}. {text.words}", text.lang) for text in voice.label(kind.title))
    fields = {name: value for name, value in measure.fields.items() if name not in {"type", "type_version"}}
    return (Block(heading, 1), *outline(fields, catalogue.measure(kind), voice, level=2))


def _unknown(any_unknown: bool, voice: Voice) -> tuple[Block, ...]:
    return (Block((), 1, (), voice.label(UNKNOWN)),) if any_unknown else ()


def _sender(form: Mapping[str, Any]) -> str:
    block = form.get("requesting_authority")
    if not isinstance(block, Mapping):
        return ""
    return str(block.get("name") or block.get("id") or "")


def _reference(form: Mapping[str, Any]) -> str:
    block = form.get("references")
    found = block.get("sender") if isinstance(block, Mapping) else None
    return found if isinstance(found, str) else ""


def _dated(form: Mapping[str, Any], sent: int | None, languages: tuple[str, ...]) -> tuple[Text, ...]:
    if sent is not None:
        day = datetime.fromtimestamp(sent, UTC).date()
    else:
        try:
            day = date.fromisoformat(str(form.get("date")))
        except ValueError:
            return ()
    return tuple(Text(dates.day(day, language), language) for language in languages)


def signature(form: Mapping[str, Any], voice: Voice) -> tuple[Row, ...]:
    """Return the lines under which an officer signs; what the form says of the signature is filled in."""
    block = form.get("signature")
    given: Mapping[str, Any] = block if isinstance(block, Mapping) else {}
    who = ", ".join(str(given[name]) for name in ("name", "capacity") if given.get(name))
    return (
        Row(voice.label(NAME), Text(who or _LINE, voice.written)),
        Row(voice.label(PLACE_DATE), _signed_on(given.get("date"), voice)),
        Row(voice.label(SIGNED_BY), Text(_LINE)),
        Row(voice.label(SEAL), Text(_LINE)),
    )


def _signed_on(value: Any, voice: Voice) -> Text:
    try:
        at = date.fromisoformat(str(value))
    except ValueError:
        return Text(str(value or _LINE))
    return Text("\n".join(dates.day(at, language) for language in voice.languages), voice.languages[0])


def _foot(digest: str | None, languages: tuple[str, ...]) -> tuple[Text, ...]:
    words = DRAFT if digest is None else FOOT
    return tuple(Text(translate(words, each).format(digest=(digest or "")[:16]), each) for each in languages)


def languages_of(form: Mapping[str, Any], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the languages to print in: those that were asked for, else the form's own if it is ours, else English."""
    if wanted:
        return wanted
    written = form.get("language")
    own = written.partition("-")[0].lower() if isinstance(written, str) else ""
    return (own if own in LANGUAGES else "en",)
