"""The catalogue of request types: 37 kinds of assistance, each with its fields, articles, outcomes and clocks.

* A file is a JSON Schema of the fields that the type adds; ``x-rogatory`` beside them says what a schema cannot.
* `schema` puts a type and the common part together: it describes a whole request with one measure.
* Versions are whole numbers and stay: an old letter is read by the version that it names.
* An unknown type or a newer version is an `Unknown` with a text to show; it is never an error.
* Titles and hints are English texts of the message catalogue; ``i18n.translate`` gives them in every language.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rogatory_node.i18n import later

DATA: Final = Path(__file__).parent / "data"
COMMON: Final = "common"

GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "preserve": later("Preserve data now"),
        "evidence": later("Get evidence"),
        "people": later("People"),
        "assets": later("Assets"),
        "extradition": later("Extradition and arrest"),
        "joint": later("Joint and special measures"),
        "spontaneous": later("Information without a request"),
    }
)
"""The groups in which types are shown, in this order."""

NOT_YET: Final = later(
    "This part cannot be shown yet: this program does not know the type “{type}”, version {version}."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Where a treaty has the type.

    Attributes:
        instrument: Code of the instrument.
        article: Article and paragraph.
        source: What the statement rests on.
        checked: Whether it was compared with the text of the instrument.
    """

    instrument: str
    article: str
    source: str
    checked: bool

    def __str__(self) -> str:
        """Return instrument and article."""
        return f"{self.instrument} {self.article}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestType:
    """One version of a type.

    Attributes:
        code: Stable name.
        version: Of the type; the last of `versions` is offered for new drafts.
        versions: All that this program knows.
        title: English title, a text of the message catalogue.
        hint: What it does, or an empty text.
        group: Key of `GROUPS`.
        data_category: ``subscriber``, ``traffic``, ``content``, ``financial`` or None.
        coercive: Whether it interferes with rights.
        dual_criminality: ``none``, ``often`` or ``usual``.
        duty_officer_alone: Whether a duty officer may send it without another's approval.
        request_required: Fields of the common part that it needs.
        attachments: Roles of attachments that it needs; each entry lists alternatives.
        outcomes: How a measure of this type may end.
        clocks: Identifiers of the rules of time that apply.
        fiches: Codes of the EJN Fiches Belges.
        articles: Treaty articles.
        body: JSON Schema of the fields that it adds. Not to be changed.
    """

    code: str
    version: int
    versions: tuple[int, ...]
    title: str
    hint: str
    group: str
    data_category: str | None
    coercive: bool
    dual_criminality: str
    duty_officer_alone: bool
    request_required: tuple[str, ...]
    attachments: tuple[tuple[str, ...], ...]
    outcomes: tuple[str, ...]
    clocks: tuple[str, ...]
    fiches: tuple[str, ...]
    articles: tuple[Article, ...]
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A type or version that this program does not know.

    Attributes:
        code: What the form calls it.
        version: What the form asks for, or None.
        text: English text that says so, a text of the message catalogue with ``type`` and ``version`` in it.
    """

    code: str
    version: int | None
    text: str = NOT_YET


def types() -> tuple[RequestType, ...]:
    """Return the newest version of every type, group by group."""
    return _types()


def type_of(code: object, version: int | None = None) -> RequestType | Unknown:
    """Return a type; the newest version when none is named."""
    held = _versions().get(code, ()) if isinstance(code, str) else ()
    if not held or (version is not None and version not in held):
        return Unknown(code=code if isinstance(code, str) else "", version=version)
    assert isinstance(code, str)  # held is empty for everything else
    return _read(code, version or held[-1])


def schema(code: str, version: int | None = None) -> dict[str, Any] | Unknown:
    """Return the JSON Schema of a whole request with one measure of a type; the caller may change it."""
    found = type_of(code, version)
    return found if isinstance(found, Unknown) else copy.deepcopy(whole(found))


def whole(kind: RequestType) -> dict[str, Any]:
    """Return the schema of a whole request with one measure. Not to be changed."""
    return _whole(kind.code, kind.version)


def measure(kind: RequestType) -> dict[str, Any]:
    """Return the schema of one measure: fields of the type and of every measure. Not to be changed."""
    return _measure(kind.code, kind.version)


@cache
def common_measure() -> dict[str, Any]:
    """Return the schema of what every measure may have, whatever its type. Not to be changed."""
    return closed({"title": common_part()["title"], "type": "object", "properties": common_part()["x-measure"]})


@cache
def request() -> dict[str, Any]:
    """Return the schema of the common part; what is required depends on the types. Not to be changed."""
    common = common_part()
    return closed({"title": common["title"], "type": "object", "properties": common["properties"]})


def example(code: str) -> dict[str, Any]:
    """Return a complete request with one measure of a type, made of the examples of its fields; empty if unknown."""
    found = type_of(code)
    if isinstance(found, Unknown):
        return {}
    described = whole(found)
    form = {name: _example(described["properties"][name], described["$defs"]) for name in described["required"]}
    extra = ["confidentiality", "language"] + (["dual_criminality"] if found.coercive else [])
    form |= {name: _example(described["properties"][name], described["$defs"]) for name in extra}
    if found.attachments:
        roles = [each[0] for each in found.attachments]
        form["attachments"] = [{"name": f"{role}.pdf", "role": role, "certified": True} for role in roles]
    return {"kind": "request", "type": code, **{k: v for k, v in form.items() if k not in {"kind", "type"}}}


@cache
def common_part() -> dict[str, Any]:
    """Return the newest common part with the shared definitions. Not to be changed."""
    return _load(COMMON, _stored(COMMON)[-1])


# --- Files ------------------------------------------------------------------------------------------------------------


@cache
def _versions() -> Mapping[str, tuple[int, ...]]:
    # Codes come from the folders, never the other way round: no form names a path.
    return {each.name: _stored(each.name) for each in sorted(DATA.iterdir()) if each.name != COMMON}


def _stored(code: str) -> tuple[int, ...]:
    return tuple(sorted(int(file.stem) for file in (DATA / code).glob("*.json")))


@cache
def _types() -> tuple[RequestType, ...]:
    order = list(GROUPS)
    found = [_read(code, versions[-1]) for code, versions in _versions().items()]
    return tuple(sorted(found, key=lambda each: (order.index(each.group), each.code)))


@cache
def _read(code: str, version: int) -> RequestType:
    raw = _load(code, version)
    told = raw["x-rogatory"]
    return RequestType(
        code=code,
        version=version,
        versions=_versions()[code],
        title=raw["title"],
        hint=raw.get("description", ""),
        group=told["group"],
        data_category=told["data_category"],
        coercive=told["coercive"],
        dual_criminality=told["dual_criminality"],
        duty_officer_alone=told["duty_officer_alone"],
        request_required=tuple(told["request_required"]),
        attachments=tuple(tuple(each) for each in told["attachments"]),
        outcomes=tuple(told["outcomes"]),
        clocks=tuple(told["clocks"]),
        fiches=tuple(told["fiches"]),
        articles=tuple(Article(**each) for each in told["articles"]),
        body=raw,
    )


def _load(code: str, version: int) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DATA / code / f"{version}.json").read_text(encoding="utf-8"))
    return loaded


# --- Schemas ----------------------------------------------------------------------------------------------------------


@cache
def _whole(code: str, version: int) -> dict[str, Any]:
    kind, common = _read(code, version), common_part()
    fields = {name: each for name, each in common["properties"].items() if name != "assistance"}
    own = {**common["x-measure"], **kind.body["properties"]}
    own["type"] = {**own["type"], "const": code}
    required = ["kind", "type", *kind.request_required, *kind.body["required"]]
    head = {"$schema": kind.body["$schema"], "$id": f"urn:rogatory:request:{code}:{version}", "title": kind.title}
    told = {"x-rogatory": kind.body["x-rogatory"]}
    return closed(head | {"type": "object", "properties": fields | own, "required": required} | told)


@cache
def _measure(code: str, version: int) -> dict[str, Any]:
    kind = _read(code, version)
    fields = {**common_part()["x-measure"], **kind.body["properties"]}
    return closed({"title": kind.title, "type": "object", "properties": fields, "required": kind.body["required"]})


def closed(described: dict[str, Any]) -> dict[str, Any]:
    """Refuse other fields, and add the shared definitions that are used."""
    shared = common_part()["$defs"]
    used: dict[str, Any] = {}
    waiting = list(_references(described))
    while waiting:
        name = waiting.pop()
        if name not in used:
            used[name] = shared[name]
            waiting += _references(shared[name])
    return {**described, "additionalProperties": False, "$defs": dict(sorted(used.items()))}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"].removeprefix("#/$defs/")
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def _example(described: Mapping[str, Any], shared: Mapping[str, Any]) -> Any:
    """Return the example of a field, or one that is put together from those of its parts."""
    if described.get("examples"):
        return copy.deepcopy(described["examples"][0])
    if "const" in described:
        return described["const"]
    if "$ref" in described:
        return _example(shared[described["$ref"].removeprefix("#/$defs/")], shared)
    if described.get("type") == "array":
        return [_example(described["items"], shared)]
    if described.get("type") == "object":
        shown = {name: each for name, each in described["properties"].items() if _has_example(each, shared)}
        return {name: _example(each, shared) for name, each in shown.items()}
    raise AssertionError("a field that is required has an example; a test holds every type to it")


def _has_example(described: Mapping[str, Any], shared: Mapping[str, Any]) -> bool:
    if "$ref" in described:
        return _has_example(shared[described["$ref"].removeprefix("#/$defs/")], shared)
    if described.get("type") == "array" and not described.get("examples"):
        return "$ref" in described["items"] and _has_example(described["items"], shared)
    parts = described.get("properties", {}).values()
    return bool(described.get("examples")) or any(_has_example(each, shared) for each in parts)
