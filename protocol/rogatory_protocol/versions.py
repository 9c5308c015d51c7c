"""Which version and suite an object speaks (B.2.1, B.17 codes 2 and 3).

* Another version or suite is told apart from nonsense: the sender refreshes its directory instead of alarming.
* It is looked at before the schema, because another version may have other fields.
"""

from typing import Final

from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.rcbor import Value
from rogatory_protocol.suite import SUITE

VERSION: Final = 1
_EXPECTED: Final = (("v", VERSION, Code.VERSION), ("suite", SUITE, Code.SUITE))


def check_spoken(value: Value, what: str) -> None:
    """Check ``v`` and ``suite``, where the map has them; whatever else is wrong is left to its table.

    Raises:
        RefusedError: VERSION or SUITE.
    """
    if not isinstance(value, dict):
        return
    for name, expected, code in _EXPECTED:
        spoken = value.get(name)
        if isinstance(spoken, int) and not isinstance(spoken, bool) and spoken != expected:
            raise RefusedError(code, f"{what}.{name} is {spoken}")
