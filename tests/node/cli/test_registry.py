"""Decisions by commands: a check page first."""

import asyncio
import os
import pty
from dataclasses import replace

import pytest
from offices import Authority

from rogatory_node.api.context import Node
from rogatory_node.registry.admitting import Admitting
from rogatory_node.registry.keeping import Keeping
from rogatory_node.registry.log import Log
from rogatory_node.registry.running import Registries
from rogatory_protocol.ids import digits_of


@pytest.fixture
def node(node: Node, world) -> Node:
    """The node as the registry of its world."""
    ours = world.registry
    log = Log(node.trust, ours.log_keys, ours.aid)
    log.fence.founded(node.trust.now())
    admitting = Admitting(log, node.trust, ours.seal, writer=node.writer, readers=node.readers)
    keeping = Keeping(admitting, node.trust, ())
    return replace(node, registries=Registries(admitting=admitting, keeping=keeping))


@pytest.fixture
async def applicant(node: Node) -> Authority:
    who = Authority("E", "XE")
    assert node.registries.admitting is not None
    await node.registries.admitting.submit(who.newest.raw)
    return who


async def test_what_waits_is_listed(cli, node: Node, applicant: Authority) -> None:
    _, text = await cli("registry", "applications", text=True)
    assert "XE Authority E" in text
    assert digits_of(applicant.aid) in text
    _, found = await cli("registry", "status")
    assert found["applications"] == 1
    _, text = await cli("registry", "status", text=True)
    assert "log.north.example" in text


async def test_an_authority_lives_through_its_decisions(cli, node: Node, applicant: Authority) -> None:
    for act, standing in (
        ("admit", "admitted"),
        ("suspend", "suspended"),
        ("resume", "admitted"),
        ("remove", "removed"),
    ):
        status, done = await cli("registry", act, "XE", "--why", "letter of 3 May", "--yes", "--as", "secretary")
        assert (status, done["after"]) == (0, standing)
    _, text = await cli("registry", "applications", text=True)
    assert text == "Nobody waits.\n"


async def test_nothing_is_decided_where_nobody_can_be_asked(command, node: Node, applicant: Authority) -> None:
    process = await command("registry", "admit", "XE", stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE)
    async with asyncio.timeout(10):
        _, said = await process.communicate()
    assert process.returncode == 2
    assert b"--yes" in said
    assert not node.trust.admitted(applicant.aid)


@pytest.mark.parametrize(("answer", "status"), [(b"n\n", 1), (b"y\n", 0)])
async def test_the_check_page_comes_first(command, node: Node, applicant, answer: bytes, status: int) -> None:
    person, terminal = pty.openpty()
    try:
        process = await command(
            "registry", "admit", applicant.aid.hex()[:8], stdin=terminal, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        os.write(person, answer)
        async with asyncio.timeout(10):
            _, page = await process.communicate()
    finally:
        os.close(person)
        os.close(terminal)
    assert digits_of(applicant.aid).encode() in page
    assert b"Then:      admitted" in page
    assert process.returncode == status
    assert node.trust.admitted(applicant.aid) is (status == 0)


async def test_what_makes_no_sense_is_told(cli, node: Node) -> None:
    status, said = await cli("registry", "resume", "XB", "--yes")
    assert (status, said["error"]["code"]) == (1, "registry.standing")


async def test_DIR_21_a_person_vouches_for_a_log_that_nobody_can_compare(cli, node: Node, world) -> None:
    log = Log(node.trust, world.registry.log_keys, world.registry.aid)
    object.__setattr__(node.registries.admitting, "log", log)
    _, text = await cli("registry", "status", text=True)
    assert "Signing:      not yet: it has just started" in text
    status, done = await cli("registry", "vouch", "--yes", "--as", "secretary")
    assert (status, done["signing"]) == (0, "open")
    assert "Signing:      yes" in (await cli("registry", "status", text=True))[1]
    status, said = await cli("registry", "refill", "--from", "http://127.0.0.1:1/log")
    assert (status, said["error"]["code"]) == (1, "registry.no-copy")
