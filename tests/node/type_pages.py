"""The page of the types of assistance, ``docs/types.md``, made from the data that the program reads.

* ``python tests/node/type_pages.py`` writes it; a test holds the file to the data.
* Articles that nobody compared with the text of the instrument carry a mark.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from rogatory_node.casework.checking_schema import title
from rogatory_node.casework.codes import OUTCOMES
from rogatory_node.casework.types import catalogue
from rogatory_node.casework.types.catalogue import GROUPS, RequestType

PAGE: Final = Path(__file__).parents[2] / "docs" / "types.md"
UNCHECKED: Final = " °"
DUAL: Final = {
    "none": "not asked for",
    "often": "often asked for",
    "usual": "usually asked for",
}
HEAD: Final = """# The types of assistance

This page is made from the data that the program reads (`python tests/node/type_pages.py` writes it). `rogatory types
CODE` shows the same in seven languages, `rogatory types CODE --json` the JSON Schema and a complete example, and
`rogatory check FILE` holds a request against it.

A request is a JSON object: the fields that [all types share](#what-all-types-share), and what it asks for. One
measure is written with `type` and the fields of the type beside the others; several are a list, `assistance`, each
with its `type`. Everything that a form may hold is described; what no schema knows is carried, shown and printed all
the same.

An article with ° was written down from memory; nobody has compared it with the text of the instrument yet.
Instruments: `UNTOC`, `UNCAC`, `1988` and `UNCC` are the United Nations Conventions against Transnational Organized
Crime, against Corruption, against drug trafficking and against cybercrime; `BC` is the Budapest Convention, `ECMA`
and `ECE` are the European Conventions on mutual assistance and on extradition, and `-2AP` is the Second Additional
Protocol of one of them; `COE-1972` and `COE-1983` are those on the transfer of proceedings and of sentenced persons;
`EIO` and `EE` are the law of the European Union on investigation orders and on electronic evidence; `TCA` is its
agreement with the United Kingdom.
"""
SHARED: Final = """
## What all types share

A type says which of these it needs; the others may always be given.
"""
ENDS: Final = """
## How a measure may end

Every measure ends by itself: of one request some may be executed, some refused.
"""
PARTS: Final = """
### Parts that return

Objects that several fields are made of.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *_overview(), SHARED, *_shared(), PARTS, *_parts(), ENDS, *_outcomes(), *_types()]) + "\n"


def _overview() -> Iterator[str]:
    for group, named in GROUPS.items():
        yield f"**{named}**\n"
        yield "| Type | Code | First legal basis | Coercive |"
        yield "|---|---|---|---|"
        for each in catalogue.types():
            if each.group == group:
                link = f"[{each.title}](#{_anchor(each)})"
                yield f"| {link} | `{each.code}` | {_article(each, 0)} | {'yes' if each.coercive else 'no'} |"
        yield ""


def _shared() -> Iterator[str]:
    common = catalogue.common_part()
    yield from _fields({"properties": common["properties"], "$defs": common["$defs"]}, ())
    yield "\nEvery measure may have:\n"
    yield from _fields({"properties": common["x-measure"], "$defs": common["$defs"]}, ())


def _parts() -> Iterator[str]:
    shared = catalogue.common_part()["$defs"]
    for name, described in shared.items():
        if "properties" in described:
            yield f"**{described['title']}** (`{name}`)\n"
            yield from _fields({**described, "$defs": shared}, described.get("required", ()))
            yield ""


def _types() -> Iterator[str]:
    for group, named in GROUPS.items():
        yield f"\n## {named}"
        for each in catalogue.types():
            if each.group == group:
                yield from _type(each)


def _type(kind: RequestType) -> Iterator[str]:
    common = catalogue.request()
    needed = ", ".join(title(common, (name,)) for name in kind.request_required)
    yield f"\n### {kind.title}\n"
    yield f"`{kind.code}`, version {kind.version}. {kind.hint}".rstrip() + "\n"
    yield f"- Legal basis: {', '.join(_article(kind, place) for place in range(len(kind.articles)))}"
    yield f"- Dual criminality: {DUAL[kind.dual_criminality]}" + ("; a coercive measure" if kind.coercive else "")
    if kind.duty_officer_alone:
        yield "- A duty officer may send it alone"
    yield f"- Needs of the shared fields: {needed}"
    if kind.attachments:
        yield f"- Needs attached: {'; '.join(_alternatives(each) for each in kind.attachments)}"
    yield f"- Outcomes: {_codes(kind.outcomes)}"
    if kind.clocks:
        yield f"- Clocks: {_codes(kind.clocks)}"
    if kind.fiches:
        yield f"- EJN Fiches Belges: {', '.join(kind.fiches)}"
    yield ""
    yield from _fields(catalogue.measure(kind), kind.body["required"], own=kind.body["properties"])


def _outcomes() -> Iterator[str]:
    yield "| Outcome | Meaning | Must be given with it |"
    yield "|---|---|---|"
    for code, each in OUTCOMES.items():
        yield f"| `{code}` | {each.label.format(date='a date')} | {_codes(each.needs)} |"


def _codes(codes: tuple[str, ...]) -> str:
    return ", ".join(f"`{each}`" for each in codes)


def _alternatives(roles: tuple[str, ...]) -> str:
    labels = catalogue.common_part()["$defs"]["attachment"]["properties"]["role"]["x-labels"]
    return " or ".join(labels[role].lower() for role in roles)


def _fields(described: Mapping[str, Any], required: Any, own: Mapping[str, Any] | None = None) -> Iterator[str]:
    yield "| Field | Title | Needed | What to write |"
    yield "|---|---|---|---|"
    for name, each in (own if own is not None else described["properties"]).items():
        needed = "yes" if name in required else ""
        yield f"| `{name}` | {title(described, (name,))} | {needed} | {_said(each, described['$defs'])} |"


def _said(field: Mapping[str, Any], shared: Mapping[str, Any]) -> str:
    whole = {**shared.get(field.get("$ref", "").removeprefix("#/$defs/"), {}), **field}
    items = whole.get("items", {})
    words = [whole.get("description") or items.get("description") or "", _choice(whole), _choice(items)]
    reference = field.get("$ref") or items.get("$ref")
    if reference:
        part = f"`{reference.removeprefix('#/$defs/')}`"
        words.append(f"List of {part}." if "items" in whole else f"{part}.")
    return " ".join(word for word in words if word)


def _choice(field: Mapping[str, Any]) -> str:
    values = field.get("enum", ())
    labels = field.get("x-labels", {})
    listed = ", ".join(f"`{value}` ({labels[value]})" if value in labels else f"`{value}`" for value in values)
    return f"One of {listed}." if listed else ""


def _article(kind: RequestType, place: int) -> str:
    found = kind.articles[place]
    return f"{found}{'' if found.checked else UNCHECKED}"


def _anchor(kind: RequestType) -> str:
    kept = "".join(letter for letter in kind.title.lower() if letter.isalnum() or letter in " -")
    return kept.replace(" ", "-")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE} is written\n")
