"""What sessions share: the meter of what was served, and work beside the event loop."""

import threading

from rogatory_node.delivery.office import INLINE_BYTES, MOST_METERED, Meter, worked
from rogatory_protocol.ids import Aid

XA, XB = Aid(bytes(32)), Aid(b"\1" * 32)
LETTER = bytes(32)


def test_a_blob_is_served_three_times_over_and_no_more() -> None:
    meter = Meter()
    assert [meter.admits(XA, LETTER, 0, count=4, stored=10) for _ in range(9)] == [True] * 7 + [False] * 2
    assert meter.admits(XA, LETTER, 0, count=2, stored=10)
    assert meter.admits(XB, LETTER, 0, count=10, stored=10)
    assert meter.admits(XA, LETTER, 1, count=10, stored=10)


def test_the_meter_does_not_grow_without_bound() -> None:
    meter = Meter()
    for n in range(MOST_METERED + 1):
        assert meter.admits(XA, n.to_bytes(32, "big"), 0, count=30, stored=10)
    # The oldest is forgotten, the newest is not.
    assert meter.admits(XA, bytes(32), 0, count=30, stored=10)
    assert not meter.admits(XA, MOST_METERED.to_bytes(32, "big"), 0, count=1, stored=10)


async def test_large_work_is_done_beside_the_event_loop() -> None:
    here = threading.get_ident()
    assert await worked(INLINE_BYTES - 1, threading.get_ident) == here
    assert await worked(INLINE_BYTES, threading.get_ident) != here
