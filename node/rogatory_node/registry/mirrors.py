"""The logs that this node follows, served to anybody under ``/log/<registry's id>/`` of its link port (B.6.2).

* The same paths and bytes as at the registry: a checkpoint, tiles, bundles of entries. Nothing else is there.
* What is shown proves itself by the registry's own keys, so that a copy is as good as the log: a registry that was
  restored reads here what it lost, and a reader goes on while the registry is away.
* A log that forked is not served any more.
"""

from collections.abc import Callable
from typing import Final

from rogatory_node.registry.tiles import Tiles
from rogatory_node.services.trust import Trust
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.ids import Aid
from rogatory_protocol.tiles import parse_path

ROOT: Final = "/log/"
CHECKPOINT: Final = "checkpoint"


class Mirrors:
    """Serves copies of followed logs."""

    def __init__(self, trust: Trust, tiles: Callable[[Aid], Tiles]) -> None:
        """Take the directory, and what builds the tiles of a log."""
        self._trust, self._make = trust, tiles
        self._tiles: dict[Aid, Tiles] = {}

    async def get(self, path: str) -> bytes | None:
        """Return what is at a path of the link port; None if there is nothing."""
        if not path.startswith(ROOT):
            return None
        name, _, rest = path.removeprefix(ROOT).partition("/")
        try:
            registry = Aid(bytes.fromhex(name))
            head = self._trust.head(registry)
            if head is None or registry in self._trust.forks or name != registry.hex():
                return None
            if rest == CHECKPOINT:
                return head.raw
            tile = parse_path(rest)
            tiles = self._tiles.setdefault(registry, self._make(registry))
            return await tiles.get(tile, head.size)
        except (RefusedError, ValueError):
            return None
