"""The directory, against simulated registries."""

import dataclasses
import hashlib
from collections.abc import Sequence

import pytest

from rogatory_keys.authority import Standing
from rogatory_keys.directory import Directory, Freshness
from rogatory_keys.errors import SnapshotError
from rogatory_keys.replay import MAX_WAITING, Alarm, AlarmKind, Followed, Local
from rogatory_keys.snapshot import dump, load
from rogatory_protocol import decision as d
from rogatory_protocol.checkpoint import LogKeys, sign
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Aid, Digest, Kid
from rogatory_protocol.limits import SKEW_REFUSE_SECONDS
from rogatory_protocol.merkle import Frontier, leaf_hash
from rogatory_protocol.signed import Context, sign_many
from rogatory_protocol.signed import sign as sign_object
from rogatory_protocol.statement import Statement, accept
from rogatory_protocol.statement_fields import Content, Log, Period, Revocation, Root, Use, Witness, build
from rogatory_protocol.suite import SigningKey
from rogatory_protocol.tiles import LeafKind, encode_leaf

DAY = 86_400
NOW = 1_800_000_000
_KEYS: dict[str, SigningKey] = {}


def key(name: str) -> SigningKey:
    """Make the key of a name, once."""
    if name not in _KEYS:
        _KEYS[name] = SigningKey(hashlib.sha512(name.encode()).digest())
    return _KEYS[name]


def period(name: str, nb: int = NOW - DAY, na: int = NOW + 300 * DAY) -> Period:
    return Period(pub=key(name).public, nb=nb, na=na)


class Office:
    """An authority that makes its own statements, and forks if asked to."""

    def __init__(self, name: str, cc: str = "XA", roles: tuple[str, ...] = ("mla",), log: Log | None = None) -> None:
        self.name = name
        content = Content(
            ver=1,
            prev=None,
            ts=NOW,
            exp=NOW + 365 * DAY,
            name={"en": f"Office {name}"},
            cc=cc,
            roles=roles,
            root=Root(k=1, keys=(key(f"{name} root").public,)),
            seal=(period(f"{name} seal"),),
            node=(period(f"{name} node"),),
            log=log,
        )
        raw = sign_many([key(f"{name} root")], Context.AUTHORITY, build(content))
        self.chain = [accept(raw, None, latest=NOW)]

    @property
    def aid(self) -> Aid:
        return self.chain[0].aid

    @property
    def newest(self) -> Statement:
        return self.chain[-1]

    def next(self, after: Statement | None = None, **changes: object) -> Statement:
        """Make the statement after one, without adding it to the chain."""
        after = after or self.newest
        follow = {"ver": after.content.ver + 1, "prev": after.digest, "ts": after.content.ts + 60, "revoked": ()}
        content = dataclasses.replace(after.content, **(follow | changes))  # type: ignore[arg-type]
        raw = sign_many([key(f"{self.name} root")], Context.AUTHORITY, build(content))
        return accept(raw, after, latest=2**63)

    def renew(self, **changes: object) -> Statement:
        self.chain.append(self.next(**changes))
        return self.newest


class Registry(Office):
    """A registry with a log in memory; it does whatever a test tells it to."""

    def __init__(self, name: str) -> None:
        self.log_keys = LogKeys(f"log.{name}.example", hashlib.sha512(name.encode() + b" log").digest())
        log = Log(public=self.log_keys.public, quorum=0, witnesses=(), scope=("*",), peers=())
        super().__init__(name, "XI", ("registry",), log)
        self.leaves: list[bytes] = []
        self.clock = NOW
        self.state(self.newest)

    def state(self, *statements: Statement) -> None:
        self.leaves += [encode_leaf(LeafKind.STATEMENT, each.raw) for each in statements]

    def decide(self, office: Office, act: d.Act = d.Act.ADMIT, **changes: object) -> None:
        self.clock += 1
        content = office.newest.content
        decision = d.Decision(
            reg=self.aid,
            act=act,
            aid=office.aid,
            stmt=office.newest.digest,
            cc=content.cc,
            roles=content.roles,
            ts=self.clock,
        )
        decision = dataclasses.replace(decision, **changes)  # type: ignore[arg-type]
        raw = sign_object(key(f"{self.name} seal"), Context.DECISION, d.build(decision))
        self.leaves.append(encode_leaf(LeafKind.DECISION, raw))

    def admit(self, office: Office, **changes: object) -> None:
        self.state(*office.chain)
        self.decide(office, **changes)  # type: ignore[arg-type]

    def head(self, size: int | None = None, at: int | None = None) -> bytes:
        leaves = self.leaves[:size]
        root = Frontier().extend([leaf_hash(leaf) for leaf in leaves]).root()
        return sign(self.log_keys, len(leaves), root, at or self.clock)


