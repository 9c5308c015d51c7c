"""The auditor's page: the log in words, by kind and by person, and a check that it is whole.

* Reading it is an entry of the log, written before the page leaves.
* Entries name letters and people by digits; a name stands beside a person's digits for who may see people.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import Connection

from rogatory_node.casebook import journal
from rogatory_node.casebook.journal import Journal, Page
from rogatory_node.casebook.people import People
from rogatory_node.casework.roles import ROLES
from rogatory_node.i18n import later, translate
from rogatory_node.web.desk import rendering
from rogatory_node.web.desk.context import Ask, Refused
from rogatory_protocol.ids import Id16

EVENTS: Final[Mapping[str, str]] = {
    "letter.sealed": later("sealed a letter"),
    "letter.stored": later("stored a letter"),
    "letter.opened": later("opened a letter"),
    "letter.taken": later("took charge of a letter"),
    "letter.accepted": later("accepted a request"),
    "letter.declined": later("refused a request"),
    "letter.exported": later("saved a proof"),
    "attachment.opened": later("opened an attachment"),
    "attachment.verified": later("verified an attachment"),
    "evidence.issued": later("signed evidence"),
    "evidence.received": later("received evidence"),
    "evidence.erasing": later("began to erase evidence"),
    "evidence.erased": later("erased evidence"),
    "custody.noted": later("noted custody of evidence"),
    "letter.recorded": later("entered a letter by hand"),
    "letter.partner-joined": later("moved the cases of a partner"),
    "translation.ordered": later("ordered a translation"),
    "translation.done": later("brought a translation"),
    "translation.cancelled": later("cancelled a translation"),
    "case.named": later("gave a case a reference"),
    "case.opened": later("opened a case for a reason"),
    "case.assigned": later("assigned a case"),
    "case.unassigned": later("ended an assignment"),
    "draft.created": later("began a draft"),
    "draft.edited": later("changed a draft"),
    "draft.submitted": later("handed a draft in"),
    "draft.approved": later("approved a draft"),
    "draft.sent-alone": later("sent a draft alone"),
    "draft.returned": later("returned a draft"),
    "draft.voided": later("voided approvals by a change"),
    "draft.discarded": later("discarded a draft"),
    "person.added": later("added a person"),
    "person.roles": later("changed roles"),
    "person.disabled": later("disabled a person"),
    "sign-in.link": later("made a sign-in link"),
    "sign-in.set": later("set up a sign-in"),
    "session.begun": later("signed in"),
    "session.ended": later("ended a session"),
    "passkey.added": later("added a passkey"),
    "passkey.removed": later("removed a passkey"),
    "token.made": later("made a token"),
    "token.revoked": later("revoked a token"),
    "log.read": later("read this log"),
}
"""Name of an event → what somebody did. An event that is not here is shown by its name."""

FAMILIES: Final[Mapping[str, str]] = {
    "": later("All"),
    "letter.": later("Letters"),
    "case.": later("Cases"),
    "draft.": later("Drafts"),
    "person.": later("People"),
    "session.": later("Sign-in"),
    "log.": later("This log"),
}


async def show(ask: Ask) -> web.StreamResponse:
    """Show a page of the log."""
    family, person = ask.query("about") or "", _person(ask.query("person"))
    before = _before(ask.query("before"))
    if family not in FAMILIES:
        raise _wrong()
    await ask.desk.write(Journal(wall=ask.desk.wall).note, ask.acting)

    def found(connection: Connection) -> tuple[Page, dict[Id16, str]]:
        page = journal.page(connection, before=before, family=family, person=person)
        known = People(sealer=ask.desk.own.sealer).listed(connection)
        return page, {each.id: each.name for each in known}

    page, names = await ask.desk.read(found)
    narrowed = {"about": family} | ({"person": person.hex()} if person else {})
    return rendering.page(
        ask,
        "log.html",
        entries=page.entries,
        names=names,
        events=EVENTS,
        roles_said={role.value: translate(title, ask.language) for role, title in ROLES.items()},
        families=[(f"/log?{urlencode({'about': code})}", title, code == family) for code, title in FAMILIES.items()],
        person=None if person is None else names.get(person, person.hex()[:8]),
        more=None if page.next is None else f"/log?{urlencode(narrowed | {'before': '{}.{}'.format(*page.next)})}",
    )


async def verify(ask: Ask) -> web.StreamResponse:
    """Compute the whole log anew and say whether it is whole."""
    return rendering.page(ask, "log_verified.html", found=await ask.desk.read(journal.verified))


def _person(word: str | None) -> Id16 | None:
    if not word:
        return None
    try:
        raw = bytes.fromhex(word)
    except ValueError:
        raise _wrong() from None
    if len(raw) != 16:
        raise _wrong()
    return Id16(raw)


def _before(word: str | None) -> tuple[int, int] | None:
    if word is None:
        return None
    epoch, _, n = word.partition(".")
    if not (epoch.isascii() and epoch.isdigit() and n.isascii() and n.isdigit() and len(word) < 40):
        raise _wrong()
    place = int(epoch), int(n)
    if max(place) >= 2**62:
        raise _wrong()
    return place


def _wrong() -> Refused:
    return Refused(400, later("This address is not as it should be."))
