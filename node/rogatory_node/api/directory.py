"""Who there is, how each stands, and who can be reached now: for ``rogatory directory`` and ``rogatory roster``.

* Looking up asks nobody: everything is in the own copy of the logs and cards.
* An authority is named as everywhere; here also one that is not admitted, so that a person can see why.
* Confirming a second authority of a role is a person's word on its digits, and is in the audit log.
"""

from typing import Any, Final

from aiohttp import web

from rogatory_keys.directory import Entry
from rogatory_node.api import asking
from rogatory_node.api.context import Node, Problem, Route, acting, read_json, say
from rogatory_node.i18n import later
from rogatory_node.services import recipients
from rogatory_node.services.roster import Duty, roster
from rogatory_protocol.card import Contact
from rogatory_protocol.ids import Aid, Digest, digits_of

OVERRIDE_DAYS: Final = 7  # B.6.4
DAY_SECONDS: Final = 86_400
MIN_NAMED: Final = 8  # hexadecimal digits of a statement that a person reads out


def find(node: Node, word: object) -> Entry:
    """Return the authority that a word names, however it stands.

    Raises:
        Problem: None or several are called so.
    """
    try:
        return recipients.resolve(node.trust.entries(), str(word))
    except recipients.NotAdmittedError as error:
        return error.candidates[0]
    except recipients.RecipientError:
        return asking.recipient(node, word)  # the same refusal, in the same words


def described(node: Node, entry: Entry) -> dict[str, Any]:
    """Return what is known of an authority, for JSON."""
    content, card = entry.statement.content, node.cards.card(entry.aid)
    return {
        "aid": entry.aid.hex(),
        "name": dict(entry.listing.name),
        "cc": entry.listing.cc,
        "roles": list(entry.roles),
        "unconfirmed": list(entry.unconfirmed),
        "standing": entry.standing.value,
        "good": node.trust.good(entry.aid),
        "registry": None if entry.registry is None else entry.registry.hex(),
        "forked": _fork_of(entry.aid, node),
        "statement": {"ver": content.ver, "digest": entry.statement.digest.hex(), "exp": content.exp},
        "card": None if card is None else {"urls": list(card.urls), "ts": card.ts, "exp": card.exp},
    }


async def directory(node: Node, request: web.Request) -> web.Response:
    """List the authorities, of one country or all, and the logs that say so."""
    country = request.query.get("cc", "").upper()
    entries = [entry for entry in node.trust.entries() if not country or entry.listing.cc == country]
    return say(
        {
            "authorities": [described(node, entry) for entry in entries],
            "logs": _logs(node),
            "old_until": node.trust.old_until,
        }
    )


async def authority(node: Node, request: web.Request) -> web.Response:
    """Show one authority with its digits and points of contact."""
    entry = find(node, await asking.spelled(asking.members(node), request.match_info["word"]))
    card = node.cards.card(entry.aid)
    contacts = [] if card is None else [_contact(contact) for contact in card.contacts]
    return say({**described(node, entry), "digits": digits_of(entry.aid), "contacts": contacts})


async def on_duty(node: Node, request: web.Request) -> web.Response:
    """Say who can be reached now: who is on duty first, then whose hours cannot be read, then who opens soonest."""
    country, now = request.query.get("cc", "").upper(), node.trust.now()
    known = {entry.aid: entry for entry in node.trust.entries() if not country or entry.listing.cc == country}
    admitted = [card for card in node.cards.all() if card.aid in known and node.trust.admitted(card.aid)]
    silent = [
        {"aid": aid.hex(), "cc": entry.listing.cc, "name": dict(entry.listing.name)}
        for aid, entry in known.items()
        if node.trust.admitted(aid) and not any(card.contacts for card in admitted if card.aid == aid)
    ]
    duties = [_duty(node, each, known[each.aid]) for each in roster(admitted, now)]
    return say({"at": now, "duties": duties, "silent": silent})


