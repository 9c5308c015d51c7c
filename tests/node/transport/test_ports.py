"""Ports."""

import asyncio
import socket

import pytest

from rogatory_node.transport.ports import PortError, port_of, wanted


async def test_the_port_that_the_system_chose_is_told() -> None:
    async with await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0) as server:
        port = port_of(server.sockets)
    assert port > 0


async def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortError) as refused, wanted("link", "127.0.0.1", port):
            await asyncio.start_server(lambda r, w: None, "127.0.0.1", port)
    assert (refused.value.listener, refused.value.port, refused.value.taken) == ("link", port, True)


async def test_an_address_that_is_not_ours_is_told_apart() -> None:
    with pytest.raises(PortError) as refused, wanted("link", "192.0.2.1", 0):
        await asyncio.start_server(lambda r, w: None, "192.0.2.1", 0)
    assert not refused.value.taken
