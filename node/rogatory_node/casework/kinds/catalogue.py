"""The forms of the kinds of letters, as JSON Schema: one folder a kind in ``data``, one file a version.

* A file describes the fields of its kind; ``common`` holds what every letter may have. `schema` puts them together.
* A letter speaks of measures by their ids, or by objects with an ``id`` and what is said of that one. Which fields may
  be said of one measure stands in ``x-rogatory.said``; what stands beside the list holds for all that it names.
* A field with ``x-codes`` takes its values from a table of codes; a file names them only where not all are meant.
* Requests are described with the types of assistance, not here.
* An unknown kind or a newer version is an `Unknown` with a text to show; it is never an error.
"""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rogatory_node.casework.codes import CLOSURES, CONDITIONS, CRIME_TYPES, DELAYS, GRADES, HANDLING, OUTCOMES
from rogatory_node.casework.grounds import GROUNDS, NEVER
from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.life.machines import MACHINES
from rogatory_node.casework.types import catalogue as types
from rogatory_node.i18n import later

DATA: Final = Path(__file__).parent / "data"
COMMON: Final = "common"
REQUEST: Final = "request"

NOT_YET: Final = later(
    "This letter cannot be shown yet: this program does not know the kind “{kind}”, version {version}."
)

TABLES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "urgency": {row.code: row.label for row in GRADES.values()},
        "outcomes": {row.code: row.label for row in OUTCOMES.values()},
        "conditions": {row.code: row.label for row in CONDITIONS.values()},
        "grounds": {row.code: row.label for row in GROUNDS.values() if row.code not in NEVER},
        "closures": {row.code: row.label for row in CLOSURES.values()},
        "delays": {row.code: row.label for row in DELAYS.values()},
        "handling": {row.code: row.label for row in HANDLING.values()},
        "crime_types": {row.code: row.label for row in CRIME_TYPES.values()},
        "steps": {code: label for machine in MACHINES.values() for code, label in machine.labels.items()},
    }
)
"""The tables that ``x-codes`` names: code and English label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A kind or version that this program does not know.

    Attributes:
        code: What the letter calls it.
        version: What it asks for, or None.
        text: English text that says so, with ``kind`` and ``version`` in it.
    """

    code: str
    version: int | None
    text: str = NOT_YET


def schema(kind: str, version: int | None = None) -> dict[str, Any] | Unknown:
    """Return the JSON Schema of the form of a kind, the newest where no version is named; the caller may change it."""
    found = whole(kind, version)
    return found if isinstance(found, Unknown) else copy.deepcopy(found)


def whole(kind: str, version: int | None = None) -> dict[str, Any] | Unknown:
    """Return the same as `schema`. Not to be changed."""
    if kind == REQUEST and version in {None, 1}:
        return types.request()
    known = KINDS.get(kind)
    if known is None or not _exists(kind, known.version if version is None else version):
        return Unknown(code=kind, version=version)
    return _whole(kind, known.version if version is None else version)


def example(kind: str) -> dict[str, Any]:
    """Return a complete form of a kind; for a request one of preservation; empty if the kind is unknown."""
    if kind == REQUEST:
        return types.example("data.preserve")
    found = whole(kind)
    return {} if isinstance(found, Unknown) else copy.deepcopy(found["examples"][0])


# --- Files ------------------------------------------------------------------------------------------------------------


def _exists(kind: str, version: int) -> bool:
    # The kind is one of the register, so no letter names a path.
    return (DATA / kind / f"{version}.json").is_file()


@cache
def _load(name: str, version: int) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DATA / name / f"{version}.json").read_text(encoding="utf-8"))
    _fill(loaded)
    return loaded


def _fill(described: Any) -> None:
    """Give fields with ``x-codes`` their values."""
    if isinstance(described, dict):
        if "x-codes" in described:
            described.setdefault("enum", list(TABLES[described["x-codes"]]))
        for name, each in described.items():
            if name != "examples":
                _fill(each)
    elif isinstance(described, list):
        for each in described:
            _fill(each)


# --- Schemas ----------------------------------------------------------------------------------------------------------


@cache
def _whole(kind: str, version: int) -> dict[str, Any]:
    own = _load(kind, version)
    told = own["x-rogatory"]
    common = _load(COMMON, told["common"])
    of_request = types.common_part()["properties"]
    fields: dict[str, Any] = {
        "kind": {"title": of_request["kind"]["title"], "const": kind},
        **{name: of_request[name] for name in told["of_request"]},
        **common["properties"],
        **own["properties"],
        "measures": _measures(own, common),
    }
    head: dict[str, Any] = {
        name: own[name] for name in ("$schema", "$id", "type", "anyOf", "examples", "x-rogatory") if name in own
    }
    described: dict[str, Any] = {
        **head,
        "title": KINDS[kind].label,
        "properties": fields,
        "required": ["kind", *own["required"]],
    }
    return types.closed(described)


def _measures(own: Mapping[str, Any], common: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a letter may say of single measures; a supplement asks for new ones, which are those of requests."""
    told, described = own["x-rogatory"], common["properties"]["measures"]
    if told["open_measures"]:
        return {
            **described,
            "items": {"title": types.common_part()["properties"]["assistance"]["title"], "type": "object"},
        }
    entry = {
        "title": common["x-id"]["title"],
        "type": "object",
        "properties": {"id": common["x-id"], **{name: own["properties"][name] for name in told["said"]}},
        "required": ["id"],
        "additionalProperties": False,
    }
    return {**described, "items": {"title": common["x-id"]["title"], "anyOf": [common["x-id"], entry]}}