async def confirm(node: Node, request: web.Request) -> web.Response:
    """Record that a person compared the digits of a second authority of a role."""
    body = await read_json(request)
    entry = find(node, body.get("authority"))
    digits = "".join(str(body.get("digits", "")).split())
    if digits != digits_of(entry.aid).replace(" ", ""):
        raise Problem(409, "digits", later("These are not the digits of that authority."))
    if not entry.unconfirmed:
        raise Problem(409, "nothing", later("Nothing waits for confirmation there."))
    await node.trust.confirm(entry.aid, entry.listing.cc, entry.unconfirmed, acting(request))
    return say(described(node, find(node, entry.aid.hex())))


async def settle(node: Node, request: web.Request) -> web.Response:
    """Record which of two statements of one version an authority calls its own."""
    body = await read_json(request)
    entry = find(node, body.get("authority"))
    fork = _fork_of(entry.aid, node)
    if fork is None:
        raise Problem(409, "nothing", later("Nothing waits for a decision there."))
    said = str(body.get("statement", "")).lower()
    named = [name for name, digest in fork.items() if len(said) >= MIN_NAMED and digest.startswith(said)]
    if len(named) != 1:
        raise Problem(409, "statement", later("That is neither of the two statements."))
    if named != ["held"]:
        raise Problem(
            409,
            "foreign",
            later("Then this node holds the foreign one and cannot go on with this authority."),
            later("Its registry must remove it and admit a new authority, whose digits you compare."),
        )
    await node.trust.settle(entry.aid, Digest(bytes.fromhex(fork["other"])), acting(request))
    return say(described(node, find(node, entry.aid.hex())))


async def override(node: Node, request: web.Request) -> web.Response:
    """Let this node seal by a directory that is too old, for some days."""
    days = (await read_json(request)).get("days")
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= OVERRIDE_DAYS:
        raise Problem(400, "days", later("Say how many days, from 0 to {most}."), most=OVERRIDE_DAYS)
    if not node.trust.directory.state.logs:
        raise Problem(409, "nothing", later("Nothing waits for a decision there."))
    await node.trust.override(node.trust.now() + days * DAY_SECONDS, acting(request))
    return say({"old_until": node.trust.old_until, "logs": _logs(node)})


def _fork_of(aid: Aid, node: Node) -> dict[str, str] | None:
    frozen = node.trust.directory.state.authorities[aid].frozen
    return None if frozen is None else {"held": frozen[0].hex(), "other": frozen[1].hex()}


def _logs(node: Node) -> list[dict[str, Any]]:
    return [_log(node, each.aid.hex(), each.aid) for each in node.trust.directory.state.local.followed]


def _log(node: Node, name: str, registry: Any) -> dict[str, Any]:
    head = node.trust.head(registry)
    server = next((each.status for each in node.registries.followers if each.registry == registry), None)
    return {
        "registry": name,
        "origin": None if head is None else head.origin,
        "size": 0 if head is None else head.size,
        "time": None if head is None else head.time,
        "freshness": node.trust.freshness(registry).value,
        "forked": registry in node.trust.forks,
        "server": None
        if server is None
        else {"outcome": server.outcome.value, "seen_at": server.seen_at, "withholds": server.withholds},
    }


def _contact(contact: Contact) -> dict[str, Any]:
    return {
        "role": contact.role,
        "languages": list(contact.languages),
        "hours": contact.hours,
        "zone": contact.zone,
        "channels": [{"kind": way.kind, "value": way.value} for way in contact.channels],
    }


def _duty(node: Node, duty: Duty, entry: Entry) -> dict[str, Any]:
    return {
        "aid": duty.aid.hex(),
        "cc": entry.listing.cc,
        "name": dict(entry.listing.name),
        "reach": duty.reach.value,
        "until": duty.until,
        "opens": duty.opens,
        "stale": node.cards.stale(duty.aid),
        **_contact(duty.contact),
    }


ROUTES: Final = (
    Route("GET", "/directory", directory),
    Route("GET", "/directory/{word}", authority),
    Route("POST", "/directory/confirm", confirm),
    Route("POST", "/directory/settle", settle),
    Route("POST", "/directory/override", override),
    Route("GET", "/roster", on_duty),
)