def follow(*registries: Registry, scope: tuple[str, ...] = ("*",), **local: object) -> Directory:
    followed = tuple(Followed(aid=each.aid, scope=scope) for each in registries)
    return Directory(Local(followed=followed, **local))  # type: ignore[arg-type]


def poll(directory: Directory, registry: Registry, at: int | None = None) -> list[Alarm]:
    """Let the directory catch up with a registry, as the follower's loop does."""
    known = directory.state.logs[registry.aid].frontier.size
    now = at or registry.clock
    return directory.apply(registry.aid, registry.head(at=now), registry.leaves[known:], now=now)


def kinds(alarms: Sequence[Alarm]) -> list[AlarmKind]:
    return [alarm.kind for alarm in alarms]


def refused(what: object, *args: object, **how: object) -> Code:
    with pytest.raises(RefusedError) as caught:
        what(*args, **how)  # type: ignore[operator]
    return caught.value.code


@pytest.fixture
def registry() -> Registry:
    return Registry("north")


@pytest.fixture
def office() -> Office:
    return Office("xa")


# --- What a directory is for ------------------------------------------------------------------------------------------


def test_admitted_authority_is_found_with_its_keys(registry: Registry, office: Office) -> None:
    registry.admit(office)
    directory = follow(registry)

    assert directory.heads() == []
    assert poll(directory, registry) == []
    root = Frontier().extend([leaf_hash(leaf) for leaf in registry.leaves]).root()
    assert directory.heads() == [("log.north.example", 3, root)]
    at = registry.clock
    entry = directory.resolve(office.aid, at)
    assert (entry.standing, entry.listing.cc, entry.roles) == (Standing.ADMITTED, "XA", ("mla",))
    assert dict(entry.listing.name) == {"en": "Office xa"}
    assert directory.seal_key(office.aid, key("xa seal").kid, at, at) == key("xa seal").public
    assert directory.node_key(office.aid, key("xa node").kid, at) == key("xa node").public
    assert [each.aid for each in directory.entries(at)] == [registry.aid, office.aid]


def test_authority_that_nobody_admitted_is_not_good(registry: Registry, office: Office) -> None:
    registry.state(*office.chain)
    directory = follow(registry)
    poll(directory, registry)

    assert directory.standing(office.aid, NOW) is Standing.NOT_ADMITTED
    assert refused(directory.node_key, office.aid, key("xa node").kid, NOW) is Code.NOT_GOOD


def test_unknown_authority_and_key_mean_an_old_directory(registry: Registry, office: Office) -> None:
    registry.admit(office)
    directory = follow(registry)
    poll(directory, registry)

    assert refused(directory.node_key, Aid(bytes(32)), key("xa node").kid, NOW + 9) is Code.DIRECTORY_OLD
    assert refused(directory.seal_key, office.aid, Kid(bytes(16)), NOW, NOW + 9) is Code.DIRECTORY_OLD
    assert refused(directory.seal_key, office.aid, key("xa node").kid, NOW, NOW + 9) is Code.DIRECTORY_OLD


def test_followed_registry_is_good_by_local_configuration(registry: Registry) -> None:
    directory = follow(registry)
    poll(directory, registry)

    assert directory.standing(registry.aid, NOW) is Standing.FOLLOWED
    assert directory.node_key(registry.aid, key("north node").kid, NOW) == key("north node").public


