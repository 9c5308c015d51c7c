"""Which authorities of a State are competent for a type of request, the fittest first.

* The function that names the type goes first (contact points for what cannot wait, then electronic evidence, then
  mutual legal assistance in general).
* An entry that says that a measure of this type cannot be had comes last, not away: it says why.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from rogatory_node.casework.authorities import entry as e
from rogatory_node.casework.authorities.directory import Listed, Voice
from rogatory_node.casework.authorities.entry import Function, Possible

_F = Function
_LAST: Final = 99
# Beginning of the type -> functions, the fittest first. The first beginning that fits counts.
FUNCTIONS: Final[Mapping[str, tuple[Function, ...]]] = MappingProxyType(
    {
        "data.preserve": (_F.CONTACT_POINT, _F.E_EVIDENCE, _F.MLA),
        "data.traffic.partial": (_F.CONTACT_POINT, _F.E_EVIDENCE, _F.MLA),
        "emergency.": (_F.CONTACT_POINT, _F.E_EVIDENCE, _F.MLA),
        "data.": (_F.E_EVIDENCE, _F.MLA),
        "order.": (_F.E_EVIDENCE, _F.MLA),
        "extradition": (_F.EXTRADITION,),
        "arrest.": (_F.EXTRADITION,),
        "transit": (_F.EXTRADITION,),
        "transfer.sentenced": (_F.SENTENCED_PERSONS,),
        "transfer.proceedings": (_F.PROCEEDINGS, _F.MLA),
        "proceeds.trace": (_F.ASSET_RECOVERY, _F.CONFISCATION, _F.MLA),
        "proceeds.": (_F.CONFISCATION, _F.ASSET_RECOVERY, _F.MLA),
        "asset.": (_F.ASSET_RECOVERY, _F.CONFISCATION, _F.MLA),
        "": (_F.MLA,),
    }
)


def functions_for(request_type: str) -> tuple[Function, ...]:
    """Return the functions that fit a type of request."""
    return next(found for begin, found in FUNCTIONS.items() if request_type.startswith(begin))


def competent(listed: Iterable[Listed], state: str, request_type: str) -> tuple[Listed, ...]:
    """Return the authorities of a State for a type of request, the fittest first."""
    wanted = functions_for(request_type)
    ranked = [(_rank(each, wanted, request_type), each) for each in listed if each.entry.state == state]
    fitting = [(rank, each) for rank, each in ranked if rank[1] < _LAST]
    return tuple(each for _, each in sorted(fitting, key=lambda pair: (pair[0], pair[1].entry.id)))


def _rank(listed: Listed, wanted: tuple[Function, ...], request_type: str) -> tuple[bool, int, int]:
    held = e.functions(listed.entry)
    place = next((place for place, each in enumerate(wanted) if each in held), _LAST)
    impossible = any(each.type == request_type and each.possible is Possible.NO for each in listed.entry.measures)
    return (impossible, place, list(Voice).index(listed.voice))
