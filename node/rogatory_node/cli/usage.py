"""Help and wrong usage in the language of the reader: the words that are not ours, but of the library for commands.

* Help comes from the library; its headings and remarks are replaced where it writes them.
* What is wrong with a command is told by the kind of the mistake; a message that is not known is shown as it is.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import typer
from typer._click import exceptions
from typer._click.formatting import HelpFormatter

from rogatory_node.cli.output import USAGE, Failure
from rogatory_node.i18n import _, later

HEADINGS: Final[Mapping[str, str]] = {
    "Arguments": later("Arguments"),
    "Options": later("Options"),
    "Commands": later("Commands"),
}
REMARKS: Final[Mapping[str, str]] = {
    "default": later("default: {value}"),
    "env var": later("environment variable: {value}"),
}
_HELP: Final = "Show this message and exit."
_REMARKS: Final = re.compile(r"  \[(?P<listed>[^][]+)\]$")
_MESSAGES: Final = (
    (re.compile(r"No such command '(?P<name>.*?)'\."), later("There is no command “{name}”.")),
    (re.compile(r"Got unexpected extra argument\(s\) \((?P<name>.*)\)"), later("“{name}” is too much here.")),
    (re.compile(r"Missing command\."), later("Say which command.")),
    (re.compile(r"Option '(?P<name>.*)' requires "), later("The option {name} needs a value.")),
    (re.compile(r"Option '(?P<name>.*)' does not take a value"), later("The option {name} takes no value.")),
)
"""What the library says of a mistake that has no class of its own -> what we say."""
_VALUES: Final = (
    (re.compile(r"Input should be less than or equal to (?P<limit>.*)"), later("{name} takes at most {limit}.")),
    (re.compile(r"Input should be greater than or equal to (?P<limit>.*)"), later("{name} takes at least {limit}.")),
    (re.compile(r"Input should be a valid (?:integer|number)"), later("{name} takes a number.")),
)
"""What it says of a value that does not fit -> what we say."""


class _Formatter(HelpFormatter):
    """Writes help with our words around the texts of the commands."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line of usage."""
        super().write_usage(prog, args, prefix or _("Usage: "))

    def write_heading(self, heading: str) -> None:
        """Write a heading."""
        super().write_heading(_(HEADINGS[heading]) if heading in HEADINGS else heading)

    def write_dl(self, rows: Sequence[tuple[str, str]], *more: Any, **others: Any) -> None:
        """Write a list of options or commands."""
        super().write_dl([(first, _remarked(second)) for first, second in rows], *more, **others)


class _Context(typer.Context):
    formatter_class = _Formatter


def speaking(command: Any) -> Any:
    """Let a command and those below it write their help in the language of the reader, and return it."""
    command.context_class = _Context
    command.short_help = command.short_help or command.help  # else lists cut the sentence off in the middle
    for each in getattr(command, "commands", {}).values():
        speaking(each)
    return command


def wrong(error: Any, command: str) -> Failure:
    """Say what is wrong with the words of a command, which is named where the mistake does not name it."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else command
    following = _("See how it is used: {command}").format(command=f"{path} --help")
    return Failure(_mistake(error), following, slug="usage", code=int(error.exit_code) or USAGE)


def _mistake(error: Any) -> str:
    if isinstance(error, exceptions.MissingParameter):
        return _("“{field}” is missing.").format(field=_hint(error))
    if isinstance(error, exceptions.NoSuchOption):
        return _("There is no option {name}.").format(name=error.option_name)
    if isinstance(error, exceptions.BadParameter):
        name = _hint(error)
        for pattern, text in _VALUES:
            if found := pattern.match(error.message):
                return _(text).format(name=name, **found.groupdict())
        return _("The value of {name} cannot be used.").format(name=name)
    for pattern, text in _MESSAGES:
        if found := pattern.match(error.format_message()):
            return _(text).format(**found.groupdict())
    return str(error.format_message())


def _hint(error: Any) -> str:
    hint = error.param_hint or (error.param.get_error_hint() if error.param is not None else "")
    return (hint if isinstance(hint, str) else " / ".join(hint)).replace("'", "")


def _remarked(text: str) -> str:
    if text == _HELP:
        return _("Show this text and end.")
    found = _REMARKS.search(text)
    if found is None:
        return text
    listed = "; ".join(_remark(each) for each in found["listed"].split("; "))
    return f"{text[: found.start()]}  [{listed}]"


def _remark(said: str) -> str:
    if said == "required":
        return _("required")
    name, found, value = said.partition(": ")
    if found and name in REMARKS:
        return _(REMARKS[name]).format(value=value)
    return said  # a range of numbers, in signs
