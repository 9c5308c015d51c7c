"""The live directory: what was taken is durable before it is seen, and comes back as it was."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from offices import NOW, Authority, Registry, follow
from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_keys.directory import Directory
from rogatory_keys.replay import Alarm, AlarmKind, Local
from rogatory_keys.snapshot import dump
from rogatory_node.config import parse
from rogatory_node.services import trust as trust_module
from rogatory_node.services.trust import Trust, local_of
from rogatory_node.services.trust_store import StaleError, Taken, write
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import open_reading
from rogatory_node.storage.tables import audit, log_leaves, statements
from rogatory_node.storage.writer import Writer
from rogatory_protocol import decision as d
from rogatory_protocol.checkpoint import Checkpoint, sign
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Digest
from rogatory_protocol.merkle import Frontier, leaf_hash
from rogatory_protocol.tiles import LeafKind, encode_leaf


class Clock:
    def __init__(self) -> None:
        self.time = float(NOW + 100)

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry() -> Registry:
    return Registry()


Opening = Callable[..., object]


@pytest.fixture
async def readers(database: str) -> AsyncIterator[AsyncEngine]:
    engine = open_reading(database)
    yield engine
    await engine.dispose()


@pytest.fixture
async def opening(writer: Writer, readers: AsyncEngine, clock: Clock) -> Opening:
    await writer.execute(lambda conn, _: [audit_log.found(conn, now=NOW, random=lambda n: bytes(n))], None)

    async def opened(local: Local) -> Trust:
        return await Trust.open(writer, readers, local, wall=clock)

    return opened


async def catch_up(trust: Trust, registry: Registry, at: int | None = None) -> list[Alarm]:
    head = trust.head(registry.aid)
    return await trust.take(registry.aid, registry.head(at=at), registry.leaves[0 if head is None else head.size :])


def kinds(alarms: Sequence[Alarm]) -> list[AlarmKind]:
    return [alarm.kind for alarm in alarms]


async def refused(work: object) -> Code:
    with pytest.raises(RefusedError) as caught:
        await work  # type: ignore[misc]
    return caught.value.code


async def test_an_admitted_authority_is_good_and_its_keys_are_found(opening: Opening, registry: Registry) -> None:
    trust, authority, stranger = await opening(follow(registry)), Authority("A"), Authority("B")
    registry.admit(authority)
    registry.state(stranger.newest)
    assert await catch_up(trust, registry) == []
    assert trust.admitted(authority.aid)
    assert trust.good(authority.aid)
    assert trust.seal_key(authority.aid, authority.seal.kid, NOW) == authority.seal.public
    assert trust.card_key(authority.aid, authority.seal.kid) == authority.seal.public
    assert trust.node_key(authority.aid, authority.node.kid) == authority.node.public
    assert not trust.admitted(stranger.aid)
    assert [entry.aid for entry in trust.entries()] == [registry.aid, authority.aid, stranger.aid]
    assert trust.entry(authority.aid).listing.cc == "XA"
    assert trust.entry(Authority("nobody").aid) is None
    assert (trust.version(authority.aid), trust.version(Authority("nobody").aid)) == (1, 0)
    assert trust.note_of("log.north.example") == registry.head()
    assert trust.note_of("log.south.example") is None
    assert trust.heads()[0][:2] == ("log.north.example", 4)


async def test_the_directory_comes_back_from_its_snapshot(opening: Opening, registry: Registry) -> None:
    trust, authority = await opening(follow(registry)), Authority("A")
    registry.admit(authority)
    await catch_up(trust, registry)
    again = await opening(follow(registry))
    assert again.directory.state == trust.directory.state


@pytest.mark.parametrize("small", [0, 64])
async def test_the_directory_comes_back_from_its_leaves(
    opening: Opening, registry: Registry, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr(trust_module, "SMALL", small)
    trust, authority = await opening(follow(registry)), Authority("A")
    await catch_up(trust, registry)
    registry.admit(authority)
    await catch_up(trust, registry)
    await catch_up(trust, registry, NOW + 50)
    authority.renew()
    registry.state(authority.newest)
    registry.decide(authority, d.Act.SUSPEND)
    await catch_up(trust, registry, NOW + 60)
    # Another configuration makes the snapshot useless: everything is judged again.
    again = await opening(follow(registry, own=(authority.aid, "XA", ("mla",))))
    assert again.directory.state.authorities == trust.directory.state.authorities
    assert again.directory.state.logs == trust.directory.state.logs


async def test_statements_are_kept_by_authority_and_version(
    opening: Opening, registry: Registry, readers: AsyncEngine
) -> None:
    trust, authority = await opening(follow(registry)), Authority("A")
    second = authority.renew()
    registry.state(second)  # before its predecessor: it waits
    await catch_up(trust, registry)
    registry.state(authority.chain[0])
    await catch_up(trust, registry)
    async with readers.connect() as connection:
        rows = (await connection.execute(select(statements).where(statements.c.aid == authority.aid))).all()
    assert {(row.ver, bytes(row.raw)) for row in rows} == {(n + 1, each.raw) for n, each in enumerate(authority.chain)}


async def test_DIR_04_silent_warned_warned_blocked(opening: Opening, registry: Registry, clock: Clock) -> None:
    trust, authority = await opening(follow(registry)), Authority("A")
    registry.admit(authority)
    await catch_up(trust, registry)
    seen = []
    for hours in (47, 49, 13 * 24, 15 * 24):
        clock.time = registry.clock + hours * 3_600
        seen.append((trust.freshness(registry.aid).value, trust.good(authority.aid)))
    assert seen == [("fresh", True), ("warn", True), ("warn", True), ("block", False)]
    with pytest.raises(RefusedError) as caught:
        trust.seal_key(authority.aid, authority.seal.kid, NOW)
    assert caught.value.code is Code.DIRECTORY_OLD
    # An officer may let it send for a while; what comes is refused all the same.
    await trust.override(int(clock.time) + 86_400, "head")
    for each in (trust, await opening(follow(registry))):
        assert each.good(authority.aid)
        assert each.sealing_key(authority.aid, authority.seal.kid, NOW) == authority.seal.public
        assert await refused(asyncio.to_thread(each.seal_key, authority.aid, authority.seal.kid, NOW)) is (
            Code.DIRECTORY_OLD
        )
    clock.time += 86_400
    assert not trust.good(authority.aid)
    # Links and cards still work, so that it can recover; and it does.
    trust.node_key(authority.aid, authority.node.kid)
    trust.card_key(authority.aid, authority.seal.kid)
    await catch_up(trust, registry, int(clock.time))
    assert trust.good(authority.aid)


async def test_DIR_03_a_smaller_log_is_refused_also_after_a_restart(opening: Opening, registry: Registry) -> None:
    trust = await opening(follow(registry))
    registry.admit(Authority("A"))
    await catch_up(trust, registry)
    for each in (trust, await opening(follow(registry))):
        assert await refused(each.take(registry.aid, registry.head(1), [])) is Code.DIRECTORY_OLD


async def test_DIR_02_two_roots_of_one_size_are_a_fork_for_good(opening: Opening, registry: Registry) -> None:
    trust = await opening(follow(registry))
    registry.admit(Authority("A"))
    await catch_up(trust, registry)
    honest = registry.head()
    registry.leaves[1] = registry.leaves[2]
    assert kinds(await trust.take(registry.aid, registry.head(), [])) == [AlarmKind.LOG_FORKED]
    assert trust.forks == {registry.aid: (honest, registry.head())}
    for each in (trust, await opening(follow(registry)), await opening(follow(registry, scope=["XA"]))):
        assert each.directory.state.logs[registry.aid].fork == (honest, registry.head())
        assert await refused(each.take(registry.aid, registry.head(), [])) is Code.NOT_GOOD


async def test_DIR_02_a_note_of_a_peer_proves_the_fork(opening: Opening, registry: Registry) -> None:
    trust = await opening(follow(registry))
    registry.admit(Authority("A"))
    await catch_up(trust, registry)
    assert await trust.hear(registry.head()) is None
    assert await trust.hear(registry.head(2)) is None
    registry.leaves[1] = registry.leaves[2]
    alarm = await trust.hear(registry.head(2))
    assert alarm is not None
    assert (alarm.kind, alarm.index) == (AlarmKind.LOG_FORKED, 2)
    assert await trust.hear(registry.head(2)) is None  # known by now
    assert await refused(catch_up(trust, registry)) is Code.NOT_GOOD


async def test_DIR_02_a_larger_head_of_a_peer_is_compared_when_the_log_gets_there(
    opening: Opening, registry: Registry
) -> None:
    trust = await opening(follow(registry))
    await catch_up(trust, registry)
    shown = registry.leaves.copy()
    registry.admit(Authority("A"))
    assert await trust.hear(registry.head()) is None
    registry.leaves = shown
    registry.admit(Authority("B"))
    registry.admit(Authority("C"))
    assert AlarmKind.LOG_FORKED in kinds(await catch_up(trust, registry))
    assert registry.aid in (await opening(follow(registry))).forks


async def test_DIR_22_a_note_of_nobody_that_is_followed_is_refused(opening: Opening, registry: Registry) -> None:
    trust = await opening(follow(registry))
    await catch_up(trust, registry)
    assert await refused(trust.hear(Registry("south").head())) is Code.NOT_FOUND
    with pytest.raises(LocalProtocolError):
        await trust.take(Registry("south").aid, Registry("south").head(), [])


async def test_DIR_06_leaves_of_another_moment_are_refused_and_change_nothing(
    opening: Opening, registry: Registry
) -> None:
    trust = await opening(follow(registry))
    await catch_up(trust, registry)
    before = trust.directory
    registry.admit(Authority("A"))
    assert await refused(trust.take(registry.aid, registry.head(), registry.leaves[2:])) is Code.DISAGREE
    assert trust.directory is before


async def test_DIR_09_a_garbage_leaf_is_in_the_audit_log_and_the_replay_goes_on(
    opening: Opening, registry: Registry, readers: AsyncEngine
) -> None:
    trust, authority = await opening(follow(registry)), Authority("A")
    told: list[Sequence[Alarm]] = []
    trust.watch(told.append)
    registry.leaves.append(b"\xff")
    registry.admit(authority)
    registry.leaves.append(registry.leaves[-1])  # a decision replayed
    alarms = await catch_up(trust, registry)
    assert kinds(alarms) == [AlarmKind.INVALID_LEAF, AlarmKind.INVALID_LEAF]
    assert told == [alarms]
    assert trust.admitted(authority.aid)
    async with readers.connect() as connection:
        query = select(func.count()).where(audit.c.ev == "directory.invalid_leaf", audit.c.obj == registry.aid)
        assert (await connection.execute(query)).scalar_one() == 2


async def test_DIR_16_a_second_authority_waits_until_an_officer_confirms_it(
    opening: Opening, registry: Registry, clock: Clock
) -> None:
    trust, first, second = await opening(follow(registry)), Authority("A"), Authority("B")
    registry.admit(first)
    registry.admit(second)
    assert kinds(await catch_up(trust, registry)) == [AlarmKind.SECOND_AUTHORITY]
    assert not trust.admitted(second.aid)
    await trust.confirm(second.aid, "XA", ("mla",), "mla-head")
    for each in (trust, await opening(follow(registry)), await opening(follow(registry, scope=["XA"]))):
        assert each.admitted(second.aid)


async def test_DIR_13_a_frozen_authority_goes_on_when_an_officer_knows_which_statement_is_foreign(
    opening: Opening, registry: Registry
) -> None:
    other, authority = Registry("south"), Authority("A")
    trust = await opening(follow(registry, other))
    registry.admit(authority)
    foreign = authority.renew(exp=NOW + 100 * 86_400)
    authority.chain.remove(foreign)
    registry.state(authority.renew())
    other.state(authority.chain[0], foreign)
    for each in (registry, other):
        await catch_up(trust, each)
    assert not trust.admitted(authority.aid)
    await trust.settle(authority.aid, foreign.digest, "head")
    for each in (trust, await opening(follow(registry, other)), await opening(follow(registry, other, scope=["XA"]))):
        assert each.admitted(authority.aid)


async def test_what_another_replica_took_is_loaded(opening: Opening, registry: Registry) -> None:
    trust, other, authority = await opening(follow(registry)), await opening(follow(registry)), Authority("A")
    await catch_up(trust, registry)
    with pytest.raises(StaleError):
        await catch_up(other, registry)
    registry.admit(authority)
    await catch_up(other, registry)
    assert other.admitted(authority.aid)


async def test_the_same_checkpoint_twice_is_nothing(opening: Opening, registry: Registry) -> None:
    trust = await opening(follow(registry))
    await catch_up(trust, registry)
    before = trust.directory
    assert await catch_up(trust, registry) == []
    assert trust.directory is before


def test_a_registry_follows_its_own_log(registry: Registry) -> None:
    text = f'name = "XI"\n[[follow]]\naid = "{Registry("south").aid.hex()}"\nurl = "https://s.example/"\nscope = ["XB"]'
    local = local_of(parse(text), registry.newest, registry=True)
    assert [each.scope for each in local.followed] == [("*",), ("XB",)]
    assert local.own == (registry.aid, "XI", ("registry",))
    assert local_of(parse('name = "XI"'), None).followed == ()


async def test_DIR_25_a_long_log_restarts_from_its_snapshot_and_takes_one_more_leaf_at_once(
    opening: Opening, registry: Registry, writer: Writer
) -> None:
    long, who = Directory(follow(registry)), Authority("A")
    long.apply(registry.aid, registry.head(), registry.leaves, now=NOW)
    log, one = long.state.logs[registry.aid], long.state.authorities[registry.aid]
    # The middle of the log is made up: verifying so many statements is not what is measured here.
    hashes = [leaf_hash(registry.leaves[0])] + [leaf_hash(n.to_bytes(4, "big")) for n in range(99_999)]
    log.frontier = Frontier().extend(hashes)
    one.digests += [Digest(each) for each in hashes[1:]]
    one.stamps *= len(one.digests)
    one.roots *= len(one.digests)
    one.listings *= len(one.digests)
    last = sign(registry.log_keys, 100_000, log.frontier.root(), NOW)
    log.head = Checkpoint.open(last, registry.log_keys.public)
    taken = Taken(registry=registry.aid, snapshot=dump(long), now=NOW)

    def stored(conn: Connection, commands: Sequence[Taken]) -> list[None]:
        conn.execute(log_leaves.insert(), [{"registry": registry.aid, "n": 99_999, "leaf": b""}])
        return write(conn, commands)

    await writer.execute(stored, taken)
    begin = time.process_time()
    trust = await opening(follow(registry))
    assert time.process_time() - begin < 1
    leaf = encode_leaf(LeafKind.STATEMENT, who.newest.raw)
    note = sign(registry.log_keys, 100_001, log.frontier.append(leaf_hash(leaf)).root(), NOW + 1)
    begin = time.process_time()
    assert await trust.take(registry.aid, note, [leaf]) == []
    assert time.process_time() - begin < 0.25  # of all threads, so also of the garbage that others made
    assert trust.version(who.aid) == 1
