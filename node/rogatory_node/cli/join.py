"""``rogatory join``: follow a registry and apply to it.

* The registry is trusted by its digits, which a person has from the registry by another way and types here, in any
  numerals; what its server says is compared with them, and is not shown before.
* The configuration gets one more ``[[follow]]``, written whole or not at all; nothing else of it changes.
* Our newest statements are sent; the rest is the registry's to decide.
"""

import asyncio
import os
import sys
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlsplit

import typer

from rogatory_node.cli.options import HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure, emit
from rogatory_node.home import FILE_MODE, Home, sync_folder
from rogatory_node.i18n import _

if TYPE_CHECKING:
    from rogatory_node.registry.reading import Seen
    from rogatory_protocol.ids import Aid
    from rogatory_protocol.statement import Statement

DIGITS: Final = 30
AID_DIGITS: Final = 64
SEND_SECONDS: Final = 10.0
MAX_TAKEN_BYTES: Final = 1_024
_wall: Final = time.time


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("join", help=_("Follow a registry and apply to it."))(join)


def join(
    home: HomeOption,
    registry_url: Annotated[str, typer.Option("--registry-url", metavar="URL", help=_("Where its log is: https://…"))],
    registry: Annotated[
        str | None, typer.Option("--registry", metavar="DIGITS", help=_("Its 30 digits, or its 64 hexadecimal ones."))
    ] = None,
    scope: Annotated[
        list[str] | None, typer.Option("--scope", metavar="XA", help=_("Only for this country; repeatable."))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a registry and apply to it."""
    from rogatory_node.cli.trouble import told
    from rogatory_protocol.ids import digits_of

    at, url = home_at(home), _url(registry_url)
    wanted = _wanted(registry if registry is not None else _asked(as_json))
    with told(at):
        at.check()
        seen, known, sent = asyncio.run(_meet(at, url, wanted, tuple(scope or ("*",))))
    aid = seen.registry.aid
    result = {
        "registry": aid.hex(), "digits": digits_of(aid), "url": url, "leaves": len(seen.directory.state.owners),
        "followed": known, "statement": sent,
    }  # fmt: skip
    emit(as_json, result, "\n".join(_next(result, at)))


async def _meet(home: Home, url: str, wanted: str, scope: tuple[str, ...]) -> "tuple[Seen, bool, str]":
    """Look at the log, compare, write the configuration, send our statement."""
    from rogatory_node.config import load
    from rogatory_node.registry.reading import look
    from rogatory_node.transport.fetch import Fetcher, FetchError
    from rogatory_protocol.errors import RefusedError
    from rogatory_protocol.ids import digits_of

    async with Fetcher(load(home).proxy) as fetch:
        try:
            seen = await look(fetch, url, now=int(_wall()))
        except FetchError as error:
            raise Failure(
                _("The registry at {url} does not answer ({fault}).").format(url=url, fault=error.fault.value),
                _("Check the address with the registry, and that this machine may reach it."), slug="join.unreachable",
            ) from None  # fmt: skip
        except RefusedError as refusal:
            raise Failure(
                _("What is at {url} is no registry's log (error {code}).").format(url=url, code=int(refusal.code)),
                _("Check the address with the registry."), slug="join.no-log",
            ) from None  # fmt: skip
        aid = seen.registry.aid
        if wanted not in (aid.hex(), digits_of(aid).replace(" ", "")):
            raise Failure(
                _("The registry at {url} has other digits than those that you typed. Nothing was changed.").format(
                    url=url
                ),
                _("Compare both with the registry, by telephone or in person."), slug="join.digits",
            )  # fmt: skip
        known = follow(home, aid, url, scope)
        return seen, known, await _apply(fetch, home, url, seen)


def follow(home: Home, aid: "Aid", url: str, scope: tuple[str, ...]) -> bool:
    """Write one more registry into the configuration; tell whether it was there already.

    Raises:
        ConfigError: The configuration is wrong already.
        Failure: It is written in a way that cannot be continued.
    """
    from rogatory_node.config import ConfigError, load, parse

    if aid in {each.aid for each in load(home).follow}:
        return True
    text = home.config.read_text(encoding="utf-8").rstrip("\n")
    listed = ", ".join(f'"{country}"' for country in scope)
    text += f'\n\n[[follow]]\naid = "{aid.hex()}"\nurl = "{url}/"\nscope = [{listed}]\n'
    try:
        parse(text)
    except ConfigError:
        raise Failure(
            _("The registry cannot be added to {path}.").format(path=home.config),
            _("Write it there by hand: [[follow]] with aid, url and scope."), USAGE, "join.config",
        ) from None  # fmt: skip
    _replace(home.config, text)
    return False


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(handle)
    part.replace(path)
    sync_folder(path.parent)


async def _apply(fetch: Any, home: Home, url: str, seen: "Seen") -> str:
    """Send the first statement of ours that the log does not have; say what became of it."""
    from rogatory_node.transport.fetch import FetchError

    chain = await _chain(home)
    missing = next((each for each in chain if each.digest not in seen.directory.state.owners), None)
    if missing is None:
        return "known"
    try:
        answer = await fetch.post(f"{url}/statement", missing.raw, most=MAX_TAKEN_BYTES, seconds=SEND_SECONDS)
    except FetchError:
        return "not-taken"  # the running node sends it again
    return {200: "known", 201: "appended"}.get(answer.status, "waits")


async def _chain(home: Home) -> "list[Statement]":
    from rogatory_node.config import database_url, load
    from rogatory_node.registry.running import own_chain
    from rogatory_node.services.own import find
    from rogatory_node.storage.engine import open_reading

    readers = open_reading(database_url(load(home), home))
    try:
        async with readers.connect() as connection:
            own = await connection.run_sync(find)
            return await connection.run_sync(own_chain, own.aid)
    finally:
        await readers.dispose()


def _url(text: str) -> str:
    parts = urlsplit(text)
    odd = any(letter <= " " or letter in '"\\' for letter in text)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment or odd:
        raise Failure(_("An address begins with https:// and names a host."), code=USAGE, slug="usage")
    return text.rstrip("/")


def _asked(as_json: bool) -> str:
    if as_json or not sys.stdin.isatty():
        raise Failure(_("Name the registry's digits: --registry DIGITS"), code=USAGE, slug="usage")
    return str(typer.prompt(_("Digits of the registry, as you have them from it by another way"), err=True))


def _wanted(typed: str) -> str:
    """Return what was typed in one form: 64 hexadecimal digits, or 30 decimal ones of any numerals."""
    compact = "".join(typed.split())
    if len(compact) == AID_DIGITS:
        return compact.lower()
    decimal = "".join(str(unicodedata.decimal(letter)) for letter in compact if letter.isdecimal())
    if len(decimal) != DIGITS or len(compact) != DIGITS:
        raise Failure(_("A registry has 30 digits, in six groups of five."), code=USAGE, slug="usage")
    return decimal


def _next(result: dict[str, Any], home: Home) -> list[str]:
    told = {
        "waits": _(
            "Your statement waits there for a decision. Tell it your digits: rogatory keys digits --home {home}"
        ).format(home=home.root),
        "appended": _("Your new statement is in its log."),
        "known": _("Your statement is in its log."),
        "not-taken": _("It did not take your statement now; the running node sends it again."),
    }
    return [
        _("The registry is the one whose digits you typed: {digits}").format(digits=result["digits"]),
        _("It was followed already.") if result["followed"] else _("It is in the configuration now."),
        told[result["statement"]],
        _("Start the node, or start it again: rogatory serve --home {home}").format(home=home.root),
    ]
