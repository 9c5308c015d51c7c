"""Writing a request at the pages: what a browser sends, for the tests of the writer."""

import re
from collections.abc import Mapping
from typing import Any

from multidict import MultiDict, MultiDictProxy
from officers import Officer, Seen

from rogatory_node.casework.types import catalogue
from rogatory_node.web.desk.sections import SECTIONS, schema_of
from rogatory_node.web.desk.widgets import Drawing, Widget, draw


def fields_of(widget: Widget) -> list[tuple[str, str]]:
    """Return what a browser sends of a page."""
    below = [pair for each in (*widget.shown, *widget.folded) for pair in fields_of(each)]
    if widget.kind in ("choice", "several"):
        return [(widget.path, code) for code, _, chosen in widget.options if chosen]
    if widget.kind in ("group", "list"):
        return below
    return [(("raw:" if widget.kind == "raw" else "") + widget.path, widget.value)]


async def begun(officer: Officer, world: Any, type: str = "data.preserve") -> str:
    """Begin a draft; return its address."""
    chosen = await officer.get(f"/drafts/new?type={type}")
    assert world.xb.aid.hex() in chosen.text
    assert world.xd.aid.hex() not in chosen.text  # it is suspended
    made = await officer.post("/drafts/new", {"type": type, "to": world.xb.aid.hex()})
    assert made.status == 303
    return made.headers["Location"]


async def filled(officer: Officer, address: str, type: str = "data.preserve") -> None:
    """Answer every part with the examples of the type."""
    kind = catalogue.type_of(type)
    assert isinstance(kind, catalogue.RequestType)
    example = catalogue.example(type)
    for section in SECTIONS:
        schema = schema_of(section, kind)
        value = {name: each for name, each in example.items() if name in schema["properties"]}
        drawn = draw(schema, value, Drawing(shared=schema["$defs"], language="en"))
        page = await officer.get(f"{address}/{section.code}")
        version = version_in(page)
        told = MultiDict([*fields_of(drawn), ("version", version), ("go", "next")])
        done = await post(officer, f"{address}/{section.code}", told)
        assert done.status == 303, done.words


async def post(officer: Officer, path: str, fields: Mapping[str, str] | MultiDict[str]) -> Seen:
    """Send a form whose fields may stand several times."""
    data = MultiDictProxy(MultiDict([("token", officer.token), *fields.items()]))
    return await officer._ask("POST", path, {"Origin": officer.pages.address}, data=data)


def version_in(page: Seen) -> str:
    found = re.search(r'name="version" value="(\d+)"', page.text)
    assert found is not None, page.words
    return found[1]