def test_admission_takes_effect_at_its_checkpoint_and_never_backwards(registry: Registry, office: Office) -> None:
    registry.admit(office)
    directory = follow(registry)
    poll(directory, registry, at=NOW + 500)

    assert directory.standing(office.aid, NOW + 499) is Standing.NOT_ADMITTED
    assert directory.standing(office.aid, NOW + 500) is Standing.ADMITTED
    registry.decide(office, d.Act.SUSPEND)
    # A clock of the registry that runs back does not move the ruling back.
    directory.apply(registry.aid, registry.head(at=NOW + 400), registry.leaves[-1:], now=NOW + 500)
    assert directory.standing(office.aid, NOW + 499) is Standing.NOT_ADMITTED
    assert directory.standing(office.aid, NOW + 500) is Standing.SUSPENDED


def test_later_keys_count_at_once_and_a_later_name_only_after_a_decision(registry: Registry, office: Office) -> None:
    registry.admit(office)
    renamed = office.renew(name={"en": "Ministry of Xb"}, cc="XB", seal=(period("xa seal 2"),))
    registry.state(renamed)
    directory = follow(registry)
    alarms = poll(directory, registry, at=NOW + 60)

    assert kinds(alarms) == [AlarmKind.KEYS_CHANGED]
    assert directory.seal_key(office.aid, key("xa seal 2").kid, NOW + 60, NOW + 60) == key("xa seal 2").public
    entry = directory.resolve(office.aid, NOW + 60)
    assert (dict(entry.listing.name), entry.listing.cc) == ({"en": "Office xa"}, "XA")
    registry.decide(office)
    poll(directory, registry, at=NOW + 61)
    assert directory.resolve(office.aid, NOW + 61).listing.cc == "XB"


# --- A registry that cheats -------------------------------------------------------------------------------------------


def test_DIR_01_registry_cannot_substitute_keys(registry: Registry, office: Office) -> None:
    content = dataclasses.replace(
        office.newest.content, ver=2, prev=office.newest.digest, seal=(period("evil seal"),)
    )  # fmt: skip
    registry.admit(office)
    forged = sign_many([key("north root")], Context.AUTHORITY, build(content))
    registry.leaves.append(encode_leaf(LeafKind.STATEMENT, forged))
    directory = follow(registry)
    (alarm,) = poll(directory, registry)

    assert (alarm.kind, alarm.code) == (AlarmKind.INVALID_LEAF, Code.SIGNATURE)
    assert refused(directory.seal_key, office.aid, key("evil seal").kid, NOW, NOW + 9) is Code.DIRECTORY_OLD


def test_DIR_02_two_roots_of_one_size_end_the_log(registry: Registry, office: Office) -> None:
    directory = follow(registry)
    registry.admit(office)
    honest = registry.head()
    directory.apply(registry.aid, honest, registry.leaves, now=registry.clock)
    registry.leaves[-1:] = []
    registry.decide(office, d.Act.ADMIT, why="another")
    other = registry.head()
    alarms = directory.apply(registry.aid, other, [], now=registry.clock)

    assert kinds(alarms) == [AlarmKind.LOG_FORKED]
    assert directory.state.logs[registry.aid].fork == (honest, other)
    assert refused(directory.apply, registry.aid, honest, [], now=NOW) is Code.NOT_GOOD
    restored = load(dump(directory), directory.state.local)
    assert refused(restored.apply, registry.aid, honest, [], now=NOW) is Code.NOT_GOOD


def test_DIR_03_log_does_not_go_back_even_after_a_restart(registry: Registry, office: Office) -> None:
    directory = follow(registry)
    registry.admit(office)
    poll(directory, registry)

    for each in (directory, load(dump(directory), directory.state.local)):
        assert refused(each.apply, registry.aid, registry.head(size=1), [], now=NOW + 9) is Code.DIRECTORY_OLD
        assert each.state.logs[registry.aid].frontier.size == 3


@pytest.mark.parametrize(
    ("age", "freshness"),
    [
        (47 * 3600, Freshness.FRESH),
        (48 * 3600, Freshness.FRESH),
        (49 * 3600, Freshness.WARN),
        (13 * DAY, Freshness.WARN),
        (14 * DAY, Freshness.WARN),
        (14 * DAY + 1, Freshness.BLOCK),
        (15 * DAY, Freshness.BLOCK),
    ],
)
def test_DIR_04_frozen_log_is_noticed(registry: Registry, age: int, freshness: Freshness) -> None:
    directory = follow(registry)
    assert directory.freshness(registry.aid, NOW) is Freshness.BLOCK
    poll(directory, registry)

    assert directory.freshness(registry.aid, NOW + age) is freshness
    assert directory.freshness_of(registry.aid, NOW + age) is freshness


