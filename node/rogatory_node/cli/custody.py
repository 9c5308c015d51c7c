"""``rogatory custody``: the evidence of a case, who had it when, notes of this authority, and erasing.

* Without an action it shows items and chain. With one it notes what was done; ``erase`` does it and notes it.
* Exit status: 0 done, 1 refused, 2 wrong usage.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from rogatory_node.casework.codes import HANDLING
from rogatory_node.casework.custody.actions import ACTIONS
from rogatory_node.casework.custody.items import FACTS
from rogatory_node.cli import words
from rogatory_node.cli.cases import CaseArgument
from rogatory_node.cli.client import Client
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure, emit, refuse_unwritable
from rogatory_node.i18n import _, later

SHORT: Final[Mapping[str, str]] = {
    "add": "recorded",
    "receive": "received",
    "keep": "kept",
    "seal": "sealed",
    "unseal": "unsealed",
    "copy": "copied",
    "examine": "examined",
    "transfer": "transferred",
    "return": "returned",
    "hold": "held",
    "unhold": "hold-ended",
}
"""What people type for an action; its code does as well."""
ERASE: Final = "erase"
DEVIATION: Final = "deviation"
ODD: Final[Mapping[str, str]] = {
    "after_end": later("after it was erased"),
    "hash": later("the hash differs from that of the letter"),
}


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("custody", help=_("Evidence of a case: items, who had them when, notes, and erasing."))(custody)
    app.command("retention", help=_("Cases that closed long ago and still hold evidence."))(retention)


def custody(
    case: CaseArgument,
    home: HomeOption,
    action: Annotated[
        str | None,
        typer.Argument(
            metavar="[ACTION]",
            help=_(
                "add, receive, keep, seal, unseal, copy, examine, transfer, return, deviation, hold, unhold, erase."
            ),
        ),
    ] = None,
    item: Annotated[str, typer.Option(metavar="ITEM", help=_("The item by its key, or all."))] = "",
    say: Annotated[
        list[str] | None,
        typer.Option(
            "--say", metavar="NAME=TEXT", help=_("What is to be said: to, from, place, seal, why; repeatable.")
        ),
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help=_("When it was done, with its time zone."))] = None,
    case_uco: Annotated[
        Path | None, typer.Option("--case-uco", metavar="FILE", help=_("Write it for forensic programs: CASE/UCO."))
    ] = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Show the evidence of a case, or note what was done to it."""
    client = Client(home_at(home), role=role)
    if action is None:
        found = client.get("/case/custody", case=case)
        if case_uco is not None:
            _write_graph(found, case_uco)
        emit(as_json, found, "\n".join(_shown(found)))
        return
    if action not in {*SHORT, *SHORT.values(), DEVIATION, ERASE}:
        known = ", ".join((*SHORT, DEVIATION, ERASE))
        raise Failure(_("One of {known}.").format(known=known), code=USAGE, slug="usage")
    said = _said(say or [])
    if action == ERASE:
        found = client.post("/case/custody/erase", json={"case": case, "item": item, "why": said.get("why", "")})
        gone = ", ".join(found["erased"])
        emit(as_json, found, _("{item} is erased. What proves that it was here stays.").format(item=gone))
        return
    body = {"case": case, "item": item, "action": SHORT.get(action, action), "words": said}
    found = client.post("/case/custody", json=body | ({} if at is None else {"at": _moment(at)}))
    emit(as_json, found, _("Noted for {item}.").format(item=found["item"]))


def _write_graph(found: dict[str, Any], out: Path) -> None:
    from rogatory_node.documents.case_uco import graph

    if out.exists():
        what = _("{file} is there already; nothing is overwritten.").format(file=out)
        raise Failure(what, slug="exists")
    refuse_unwritable(out)
    out.write_text(json.dumps(graph(found), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def retention(
    home: HomeOption,
    days: Annotated[int, typer.Option(metavar="DAYS", min=0, max=36_500, help=_("Closed longer ago than this."))],
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """List cases that closed long ago and still hold evidence."""
    found = Client(home_at(home), role=role).get("/retention", days=days)
    emit(as_json, found, "\n".join(_kept(found)))


def _kept(found: dict[str, Any]) -> Iterator[str]:
    if not found["cases"]:
        yield _("No case.")
    for each in found["cases"]:
        named = words.clean(each["own_ref"] or each["case"])
        marks = [_("Under a legal hold")] if each["held"] else []
        yield "  ".join([named, words.moment(each["closed"]), str(len(each["items"])), *marks])


def _said(pairs: list[str]) -> dict[str, str]:
    split = [pair.partition("=") for pair in pairs]
    if not all(between for _name, between, _text in split):
        raise Failure(_("What is said has a name: --say NAME=TEXT"), code=USAGE, slug="say")
    return {name: text for name, _between, text in split}


def _moment(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        what = _("“{text}” is no time with its zone, as 2031-01-20T21:03:11+03:00 is.").format(text=text)
        raise Failure(what, code=USAGE, slug="time")
    return int(at.astimezone(UTC).timestamp())


# --- Showing ----------------------------------------------------------------------------------------------------------


def _shown(found: dict[str, Any]) -> Iterator[str]:
    if not found["items"]:
        yield _("This case holds no evidence.")
    for each in found["items"]:
        yield from _item(each)
        for link in found["chain"]:
            if link["item"] == each["item"]:
                yield "    " + _link(link)


def _item(each: dict[str, Any]) -> Iterator[str]:
    yield f"{each['item']}  {words.clean(each['name'])}"
    if each["sha256"] is not None:
        yield f"  {words.size(each['size'])}  SHA-256 {each['sha256']}"
    for name, text in each["told"].items():
        yield f"  {_(FACTS[name])}: {words.clean(text)}"
    for label in each["labels"]:
        yield "  ! " + (_(HANDLING[label].label) if label in HANDLING else words.clean(label))
    if each["purpose"]:
        yield "  ! " + _("Use limited to: {purpose}").format(purpose=words.clean(each["purpose"]))
    if each["return_by"]:
        yield "  ! " + _("To be returned by {date}").format(date=words.clean(each["return_by"]))
    if each["destroy_after"]:
        yield "  ! " + _("To be destroyed after {date}").format(date=words.clean(each["destroy_after"]))
    if each["held"]:
        yield "  ! " + _("Under a legal hold")


def _link(link: dict[str, Any]) -> str:
    when = "?" if link["at"] is None else words.moment(link["at"])
    label = _(ACTIONS[link["action"]].label) if link["action"] in ACTIONS else link["action"]
    parts = [label, _who(link["by"]), *(f"→ {_who(each)}" for each in link["to"])]
    parts += [words.clean(text) for name, text in link["words"].items() if name in ("from", "place", "seal", "why")]
    mark = "✓" if link["proved"] else "·"
    odd = f"  ({_(ODD[link['odd']])})" if link["odd"] in ODD else ""
    return f"{mark} {when}  {' · '.join(parts)}{odd}"


def _who(value: Any) -> str:
    return words.authority(value) if isinstance(value, dict) else words.clean(str(value))
