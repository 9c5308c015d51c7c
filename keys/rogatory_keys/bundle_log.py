"""A bundle beside the full log of its registry: what the bundle may have left out (B.15 item 0).

* The log's leaves have the root of a checkpoint that the registry signed, and begin with the tree of the bundle.
* Every chain of the bundle is the beginning of the log's; what the log adds, a revocation or a suspension, counts.
* Only then may be said that a key was not revoked and an authority not suspended, as of the log's checkpoint.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rogatory_keys.authority import Authority
from rogatory_keys.bundle_chains import Registry, Trust
from rogatory_keys.bundle_verdict import Failed, Finding, Item, Status, What, judging
from rogatory_keys.directory import Directory
from rogatory_keys.replay import Followed, Local
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.merkle import leaf_hash, root
from rogatory_protocol.statement_fields import ANYWHERE

_NO_CLOCK = 2**62  # the check has no clock: a checkpoint dated in the future says so by its own time


@dataclass(frozen=True, slots=True, kw_only=True)
class FullLog:
    """A registry's log: its leaves, and a checkpoint over all of them."""

    checkpoint: bytes
    leaves: Sequence[bytes]


def replay(trust: Trust, log: FullLog) -> tuple[Trust, list[Finding]]:
    """Return what the full log says of the bundle's authorities. A log of none of its registries fails.

    Raises:
        Failed: The log is none of theirs, or contradicts the bundle.
    """
    registry, directory = _followed(trust, log)
    if _root(log, registry.head.size) != registry.head.root:
        raise Failed(Item.LOG, What.LOG_OTHER, "", size=registry.head.size)
    authorities = dict(trust.authorities)
    for aid, chain in trust.authorities.items():
        whole = directory.state.authorities.get(aid)
        if whole is not None:
            authorities[aid] = _longer(chain, whole)
    own = _longer(registry.own, directory.state.authorities[registry.own.aid])
    registries = {**trust.registries, registry.own.aid: replace(registry, own=own)}
    head = directory.state.logs[registry.own.aid].head
    assert head is not None  # `apply` took one
    args = {"ts": head.time, "size": head.size}
    finding = Finding(item=Item.LOG, status=Status.HOLDS, what=What.LOG_REPLAYED, args=args)
    return Trust(registries=registries, authorities=authorities), [finding]


def _followed(trust: Trust, log: FullLog) -> tuple[Registry, Directory]:
    failed: Failed | None = None
    for aid, registry in trust.registries.items():
        directory = Directory(Local(followed=(Followed(aid=aid, scope=(ANYWHERE,)),)))
        try:
            with judging(Item.LOG, ""):
                directory.apply(aid, log.checkpoint, log.leaves, now=_NO_CLOCK)
                if directory.state.logs[aid].frontier.size < registry.head.size:
                    raise RefusedError(Code.DIRECTORY_OLD, "log is older than the bundle")
        except Failed as error:
            failed = error
            continue
        return registry, directory
    assert failed is not None  # a bundle has a registry
    raise failed


def _longer(chain: Authority, whole: Authority) -> Authority:
    """Return the chain of the log, whose decisions count from their own dates, as in the bundle."""
    shown = len(chain.digests)
    if whole.digests[:shown] != chain.digests or whole.frozen is not None:
        raise Failed(Item.LOG, What.LOG_OTHER, "", aid=chain.aid.hex())
    return replace(whole, rulings=[replace(each, effective=each.ts) for each in whole.rulings])


def _root(log: FullLog, size: int) -> bytes:
    return root([leaf_hash(leaf) for leaf in log.leaves[:size]])
