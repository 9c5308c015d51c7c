"""What a replay found, as the audit log and our own log tell it.

* The first replay of a long log raises many alarms; a thousand of one change are told, and that there were more.
* An alarm is about the authority concerned, else about the registry.
"""

from collections.abc import Sequence
from typing import Final

from rogatory_keys.replay import Alarm
from rogatory_node.storage.audit_log import Event
from rogatory_protocol.ids import Digest

MAX_EVENTS: Final = 1_000


def events_of(alarms: Sequence[Alarm]) -> list[Event]:
    """Return what the audit log tells."""
    found = [
        Event(ev=f"directory.{alarm.kind.value}", obj=Digest(alarm.aid or alarm.registry), who="node")
        for alarm in alarms[:MAX_EVENTS]
    ]
    if len(alarms) > MAX_EVENTS:
        found.append(Event(ev="directory.more_alarms", obj=None, who="node"))
    return found


def fields_of(alarm: Alarm) -> dict[str, object]:
    """Return what our own log tells of one."""
    return {
        "kind": alarm.kind.value,
        "registry": alarm.registry.hex(),
        "leaf": alarm.index,
        "aid": None if alarm.aid is None else alarm.aid.hex(),
        "code": None if alarm.code is None else int(alarm.code),
    }
