"""Faults of the schema in the words of the form: titles of fields, not keywords of JSON Schema.

* What must be there and is not, or is empty, is ``missing``; what cannot be read is ``wrong``.
* A field that no schema has is a risk: it is carried, and the recipient's program may not show it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rogatory_node.casework.checking_articles import article
from rogatory_node.casework.checking_finding import Case, Finding, Level, pointer, short
from rogatory_node.casework.kinds import catalogue as kinds
from rogatory_node.casework.kinds import validating as letters
from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.types import catalogue, validating
from rogatory_node.casework.types.catalogue import RequestType, Unknown
from rogatory_node.casework.types.shape import MAX_MEASURES, Measure, measures
from rogatory_node.casework.types.validating import Fault
from rogatory_node.i18n import later

MISSING: Final = later("“{field}” is missing.")
EMPTY: Final = later("“{field}” is empty.")
UNREAD: Final = later("“{field}” is not written as it should be.")
CHOICE: Final = later("“{field}” is not one of the values that are known.")
DATE: Final = later("“{field}” is not a date or time that exists.")
LONG: Final = later("“{field}” is longer than {most}.")
RANGE: Final = later("“{field}” is too small or too large.")
UNEXPECTED: Final = later("The field “{name}” is not part of this type; the other side may not see it.")
MUST_BE: Final = later("“{field}” must be confirmed for this type.")

WORDS: Final[Mapping[str, tuple[str, Level, str]]] = {
    "minLength": ("field.empty", "missing", EMPTY),
    "minItems": ("field.empty", "missing", EMPTY),
    "enum": ("field.choice", "wrong", CHOICE),
    "const": ("field.confirmed", "wrong", MUST_BE),
    "format": ("field.date", "wrong", DATE),
    "anyOf": ("field.date", "wrong", DATE),
    "maximum": ("field.range", "wrong", RANGE),
    "minimum": ("field.range", "wrong", RANGE),
}
"""Keyword -> code, level and text; keywords that need more stand in `_said`, and all others are `UNREAD`."""


def is_letter(form: Mapping[str, Any]) -> bool:
    """Say whether a form is a letter of another kind than a request; what names no kind is looked at as a request."""
    kind = form.get("kind")
    return isinstance(kind, str) and kind != kinds.REQUEST and kind in KINDS


def of_common(case: Case) -> Iterator[Finding]:
    """Yield what is wrong with the common part, and what the types need of it."""
    needed = {"kind", *(name for _, kind in case.known for name in kind.request_required)}
    described = catalogue.request()
    for name in (each for each in described["properties"] if each in needed and each not in case.common):
        asked = [kind for _, kind in case.known if name in kind.request_required]
        yield _missing(described, (name,), "", article(asked[0], name) if asked else "")
    for fault in validating.request_faults({k: v for k, v in case.common.items() if k != "assistance"}):
        yield from _said(fault, described, "", None)
    yield from _of_list(case)


def of_measures(case: Case) -> Iterator[Finding]:
    """Yield what is wrong with each measure."""
    for each in case.measures:
        if isinstance(each.type, Unknown):
            yield _unknown(each)
        else:
            described = catalogue.measure(each.type)
            yield from _old(each.type, each.pointer)
            for fault in validating.measure_faults(each.type, each.fields):
                yield from _said(fault, described, each.pointer, each.type)


def of_letter(case: Case) -> Iterator[Finding]:
    """Yield what is wrong with a letter of another kind than a request."""
    kind, version = str(case.form.get("kind")), case.form.get("version")
    described = kinds.whole(kind, version if isinstance(version, int) else None)
    if isinstance(described, kinds.Unknown):
        args: Mapping[str, str | int] = {"kind": short(kind), "version": described.version or 1}
        yield Finding(code="kind.unknown", level="risk", path="/kind", text=described.text, args=args)
        return
    for fault in letters.faults(kind, case.form, version):
        if fault.keyword != "anyOf":
            yield from _said(fault, described, "", None)
        elif fault.path:
            titles = {"field": title(described, fault.path) or described["title"]}
            path = pointer(*fault.path)
            yield Finding(code="field.unread", level="wrong", path=path, text=UNREAD, titles=titles)
        else:
            # One of several will do; the first is what most letters of the kind say.
            yield _missing(described, (described["anyOf"][0]["required"][0],), "", "")


def title(described: Mapping[str, Any], path: tuple[str | int, ...]) -> str:
    """Return the title of a field; the last that has one on the way to it."""
    shared = described.get("$defs", {})
    found, here = "", described
    for part in path:
        here = _resolved(here, shared)
        here = here.get("items", {}) if isinstance(part, int) else here.get("properties", {}).get(part, {})
        found = here.get("title") or _resolved(here, shared).get("title") or found
    return found


def heading(form: Mapping[str, Any], path: str) -> tuple[str, str]:
    """Return pointer and title of the field of the form under which a finding is shown; both may be empty."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    if parts and is_letter(form):
        described = kinds.whole(str(form["kind"]))
        return pointer(parts[0]), "" if isinstance(described, kinds.Unknown) else title(described, (parts[0],))
    if len(parts) > 2 and parts[0] == "assistance" and parts[1].isdigit():
        listed = form.get("assistance")
        found = listed[int(parts[1])] if isinstance(listed, list) and int(parts[1]) < len(listed) else None
        return pointer(*parts[:3]), _own_title(found, parts[2])
    if not parts:
        return "", ""
    return pointer(parts[0]), title(catalogue.request(), (parts[0],)) or _own_title(form, parts[0])


