"""The authority whose node this is: its keys in use, its statement, and which run of which database this process is.

* Everything here is read once, at start; a new statement or key is taken by a restart.
* Secrets are reachable through signers and the sealer only, and no ``repr`` shows them.
"""

from dataclasses import dataclass, field

from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.checkpoint import LogKeys
from rogatory_protocol.ids import Aid, Id16
from rogatory_protocol.statement import Statement
from rogatory_protocol.suite import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What a running node is.

    Attributes:
        aid: The authority.
        statement: Its newest statement that this node holds.
        seal: Signs letters, evidence, cards and one-time keys.
        node: Proves on links who we are.
        sealer: Seals rows at rest.
        log: Signs checkpoints; a registry's only.
        boot: Of this process (B.12.4).
        inc: Incarnation of the database (B.12.4).
        started: When this process began, in seconds since 1970.
    """

    aid: Aid
    statement: Statement
    seal: Signer = field(repr=False)
    node: Signer = field(repr=False)
    sealer: RowSealer = field(repr=False)
    log: LogKeys | None = field(default=None, repr=False)
    boot: Id16
    inc: Id16
    started: int
