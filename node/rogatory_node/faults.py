"""Named points at which a test kills the node, to prove what survives.

* A point does nothing unless ROGATORY_TEST is 1 and ROGATORY_FAULT is ``name:n``: then the n-th passage ends the
  process at once, as a power cut would end it, without cleaning up.
* Every point is in POINTS; code that passes another name is wrong.
"""

import os
import signal
from collections.abc import Callable, Mapping
from typing import Final

POINTS: Final = frozenset(
    {
        "writer.begun",
        "writer.applied",
        "writer.committed",
        "blobs.written",
        "blobs.synced",
        "blobs.renamed",
        "blobs.finished",
    }
)


def _armed(environ: Mapping[str, str]) -> Callable[[str], None]:
    wanted, _, count = environ.get("ROGATORY_FAULT", "").partition(":")
    if environ.get("ROGATORY_TEST") != "1" or not wanted:
        return _pass
    if wanted not in POINTS:
        raise ValueError(f"no fault point {wanted!r}")
    left = int(count or 1)

    def point(name: str) -> None:
        nonlocal left
        if name != wanted:
            return
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return point


def _pass(name: str) -> None:
    """Do nothing: no fault is wanted."""


point: Final = _armed(os.environ)
"""Pass a named point; see the module's docstring."""
