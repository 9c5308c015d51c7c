"""Two authorities to measure on: letters really cross, and every one is counted on both sides."""

import asyncio

import pytest

from rogatory_node.bench.driving import drive
from rogatory_node.bench.network import counted, network, sending


@pytest.mark.timeout(120)
def test_letters_cross_between_two_processes_and_are_counted_from_outside() -> None:
    async def run() -> int:
        async with sending(stage) as at:
            return len((await drive(lambda: at.sender.send(512), in_flight=4, seconds=60, most=12)).times)

    with network(lambda what: None) as stage:
        # One letter more than driven: the first waits for the link.
        assert asyncio.run(run()) == 12
        assert counted(stage.actors["XB"], "SELECT count(*) FROM letters WHERE direction = 'in'") == 13
        assert counted(stage.actors["XA"], "SELECT count(*) FROM outbox WHERE state = 'complete'") == 13
