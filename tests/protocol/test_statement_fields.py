"""The fields of a registry's and of a witness's statement."""

import dataclasses

import pytest

from rogatory_protocol.checkpoint import LogKeys
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid
from rogatory_protocol.statement_fields import Content, Log, Peer, Period, Root, Witness, build, read
from rogatory_protocol.suite import SigningKey

NOW = 1_800_000_000
KEYS = [SigningKey(bytes([n]) * 63 + b"f") for n in range(3)]
LOG_KEYS = LogKeys("log.xb.example", b"L" * 64).public
WIT_KEYS = LogKeys("wit.xb.example", b"W" * 64).public
LOG = Log(
    public=LOG_KEYS,
    quorum=1,
    witnesses=(Aid(b"w" * 32),),
    scope=("XA", "XB"),
    peers=(Peer(aid=Aid(b"p" * 32), origin="log.xc.example", scope=("*",)),),
)
WITNESS = Witness(name="wit.xb.example", ed=WIT_KEYS.ed, ml=WIT_KEYS.ml)
REGISTRY = Content(
    ver=1,
    prev=None,
    ts=NOW,
    exp=NOW + 1,
    name={"en": "Registry of the Network", "ar": "سجل الشبكة"},
    cc="XI",
    roles=("registry",),
    root=Root(k=1, keys=(KEYS[0].public,)),
    seal=(Period(pub=KEYS[1].public, nb=NOW, na=NOW + 1),),
    node=(Period(pub=KEYS[2].public, nb=NOW, na=NOW + 1),),
    wit=WITNESS,
    log=LOG,
)


def test_registry_is_read_as_it_was_built() -> None:
    assert read(build(REGISTRY)) == REGISTRY


@pytest.mark.parametrize(
    "changes",
    [
        {"log": None},
        {"roles": ("mla",)},
        {"log": dataclasses.replace(LOG, quorum=2)},
        {"log": dataclasses.replace(LOG, witnesses=(Aid(b"w" * 32),) * 2)},
        {"log": dataclasses.replace(LOG, scope=())},
        {"log": dataclasses.replace(LOG, scope=("XA", "XA"))},
        {"log": dataclasses.replace(LOG, scope=("ALL",))},
        {"log": dataclasses.replace(LOG, public=dataclasses.replace(LOG_KEYS, origin="log xb"))},
        {"log": dataclasses.replace(LOG, public=dataclasses.replace(LOG_KEYS, ed=bytes(32)))},
        {"wit": dataclasses.replace(WITNESS, name="a+b")},
        {"wit": dataclasses.replace(WITNESS, ml=bytes(1_311))},
    ],
)
def test_field_outside_its_limits_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(RefusedError) as caught:
        build(dataclasses.replace(REGISTRY, **changes))  # type: ignore[arg-type]
    assert caught.value.code is Code.MALFORMED


@pytest.mark.parametrize(
    "changes",
    [
        {"wit": Witness(name="wit.xb.example", ed=LOG_KEYS.ed, ml=WIT_KEYS.ml)},
        {"wit": Witness(name="wit.xb.example", ed=WIT_KEYS.ed, ml=LOG_KEYS.ml)},
        {"wit": Witness(name="wit.xb.example", ed=KEYS[1].public[1952:], ml=WIT_KEYS.ml)},
    ],
)
def test_KEY_03_log_and_witness_keys_have_no_second_use(changes: dict[str, object]) -> None:
    with pytest.raises(RefusedError) as caught:
        build(dataclasses.replace(REGISTRY, **changes))  # type: ignore[arg-type]
    assert caught.value.code is Code.MALFORMED
