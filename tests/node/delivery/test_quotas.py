"""Quotas of one peer: counted by day and hour, each peer and each use by itself."""

import pytest

from rogatory_node.delivery.quotas import HOUR_SECONDS, LEAST_RETRY_SECONDS, MAX_COUNTED, Allowed, Quotas, Use
from rogatory_protocol.ids import Aid
from rogatory_protocol.limits import DAY_SECONDS

XA, XB = (Aid(bytes((n,)) * 32) for n in (1, 2))
SMALL = Allowed(letters=3, offers=9, attachment_bytes=100, refusals=2)


class Clock:
    now = 20.0 * DAY_SECONDS

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def quotas(clock: Clock) -> Quotas:
    return Quotas(allowed=SMALL, wall=clock)


def test_LNK_quota_ends_and_comes_back_with_the_next_span(quotas: Quotas, clock: Clock) -> None:
    assert [quotas.take(XA, Use.REFUSALS) for _ in range(3)] == [True, True, False]
    clock.now += HOUR_SECONDS - 1
    assert not quotas.take(XA, Use.REFUSALS)
    clock.now += 1
    assert quotas.take(XA, Use.REFUSALS)


def test_peers_and_uses_are_counted_apart(quotas: Quotas) -> None:
    assert quotas.take(XA, Use.LETTERS, 3)
    assert not quotas.take(XA, Use.LETTERS)
    assert quotas.take(XB, Use.LETTERS)
    assert quotas.take(XA, Use.OFFERS)


def test_what_does_not_fit_is_not_counted(quotas: Quotas) -> None:
    assert not quotas.take(XA, Use.ATTACHMENT_BYTES, 101)
    assert quotas.take(XA, Use.ATTACHMENT_BYTES, 100)


def test_the_retry_is_the_beginning_of_the_next_span(quotas: Quotas, clock: Clock) -> None:
    clock.now += 100
    assert quotas.retry_seconds(Use.LETTERS) == DAY_SECONDS - 100
    clock.now += HOUR_SECONDS - 101
    assert quotas.retry_seconds(Use.REFUSALS) == LEAST_RETRY_SECONDS


def test_strange_peers_do_not_fill_the_memory(quotas: Quotas) -> None:
    for n in range(MAX_COUNTED * len(Use) + 50):
        quotas.take(Aid(n.to_bytes(32, "big")), Use.LETTERS)
    assert len(quotas._used) == MAX_COUNTED * len(Use)
