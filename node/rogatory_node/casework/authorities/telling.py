"""Entries as plain values: the same for commands, programs and pages."""

from datetime import date
from typing import Any

from rogatory_node.casework.authorities import directory
from rogatory_node.casework.authorities import entry as e
from rogatory_node.casework.authorities.directory import Listed


def short(each: Listed, today: date) -> dict[str, Any]:
    """Tell an entry in a line."""
    entry = each.entry
    return {
        "id": entry.id,
        "state": entry.state,
        "kind": entry.kind.value,
        "names": dict(entry.names),
        "functions": [one.value for one in e.functions(entry)],
        "languages": list(entry.languages.requests),
        "phone": entry.contact.phone,
        "urgent_phone": entry.urgent.phone,
        "aid": entry.aid,
        "voice": each.voice.value,
        "issuer": each.issuer,
        "verified_on": entry.verified.on.isoformat(),
        "verified_by": entry.verified.by,
        "due": directory.due(each, today).value,
    }


def whole(each: Listed, today: date) -> dict[str, Any]:
    """Tell an entry with all that it says."""
    return {
        **short(each, today),
        "version": each.version,
        "signed_at": each.signed_at,
        "digest": each.digest,
        "entry": e.plain(each.entry),
    }
