"""What a command writes: one result or one failure, for people or as one JSON document.

* With ``--json`` standard output holds one JSON document and nothing else, also when the command fails.
* Exit status: 0 done, 1 refused or failed, 2 wrong usage or unreadable input.
* A failure says what is wrong and what to do next; never the text of an exception from inside.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rogatory_node.cli.system import why
from rogatory_node.i18n import _

REFUSED: Final = 1
USAGE: Final = 2


class Failure(Exception):
    """A command ends here; `main` shows it.

    Attributes:
        what: What is wrong, translated.
        next: What to do about it, translated, or None.
        code: Exit status.
        slug: Stable name for programs.
    """

    def __init__(self, what: str, next: str | None = None, code: int = REFUSED, slug: str = "failed") -> None:
        """Note what is to be shown."""
        super().__init__(slug)
        self.what, self.next, self.code, self.slug = what, next or None, code, slug


def emit(as_json: bool, value: Mapping[str, Any], text: Any = "", *, flush: bool = False) -> None:
    """Write the result: *value* as JSON, or *text*, which may be anything that rich can show."""
    if as_json:
        print(json.dumps(value, ensure_ascii=False), flush=flush)
    elif isinstance(text, str):
        if text:
            print(text, flush=flush)
    else:
        _console().print(text)


def refuse_unwritable(file: Path) -> None:
    """Try to write a file before the long work whose result it is to hold; leave no new one behind.

    Raises:
        Failure: It cannot be written.
    """
    there = file.exists()
    try:
        file.open("ab").close()
    except OSError as error:
        what = _("{file} cannot be written: {why}").format(file=file, why=why(error))
        raise Failure(what, code=USAGE, slug="unwritable") from None
    if not there:
        file.unlink()


def note(text: str) -> None:
    """Say something on standard error, beside the result."""
    print(text, file=sys.stderr)


def confirmed(question: str, *, default: bool = False) -> bool:
    """Ask a person, on standard error, for yes or no in the words of the language; the English letters do as well.

    Raises:
        typer.Abort: There is no answer.
    """
    import typer

    yes, no = _("Yes").casefold(), _("No").casefold()
    answers = dict.fromkeys(("n", "no", no[0], no), False) | dict.fromkeys(("y", "yes", yes[0], yes), True)
    shown = f"{question} ({yes}/{no}) [{yes if default else no}]: "
    while True:
        print(shown, end="", file=sys.stderr, flush=True)
        try:
            said = sys.stdin.readline()
        except KeyboardInterrupt:
            raise typer.Abort from None
        if not said:
            raise typer.Abort
        found = answers.get(said.strip().casefold(), default if not said.strip() else None)
        if found is not None:
            return found
        note(_("Answer {yes} or {no}.").format(yes=yes, no=no))


def show_failure(failure: Failure, *, as_json: bool) -> None:
    """Write a failure."""
    if as_json:
        error = {"code": failure.slug, "what": failure.what, "next": failure.next}
        print(json.dumps({"error": error}, ensure_ascii=False))
        return
    note(_("error: {what}").format(what=failure.what))
    if failure.next:
        note(f"  → {failure.next}")


def _console() -> Any:
    # Only for tables: it costs more to load than most commands to run.
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())
