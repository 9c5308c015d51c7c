"""Options that many commands share, so that they read and behave alike everywhere."""

from pathlib import Path
from typing import Annotated, Final

import typer

from rogatory_node.cli.output import USAGE, Failure
from rogatory_node.cli.system import why
from rogatory_node.home import Home
from rogatory_node.i18n import LANGUAGE, LANGUAGES, _

_KNOWN: Final = ", ".join(LANGUAGES)

HomeOption = Annotated[
    Path,
    typer.Option("--home", metavar="DIR", envvar="ROGATORY_HOME", help=_("Folder of the node."), show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help=_("One JSON document on standard output."))]
LanguageOption = Annotated[
    str | None,
    typer.Option("--language", metavar="LANGUAGE", help=_("One of {known}.").format(known=_KNOWN)),
]
AsOption = Annotated[str, typer.Option("--as", metavar="ROLE", help=_("The role in which you act, for the audit log."))]

TokenOption = Annotated[
    Path | None,
    typer.Option(
        "--token-file",
        metavar="FILE",
        envvar="ROGATORY_TOKEN_FILE",
        help=_("File with the token of the person who acts."),
        show_default=False,
    ),
]


def language_of(tag: str | None) -> str:
    """Return the language of a ``--language`` option: the one of this process when there is none.

    Raises:
        Failure: It is not one of ours.
    """
    if tag is not None and tag not in LANGUAGES:
        raise Failure(_("One of {known}.").format(known=_KNOWN), code=USAGE, slug="language")
    return tag or LANGUAGE


def token_of(file: Path | None) -> str | None:
    """Return the token in a file, or None for the operator.

    Raises:
        Failure: The file cannot be read.
    """
    if file is None:
        return None
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = why(error) if isinstance(error, OSError) else "ASCII"
        what = _("The file {file} cannot be read: {why}").format(file=file, why=reason)
        raise Failure(what, code=USAGE, slug="unreadable") from None


def home(path: Path) -> Home:
    """Return the home in a folder, by its absolute path."""
    return Home(root=path.expanduser().absolute())
