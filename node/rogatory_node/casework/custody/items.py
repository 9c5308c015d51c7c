"""The manifest: the items of evidence that the letters of a case brought or sent, one by one.

* An attachment of an answer is an item; so is an object that a letter describes and that travels by hand.
* A letter describes its items in ``evidence`` (older letters: ``items``): each entry with what it is and where it is
  from, and ``name`` or ``sha256`` when it is one of the attachments.
* Labels and limits of use of the letter's measures are on every item of the letter.
* Whatever stands in a form is read without raising; what is not text is left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

from rogatory_node.casework.life.events import Fact
from rogatory_node.casework.life.stepping import labels_of
from rogatory_node.i18n import later

BRINGING: Final = frozenset(
    {
        "response.partial",
        "response.final",
        "evidence.handover",
        "service.proof",
        "hearing.minutes",
        "preservation.confirm",
        "spontaneous",
    }
)
"""Kinds of letters whose attachments and objects are evidence."""
LISTS: Final = ("evidence", "items")
MOST_ITEMS: Final = 10_000  # of one case; what a person reads one by one is far less

FACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "description": later("Description"),
        "source": later("Where it is from"),
        "acquired_at": later("Acquired on"),
        "acquired_by": later("Acquired by"),
        "authority": later("Legal authority"),
        "tool": later("Tool and version"),
        "method": later("Method"),
        "format": later("Format"),
        "original": later("Original"),
        "seal": later("Seal or bag number"),
        "witness": later("Witness"),
        "certificate": later("Certificate"),
        "courier": later("Courier"),
    }
)
"""What a letter may say of an item, with the text for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attachment."""

    index: int
    name: str
    mt: str
    size: int
    sha256: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A letter with its attachments and the evidence about it; ``proved``: it is signed, not entered by hand."""

    digest: str
    kind: str
    sender: str
    to: tuple[str, ...]
    ts: int
    form: Mapping[str, Any] = field(repr=False)
    files: tuple[File, ...] = ()
    facts: tuple[Fact, ...] = ()
    proved: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item of evidence.

    Attributes:
        key: Stable within the case: the first digits of the letter and the place in it.
        letter: The letter that brought it, or "" for one that this authority entered by hand.
        name: Of the file, or what the object is.
        file: The attachment, or None for an object.
        told: What its sender says of it: keys of ``FACTS``.
        labels: Handling labels that travel with it.
        purpose: The use that it is limited to, or "".
        return_by: When it must be back, as it was written, or "".
        destroy_after: After when it must be destroyed, or "".
    """

    key: str
    letter: str
    name: str
    file: File | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    purpose: str = ""
    return_by: str = ""
    destroy_after: str = ""


def items_of(letters: Iterable[Source]) -> tuple[Item, ...]:
    """Return the items of the letters, in their order."""
    found: list[Item] = []
    for each in letters:
        if each.kind in BRINGING:
            found += _of_letter(each)
        if len(found) >= MOST_ITEMS:
            break
    return tuple(found[:MOST_ITEMS])


def file_key(letter: str, index: int) -> str:
    """Return the key of an attachment."""
    return f"{letter[:16]}.{index}"


def _of_letter(letter: Source) -> Iterator[Item]:
    entries = list(_entries(letter.form))
    limits = _limits(letter.form)
    told_of: dict[int, Mapping[str, Any]] = {}
    objects: list[tuple[int, Mapping[str, Any]]] = []
    for place, entry in enumerate(entries):
        file = _file_of(entry, letter.files)
        if file is None:
            objects.append((place, entry))
        else:
            told_of.setdefault(file.index, entry)
    for file in letter.files:
        yield _item(file_key(letter.digest, file.index), letter.digest, file, told_of.get(file.index, {}), limits)
    for place, entry in objects:
        yield _item(f"{letter.digest[:16]}.o{place}", letter.digest, None, entry, limits)


def _item(key: str, letter: str, file: File | None, entry: Mapping[str, Any], limits: Mapping[str, Any]) -> Item:
    told = {name: text for name in FACTS if (text := _text(entry.get(name)))}
    if file is None and "description" not in told and (described := _text(entry.get("describes"))):
        told["description"] = described
    name = file.name if file is not None else _text(entry.get("id")) or told.get("description", "")
    labels = {*_codes(entry.get("labels")), *_codes(limits.get("labels")), *labels_of(_codes(limits.get("conditions")))}
    return Item(
        key=key,
        letter=letter,
        name=name,
        file=file,
        told=told,
        labels=tuple(sorted(labels)),
        purpose=_text(entry.get("use_limited_to")) or _text(limits.get("use_limited_to")),
        return_by=_text(entry.get("return_by")) or _text(limits.get("return_by")),
        destroy_after=_text(entry.get("destroy_after")) or _text(limits.get("destroy_after")),
    )


def _entries(form: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    listed = (form.get(name) for name in LISTS)
    for value in chain.from_iterable(each for each in listed if isinstance(each, list)):
        if isinstance(value, Mapping):
            yield value


def _limits(form: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the letter says of all its items; labels and conditions of its measures count as well."""
    measures = form.get("measures")
    listed = [each for each in measures if isinstance(each, Mapping)] if isinstance(measures, list) else []
    gathered = {
        name: [code for each in (form, *listed) for code in _codes(each.get(name))] for name in ("labels", "conditions")
    }
    return {**form, **gathered}


def _file_of(entry: Mapping[str, Any], files: tuple[File, ...]) -> File | None:
    digest, name = _text(entry.get("sha256")).lower(), _text(entry.get("name"))
    for file in files:
        if file.sha256 == digest or (name and file.name == name):
            return file
    return None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str | int) else ""


def _codes(value: Any) -> tuple[str, ...]:
    given = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    named = (each.get("code") if isinstance(each, Mapping) else each for each in given)
    return tuple(each for each in named if isinstance(each, str))
