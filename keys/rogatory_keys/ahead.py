"""Reading a log ahead of its judge, so that a first replay uses every core.

* Judging is strictly in order; verifying a signature is not, and it is two thirds of the work.
* While one group is judged, the signatures of the next ones are verified in threads; the libraries let go of the
  interpreter there. What fits is remembered; what does not is left to the judge, who says why.
* A key is only tried: a statement's by its own root, a decision's by any registry's seal key seen so far. Whether that
  key may sign is the judge's to say, and he verifies by himself whatever was not tried.
* A few leaves are not worth a thread.
"""

import itertools
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from rogatory_keys.replay import Read, read
from rogatory_protocol.decision import UnverifiedDecision
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.ids import Kid, kid_of
from rogatory_protocol.signed import Context, Signature, VerifiedMemory, verify_signature
from rogatory_protocol.statement import UnverifiedStatement

GROUP: Final = 256
GROUPS_AHEAD: Final = 8  # some megabytes of leaves, and never a thread without work
_ROLE: Final = "registry"

Task = tuple[bytes, Signature, bytes, Context]
Judged = tuple[Read, VerifiedMemory | None]


def read_ahead(leaves: Iterable[bytes]) -> Iterator[Judged]:
    """Yield each leaf taken apart, in order, with the signatures of its group that were verified."""
    rest = iter(leaves)
    first = list(itertools.islice(rest, GROUP))
    if len(first) < GROUP:
        yield from ((read(leaf), None) for leaf in first)
        return
    yield from _in_threads(itertools.chain([first], _groups(rest)))


def _groups(leaves: Iterator[bytes]) -> Iterator[list[bytes]]:
    while group := list(itertools.islice(leaves, GROUP)):
        yield group


def _in_threads(groups: Iterator[list[bytes]]) -> Iterator[Judged]:
    registries: dict[Kid, bytes] = {}
    waiting: deque[tuple[list[Read], Future[VerifiedMemory]]] = deque()
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="rogatory-replay") as pool:
        for group in groups:
            found = [read(leaf) for leaf in group]
            waiting.append((found, pool.submit(_verify, [t for leaf in found for t in _tasks(leaf, registries)])))
            if len(waiting) > GROUPS_AHEAD:
                yield from _judged(*waiting.popleft())
        while waiting:
            yield from _judged(*waiting.popleft())


def _judged(found: list[Read], verified: Future[VerifiedMemory]) -> Iterator[Judged]:
    memory = verified.result()
    return ((leaf, memory) for leaf in found)


def _tasks(leaf: Read, registries: dict[Kid, bytes]) -> list[Task]:
    """Return what can be verified of a leaf now; note the seal keys of registries on the way."""
    if isinstance(leaf, UnverifiedStatement):
        content = leaf.content
        if _ROLE in content.roles:
            registries.update((kid_of(period.pub), period.pub) for period in content.seal)
        keys, context = {kid_of(key): key for key in content.root.keys}, Context.AUTHORITY
    elif isinstance(leaf, UnverifiedDecision):
        keys, context = registries, Context.DECISION
    else:
        return []
    obj = leaf.object
    return [(obj.payload, each, keys[each.kid], context) for each in obj.signatures if each.kid in keys]


def _verify(tasks: list[Task]) -> VerifiedMemory:
    memory = VerifiedMemory(most=max(1, len(tasks)))
    for payload, signature, public, context in tasks:
        try:
            verify_signature(payload, signature, public, context, memory)
        except RefusedError:
            continue  # the judge meets it again, and says so
    return memory
