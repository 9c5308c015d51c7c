"""The chain for other forensic programs: a graph in which everything that is named is there."""

import json
import re
from collections.abc import Iterator
from typing import Any

from documents_of import ITEM, KEPT, LINK

from rogatory_node.documents.case_uco import CONTEXT, graph

TOLD = {
    "case": "c0" * 16,
    "items": [ITEM, ITEM | {"item": "o", "sha256": None}],
    "chain": [LINK, KEPT, LINK | {"at": None}],
}


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_everything_that_is_named_is_there_once() -> None:
    made = graph(TOLD)
    ids = [node["@id"] for node in made["@graph"]]
    assert len(ids) == len(set(ids))
    assert set(references(made["@graph"])) <= set(ids)
    prefixes = set(re.findall(r'"([a-z-]+):[A-Za-z]', json.dumps(made["@graph"])))
    assert prefixes <= set(CONTEXT)


def test_items_steps_hashes_and_proof_are_told() -> None:
    made = graph(TOLD)["@graph"]
    kinds = [node["@type"] for node in made]
    assert kinds.count("case-investigation:ProvenanceRecord") == 2
    assert kinds.count("case-investigation:InvestigativeAction") == 3
    assert kinds.count("uco-identity:Organization") == 1
    (file,) = [node for node in made if node["@type"] == "uco-observable:File"]
    assert file["uco-core:hasFacet"][1]["uco-observable:hash"][0]["uco-types:hashValue"]["@value"] == ITEM["sha256"]
    told = json.dumps(made)
    for part in (
        "Proved by a signed letter",
        "place: Room 4",
        "Use limited to: case 44/31",
        "2031-01-12T16:00:00+00:00",
    ):
        assert part in told, part


def test_the_same_chain_gives_the_same_file() -> None:
    assert graph(TOLD) == graph(json.loads(json.dumps(TOLD)))
