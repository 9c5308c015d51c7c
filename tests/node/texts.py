"""The texts of the node for people, as they stand in its source, and the catalogues that translate them.

* A text is the first argument of ``_``, ``later`` and ``translate``, both of ``plural``, and what a ``Problem`` says;
  in the templates of the pages it is the first argument of ``t``; in the schemas of requests and other letters it is a
  title, a hint (``description``) or the name of a value (``x-labels``).
* ``python tests/node/texts.py`` adds what is missing to every catalogue, with an empty translation, and takes out what
  is no longer used; translators fill in the rest.
"""

import ast
import json
import string
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

SOURCE = Path(__file__).parents[2] / "node" / "rogatory_node"
LOCALE = SOURCE / "locale"
# Name of the function -> which of its arguments are texts.
MARKS = {"_": (0,), "later": (0,), "translate": (0,), "plural": (0, 1), "Problem": (2, 3)}
TEMPLATE_MARK = "t"
SCHEMAS = [SOURCE / "casework" / folder / "data" for folder in ("types", "kinds")]

Text = str | tuple[str, str]
"""A text, or its forms for one and for many."""


def texts_of(code: str, where: str) -> Iterator[tuple[Text, str]]:
    """Yield the texts in a module with file and line; a text that is put together where it stands is a mistake."""
    for call in (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        given = [call.args[n] for n in MARKS.get(name, ()) if n < len(call.args)]
        place = f"{where}:{call.lineno}"
        assert not any(isinstance(each, ast.JoinedStr | ast.BinOp) for each in given), f"{place}: text put together"
        found = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if name == "plural" and len(found) == 2:
            yield (found[0], found[1]), place
        else:
            yield from ((text, place) for text in found if text)


def template_texts(page: str, where: str) -> Iterator[tuple[Text, str]]:
    """Yield the texts in a template, as `texts_of` does for a module."""
    for call in Environment(autoescape=True).parse(page).find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Name) and call.node.name == TEMPLATE_MARK and call.args):
            continue
        given, place = call.args[0], f"{where}:{call.lineno}"
        assert not isinstance(given, nodes.BinExpr | nodes.Concat), f"{place}: text put together"
        if isinstance(given, nodes.Const) and isinstance(given.value, str):
            yield given.value, place


def schema_texts(described: Any, where: str) -> Iterator[tuple[Text, str]]:
    """Yield the texts in a JSON Schema with their place; examples and ``x-rogatory`` hold none."""
    if isinstance(described, list):
        for each in described:
            yield from schema_texts(each, where)
    if not isinstance(described, dict):
        return
    own = [described.get("title"), described.get("description"), *described.get("x-labels", {}).values()]
    yield from ((text, where) for text in own if isinstance(text, str))
    for name, each in described.items():
        if name not in {"examples", "x-labels", "x-rogatory"}:
            yield from schema_texts(each, f"{where}/{name}")


def all_texts() -> dict[Text, list[str]]:
    """Return every text with the places where it stands."""
    found: dict[Text, list[str]] = {}
    for suffix, read in ((".py", texts_of), (".html", template_texts)):
        for path in sorted(SOURCE.rglob(f"*{suffix}")):
            for text, place in read(path.read_text(encoding="utf-8"), str(path.relative_to(SOURCE))):
                found.setdefault(text, []).append(place)
    for path in sorted(path for folder in SCHEMAS for path in folder.rglob("*.json")):
        described = json.loads(path.read_text(encoding="utf-8"))
        for text, place in schema_texts(described, str(path.relative_to(SOURCE))):
            found.setdefault(text, []).append(place)
    return found


def fields_of(text: str) -> set[str]:
    """Return the names of the values that go into a text, with their formats."""
    return {f"{name}:{spec}" for _, name, spec, _ in string.Formatter().parse(text) if name is not None}


def catalogue(language: str) -> Catalog:
    """Read a catalogue; one that does not exist is empty."""
    path = LOCALE / f"{language}.po"
    if not path.is_file():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def completed(language: str, texts: dict[Text, list[str]]) -> Catalog:
    """Return the catalogue of a language with exactly these texts, those that are new without a translation."""
    old = catalogue(language)
    fresh = Catalog(locale=language, project="Rogatory", fuzzy=False)
    for text, _places in sorted(texts.items(), key=lambda each: str(each[0])):
        known = old.get(text if isinstance(text, str) else text[0])
        fresh.add(text, known.string if known is not None else None)
    return fresh


def written(fresh: Catalog) -> bytes:
    """Return the file of a catalogue, the same for the same texts whenever it is made."""
    file = BytesIO()
    write_po(file, fresh, width=120, omit_header=False, sort_output=True)
    dates = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Report-Msgid-Bugs', b'"Language-Team')
    kept = [line for line in file.getvalue().splitlines(keepends=True) if not line.startswith((*dates, b"#"))]
    return b"".join(kept)


def main() -> None:
    """Bring every catalogue up to date and count what is to be translated."""
    sys.path.insert(0, str(SOURCE.parent))
    from rogatory_node.i18n import LANGUAGES
    from rogatory_node.i18n import SOURCE as ENGLISH

    texts = all_texts()
    LOCALE.mkdir(exist_ok=True)
    for language in LANGUAGES:
        if language != ENGLISH:
            fresh = completed(language, texts)
            (LOCALE / f"{language}.po").write_bytes(written(fresh))
            empty = sum(1 for each in fresh if each.id and not each.string)
            sys.stdout.write(f"{language}: {empty} of {len(texts)} to be translated\n")


if __name__ == "__main__":
    main()