def _own_title(fields: Any, name: str) -> str:
    for each in measures({"assistance": [fields]}):
        described = catalogue.measure(each.type) if isinstance(each.type, RequestType) else catalogue.common_measure()
        return title(described, (name,))
    return ""


def _resolved(described: Mapping[str, Any], shared: Mapping[str, Any]) -> Mapping[str, Any]:
    name = described.get("$ref")
    return shared[name.removeprefix("#/$defs/")] if name else described


def _unknown(measure: Measure) -> Finding:
    kind = measure.type
    assert isinstance(kind, Unknown)  # the caller looked
    path = f"{measure.pointer}/type"
    if not kind.code:
        return Finding(
            code="type.missing", level="missing", path=path, text=MISSING, titles={"field": "Type of assistance"}
        )
    args: Mapping[str, str | int] = {"type": short(kind.code), "version": kind.version or 1}
    return Finding(code="type.unknown", level="wrong", path=path, text=kind.text, args=args)


def _old(kind: RequestType, before: str) -> Iterator[Finding]:
    if kind.version < kind.versions[-1]:
        text = later("“{title}” has a newer version, {version}; this one is still read.")
        path, newest = f"{before}/type_version", kind.versions[-1]
        titles = {"title": kind.title}
        yield Finding(code="type.old", level="hint", path=path, text=text, args={"version": newest}, titles=titles)


def _of_list(case: Case) -> Iterator[Finding]:
    listed = case.common.get("assistance")
    told: Mapping[str, str] = {"field": "Assistance requested"}
    if not case.measures:
        code, text = ("field.empty", EMPTY) if isinstance(listed, list) else ("type.missing", MISSING)
        yield Finding(code=code, level="missing", path="/assistance", text=text, titles=told)
    elif "assistance" in case.common and case.measures[0].pointer == "":
        text = later("The request names one type and a list of measures; write all measures into the list.")
        yield Finding(code="assistance.both", level="wrong", path="/assistance", text=text)
    if isinstance(listed, list) and len(listed) > MAX_MEASURES:
        args: Mapping[str, str | int] = {"most": MAX_MEASURES}
        yield Finding(code="field.long", level="wrong", path="/assistance", text=LONG, args=args, titles=told)


def _missing(described: Mapping[str, Any], path: tuple[str | int, ...], before: str, source: str) -> Finding:
    titles = {"field": title(described, path)}
    place = before + pointer(*path)
    return Finding(code="field.missing", level="missing", path=place, text=MISSING, titles=titles, article=source)


def _said(fault: Fault, described: Mapping[str, Any], before: str, kind: RequestType | None) -> Iterator[Finding]:
    place = before + pointer(*fault.path)
    titles = {"field": title(described, fault.path) or described["title"]}
    if fault.keyword == "required":
        path = (*fault.path, fault.told["property"])
        source = article(kind, str(path[0])) if kind is not None and len(path) == 1 else ""
        yield _missing(described, path, before, source)
    elif fault.keyword == "additionalProperties":
        for name in list(fault.told["unexpected"])[:20]:
            at = place + pointer(name)
            args: dict[str, str | int] = {"name": short(name)}
            yield Finding(code="field.unexpected", level="risk", path=at, text=UNEXPECTED, args=args)
    elif fault.keyword in {"maxLength", "maxItems"}:
        args = {"most": int(fault.told["limit"])}
        yield Finding(code="field.long", level="wrong", path=place, text=LONG, args=args, titles=titles)
    else:
        # A kind that nobody knows is looked at as a request: it is misspelt, not to be confirmed.
        keyword = "enum" if fault.path == ("kind",) and fault.keyword == "const" else fault.keyword
        code, level, text = WORDS.get(keyword, ("field.unread", "wrong", UNREAD))
        yield Finding(code=code, level=level, path=place, text=text, titles=titles)
