"""``rogatory glossary``: the words of the field in seven languages. Needs no home, no node and no network."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from rogatory_node.casework.glossary import Term, find, glossary
from rogatory_node.cli.options import JsonOption
from rogatory_node.cli.output import Failure, emit
from rogatory_node.i18n import LANGUAGE, LANGUAGES, _


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("glossary", help=_("The words of the field in seven languages."))(show)


def show(
    word: Annotated[str | None, typer.Argument(metavar="WORD", help=_("A word, in any of the languages."))] = None,
    as_json: JsonOption = False,
) -> None:
    """Show a word in all languages, or list all words."""
    whole = glossary()
    found = whole.terms if word is None else find(word)
    if not found:
        raise Failure(_("The glossary has no word “{word}”.").format(word=word), slug="glossary.unknown")
    value = {
        "terms": [{"key": each.key, "words": dict(each.words)} for each in found],
        "source": whole.source,
        "checked": whole.checked,
    }
    emit(as_json, value, "\n".join(_listed(found, whole=word is not None)))


def _listed(found: Sequence[Term], *, whole: bool) -> Iterator[str]:
    for each in found:
        yield f"{each.key}  {each.words[LANGUAGE]}"
        if whole:
            yield from (f"    {language}  {each.words[language]}" for language in LANGUAGES)
    if not glossary().checked:
        yield _("Nobody has compared these words with the official texts yet.")