def test_DIR_04_repeating_an_old_checkpoint_does_not_freshen(registry: Registry) -> None:
    directory = follow(registry)
    old = registry.head(at=NOW)
    poll(directory, registry, at=NOW + 100)
    directory.apply(registry.aid, old, [], now=NOW + 200)

    assert directory.state.logs[registry.aid].time == NOW + 100
    poll(directory, registry, at=NOW + 300)
    assert directory.state.logs[registry.aid].time == NOW + 300


def test_DIR_04_checkpoint_of_the_future_is_refused(registry: Registry) -> None:
    directory = follow(registry)
    late = registry.head(at=NOW + SKEW_REFUSE_SECONDS + 1)

    assert refused(directory.apply, registry.aid, late, registry.leaves, now=NOW) is Code.FUTURE
    assert directory.apply(registry.aid, late, registry.leaves, now=NOW + 1) == []


def test_DIR_06_leaves_of_another_moment_are_refused(registry: Registry, office: Office) -> None:
    directory = follow(registry)
    registry.admit(office)
    leaves = registry.leaves

    for wrong in (leaves[:2], [*leaves, leaves[0]], [leaves[0], leaves[2], leaves[1]]):
        assert refused(directory.apply, registry.aid, registry.head(), wrong, now=NOW + 9) is Code.DISAGREE
    assert directory.state.authorities == {}


def test_DIR_09_garbage_leaf_is_ignored_and_the_replay_goes_on(registry: Registry, office: Office) -> None:
    registry.leaves += [b"", b"garbage", encode_leaf(LeafKind.STATEMENT, b"x"), encode_leaf(LeafKind.DECISION, b"x")]
    registry.admit(office)
    directory = follow(registry)
    alarms = poll(directory, registry)

    assert [(alarm.index, alarm.code) for alarm in alarms] == [(n, Code.MALFORMED) for n in (1, 2, 3, 4)]
    assert directory.standing(office.aid, registry.clock) is Standing.ADMITTED


def test_DIR_22_wrong_registry_is_refused_at_bootstrap(registry: Registry) -> None:
    aid = Aid(bytes([registry.aid[0] ^ 1]) + registry.aid[1:])
    directory = Directory(Local(followed=(Followed(aid=aid, scope=("*",)),)))

    assert refused(directory.apply, aid, registry.head(), registry.leaves, now=NOW) is Code.NOT_GOOD
    with pytest.raises(LocalProtocolError):
        directory.apply(registry.aid, registry.head(), registry.leaves, now=NOW)


def test_DIR_22_checkpoint_of_another_log_is_refused(registry: Registry) -> None:
    other = Registry("south")
    other.leaves = list(registry.leaves)

    assert refused(follow(registry).apply, registry.aid, other.head(), registry.leaves, now=NOW) is Code.DISAGREE


def test_node_that_was_away_follows_a_change_of_log_keys(registry: Registry, office: Office) -> None:
    """The new checkpoint is signed by keys that only the new leaves introduce, under the registry's root."""
    directory = follow(registry)
    poll(directory, registry)
    registry.log_keys = LogKeys("log.north.example/2", hashlib.sha512(b"rotated").digest())
    assert registry.newest.content.log is not None
    log = dataclasses.replace(registry.newest.content.log, public=registry.log_keys.public)
    registry.state(registry.renew(log=log))
    registry.admit(office)
    poll(directory, registry, at=NOW + 60)

    assert directory.standing(office.aid, NOW + 60) is Standing.ADMITTED
    fresh = follow(registry)
    poll(fresh, registry, at=NOW + 60)
    assert fresh.standing(office.aid, NOW + 60) is Standing.ADMITTED


