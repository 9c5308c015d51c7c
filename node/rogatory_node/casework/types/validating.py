"""Holding a form against the schemas: validators are compiled once, when the first form needs them.

* Faults come as plain values: keyword, where, and the values of the keyword; wording is for others.
* At most so many faults are taken from one validator, so that a hostile form costs no more than an honest one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Final

from rogatory_node.casework.types import catalogue
from rogatory_node.casework.types.catalogue import RequestType

MAX_FAULTS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which a value is not as its schema has it.

    Attributes:
        keyword: Of JSON Schema, for example ``required``.
        path: Where, from the value that was held against the schema.
        told: What the validator says beside it, for example the limit.
    """

    keyword: str
    path: tuple[str | int, ...]
    told: Mapping[str, Any]


def request_faults(common: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the faults of the common part."""
    return faults(_request(), common)


def measure_faults(kind: RequestType, fields: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the faults of a measure."""
    return faults(_measure(kind.code, kind.version), fields)


def faults(validator: Any, value: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the faults that a validator of `compiled` finds, at most `MAX_FAULTS`."""
    if validator.is_valid(value):
        return
    for error in islice(validator.iter_errors(value), MAX_FAULTS):
        path = tuple(error.instance_path)
        yield Fault(keyword=str(error.kind.name), path=path, told=error.kind.as_dict())


@cache
def _request() -> Any:
    return compiled(catalogue.request())


@cache
def _measure(code: str, version: int) -> Any:
    kind = catalogue.type_of(code, version)
    assert isinstance(kind, RequestType)  # it came from the catalogue
    return compiled(catalogue.measure(kind))


def compiled(described: dict[str, Any]) -> Any:
    """Return the validator of a schema."""
    # Loaded with the first form: an idle node needs none of it.
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(described, validate_formats=True)
