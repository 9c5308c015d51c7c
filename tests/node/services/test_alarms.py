"""How alarms are told."""

from rogatory_keys.replay import Alarm, AlarmKind
from rogatory_node.services.alarms import MAX_EVENTS, events_of, fields_of
from rogatory_protocol.audit import MAX_EVENT_BYTES
from rogatory_protocol.errors import Code
from rogatory_protocol.ids import Aid

REGISTRY, WHO = Aid(b"r" * 32), Aid(b"a" * 32)


def test_an_alarm_is_about_whom_it_concerns() -> None:
    about = Alarm(kind=AlarmKind.KEY_REVOKED, registry=REGISTRY, index=7, aid=WHO)
    invalid = Alarm(kind=AlarmKind.INVALID_LEAF, registry=REGISTRY, index=8, code=Code.SIGNATURE, what="secret words")
    assert [(each.ev, each.obj) for each in events_of([about, invalid])] == [
        ("directory.key_revoked", WHO),
        ("directory.invalid_leaf", REGISTRY),
    ]
    assert fields_of(invalid)["code"] == int(Code.SIGNATURE)
    assert "secret words" not in str(fields_of(invalid))


def test_a_flood_of_alarms_is_cut_and_says_so() -> None:
    found = events_of([Alarm(kind=AlarmKind.WAITING, registry=REGISTRY, index=n) for n in range(MAX_EVENTS + 1)])
    assert len(found) == MAX_EVENTS + 1
    assert found[-1].ev == "directory.more_alarms"


def test_every_kind_of_alarm_fits_into_the_audit_log() -> None:
    for kind in AlarmKind:
        (event,) = events_of([Alarm(kind=kind, registry=REGISTRY, index=0)])
        assert len(event.ev) <= MAX_EVENT_BYTES
