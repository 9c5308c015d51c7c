"""``rogatory types`` and ``rogatory check``: the catalogue of request types, and a check before anything is sent.

* Both work without a node and without a network.
* A check ends with 0 when nothing or only hints were found, 1 when there is more, 2 when the file cannot be read.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from rogatory_node.casework.checking_finding import Finding, Level
from rogatory_node.casework.types.catalogue import GROUPS, RequestType, Unknown
from rogatory_node.cli import words
from rogatory_node.cli.options import JsonOption, LanguageOption, language_of
from rogatory_node.cli.output import REFUSED, USAGE, Failure, emit
from rogatory_node.cli.system import why
from rogatory_node.i18n import _, later, translate

if TYPE_CHECKING:
    from rogatory_node.casework.checking import Between

MAX_FILE_BYTES: Final = 1024 * 1024
LEVEL_WORDS: Final[Mapping[Level, str]] = {
    "missing": later("missing"),
    "wrong": later("wrong"),
    "risk": later("risk"),
    "hint": later("hint"),
}


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("types", help=_("List the types of assistance, or show one."))(types)
    app.command("check", help=_("Check a request before it is sent."))(check)


def types(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help=_("Code of a type, such as data.preserve."))
    ] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """List the types, or show one."""
    from rogatory_node.casework.types import catalogue
    from rogatory_node.casework.types.speaking import spoken

    tongue = language_of(language)
    if code is None:
        listed = catalogue.types()
        emit(as_json, {"types": [_told(each, tongue) for each in listed]}, "\n".join(_list(listed, tongue)))
        return 0
    found = catalogue.type_of(code)
    if isinstance(found, Unknown):
        what = _("There is no type “{code}”.").format(code=words.clean(code))
        raise Failure(what, _("List them all: rogatory types"), code=USAGE, slug="unknown")
    schema = spoken(catalogue.whole(found), tongue)
    value = _told(found, tongue) | {"schema": schema, "example": catalogue.example(code)}
    emit(as_json, value, "\n".join(_shown(found, tongue)))
    return 0


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The request, as JSON."))],
    accepts: Annotated[
        list[str],
        typer.Option("--accepts", metavar="TAG", help=_("A language that the recipient accepts; repeatable.")),
    ] = [],  # noqa: B006 - read only
    requesting: Annotated[str | None, typer.Option("--from", metavar="XA", help=_("The State that asks."))] = None,
    requested: Annotated[str | None, typer.Option("--to", metavar="XB", help=_("The State that is asked."))] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check a request."""
    from rogatory_node.casework import checking

    tongue = language_of(language)
    between = _between(requesting, requested)
    form = _form(file)
    findings = checking.check(form, at=datetime.now(UTC), languages=accepts, between=between)
    told = [finding_value(form, each, tongue) for each in findings]
    text = "\n".join(by_field(told, tongue)) or translate("Nothing was found.", tongue)
    emit(as_json, {"file": str(file), "findings": told}, text)
    return REFUSED if any(each.level != "hint" for each in findings) else 0


def _between(requesting: str | None, requested: str | None) -> "Between | None":
    """Return what is known between two States, or None when none was named.

    Raises:
        Failure: Only one was named, or one is no State.
    """
    if requesting is None and requested is None:
        return None
    if requesting is None or requested is None:
        missing = "--from" if requesting is None else "--to"
        raise Failure(_("“{field}” is missing.").format(field=missing), code=USAGE, slug="usage")
    from rogatory_node.casework.checking import Between
    from rogatory_node.casework.law.corpus import shipped
    from rogatory_node.cli.law_packs import state_of

    return Between(corpus=shipped(), requesting=state_of(requesting), requested=state_of(requested))


def finding_value(form: Mapping[str, Any], finding: Finding, language: str) -> dict[str, Any]:
    """Return a finding in a language."""
    from rogatory_node.casework.checking_schema import heading

    place, title = heading(form, finding.path)
    return {
        "code": finding.code,
        "level": finding.level,
        "path": finding.path,
        "field": place,
        "title": translate(title, language) if title else "",
        "text": finding.said(language),
        "article": finding.article,
    }


def by_field(told: list[dict[str, Any]], language: str) -> Iterator[str]:
    """Yield lines for people: findings under the field that they belong to."""
    for field in dict.fromkeys(each["field"] for each in told):
        mine = [each for each in told if each["field"] == field]
        yield words.clean(
            " ".join(part for part in (mine[0]["title"] or translate("Request", language), field) if part)
        )
        for each in mine:
            article = f" ({each['article']})" if each["article"] else ""
            yield words.clean(f"  {translate(LEVEL_WORDS[each['level']], language)}: {each['text']}{article}")


# --- Types ------------------------------------------------------------------------------------------------------------


def _told(kind: RequestType, language: str) -> dict[str, Any]:
    return {
        "code": kind.code,
        "version": kind.version,
        "title": translate(kind.title, language),
        "group": kind.group,
        "data_category": kind.data_category,
        "coercive": kind.coercive,
        "dual_criminality": kind.dual_criminality,
        "duty_officer_alone": kind.duty_officer_alone,
        "outcomes": list(kind.outcomes),
        "clocks": list(kind.clocks),
        "articles": [
            {"instrument": each.instrument, "article": each.article, "source": each.source, "checked": each.checked}
            for each in kind.articles
        ],
    }


def _list(listed: tuple[RequestType, ...], language: str) -> Iterator[str]:
    for group, title in GROUPS.items():
        yield translate(title, language)
        yield from (f"  {each.code:<28}{translate(each.title, language)}" for each in listed if each.group == group)


def _shown(kind: RequestType, language: str) -> Iterator[str]:
    from rogatory_node.casework.checking_schema import title
    from rogatory_node.casework.codes import OUTCOMES
    from rogatory_node.casework.types import catalogue

    described = catalogue.whole(kind)
    outcomes = ", ".join(translate(OUTCOMES[each].label, language).format(date="…") for each in kind.outcomes)
    yield f"{kind.code} {kind.version}: {translate(kind.title, language)}"
    if kind.hint:
        yield translate(kind.hint, language)
    yield translate("Group: {group}", language).format(group=translate(GROUPS[kind.group], language))
    yield translate("Legal basis: {articles}", language).format(articles="; ".join(map(str, kind.articles)))
    yield translate("Outcomes: {outcomes}", language).format(outcomes=outcomes)
    heads = ((translate("Required:", language), True), (translate("Optional:", language), False))
    for head, wanted in heads:
        yield head
        for name in described["properties"]:
            if (name in described["required"]) == wanted:
                yield f"  {name:<28}{translate(title(described, (name,)), language)}"


# --- Files ------------------------------------------------------------------------------------------------------------


def _form(file: Path) -> dict[str, Any]:
    from rogatory_node.services.composing import UnfitError, read_object

    try:
        with file.open("rb") as opened:
            raw = opened.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        what = _("The file {file} cannot be read: {why}").format(file=file, why=why(error))
        raise Failure(what, code=USAGE, slug="unreadable") from None
    try:
        return read_object(raw)
    except UnfitError as error:
        listed = "".join(f"\n  - {_(each.what).format(**each.args)}" for each in error.mistakes)
        raise Failure(
            _("The file cannot be read as a request:{reasons}").format(reasons=listed), code=USAGE, slug="unreadable"
        ) from None
