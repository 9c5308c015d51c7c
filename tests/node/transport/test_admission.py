"""How many strangers a listener bears, and for whom it keeps room."""

import pytest

from rogatory_node.transport import admission
from rogatory_node.transport.admission import Admission, network_of

NOW = 1_800_000_000.0


def address(n: int) -> str:
    return f"198.51.{n // 256}.{n % 256}"


def test_LNK_14_strangers_are_few_in_all_and_half_is_kept_for_known_addresses() -> None:
    door = Admission({address(n): NOW - 1 for n in range(1_000, 1_100)})
    strangers = [door.enter(address(n), NOW) for n in range(100)]
    assert sum(ticket is not None for ticket in strangers) == 32
    known = [door.enter(address(n), NOW) for n in range(1_000, 1_100)]
    assert sum(ticket is not None for ticket in known) == 32
    assert door.strangers == 64


def test_LNK_14_one_address_holds_eight_and_gets_one_more_for_each_that_leaves() -> None:
    door = Admission()
    tickets = [door.enter("198.51.100.1", NOW) for _ in range(9)]
    assert [ticket is not None for ticket in tickets] == [True] * 8 + [False]
    assert tickets[0] is not None
    door.leave(tickets[0])
    door.leave(tickets[0])
    assert door.enter("198.51.100.1", NOW) is not None
    assert door.enter("198.51.100.1", NOW) is None


def admitted(door: Admission, places: list[str], now: float) -> int:
    """Let connections in and out at once; return how many were let in."""
    count = 0
    for place in places:
        ticket = door.enter(place, now)
        if ticket is not None:
            count += 1
            door.leave(ticket)
    return count


def test_LNK_15_handshakes_are_counted_before_any_work_is_done() -> None:
    door = Admission({"203.0.113.1": NOW, "203.0.113.2": NOW})
    assert admitted(door, [address(n) for n in range(500)], NOW) == 100
    # A known peer still gets in, and a second later so do others.
    assert admitted(door, ["203.0.113.1"], NOW) == 1
    assert admitted(door, [address(n) for n in range(500)], NOW + 0.5) == 50
    assert admitted(door, ["203.0.113.2"], NOW + 0.5) == 1


def test_LNK_15_one_address_has_a_burst_of_twenty_and_two_a_second() -> None:
    door = Admission()
    assert admitted(door, ["198.51.100.1"] * 30, NOW) == 20
    assert admitted(door, ["198.51.100.1"] * 30, NOW + 3) == 6
    assert admitted(door, ["198.51.100.2"] * 30, NOW + 3) == 20


@pytest.mark.parametrize("later", [admission.KNOWN_SECONDS - 1, admission.KNOWN_SECONDS + 1])
def test_LNK_14_an_address_is_known_for_thirty_days(later: float) -> None:
    door = Admission()
    first = door.enter("203.0.113.1", NOW)
    assert first is not None
    door.prove(first, NOW)
    for n in range(32):
        assert door.enter(address(n), NOW + later) is not None
    assert (door.enter("203.0.113.1", NOW + later) is not None) == (later < admission.KNOWN_SECONDS)


def test_OVL_03_addresses_are_forgotten_when_their_allowance_is_whole() -> None:
    door = Admission()
    for second in range(60):
        admitted(door, [address(second * 300 + n) for n in range(300)], NOW + second)
    assert len(door._buckets) <= 100 * 11


def test_a_clock_that_is_set_back_neither_shuts_the_door_nor_gives_more() -> None:
    door = Admission()
    assert admitted(door, [address(n) for n in range(60)], NOW) == 60
    assert admitted(door, [address(n) for n in range(100, 300)], NOW - 86_400) == 40
    assert admitted(door, [address(n) for n in range(100, 300)], NOW - 86_399) == 100


def test_an_ipv6_host_counts_by_its_network_and_a_mapped_one_by_itself() -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::9") != network_of("2001:db8:1:3::9")
    assert network_of("::ffff:198.51.100.1") == network_of("198.51.100.1") == "198.51.100.1"
    assert network_of("fe80::1%eth0") == "fe80::/64"