def test_rotated_log_keys_count_no_more(registry: Registry) -> None:
    old = registry.log_keys
    registry.log_keys = LogKeys("log.north.example/2", hashlib.sha512(b"rotated").digest())
    assert registry.newest.content.log is not None
    log = dataclasses.replace(registry.newest.content.log, public=registry.log_keys.public)
    registry.state(registry.renew(log=log))
    directory = follow(registry)
    poll(directory, registry, at=NOW + 60)
    registry.log_keys = old
    late = registry.head(at=NOW + 61)

    assert refused(directory.apply, registry.aid, late, [], now=NOW + 61) is Code.DISAGREE


# --- Chains -----------------------------------------------------------------------------------------------------------


def test_DIR_12_statements_out_of_order_make_one_chain(registry: Registry, office: Office) -> None:
    first, second, third = office.newest, office.renew(), office.renew()
    registry.state(third, second, first)
    directory = follow(registry)
    alarms = poll(directory, registry, at=NOW + 120)

    assert kinds(alarms)[:2] == [AlarmKind.WAITING] * 2
    assert directory.resolve(office.aid, NOW).statement.content.ver == 3
    assert directory.state.waiting == {}


def test_DIR_12_only_so_many_statements_wait(registry: Registry, office: Office) -> None:
    office.renew()
    registry.state(*[office.next(exp=NOW + 100 * DAY + n) for n in range(MAX_WAITING + 1)])
    directory = follow(registry)
    alarms = poll(directory, registry, at=NOW + 120)

    assert kinds(alarms) == [AlarmKind.WAITING] * MAX_WAITING + [AlarmKind.INVALID_LEAF]


def test_first_statement_of_a_version_wins_within_a_log(registry: Registry, office: Office) -> None:
    registry.admit(office)
    one, two = office.next(exp=NOW + 100 * DAY), office.next(exp=NOW + 101 * DAY)
    registry.state(one, two, one)
    directory = follow(registry)
    alarms = poll(directory, registry, at=NOW + 60)

    assert kinds(alarms) == [AlarmKind.KEYS_CHANGED, AlarmKind.INVALID_LEAF, AlarmKind.INVALID_LEAF]
    assert directory.resolve(office.aid, NOW + 60).statement == one
    assert directory.standing(office.aid, NOW + 60) is Standing.ADMITTED


@pytest.mark.parametrize("behind", [0, 2])
def test_DIR_13_fork_over_two_logs_freezes_the_authority(registry: Registry, office: Office, behind: int) -> None:
    """Also when the chain has gone on since."""
    other = Registry("south")
    one, two = office.next(exp=NOW + 100 * DAY), office.next(exp=NOW + 101 * DAY)
    other.state(office.newest, two)
    registry.admit(office)
    office.chain.append(one)
    registry.state(one, *[office.renew() for _ in range(behind)])
    directory = follow(registry, other)
    at = NOW + 300
    poll(directory, registry, at=at)
    alarms = poll(directory, other, at=at)

    assert kinds(alarms) == [AlarmKind.AUTHORITY_FORKED]
    for each in (directory, load(dump(directory), directory.state.local)):
        assert each.standing(office.aid, at) is Standing.FROZEN
        assert each.state.authorities[office.aid].frozen == (one.digest, two.digest)
        assert refused(each.seal_key, office.aid, key("xa seal").kid, at, at) is Code.NOT_GOOD
    directory.settle(office.aid, one.digest)  # the other one of the two
    assert directory.standing(office.aid, at) is Standing.FROZEN
    directory.settle(office.aid, two.digest)
    assert directory.standing(office.aid, at) is Standing.ADMITTED


def test_DIR_13_invalid_other_statement_does_not_freeze(registry: Registry, office: Office) -> None:
    """Otherwise any registry could take any authority out of service."""
    other = Registry("south")
    content = office.next(exp=NOW + 101 * DAY).content
    forged = sign_many([key("south root")], Context.AUTHORITY, build(content))
    other.state(office.newest)
    other.leaves.append(encode_leaf(LeafKind.STATEMENT, forged))
    registry.admit(office)
    registry.state(office.renew())
    directory = follow(registry, other)
    poll(directory, registry, at=NOW + 60)

    assert kinds(poll(directory, other, at=NOW + 60)) == [AlarmKind.INVALID_LEAF]
    assert directory.standing(office.aid, NOW + 60) is Standing.ADMITTED


