"""Rules of law and courtesy for a whole request: what sends requests back, and can be seen in the form.

* Duties are those of the conventions where an article is named; the others are practice.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from rogatory_node.casework.checking_articles import ATTACHED, COMMON
from rogatory_node.casework.checking_finding import Case, Finding, Level, code_of, entries, pick, pointer, written
from rogatory_node.casework.types import catalogue
from rogatory_node.casework.types.catalogue import RequestType
from rogatory_node.i18n import later

URGENT: Final = frozenset({"EMERGENCY", "VOLATILE", "TIME_CRITICAL", "PRIORITY"})
CONFIRMED: Final = frozenset({"EMERGENCY", "VOLATILE"})  # somebody will call back before acting
# An order is attached where there is one: the law of the requesting State may know none, or a later one will be asked.
WHERE_AVAILABLE: Final = frozenset(
    {"proceeds.freeze", "data.content", "data.intercept", "data.realtime.traffic", "sit.covert"}
)
RESTING_ON_NOTHING: Final = frozenset({"RECIPROCITY", "COMITY"})


def urgency(case: Case) -> Iterator[Finding]:
    """Yield what a grade above routine lacks."""
    grade = code_of(pick(case.common, "urgency", "grade"))
    if grade in URGENT and not written(pick(case.common, "urgency", "reasons")):
        text = later("The request is marked urgent but gives no reasons.")
        yield Finding(
            code="urgency.reasons", level="missing", path="/urgency/reasons", text=text, article="UNCAC 46(24)"
        )
    if grade == "TIME_CRITICAL" and not written(pick(case.common, "urgency", "deadline")):
        text = later("The request depends on a date, but the date is not given.")
        yield Finding(
            code="urgency.deadline", level="missing", path="/urgency/deadline", text=text, article="UNCAC 46(24)"
        )
    if grade in CONFIRMED and not case.common.get("confirmation_contact"):
        text = later("Nobody is named who can confirm by telephone that the urgent request is authentic.")
        yield Finding(code="urgency.contact", level="risk", path="/confirmation_contact", text=text)


def confidentiality(case: Case) -> Iterator[Finding]:
    """Yield the silence about confidentiality."""
    if "confidentiality" not in case.common:
        text = later("The request does not say whether it is confidential; if it does not, it may become known.")
        yield Finding(
            code="confidentiality.silent", level="risk", path="/confidentiality", text=text, article="UNCAC 46(20)"
        )


def legal_basis(case: Case) -> Iterator[Finding]:
    """Yield legal bases that carry nothing."""
    for place, each in entries(case.common.get("legal_basis")):
        if code_of(each.get("instrument")) in RESTING_ON_NOTHING:
            if not written(each.get("statement")):
                text = later("A request without a treaty needs a statement of reciprocity.")
                path = pointer("legal_basis", place, "statement")
                # Comity may do without one, but most States ask.
                level: Level = "risk" if each["instrument"] == "COMITY" else "missing"
                yield Finding(code="basis.reciprocity", level=level, path=path, text=text)
        elif not each.get("articles"):
            text = later("The legal basis does not name the article.")
            yield Finding(code="basis.article", level="risk", path=pointer("legal_basis", place, "articles"), text=text)


def offences(case: Case) -> Iterator[Finding]:
    """Yield offences without the provision, its text, or the penalty."""
    coercive = any(kind.coercive for _, kind in case.known)
    roles = {code_of(each.get("role")) for _, each in entries(case.common.get("attachments"))}
    for place, each in entries(case.common.get("offences")):
        if not written(each.get("law")) and not written(each.get("text")):
            path, text = pointer("offences", place, "law"), later("The offence does not name the provision of law.")
            yield Finding(code="offence.law", level="missing", path=path, text=text)
        elif coercive and not written(each.get("text")) and "law_text" not in roles:
            path = pointer("offences", place, "text")
            text = later("A coercive measure needs the text of the provision, in the form or attached.")
            yield Finding(code="offence.text", level="missing", path=path, text=text)
        if each.get("max_penalty_years") is None and not written(each.get("penalty")):
            path, text = (
                pointer("offences", place, "max_penalty_years"),
                later("The offence does not name the penalty."),
            )
            level: Level = "missing" if coercive else "risk"
            yield Finding(code="offence.penalty", level=level, path=path, text=text)


def dual_criminality(case: Case) -> Iterator[Finding]:
    """Yield a coercive measure whose act is not described for the other law."""
    asked = [kind for _, kind in case.known if kind.coercive and kind.dual_criminality != "none"]
    if asked and not written(case.common.get("dual_criminality")):
        text = later("A coercive measure is asked, but dual criminality is not explained.")
        yield Finding(
            code="dual.missing", level="missing", path="/dual_criminality", text=text, article="UNCAC 46(9)(b)"
        )


def language(case: Case) -> Iterator[Finding]:
    """Yield a request that the recipient cannot be expected to read."""
    yield from unread(case, case.languages, level="wrong")


def unread(case: Case, accepted: Sequence[str], *, level: Level) -> Iterator[Finding]:
    """Yield a request of which nothing is in any of these languages; nothing when there are none."""
    own = case.common.get("language")
    if not accepted or not isinstance(own, str):
        return
    given = {own, *(str(each.get("language")) for _, each in entries(case.common.get("translation")))}
    if not {each.split("-")[0].lower() for each in given} & {each.split("-")[0].lower() for each in accepted}:
        text = later("The request is not in a language that the recipient accepts ({languages}).")
        args = {"languages": ", ".join(accepted)}
        yield Finding(
            code="language.wrong", level=level, path="/language", text=text, args=args, article="UNCAC 46(14)"
        )


def attachments(case: Case) -> Iterator[Finding]:
    """Yield documents that a type needs, and those that are named but do not come."""
    listed = list(entries(case.common.get("attachments")))
    roles = {code_of(each.get("role")) for _, each in listed}
    labels = catalogue.common_part()["$defs"]["attachment"]["properties"]["role"]["x-labels"]
    for each, kind in case.known:
        for wanted in kind.attachments:
            if not roles & set(wanted) and each.fields.get("judgment_waived") is not True:
                yield _unattached(kind, labels[wanted[0]])
    for place, entry in listed:
        path = pointer("attachments", place)
        if code_of(entry.get("role")) in {"order", "judgment", "warrant"} and entry.get("certified") is not True:
            text = later("An order, judgment or warrant is usually wanted as a certified copy.")
            yield Finding(code="attachment.uncertified", level="risk", path=f"{path}/certified", text=text)
        if case.attached is not None and entry.get("name") not in case.attached:
            text = later("The form names an attachment that does not go with it.")
            yield Finding(code="attachment.absent", level="missing", path=f"{path}/name", text=text)


def _unattached(kind: RequestType, role: str) -> Finding:
    text = later("“{title}” needs an attachment: {role}.")
    level: Level = "risk" if kind.code in WHERE_AVAILABLE else "missing"
    titles, source = {"title": kind.title, "role": role}, ATTACHED.get(kind.code, "")
    return Finding(
        code="attachment.missing", level=level, path="/attachments", text=text, titles=titles, article=source
    )


def persons(case: Case) -> Iterator[Finding]:
    """Yield persons whom nobody could find by what is said of them."""
    marks = ("born", "documents", "addresses", "phones", "emails", "accounts", "detained_at", "birth_place")
    for place, each in entries(case.common.get("persons")):
        if not any(each.get(name) for name in marks):
            text = later("The person cannot be identified by the name alone.")
            # The convention asks for the identity "where possible" only.
            path, source = pointer("persons", place), COMMON["persons"]
            yield Finding(code="person.unidentified", level="risk", path=path, text=text, article=source)
    known = {code_of(each.get("id")) for _, each in entries(case.common.get("persons"))}
    for measure in case.measures:
        concerned = measure.fields.get("concerns")
        for place, name in enumerate(concerned if isinstance(concerned, list) else ()):
            if not isinstance(name, str) or name not in known:
                text = later("The measure names a person who is not among the persons of the request.")
                path = measure.pointer + pointer("concerns", place)
                yield Finding(code="person.unknown", level="wrong", path=path, text=text)


RULES: Final = (
    urgency,
    confidentiality,
    legal_basis,
    offences,
    dual_criminality,
    language,
    attachments,
    persons,
)
