"""Holding the form of a letter against the schema of its kind.

* Requests are held against the schemas of their types: the common part here, each measure by ``types.validating``.
* Validators are compiled once, when the first letter of a kind needs one.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from rogatory_node.casework.kinds import catalogue
from rogatory_node.casework.kinds.catalogue import Unknown
from rogatory_node.casework.types import shape
from rogatory_node.casework.types import validating as requests
from rogatory_node.casework.types.catalogue import RequestType
from rogatory_node.casework.types.validating import Fault


def faults(kind: str, form: Mapping[str, Any], version: int | None = None) -> Iterator[Fault]:
    """Yield the ways in which a form is not as its kind has it; none for a kind or version that is unknown here."""
    if kind == catalogue.REQUEST:
        yield from _of_request(form)
    elif not isinstance(catalogue.whole(kind, version), Unknown):
        yield from requests.faults(_validator(kind, version), form)


def _of_request(form: Mapping[str, Any]) -> Iterator[Fault]:
    yield from requests.request_faults({**shape.common_of(form), "kind": form.get("kind")})
    for each in shape.measures(form, most=shape.MAX_MEASURES):
        if isinstance(each.type, RequestType):
            place = (shape.LIST, each.number - 1) if each.pointer else ()
            for fault in requests.measure_faults(each.type, each.fields):
                yield Fault(keyword=fault.keyword, path=(*place, *fault.path), told=fault.told)


@cache
def _validator(kind: str, version: int | None) -> Any:
    described = catalogue.whole(kind, version)
    assert not isinstance(described, Unknown), "only known kinds come here"
    return requests.compiled(described)