def test_statement_dated_after_its_checkpoint_is_invalid(registry: Registry, office: Office) -> None:
    office.renew(ts=NOW + 700, exp=NOW + 300 * DAY)
    registry.state(*office.chain)
    directory = follow(registry)

    (alarm,) = poll(directory, registry, at=NOW + 99)
    assert alarm.code is Code.FUTURE


# --- Decisions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reg": Aid(b"r" * 32)}, Code.DISAGREE),
        ({"aid": Aid(b"a" * 32)}, Code.NOT_FOUND),
        ({"stmt": Digest(bytes(32))}, Code.NOT_FOUND),
        ({"cc": "XB"}, Code.DISAGREE),
        ({"roles": ("mla", "extradition")}, Code.DISAGREE),
        ({"ts": NOW + 99 * DAY}, Code.DISAGREE),
        ({"ts": NOW - 2 * DAY}, Code.NOT_GOOD),
    ],
)
def test_invalid_decision_has_no_effect(
    registry: Registry, office: Office, changes: dict[str, object], code: Code
) -> None:
    registry.state(*office.chain)
    registry.decide(office, **changes)  # type: ignore[arg-type]
    directory = follow(registry)
    (alarm,) = poll(directory, registry)

    assert (alarm.kind, alarm.code) == (AlarmKind.INVALID_LEAF, code)
    assert directory.standing(office.aid, registry.clock) is Standing.NOT_ADMITTED


def test_replayed_decision_has_no_effect(registry: Registry, office: Office) -> None:
    registry.admit(office)
    registry.decide(office, d.Act.SUSPEND)
    registry.leaves.append(registry.leaves[-2])
    directory = follow(registry)
    (alarm,) = poll(directory, registry)

    assert (alarm.kind, alarm.code) == (AlarmKind.INVALID_LEAF, Code.DISAGREE)
    assert directory.standing(office.aid, registry.clock) is Standing.SUSPENDED


def test_decision_by_a_revoked_key_has_no_effect_however_dated(registry: Registry, office: Office) -> None:
    gone = Revocation(kid=key("north seal").kid, at=NOW + 50, why="stolen")
    registry.state(registry.renew(seal=(period("north seal 2"),), revoked=(gone,)))
    registry.admit(office)
    directory = follow(registry)
    alarms = poll(directory, registry, at=NOW + 60)

    assert kinds(alarms) == [AlarmKind.KEYS_CHANGED, AlarmKind.KEY_REVOKED, AlarmKind.INVALID_LEAF]


@pytest.mark.parametrize(("act", "standing"), [(d.Act.SUSPEND, Standing.SUSPENDED), (d.Act.REMOVE, Standing.REMOVED)])
def test_DIR_18_suspended_and_removed_authority_is_not_good(
    registry: Registry, office: Office, act: d.Act, standing: Standing
) -> None:
    """Not even for letters dated before: it could date them so for ever."""
    registry.admit(office)
    directory = follow(registry)
    poll(directory, registry)
    before = registry.clock
    registry.decide(office, act)
    poll(directory, registry)

    assert directory.standing(office.aid, before) is Standing.ADMITTED
    assert directory.standing(office.aid, registry.clock) is standing
    assert refused(directory.seal_key, office.aid, key("xa seal").kid, before, registry.clock) is Code.NOT_GOOD
    registry.decide(office, d.Act.RESUME)
    poll(directory, registry)
    directory.admitted(office.aid, registry.clock)


def test_last_of_two_decisions_in_one_checkpoint_counts(registry: Registry, office: Office) -> None:
    registry.admit(office)
    registry.decide(office, d.Act.SUSPEND)
    registry.decide(office, d.Act.RESUME)
    directory = follow(registry)
    poll(directory, registry)

    assert directory.standing(office.aid, registry.clock) is Standing.ADMITTED


def test_DIR_17_admission_outside_the_granted_scope_has_no_effect(registry: Registry, office: Office) -> None:
    registry.admit(office)
    directory = follow(registry, scope=("XB", "XC"))

    assert kinds(poll(directory, registry)) == [AlarmKind.OUT_OF_SCOPE]
    assert directory.standing(office.aid, registry.clock) is Standing.NOT_ADMITTED


