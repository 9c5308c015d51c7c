"""``rogatory init``: found an authority and its node.

* At a terminal at most five questions, and a page to check before anything is written; elsewhere options only.
* The passphrase of a root key comes from a file, a systemd credential or a prompt, never from an argument.
* What is missing or wrong is told at once and together.
"""

import getpass
import json
import os
import secrets
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer

from rogatory_node.cli.options import HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure, confirmed, emit, note
from rogatory_node.home import Home
from rogatory_node.i18n import LANGUAGE, _

MIN_PASSPHRASE: Final = 10
PASSPHRASE_CREDENTIAL: Final = "rogatory-root-passphrase"  # noqa: S105 - the name of a file
REGISTRY: Final = "registry"
DEFAULT_ROLE: Final = "mla"
LINK_PORT: Final = 8443


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the founder said, by options or at the terminal."""

    names: dict[str, str]
    cc: str | None
    roles: tuple[str, ...]
    registry: bool
    link_url: str | None
    link_port: int | None
    registry_port: int
    desk_port: int
    home_key_file: Path
    passphrases: tuple[str, ...] = field(repr=False)
    threshold: int
    database: str | None
    private: bool


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("init", help=_("Found an authority and its node."))(init)


def init(
    home: HomeOption,
    name: Annotated[
        list[str] | None, typer.Option(metavar="LANG=TEXT", help=_("Official name, once for each language."))
    ] = None,
    cc: Annotated[str | None, typer.Option(metavar="XA", help=_("Country: two capital letters."))] = None,
    role: Annotated[
        list[str] | None, typer.Option(metavar="ROLE", help=_("What it is central authority for; repeatable."))
    ] = None,
    registry: Annotated[bool, typer.Option("--registry", help=_("It runs a registry."))] = False,
    link_url: Annotated[
        str | None, typer.Option(metavar="URL", help=_("Where other authorities reach it: wss://…"))
    ] = None,
    link_port: Annotated[int | None, typer.Option(metavar="PORT", help=_("Port to listen on for them."))] = None,
    registry_port: Annotated[int, typer.Option(metavar="PORT", help=_("Port of the registry's log."))] = 8444,
    desk_port: Annotated[int, typer.Option(metavar="PORT", help=_("Port of the pages, on this machine."))] = 8080,
    home_key_file: Annotated[Path | None, typer.Option(metavar="FILE", help=_("Home key; made if missing."))] = None,
    passphrase_file: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help=_("Passphrase of a root key; once for each root key."))
    ] = None,
    threshold: Annotated[int, typer.Option(metavar="N", help=_("How many root keys sign together."))] = 1,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help=_("URL of a PostgreSQL, instead of a file."))
    ] = None,
    allow_private_addresses: Annotated[
        bool, typer.Option("--allow-private-addresses", help=_("Dial private addresses too: for trials."))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask before writing."))] = False,
    as_json: JsonOption = False,
) -> None:
    """Found an authority and its node."""
    at = home_at(home)
    asking = sys.stdin.isatty() and not as_json
    answers = Answers(
        names=_names(name or []),
        cc=cc,
        roles=tuple(role or ()),
        registry=registry,
        link_url=link_url,
        link_port=link_port,
        registry_port=registry_port,
        desk_port=desk_port,
        home_key_file=(home_key_file.expanduser().absolute() if home_key_file else _beside(at)),
        passphrases=_passphrases(passphrase_file or []),
        threshold=threshold,
        database=database,
        private=allow_private_addresses,
    )
    _refuse_taken(at)
    answers = _ask(answers) if asking else answers
    _check(answers)
    if asking and not yes:
        note(_page(at, answers))
        if not confirmed(_("Write this?"), default=True):
            raise typer.Abort
    _found(at, answers, as_json=as_json)


def settings(answers: Answers) -> str:
    """Return the text of ``node.toml``."""
    roles = ["authority", *([REGISTRY] if answers.registry else [])]
    lines = [
        f"name = {_toml(answers.names.get(LANGUAGE) or next(iter(answers.names.values())))}",
        f"language = {_toml(LANGUAGE)}",
        f"roles = [{', '.join(_toml(role) for role in roles)}]",
        *(["allow_private_addresses = true"] if answers.private else []),
        "",
        "[keys]",
        f"home_key_file = {_toml(str(answers.home_key_file))}",
        "",
        "[link]",
        f"port = {_link_port(answers)}",
        f"urls = [{_toml(answers.link_url) if answers.link_url else ''}]",
        "",
        "[desk]",
        f"port = {answers.desk_port}",
        *(["", "[registry]", f"port = {answers.registry_port}"] if answers.registry else []),
        *(["", "[database]", f"url = {_toml(answers.database)}"] if answers.database else []),
    ]
    return "\n".join(lines) + "\n"


def _found(home: Home, answers: Answers, *, as_json: bool) -> None:
    # Here, because checking the words of a command must not wait for cryptography to load.
    from rogatory_node.cli.trouble import told
    from rogatory_node.config import parse
    from rogatory_node.services.founding import Founding, found
    from rogatory_node.services.home_key import take_or_make
    from rogatory_protocol.ids import digits_of

    host = urlsplit(answers.link_url or "").hostname or "localhost"
    with told(home):
        text = settings(answers)
        parse(text)
        home.root.parent.mkdir(parents=True, exist_ok=True)
        home_key, _made = take_or_make(answers.home_key_file, home)
        roles = _roles(answers)
        statement = found(
            home,
            Founding(
                names=answers.names,
                cc=answers.cc or "",
                roles=roles,
                threshold=answers.threshold,
                passphrases=answers.passphrases,
                # Two registries may run on one machine, so the host alone does not name a log.
                origin=f"{host}/{secrets.token_hex(4)}" if REGISTRY in roles else None,
                host=host,
                settings=text,
                database=answers.database,
            ),
            home_key,
        )
    digits = digits_of(statement.aid)
    value = {
        "aid": statement.aid.hex(),
        "digits": digits,
        "home": str(home.root),
        "home_key_file": str(answers.home_key_file),
        "root_keys": [str(home.keys / f"root-{n}.key") for n in range(1, len(answers.passphrases) + 1)],
    }
    emit(as_json, value, _done(home, answers, statement.aid.hex(), digits))


def _done(home: Home, answers: Answers, aid: str, digits: str) -> str:
    following = (
        _("Give these digits to the authorities that will follow this registry, by telephone or in person.")
        if answers.registry
        else _("Join a registry: rogatory join --home {home} …").format(home=home.root)
    )
    return "\n".join(
        [
            _("Founded: {name} ({cc})").format(name=next(iter(answers.names.values())), cc=answers.cc),
            _("Authority: {aid}").format(aid=aid),
            _("Digits:    {digits}").format(digits=digits),
            "",
            _("What to do next:"),
            _("1. Move the root key files from {keys} to a medium in a safe, and keep the passphrases apart.").format(
                keys=home.keys
            ),
            _("2. Make a backup of {file}: without it this home does not open.").format(file=answers.home_key_file),
            _("3. Start the node: rogatory serve --home {home}").format(home=home.root),
            f"4. {following}",
        ]
    )


# --- Asking ---------------------------------------------------------------------------------------------------------


def _ask(answers: Answers) -> Answers:
    """Ask for what the options left open; five questions at most."""
    if not answers.names:
        answers = replace(answers, names={LANGUAGE: typer.prompt(_("Official name of the authority"), err=True)})
    if answers.cc is None:
        answers = replace(answers, cc=typer.prompt(_("Country (two capital letters)"), err=True).strip().upper())
    if not answers.roles and not answers.registry:
        said = typer.prompt(_("Roles, with spaces between"), default=DEFAULT_ROLE, err=True)
        answers = replace(answers, roles=tuple(said.split()))
    if answers.link_url is None:
        said = typer.prompt(_("Where other authorities reach it (wss://…, empty if nowhere)"), default="", err=True)
        answers = replace(answers, link_url=said.strip() or None)
    if not answers.passphrases:
        answers = replace(answers, passphrases=(_prompted(),))
    return answers


def _prompted() -> str:
    while True:
        first = getpass.getpass(_("Passphrase of the root key: "))
        if len(first) < MIN_PASSPHRASE:
            note(_("At least {count} characters.").format(count=MIN_PASSPHRASE))
        elif first == getpass.getpass(_("Once more: ")):
            return first
        else:
            note(_("The two differ."))


def _names(pairs: list[str]) -> dict[str, str]:
    """Read names; one without a language is in that of this process."""
    names = {}
    for pair in pairs:
        language, equals, text = pair.partition("=")
        names[language if equals else LANGUAGE] = text if equals else pair
    return names


def _passphrases(files: list[Path]) -> tuple[str, ...]:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    credential = Path(folder) / PASSPHRASE_CREDENTIAL if folder else None
    if not files and credential is not None and credential.is_file():
        files = [credential]
    return tuple(_passphrase(file) for file in files)


def _passphrase(file: Path) -> str:
    try:
        passphrase = file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        what = _("The passphrase file {file} cannot be read.").format(file=file)
        raise Failure(what, code=USAGE, slug="unreadable") from None
    if len(passphrase) < MIN_PASSPHRASE:
        what = _("The passphrase in {file} has fewer than {count} characters.")
        raise Failure(what.format(file=file, count=MIN_PASSPHRASE), code=USAGE, slug="passphrase-short")
    return passphrase


# --- Checking -------------------------------------------------------------------------------------------------------


def _refuse_taken(home: Home) -> None:
    if home.root.exists() and (not home.root.is_dir() or any(home.root.iterdir())):
        what = _("{path} is not empty; nothing was changed.").format(path=home.root)
        raise Failure(what, _("Choose another folder with --home."), slug="home.exists")


def _check(answers: Answers) -> None:
    """Refuse answers that are missing or cannot be, all together."""
    wrong = [
        text
        for text, bad in (
            (_("--name is missing"), not answers.names),
            (_("--cc is missing or not two capital letters"), not _is_country(answers.cc)),
            (_("--passphrase-file is missing"), not answers.passphrases),
            (
                _("--threshold must be at most 3 and at most the number of root keys; at most 5 of these"),
                bool(answers.passphrases)
                and not (1 <= answers.threshold <= min(3, len(answers.passphrases)) and len(answers.passphrases) <= 5),
            ),
            (_("two root keys have the same passphrase"), len(set(answers.passphrases)) < len(answers.passphrases)),
        )
        if bad
    ]
    if wrong:
        lines = "".join(f"\n  - {each}" for each in wrong)
        raise Failure(_("The authority cannot be founded:") + lines, code=USAGE, slug="usage")


def _is_country(cc: str | None) -> bool:
    return cc is not None and len(cc) == 2 and cc.isascii() and cc.isalpha() and cc.isupper()


def _roles(answers: Answers) -> tuple[str, ...]:
    if answers.registry:
        return tuple(dict.fromkeys((*answers.roles, REGISTRY)))
    return answers.roles or (DEFAULT_ROLE,)


def _link_port(answers: Answers) -> int:
    if answers.link_port is not None:
        return answers.link_port
    try:
        return urlsplit(answers.link_url or "").port or LINK_PORT
    except ValueError:
        return LINK_PORT  # a wrong address is refused where settings are checked


def _page(home: Home, answers: Answers) -> str:
    rows = [
        *((_("Name ({language})").format(language=language), text) for language, text in answers.names.items()),
        (_("Country"), answers.cc),
        (_("Roles"), " ".join(_roles(answers))),
        (_("Reached at"), answers.link_url or _("nowhere: it only dials out")),
        (_("Ports"), f"{_link_port(answers)} {answers.desk_port} {answers.registry_port if answers.registry else ''}"),
        (_("Root keys"), _("{k} of {n}").format(k=answers.threshold, n=len(answers.passphrases))),
        (_("Home"), home.root),
        (_("Home key"), answers.home_key_file),
    ]
    width = max(len(label) for label, _value in rows)
    return "\n".join(f"  {label:<{width}}  {value}" for label, value in rows)


def _beside(home: Home) -> Path:
    return home.root.with_name(home.root.name + ".home-key")


def _toml(text: str) -> str:
    # A basic string of TOML is escaped as JSON's; the delete character is the one that JSON leaves as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
