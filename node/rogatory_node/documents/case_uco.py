"""The chain of custody for other forensic programs: CASE/UCO 1.x as JSON-LD.

* Items are observables with their file facets and hashes; steps are investigative actions with who, when and on what;
  each item has a provenance record that names it and its steps.
* Only terms of those ontologies are used; what they have no term for stands in the description, in English.
* Identifiers are made from the digits of the case and the keys of items, so the same chain gives the same file.
* Whether a step is proved is said in its description: the ontologies know no such thing.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rogatory_node.casework.custody.actions import ACTIONS
from rogatory_node.casework.custody.items import FACTS
from rogatory_node.documents.record import Party

_SPACE: Final = uuid.UUID("5f1f0a52-2f0b-5c66-8f0c-6f2b5f1f7a11")
CONTEXT: Final[Mapping[str, str]] = {
    "kb": "urn:rogatory:kb:",
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "uco-vocabulary": "https://ontology.unifiedcyberontology.org/uco/vocabulary/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

Node = dict[str, Any]


def graph(told: Mapping[str, Any]) -> Node:
    """Return the graph of a chain as the node tells it (``GET /case/custody``)."""
    made = _Graph(told["case"])
    for item in told["items"]:
        steps = [made.step(n, link, item) for n, link in enumerate(told["chain"]) if link["item"] == item["item"]]
        made.item(item, steps)
    made.investigation()
    return {"@context": dict(CONTEXT), "@graph": made.nodes}


class _Graph:
    """The nodes so far; identities and tools stand once."""

    def __init__(self, case: str) -> None:
        self.case, self.nodes = case, list[Node]()
        self._known: set[str] = set()

    def item(self, item: Mapping[str, Any], steps: list[str]) -> None:
        """Add an item and its provenance record."""
        told = [f"{FACTS[name]}: {text}" for name, text in item["told"].items() if name in FACTS]
        told += [f"Handling: {', '.join(item['labels'])}"] if item["labels"] else []
        told += [f"Use limited to: {item['purpose']}"] if item["purpose"] else []
        kind = "uco-observable:File" if item["sha256"] else "uco-observable:ObservableObject"
        node: Node = {
            "@id": self._id("item", item["item"]),
            "@type": kind,
            "uco-core:name": item["name"] or item["item"],
        }
        if told:
            node["uco-core:description"] = "\n".join(told)
        if item["sha256"]:
            node["uco-core:hasFacet"] = self._facets(item)
        self.nodes.append(node)
        self.nodes.append(
            {
                "@id": self._id("provenance", item["item"]),
                "@type": "case-investigation:ProvenanceRecord",
                "case-investigation:exhibitNumber": item["item"],
                "uco-core:object": [{"@id": node["@id"]}, *({"@id": step} for step in steps)],
            }
        )

    def step(self, n: int, link: Mapping[str, Any], item: Mapping[str, Any]) -> str:
        """Add a step; return its identifier."""
        label = ACTIONS[link["action"]].label if link["action"] in ACTIONS else link["action"]
        proof = "Proved by a signed letter or receipt." if link["proved"] else "Noted; not proved."
        said = [f"{name}: {text}" for name, text in link["words"].items() if name not in FACTS]
        to = [f"to: {_name(each)}" for each in link["to"]]
        node: Node = {
            "@id": self._id("step", f"{n}"),
            "@type": "case-investigation:InvestigativeAction",
            "uco-core:name": label,
            "uco-core:description": "\n".join([proof, *to, *said]),
            "uco-action:object": [{"@id": self._id("item", item["item"])}],
        }
        if link["at"] is not None:
            at = datetime.fromtimestamp(link["at"], UTC)
            node["uco-action:startTime"] = {"@type": "xsd:dateTime", "@value": at.isoformat()}
        if link["by"]:
            node["uco-action:performer"] = {"@id": self._who(link["by"])}
        if tool := link["words"].get("tool"):
            node["uco-action:instrument"] = [{"@id": self._once("tool", tool, "uco-tool:Tool", tool)}]
        self.nodes.append(node)
        return str(node["@id"])

    def investigation(self) -> None:
        """Add the case that holds everything."""
        objects = [{"@id": node["@id"]} for node in self.nodes]
        node: Node = {
            "@id": self._id("case", self.case),
            "@type": "case-investigation:Investigation",
            "uco-core:name": self.case,
            "uco-core:object": objects,
        }
        self.nodes.insert(0, node)

    def _facets(self, item: Mapping[str, Any]) -> list[Node]:
        key = item["item"]
        size = {"@type": "xsd:integer", "@value": str(item["size"])}
        digest = {
            "@id": self._id("hash", key),
            "@type": "uco-types:Hash",
            "uco-types:hashMethod": {"@type": "uco-vocabulary:HashNameVocab", "@value": "SHA256"},
            "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": item["sha256"]},
        }
        file = {
            "@id": self._id("file", key),
            "@type": "uco-observable:FileFacet",
            "uco-observable:fileName": item["name"],
            "uco-observable:sizeInBytes": size,
        }
        content = {
            "@id": self._id("content", key),
            "@type": "uco-observable:ContentDataFacet",
            "uco-observable:hash": [digest],
            "uco-observable:sizeInBytes": size,
        }
        return [file, content]

    def _who(self, value: Any) -> str:
        kind = "uco-identity:Organization" if isinstance(value, Mapping) else "uco-identity:Identity"
        key = value["aid"] if isinstance(value, Mapping) else value
        return self._once("who", key, kind, _name(value))

    def _once(self, sort: str, key: str, kind: str, name: str) -> str:
        identifier = self._id(sort, key)
        if identifier not in self._known:
            self._known.add(identifier)
            self.nodes.append({"@id": identifier, "@type": kind, "uco-core:name": name})
        return identifier

    def _id(self, sort: str, key: str) -> str:
        return f"kb:{sort}-{uuid.uuid5(_SPACE, f'{self.case}/{sort}/{key}')}"


def _name(value: Any) -> str:
    return Party.of(value).called("en") if isinstance(value, Mapping) else str(value)
