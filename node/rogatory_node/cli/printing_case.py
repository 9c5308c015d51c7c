"""The documents of a case for ``rogatory print``: from what the node shows of it to a page.

* Reading a case is noted in the audit log with the role, as ``rogatory show`` notes it.
* A document is made of the letter that says it; an acknowledgement or decision that only evidence says is made of that.
* Without ``--letter`` it is the newest letter that fits; a certificate is about all.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rogatory_node.cli.client import Client
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure
from rogatory_node.documents import certificates, custody_report, formal
from rogatory_node.documents.certificates import Head
from rogatory_node.documents.page import Page
from rogatory_node.documents.record import Party, Record
from rogatory_node.i18n import _

MOST_LETTERS: Final = 500  # a document about more is no document that anybody reads
CUSTODY: Final = "custody"
_PRESERVATION: Final = ("preservation.confirm", "preservation.extended")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a document is made of: the letters, and what stands over it."""

    records: tuple[Record, ...]
    head: Head


def page_of(
    case: str, what: str, *, letter: str | None, languages: tuple[str, ...], home: Path | None, role: str
) -> Page:
    """Return a document of a case.

    Raises:
        Failure: No such document, no home, no node, no such case, or the case has no such letter.
        DocumentError: It cannot be printed.
    """
    make = DOCUMENTS.get(what)
    if make is None and what != CUSTODY:
        raise Failure(_("One of {known}").format(known=", ".join((*DOCUMENTS, CUSTODY))), code=USAGE, slug="what")
    if home is None:
        raise Failure(_("Name the folder of the node: --home DIR"), code=USAGE, slug="home")
    client = Client(home_at(home), role=role)
    asked = _asked(client, case, letter, languages)
    if make is None:
        return custody_report.page(client.get("/case/custody", case=case), asked.head)
    made = make(asked)
    if made is None:
        raise Failure(_("The case holds no letter for this document."), slug="nothing")
    return made


def request_of(case: str, *, letter: str | None, home: Path, role: str) -> Mapping[str, Any]:
    """Return the form of the newest request of a case, or of the letter that is named.

    Raises:
        Failure: No node, no such case, or it holds no such letter.
    """
    client = Client(home_at(home), role=role)
    asked = _asked(client, case, letter, ())
    found = asked.records[-1] if letter and asked.records else certificates.newest(asked.records, ("request",))
    if found is None:
        entered = client.get("/recorded", case=case)["letters"]
        by_hand = [each["form"] for each in entered if each["kind"] == "request"]
        if by_hand:
            return dict(by_hand[-1])
        raise Failure(_("The case holds no letter for this document."), slug="nothing")
    return found.form


def _asked(client: Client, case: str, letter: str | None, languages: tuple[str, ...]) -> Asked:
    records: list[Record] = []
    after: str | None = None
    while True:
        found = client.get("/case", case=case, letter=letter, after=after)
        records += [Record.of(each) for each in found["letters"]]
        after = found["next"]
        if after is None:
            break
        if len(records) >= MOST_LETTERS:
            raise Failure(_("The case has too many letters for one document; choose one with --letter."), slug="many")
    own = [each.sender if each.outgoing else _receiver(each) for each in records]
    spoken = languages or formal.languages_of(records[0].form if records else {}, ())
    issuer = own[0] if own else Party(aid="")
    reference = found["own_ref"] or found["case"]
    head = Head(issuer=issuer, reference=reference, at=int(time.time()), languages=spoken)
    return Asked(records=tuple(records), head=head)


def _receiver(record: Record) -> Party:
    """Return this authority among the recipients of a letter that came: the node marks it."""
    return next((each for each in record.to if each.own), record.to[0])


# --- One function for each document ---------------------------------------------------------------------------------


def _letter(*kinds: str) -> Callable[[Asked], Page | None]:
    def make(asked: Asked) -> Page | None:
        found = certificates.newest(asked.records, kinds)
        return None if found is None else certificates.of_letter(found, asked.head)

    return make


def _said(kind: str) -> Callable[[Asked], Page | None]:
    def make(asked: Asked) -> Page | None:
        found = certificates.newest(asked.records, (kind,))
        if found is not None:
            return certificates.of_letter(found, asked.head)
        pages = (certificates.of_evidence(kind, each, asked.head) for each in reversed(asked.records))
        return next((page for page in pages if page is not None), None)

    return make


def _any(asked: Asked) -> Page | None:
    return certificates.of_letter(asked.records[-1], asked.head) if asked.records else None


def _copy(asked: Asked) -> Page | None:
    found = certificates.newest(asked.records, ("request",)) or (asked.records[-1] if asked.records else None)
    return None if found is None else certificates.copy(found, asked.head)


def _certificate(asked: Asked) -> Page | None:
    return certificates.authenticity(asked.records, asked.head) if asked.records else None


def _preserved(asked: Asked) -> Page | None:
    found = [each for each in asked.records if each.kind in _PRESERVATION]
    return certificates.preservation(found, asked.head) if found else None


DOCUMENTS: Final[Mapping[str, Callable[[Asked], Page | None]]] = MappingProxyType(
    {
        "request": _letter("request"),
        "acknowledgement": _said("acknowledgement"),
        "decision": _said("decision"),
        "answer": _letter("response.final", "response.partial"),
        "letter": _any,
        "preservation": _preserved,
        "certificate": _certificate,
        "copy": _copy,
    }
)
"""Which document → what makes it of the letters, or None where they do not say it."""
