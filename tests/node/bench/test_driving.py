"""Driving: so many in flight and no more, every letter counted, percentiles as they are meant."""

import asyncio

from rogatory_node.bench.driving import Run, drive


async def test_no_more_than_wanted_are_in_flight_and_all_are_counted() -> None:
    now, most = 0, 0

    async def send() -> float:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return 0.5

    run = await drive(send, in_flight=4, seconds=60, most=40)
    assert most == 4
    assert len(run.times) == 40
    assert run.rate > 0


async def test_time_ends_a_run() -> None:
    async def send() -> float:
        return 0.1

    run = await drive(send, in_flight=2, seconds=0)
    assert not run.times


def test_percentiles_are_of_the_sorted_times() -> None:
    run = Run(seconds=2, times=[0.3, 0.1, 0.2, 0.4])
    assert run.percentile_ms(0.5) == 300
    assert run.percentile_ms(0.99) == 400
    assert run.rate == 2
