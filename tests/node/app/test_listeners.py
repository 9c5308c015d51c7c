"""The ports of a node."""

import json
import ssl
import stat
from contextlib import AsyncExitStack

import aiohttp
import pytest

from rogatory_node.app.listeners import open_desk, pins, told
from rogatory_node.app.store import opened
from rogatory_node.config import load
from rogatory_node.home import Home
from rogatory_node.services.halting import Brake
from rogatory_node.transport.tls import CertificateError, pin_of


async def test_the_ports_are_written_down_while_they_are_open(home: Home) -> None:
    path = home.run / "ports.json"
    async with told(home, {"link": 1, "desk": 2}):
        assert {"link": 1, "desk": 2}.items() <= json.loads(path.read_text()).items()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


def test_the_pin_is_of_our_certificate(home: Home) -> None:
    pem = (home.keys / "tls.pem").read_text()
    assert pins(home) == (pin_of(ssl.PEM_cert_to_DER_cert(pem)),)


def test_of_a_chain_our_own_certificate_counts(home: Home) -> None:
    path = home.keys / "tls.pem"
    alone = pins(home)
    path.write_text(path.read_text() + "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    assert pins(home) == alone


@pytest.mark.parametrize("content", [None, "", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "ü"])
def test_what_is_no_certificate_is_named(home: Home, content: str | None) -> None:
    path = home.keys / "tls.pem"
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(CertificateError) as refused:
        pins(home)
    assert refused.value.path == path


async def test_P28_a_halted_node_is_not_ready(home: Home) -> None:
    brake, ports = Brake(), dict[str, int]()
    async with AsyncExitStack() as stack, opened(home, load(home), {}) as store:
        await open_desk(stack, store, bytes.hex, brake, ports, lambda app: None)
        client = await stack.enter_async_context(aiohttp.ClientSession())
        for good, status in ((True, 200), (False, 503)):
            async with client.get(f"http://127.0.0.1:{ports['desk']}/readyz") as reply:
                assert (reply.status, (await reply.json())["parts"]["signing"]) == (status, good)
            brake.pull("copy")
