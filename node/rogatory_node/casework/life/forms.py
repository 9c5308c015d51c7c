"""Reading forms without trusting them: every function returns a plain value whatever stands there.

* Measures stand in ``measures`` (or ``assistance``), each with a ``type``, and with an ``id`` (or ``measure``) within
  the request, or else its place in the list as id; a form with one ``type`` beside the common fields asks for one
  measure, whose id is ``1``.
* A letter about measures names them in ``measures``: their ids, or objects with ``id`` and what is said of each; what
  stands beside the list is said of all that it names, or of all that the request has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rogatory_node.casework.life.case import Payload

MOST_MEASURES: Final = 256
_MOST_TEXT: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a letter says of some measures: their ids, or None for all, and the fields that hold for them."""

    ids: tuple[str, ...] | None
    own: Payload
    form: Payload

    def get(self, name: str) -> Any:
        """Return a field: of the measure first, else of the whole form."""
        value = self.own.get(name)
        return self.form.get(name) if value is None else value

    def text(self, name: str) -> str | None:
        """Return a text that is not empty, or None."""
        return text(self.get(name))


def text(value: Any) -> str | None:
    """Return a text that is not empty, or None."""
    return value[:_MOST_TEXT] if isinstance(value, str) and value.strip() else None


def mapping(value: Any) -> Payload:
    """Return an object, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> Sequence[Any]:
    """Return a list, or an empty one."""
    return value if isinstance(value, list | tuple) else ()


def codes(value: Any) -> tuple[str, ...]:
    """Return codes from a list of texts or of objects with ``code``; each once, in order."""
    found = (text(each.get("code")) if isinstance(each, Mapping) else text(each) for each in listed(value))
    return tuple(dict.fromkeys(code for code in found if code is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A measure that a letter asks for: its id within the request, its type, and its fields as they stand."""

    id: str
    type: str
    fields: Payload


def measures_of(form: Payload, *, first: int = 1) -> tuple[Asked, ...]:
    """Return each measure that a request or a supplement adds; the first of each id counts.

    A measure without an id has its place as id, counted from ``first``.
    """
    found: dict[str, Asked] = {}
    if (single := text(form.get("type"))) is not None:
        found[str(first)] = Asked(id=str(first), type=single, fields=form)
    for place, each in enumerate(listed(form.get("measures")) or listed(form.get("assistance")), first + len(found)):
        entry = mapping(each)
        name = text(entry.get("id")) or text(entry.get("measure")) or str(place)
        if (kind := text(entry.get("type"))) is not None:
            found.setdefault(name, Asked(id=name, type=kind, fields=entry))
    return tuple(found.values())


def said_of(form: Payload) -> tuple[Said, ...]:
    """Return what a letter says of which measures; a measure that is named twice keeps what is said last."""
    named = listed(form.get("measures"))
    if not named:
        return (Said(ids=None, own={}, form=form),)
    plain: dict[str, None] = {}
    own: dict[str, Payload] = {}
    for each in named:
        if isinstance(each, str):
            plain[each] = None
        elif (name := text(mapping(each).get("id"))) is not None:
            own[name] = mapping(each)
    found = [Said(ids=(name,), own=entry, form=form) for name, entry in own.items()]
    rest = tuple(name for name in plain if name not in own)
    return (Said(ids=rest, own={}, form=form), *found) if rest or not found else tuple(found)


def reference(form: Payload) -> str | None:
    """Return the sender's own reference of a request."""
    references = form.get("references")
    return text(references) or text(mapping(references).get("sender")) or text(form.get("reference"))


def previous(form: Payload) -> tuple[str, ...]:
    """Return what a request names as earlier: digests or references of letters that it grows out of."""
    references = mapping(form.get("references"))
    contacts = (mapping(each).get("letter") for each in listed(form.get("prior_contacts")))
    earlier = references.get("previous")
    named = earlier.get("reference") if isinstance(earlier, Mapping) else earlier
    values = (named, *listed(form.get("converted_from")), *listed(form.get("follows")), *contacts)
    return tuple(dict.fromkeys(value for each in values if (value := text(each)) is not None))


def duplicate_key(form: Payload, measure: str, request_type: str) -> tuple[str, ...] | None:
    """Return what two requests of one sender have in common when they ask for the same measure; None: nothing.

    It is the sender's reference with the measure's id and type. A follow-up or extension, which says so by its status,
    is no duplicate of what it follows.
    """
    own = reference(form)
    status = text(mapping(form.get("references")).get("status")) or "new"
    return None if own is None else (own, status, measure, request_type)


def instruments(form: Payload) -> tuple[str, ...]:
    """Return the codes of the instruments on which a request rests."""
    found = (text(mapping(each).get("instrument")) for each in listed(form.get("legal_basis")))
    return tuple(each for each in found if each is not None)
