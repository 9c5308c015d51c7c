"""Decisions over the socket: shown, then made."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from offices import Authority

from rogatory_node.api.context import Node
from rogatory_node.registry.admitting import Admitting
from rogatory_node.registry.fence import Fence
from rogatory_node.registry.keeping import Keeping
from rogatory_node.registry.log import Log
from rogatory_node.registry.running import Registries
from rogatory_protocol.ids import digits_of


@pytest.fixture
async def node(node: Node, world) -> AsyncIterator[Node]:
    """The node as the registry of its world."""
    ours = world.registry
    log = Log(node.trust, ours.log_keys, ours.aid)
    log.fence.founded(node.trust.now())
    admitting = Admitting(log, node.trust, ours.seal, writer=node.writer, readers=node.readers)
    keeping = Keeping(admitting, node.trust, ())
    return replace(node, registries=Registries(admitting=admitting, keeping=keeping))


async def applied(node: Node, who: Authority) -> Authority:
    await node.registries.admitting.submit(who.newest.raw)
    return who


async def test_an_application_is_listed_shown_and_admitted(ask, node: Node) -> None:
    who = await applied(node, Authority("E", "XE"))
    _, found = await ask("GET", "/registry/applications")
    (waiting,) = found["applications"]
    assert (waiting["aid"], waiting["cc"], waiting["digits"]) == (who.aid.hex(), "XE", digits_of(who.aid))
    order = {"act": "admit", "authority": "XE", "why": "letter of 3 May"}
    status, shown = await ask("POST", "/registry/preview", json=order)
    assert (status, shown["before"], shown["after"], shown["second"]) == (200, None, "admitted", [])
    assert not node.trust.admitted(who.aid)
    order["stmt"] = shown["stmt"]
    status, done = await ask("POST", "/registry/decisions", json=order)
    assert (status, done["after"], done["why"]) == (200, "admitted", "letter of 3 May")
    assert node.trust.admitted(who.aid)
    _, state = await ask("GET", "/registry")
    assert (state["applications"], state["size"]) == (0, node.trust.heads()[0][1])


async def test_an_applicant_is_named_by_the_digits_that_people_compare(ask, node: Node) -> None:
    who = await applied(node, Authority("E", "XE"))
    order = {"act": "admit", "authority": digits_of(who.aid)}
    status, shown = await ask("POST", "/registry/preview", json=order)
    assert (status, shown["aid"]) == (200, who.aid.hex())


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"act": "admit", "authority": "XZ"}, 404, "registry.unknown"),
        ({"act": "admit", "authority": "XC"}, 409, "registry.ambiguous"),
        ({"act": "approve", "authority": "XB"}, 400, "field"),
        ({"act": "resume", "authority": "XB"}, 409, "registry.standing"),
        ({"act": "admit", "authority": "XB"}, 409, "registry.nothing"),
        ({"act": "suspend", "authority": "XB", "roles": ["registry"]}, 409, "registry.roles"),
        ({"act": "suspend", "authority": "XB", "stmt": "00" * 32}, 409, "registry.changed"),
        ({"act": "suspend", "authority": "XB", "why": "w" * 501}, 400, "field"),
        ({"act": "suspend", "authority": "XB", "replaces": "XB"}, 409, "registry.refused"),
    ],
)
async def test_what_makes_no_sense_is_refused(ask, node: Node, order, status: int, code: str) -> None:
    found, said = await ask("POST", "/registry/preview", json=order)
    assert (found, said["code"]) == (status, code)


async def test_nothing_is_decided_that_was_not_shown(ask, node: Node, world) -> None:
    status, _ = await ask("POST", "/registry/decisions", json={"act": "suspend", "authority": "XB"})
    assert status == 400
    assert node.trust.admitted(world.xb.aid)


async def test_DIR_21_a_registry_that_may_be_an_old_backup_says_what_to_do(ask, node: Node, world) -> None:
    log = Log(node.trust, world.registry.log_keys, world.registry.aid, Fence(node.trust, world.registry.aid))
    object.__setattr__(node.registries.admitting, "log", log)
    order = {"act": "suspend", "authority": "XB"}
    _, shown = await ask("POST", "/registry/preview", json=order)
    status, said = await ask("POST", "/registry/decisions", json=order | {"stmt": shown["stmt"]})
    assert (status, said["code"]) == (409, "registry.listening")
    _, state = await ask("GET", "/registry")
    assert (state["signing"], state["agreed"], state["needed"], state["shown"]) == ("listening", 0, 2, None)
    world.registry.state(Authority("lost").newest)
    await log.hear(world.registry.head())
    for path, body in (("decisions", order | {"stmt": shown["stmt"]}), ("vouch", {})):
        status, said = await ask("POST", f"/registry/{path}", json=body)
        assert (status, said["code"]) == (409, "registry.behind")
    status, said = await ask("POST", "/registry/refill", json={"url": "http://127.0.0.1:1/log"})
    assert (status, said["code"]) == (409, "registry.no-copy")
    await node.trust.take(world.registry.aid, world.registry.head(), world.registry.leaves[-1:])
    status, state = await ask("POST", "/registry/vouch", json={})
    assert (status, state["signing"]) == (200, "open")


async def test_a_node_that_is_no_registry_says_so(ask, node: Node) -> None:
    object.__setattr__(node, "registries", Registries())
    for method, path in (("GET", "/registry"), ("GET", "/registry/applications"), ("POST", "/registry/preview")):
        status, said = await ask(method, path, json={})
        assert (status, said["code"]) == (409, "no-registry")