def test_DIR_16_second_authority_of_a_role_waits_for_an_officer(registry: Registry, office: Office) -> None:
    twin = Office("twin", roles=("mla", "extradition"))
    registry.admit(office)
    registry.admit(twin)
    directory = follow(registry)
    alarms = poll(directory, registry)

    at = registry.clock
    assert [(alarm.kind, alarm.aid, alarm.what) for alarm in alarms] == [
        (AlarmKind.SECOND_AUTHORITY, twin.aid, "mla")
    ]  # fmt: skip
    entry = directory.resolve(twin.aid, at)
    assert (entry.standing, entry.roles, entry.unconfirmed) == (Standing.ADMITTED, ("extradition",), ("mla",))
    directory.confirm(twin.aid, "XA", ["mla"])
    assert directory.resolve(twin.aid, at).roles == ("mla", "extradition")


@pytest.mark.parametrize("replaces", [False, True])
def test_DIR_16_authority_of_taken_roles_only_is_not_good(
    registry: Registry, office: Office, *, replaces: bool
) -> None:
    twin = Office("twin")
    registry.admit(office)
    registry.admit(twin, **({"replaces": office.aid} if replaces else {}))
    directory = follow(registry)
    alarms = poll(directory, registry)

    at = registry.clock
    assert kinds(alarms) == [AlarmKind.REPLACEMENT if replaces else AlarmKind.SECOND_AUTHORITY]
    assert directory.standing(twin.aid, at) is Standing.UNCONFIRMED
    assert refused(directory.node_key, twin.aid, key("twin node").kid, at) is Code.NOT_GOOD
    assert directory.standing(office.aid, at) is Standing.ADMITTED
    directory.confirm(twin.aid, "XA", ["mla"])
    assert directory.standing(twin.aid, at) is Standing.ADMITTED


def test_role_of_a_removed_authority_is_free(registry: Registry, office: Office) -> None:
    twin = Office("twin")
    registry.admit(office)
    registry.decide(office, d.Act.REMOVE)
    registry.admit(twin)
    directory = follow(registry)

    assert poll(directory, registry) == []
    assert directory.standing(twin.aid, registry.clock) is Standing.ADMITTED


def test_DIR_16_admission_for_our_own_country_and_role_is_an_alarm(registry: Registry, office: Office) -> None:
    registry.admit(Office("twin"))
    registry.admit(office)
    directory = follow(registry, own=(office.aid, "XA", ("mla",)))

    assert AlarmKind.OWN_TERRITORY in kinds(poll(directory, registry))


def test_DIR_23_of_two_registries_the_later_and_at_one_time_the_stricter_counts(office: Office) -> None:
    north, south = Registry("north"), Registry("south")
    north.admit(office)
    south.admit(office)
    south.decide(office, d.Act.SUSPEND)
    directory = follow(north, south)
    poll(directory, south, at=NOW + 50)
    poll(directory, north, at=NOW + 50)

    assert directory.standing(office.aid, NOW + 50) is Standing.SUSPENDED
    north.decide(office, d.Act.RESUME)
    poll(directory, north, at=NOW + 51)
    assert directory.standing(office.aid, NOW + 51) is Standing.ADMITTED


def test_DIR_23_one_registry_away_blocks_only_its_own(office: Office) -> None:
    north, south = Registry("north"), Registry("south")
    other = Office("xb", "XB")
    north.admit(office)
    south.admit(other)
    directory = follow(north, south)
    poll(directory, south, at=NOW + 50)
    late = NOW + 20 * DAY
    poll(directory, north, at=late)

    assert directory.freshness_of(office.aid, late) is Freshness.FRESH
    assert directory.freshness_of(other.aid, late) is Freshness.BLOCK


def test_DIR_23_local_configuration_wins(registry: Registry, office: Office) -> None:
    registry.admit(office)
    directory = follow(registry, blocked=frozenset({office.aid}))
    poll(directory, registry)

    assert directory.standing(office.aid, registry.clock) is Standing.BLOCKED


# --- Keys in time -----------------------------------------------------------------------------------------------------


