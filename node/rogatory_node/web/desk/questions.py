"""One topic a page: the fields of a part of a draft, saved whenever a button is pressed.

* Saving keeps whatever was typed, right or wrong; what is wrong is said above the fields and at each of them.
* *Add another* and *Save* are the same form: nothing typed is lost by either.
* When another saved meanwhile, the page shows what was typed here and says so; saving once more is a decision.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from rogatory_node.casebook.drafting import ConflictError
from rogatory_node.casework.checking import Finding
from rogatory_node.web.desk import answers, drafting, rendering
from rogatory_node.web.desk.context import Ask, Refused, nothing_here
from rogatory_node.web.desk.drafting import Written
from rogatory_node.web.desk.sections import SECTIONS, Section, schema_of, section_of
from rogatory_node.web.desk.serving import see_other
from rogatory_node.web.desk.widgets import Drawing, draw
from rogatory_node.web.desk.writer import CHANGED

_MISSING: Final = "missing"


def _section(ask: Ask) -> Section:
    found = section_of(ask.path["section"])
    if found is None:
        raise nothing_here()
    return found


async def show(ask: Ask) -> web.StreamResponse:
    """Show the fields; what is missing is said once something was begun."""
    section, written = _section(ask), await drafting.of(ask)
    schema = schema_of(section, written.kind)
    begun = any(name in written.form for name in schema["properties"])
    return _page(ask, section, written, written.form, grown=ask.query("more"), check=begun)


async def save(ask: Ask) -> web.StreamResponse:
    """Save the fields, and go on to where the button leads."""
    section, written = _section(ask), await drafting.of(ask)
    schema = schema_of(section, written.kind)
    form = _merged(written.form, schema, ask.form)
    try:
        await drafting.save(ask, written, form, _version(ask.field("version")))
    except ConflictError:
        return _page(ask, section, written, form, conflict=True)
    here = f"/drafts/{written.draft.id.hex()}"
    grown = ask.field("add")
    if grown:
        return see_other(f"{here}/{section.code}?more={grown}#f{grown.replace('/', '-')}")
    if ask.field("go") == "stay":
        return see_other(f"{here}/{section.code}")
    following = SECTIONS.index(section) + 1
    last = ask.field("go") != "next" or following == len(SECTIONS)
    return see_other(here if last else f"{here}/{SECTIONS[following].code}")


def _merged(form: Mapping[str, Any], schema: Mapping[str, Any], fields: answers.Fields) -> dict[str, Any]:
    """Return the form with the answers of a page in place of what it said before."""
    told = answers.read(schema, fields, schema["$defs"])
    kept = {name: value for name, value in form.items() if name not in schema["properties"]}
    return kept | (told if isinstance(told, dict) else {})


def _version(word: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) < 10):
        raise Refused(400, CHANGED)
    return int(word)


def _page(
    ask: Ask,
    section: Section,
    written: Written,
    form: Mapping[str, Any],
    *,
    grown: str | None = None,
    check: bool = False,
    conflict: bool = False,
) -> web.StreamResponse:
    schema = schema_of(section, written.kind)
    found = _said(ask, drafting.findings(ask, written), section) if check else []
    drawing = Drawing(
        shared=schema["$defs"],
        language=ask.language,
        wrong=dict(reversed(found)),
        grown=frozenset([grown] if grown else []),
    )
    values = {name: value for name, value in form.items() if name in schema["properties"]}
    return rendering.page(
        ask,
        "questions.html",
        409 if conflict else 200,
        section=section,
        draft=written.draft,
        version=written.draft.version,
        group=draw(schema, values, drawing),
        found=[("f" + path.replace("/", "-"), text) for path, text in found],
        conflict=conflict,
        changed=CHANGED,
        editable=drafting.editable(written),
    )


def _said(ask: Ask, findings: Sequence[Finding], section: Section) -> list[tuple[str, str]]:
    """Return what is said of this part, by the path of its field on the page."""
    mine = [each for each in findings if drafting.section_of_finding(each) == section and each.path]
    return [(each.path, each.said(ask.language)) for each in mine]
