"""A copy of a directory shows what the original knows, and nothing that happens to it shows in the original."""

import time

from offices import NOW, Authority, Registry, follow

from rogatory_keys.directory import Directory
from rogatory_keys.fork import fork
from rogatory_keys.snapshot import dump
from rogatory_protocol import decision as d


def replayed(registry: Registry) -> Directory:
    directory = Directory(follow(registry))
    directory.apply(registry.aid, registry.head(), registry.leaves, now=NOW)
    return directory


def test_a_copy_is_equal() -> None:
    registry = Registry()
    registry.admit(Authority("A"))
    directory = replayed(registry)
    assert fork(directory).state == directory.state


def test_leaves_judged_on_a_copy_do_not_show_in_the_original() -> None:
    registry, authority = Registry(), Authority("A")
    registry.admit(authority)
    directory = replayed(registry)
    before, size = dump(directory), len(registry.leaves)
    authority.renew()
    registry.state(authority.newest)
    registry.decide(authority, d.Act.SUSPEND)
    other = Authority("B")
    registry.admit(other)
    copy = fork(directory)
    copy.apply(registry.aid, registry.head(), registry.leaves[size:], now=NOW + 10)
    copy.confirm(other.aid, "XA", ("mla",))
    assert dump(directory) == before
    assert other.aid in copy.state.authorities


def test_DIR_25_a_copy_of_a_long_log_takes_milliseconds() -> None:
    registry, authority = Registry(), Authority("A")
    registry.admit(authority)
    directory = replayed(registry)
    one = directory.state.authorities[authority.aid]
    one.digests *= 100_000
    one.stamps *= 100_000
    one.roots *= 100_000
    one.listings *= 100_000
    directory.state.owners.update({n.to_bytes(32, "big"): authority.aid for n in range(100_000)})
    begin = time.process_time()
    fork(directory)
    assert time.process_time() - begin < 0.1
