"""The report of the demonstration, in the form that checks rely on."""

from typing import Any

from rogatory_node.demo.exchange import Played, evidence_of
from rogatory_node.stage import Actor, Stage


def report(stage: Stage, played: Played) -> dict[str, Any]:
    """Gather who took part, what passed, what proves it and how long it took."""
    shown = stage.command("XA", "show", played.case)
    files = [file for letter in shown["letters"] for file in letter["attachments"]]
    return {
        "nodes": [_node(actor) for actor in stage.actors.values()],
        "letter": played.letters[0],
        "letters": played.letters,
        "evidence": list(evidence_of(stage, played.case)),
        "attachments": [{"sha256": file["sha256"], "bytes": file["size"]} for file in files],
        "documents": [str(path) for path in played.documents],
        "bundle": str(played.bundle),
        "registry": played.digits,
        "verified": played.verified,
        "damaged_refused": played.refused,
        "timeline_ms": timeline(played.marks),
    }


def timeline(marks: dict[str, float]) -> dict[str, int]:
    """Return how long after the request was sent each moment came, in milliseconds."""
    began = marks["sent"]
    return {f"sent_to_{name}": round(1_000 * (at - began)) for name, at in marks.items() if name != "sent"}


def _node(actor: Actor) -> dict[str, str]:
    return {
        "name": actor.part.code,
        "role": "registry" if actor.part.registry else "authority",
        "aid": actor.aid,
        "link_url": actor.link_url,
        "desk_url": actor.desk_url,
    }