def test_DIR_15_revoked_seal_key_seals_nothing_newly_seen(registry: Registry, office: Office) -> None:
    """Whether dated before, at or after: a thief could date back."""
    registry.admit(office)
    directory = follow(registry)
    poll(directory, registry)
    kid, at = key("xa seal").kid, NOW + 30
    assert directory.seal_key(office.aid, kid, at, at) == key("xa seal").public
    gone = Revocation(kid=kid, at=at, why="lost")
    registry.state(office.renew(seal=(period("xa seal 2"),), revoked=(gone,)))
    alarms = poll(directory, registry, at=NOW + 60)

    assert [(alarm.kind, alarm.what) for alarm in alarms][-1] == (AlarmKind.KEY_REVOKED, kid.hex())
    for dated in (at - 1, at, at + 1):
        assert refused(directory.seal_key, office.aid, kid, dated, NOW + 60) is Code.NOT_GOOD
    status = directory.state.authorities[office.aid].status(kid, Use.SEAL)
    status.check(at - 1)
    assert refused(status.check, at) is Code.NOT_GOOD


def test_DIR_14_letter_may_wait_for_a_key_good_then_or_now(registry: Registry) -> None:
    office = Office("xa")
    office.renew(seal=(period("xa seal", NOW, NOW + 100), period("xa seal 2", NOW + 100, NOW + 200)))
    registry.admit(office)
    directory = follow(registry)
    poll(directory, registry, at=NOW + 60)
    aid, one, two = office.aid, key("xa seal").kid, key("xa seal 2").kid

    assert directory.seal_key(aid, one, NOW + 100, NOW + 150) == key("xa seal").public
    assert directory.seal_key(aid, two, NOW + 60, NOW + 150) == key("xa seal 2").public
    assert refused(directory.seal_key, aid, one, NOW + 101, NOW + 150) is Code.NOT_GOOD
    assert refused(directory.seal_key, aid, two, NOW + 60, NOW + 99) is Code.NOT_GOOD


def test_DIR_14_node_key_is_good_to_the_second(registry: Registry) -> None:
    office = Office("xa")
    office.renew(node=(period("xa node", NOW, NOW + 100),))
    registry.admit(office)
    directory = follow(registry)
    poll(directory, registry, at=NOW + 60)

    assert directory.node_key(office.aid, key("xa node").kid, NOW + 100) == key("xa node").public
    assert refused(directory.node_key, office.aid, key("xa node").kid, NOW + 101) is Code.NOT_GOOD


# --- Snapshots, size --------------------------------------------------------------------------------------------------


def test_restored_directory_goes_on_where_it_was(registry: Registry, office: Office) -> None:
    twin = Office("twin")
    registry.admit(office)
    registry.admit(twin)
    late = Office("late", "XB")
    late.renew()
    registry.state(late.newest)
    registry.state(office.renew(root=Root(k=1, keys=(key("xa root").public, key("xa root 2").public))))
    directory = follow(registry)
    poll(directory, registry, at=NOW + 60)
    restored = load(dump(directory), directory.state.local)

    assert dump(restored) == dump(directory)
    assert restored.state == directory.state
    registry.admit(late)
    head, known = registry.head(at=NOW + 90), directory.state.logs[registry.aid].frontier.size
    alarms = [each.apply(registry.aid, head, registry.leaves[known:], now=NOW + 90) for each in (restored, directory)]
    assert alarms[0] == alarms[1]
    assert restored.state == directory.state


def test_damaged_or_foreign_snapshot_is_refused(registry: Registry, office: Office) -> None:
    registry.admit(office)
    directory = follow(registry)
    poll(directory, registry)
    data = dump(directory)

    for wrong in (b"", data[:-1], data[:40] + bytes([data[40] ^ 1]) + data[41:]):
        with pytest.raises(SnapshotError):
            load(wrong, directory.state.local)
    with pytest.raises(SnapshotError):
        load(data, follow(registry, scope=("XB",)).state.local)


def test_witness_keys_do_not_disturb(registry: Registry) -> None:
    wit = LogKeys("wit.xa.example", b"w" * 64).public
    office = Office("xa")
    office.renew(wit=Witness(name="wit.xa.example", ed=wit.ed, ml=wit.ml))
    registry.admit(office)
    directory = follow(registry)

    assert kinds(poll(directory, registry, at=NOW + 60)) == [AlarmKind.KEYS_CHANGED]
