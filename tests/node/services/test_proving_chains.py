"""Chains and decisions of a bundle, from stored logs."""

import offices
import pytest

from rogatory_keys.bundle_layout import Part, name_of
from rogatory_keys.directory import Directory
from rogatory_node.services.proving_chains import Log, Logs, NotProvedError, prove
from rogatory_protocol import decision as d
from rogatory_protocol import tlog_proof
from rogatory_protocol.checkpoint import Checkpoint
from rogatory_protocol.ids import digest_of
from rogatory_protocol.signed import parse
from rogatory_protocol.tiles import LeafKind, encode_leaf


def world() -> tuple[offices.Registry, offices.Authority, Directory, Logs]:
    registry, a = offices.Registry(), offices.Authority("A", "XA")
    registry.admit(a)
    registry.decide(a, ts=offices.NOW - 1)  # out of order: every directory ignores it
    a.renew()
    registry.state(a.newest)
    directory = Directory(offices.follow(registry))
    directory.apply(registry.aid, registry.head(), registry.leaves, now=registry.clock)
    chains = {each.aid: tuple(one.raw for one in each.chain) for each in (a, registry)}
    logs = Logs(logs={registry.aid: Log.of(registry.head(), registry.leaves)}, chains=chains)
    return registry, a, directory, logs


def test_every_statement_and_decision_that_counts_is_proved_under_one_checkpoint() -> None:
    registry, a, directory, logs = world()
    authority = directory.state.authorities[a.aid]
    proved = prove(logs, {a.aid: authority}, frozenset({registry.aid}))
    assert proved.registries == (registry.aid,)
    assert authority.rulings
    head = Checkpoint.open(registry.head(), registry.log_keys.public)
    assert proved.files[name_of(Part.CHECKPOINT, registry.aid.hex())] == head.raw
    objects = {name: raw for name, raw in proved.files.items() if name.endswith(".rcbor")}
    assert len(objects) == 1 + 2 + 1  # the registry's statement, both of A, and the one decision that counts
    for name, raw in objects.items():
        decision = "statement" not in name
        kind = LeafKind.DECISION if decision else LeafKind.STATEMENT
        proof = tlog_proof.parse(proved.files[name.replace(".rcbor", ".tlog-proof")])
        tlog_proof.check(proof, encode_leaf(kind, raw), head)
        if decision:
            assert name.endswith(f"{digest_of(parse(raw, max_bytes=2**16).payload).hex()}.rcbor")
            assert d.parse(raw).content.ts > offices.NOW


def test_a_registry_needs_no_folder_of_an_authority() -> None:
    registry, _, directory, logs = world()
    proved = prove(logs, {registry.aid: directory.state.authorities[registry.aid]}, frozenset({registry.aid}))
    assert {name.split("/")[0] for name in proved.files} == {"decisions"}


def test_what_no_followed_log_holds_is_not_proved() -> None:
    registry, a, directory, logs = world()
    authorities = {a.aid: directory.state.authorities[a.aid]}
    with pytest.raises(NotProvedError):
        prove(logs, authorities, frozenset())
    with pytest.raises(NotProvedError):
        prove(Logs(logs=logs.logs, chains={}), authorities, frozenset({registry.aid}))


def test_a_statement_that_is_not_in_the_log_yet_is_left_out() -> None:
    registry, a, directory, logs = world()
    a.renew()
    chains = {**logs.chains, a.aid: tuple(each.raw for each in a.chain)}
    authorities = {a.aid: directory.state.authorities[a.aid]}
    proved = prove(Logs(logs=logs.logs, chains=chains), authorities, frozenset({registry.aid}))
    shown = [name for name in proved.files if name.startswith("authorities/") and name.endswith(".rcbor")]
    assert sorted(shown) == [name_of(Part.STATEMENT, a.aid.hex(), f"{n:04d}") for n in (1, 2)]
