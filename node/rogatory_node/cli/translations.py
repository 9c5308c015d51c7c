"""``rogatory translations``: which letters of a case are in which languages, and translations that are ordered."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.cli import words
from rogatory_node.cli.cases import CaseArgument
from rogatory_node.cli.client import Client
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure, emit, refuse_unwritable
from rogatory_node.i18n import _

_DAY_SECONDS: Final = 86_400
_YES: Final = "yes"


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("translations", help=_("Languages of the letters of a case, and translations that are ordered."))(
        translations
    )


def translations(
    case: CaseArgument,
    home: HomeOption,
    order: Annotated[str | None, typer.Option(metavar="LANGUAGE", help=_("Order one into this language."))] = None,
    letter: Annotated[str | None, typer.Option("--letter", metavar="DIGEST", help=_("Only this letter."))] = None,
    due: Annotated[str | None, typer.Option(metavar="DATE", help=_("By when."))] = None,
    done: Annotated[str | None, typer.Option(metavar="ORDER", help=_("The translation is there."))] = None,
    cancel: Annotated[str | None, typer.Option(metavar="ORDER", help=_("It is not needed any more."))] = None,
    translator: Annotated[str, typer.Option(metavar="NAME", help=_("Who translates."))] = "",
    document: Annotated[str, typer.Option(metavar="NAME", help=_("The attachment, if it is one."))] = "",
    certified: Annotated[bool, typer.Option("--certified", help=_("It is certified."))] = False,
    machine: Annotated[bool, typer.Option("--machine", help=_("A machine made it."))] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help=_("Write the letter that brings it."))] = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Show languages and translations, order one, or end an order."""
    if sum(each is not None for each in (order, done, cancel)) > 1 or (out is not None and done is None):
        raise Failure(_("Say one of --order, --done and --cancel; --out goes with --done."), code=USAGE, slug="usage")
    until = None if due is None else _end_of(due)
    client = Client(home_at(home), role=role)
    body: dict[str, Any] = {"case": case, "translator": translator, "document": document}
    body |= {name: _YES for name, said in (("certified", certified), ("machine", machine)) if said}
    if order is not None:
        asked = body | {"language": order, "due": until, "letter": letter}
        found = client.post("/case/translations", json={name: each for name, each in asked.items() if each is not None})
        emit(as_json, found, "\n".join(_order(found["order"])))
    elif done is not None or cancel is not None:
        chosen = _chosen(client, case, done or cancel or "")
        if out is not None:
            refuse_unwritable(out)
        found = client.post("/case/translations/end", json=body | {"order": chosen, "cancelled": cancel is not None})
        if out is not None:
            out.write_text(json.dumps(found["form"], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        emit(as_json, found, "\n".join(_order(found["order"])))
    else:
        found = client.get("/case/translations", case=case)
        emit(as_json, found, "\n".join(_shown(found)))


def _chosen(client: Client, case: str, digits: str) -> str:
    found = client.get("/case/translations", case=case)["orders"]
    fitting: list[str] = [each["order"] for each in found if each["order"].startswith(digits.lower())]
    if len(fitting) != 1:
        raise Failure(_("No order, or several, begin with {digits}.").format(digits=digits), slug="translation.unknown")
    return fitting[0]


def _end_of(day: str) -> int:
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        what = _("“{text}” is no date, as 2031-01-31 is.").format(text=day)
        raise Failure(what, code=USAGE, slug="date") from None
    return int(datetime(chosen.year, chosen.month, chosen.day, tzinfo=UTC).timestamp()) + _DAY_SECONDS - 1


def _shown(found: dict[str, Any]) -> Iterator[str]:
    for each in found["letters"]:
        kind = _(KINDS[each["kind"]].label) if each["kind"] in KINDS else words.clean(each["kind"])
        yield f"{each['letter'][:16]}  {kind}  {words.clean(each['language'] or '?')}"
        for one in each["translations"]:
            marks = [_("certified")] if one["certified"] else []
            marks += [_("by a machine")] if one["machine"] else []
            told = [one["language"], one["document"], one["translator"], *marks]
            yield "    → " + "  ".join(words.clean(part) for part in told if part)
    for each in found["orders"]:
        yield from _order(each)


def _order(each: dict[str, Any]) -> Iterator[str]:
    told = [each["order"][:16], f"{each['letter'][:16]} → {words.clean(each['language'])}"]
    told += [words.clean(each["words"][name]) for name in ("document", "translator") if each["words"].get(name)]
    if each["outcome"] is not None:
        told.append(_("done") if each["outcome"] == "done" else _("cancelled"))
    elif each["due"] is not None:
        told.append(_("due {when}").format(when=words.moment(each["due"])))
    yield "  ".join(told)
