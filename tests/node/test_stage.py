"""The stage: ports of its own, listeners on this computer only, commands that speak JSON or say why not."""

from pathlib import Path

import pytest

from rogatory_node.stage import HOST, CommandError, Part, Stage, _set

PARTS = (Part(code="XR", names={"en": "Registry"}, registry=True), Part(code="XA", names={"en": "One"}))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, PARTS)


def test_every_actor_has_ports_and_a_home_of_its_own(stage: Stage) -> None:
    ports = [p for a in stage.actors.values() for p in (a.link_port, a.desk_port, a.registry_port)]
    assert len(set(ports)) == len(ports)
    assert stage.registry.part.code == "XR"
    assert [actor.part.code for actor in stage.authorities] == ["XA"]
    assert stage.actors["XA"].link_url == f"wss://{HOST}:{stage.actors['XA'].link_port}"


def test_a_command_gives_its_json(stage: Stage) -> None:
    assert stage.run(["keys", "digits", "ab" * 32])["digits"]


def test_a_command_that_fails_says_what_it_said(stage: Stage) -> None:
    with pytest.raises(CommandError) as caught:
        stage.command("XA", "serve")
    assert caught.value.status == 1 or caught.value.status == 2
    assert str(stage.actors["XA"].home) in caught.value.said


def test_listeners_stay_on_this_computer(tmp_path: Path) -> None:
    path = tmp_path / "node.toml"
    path.write_text("[link]\nport = 1\n\n[desk]\nport = 2\n", encoding="utf-8")
    _set(path, "[quotas]\n")
    assert path.read_text(encoding="utf-8").splitlines() == [
        "[link]",
        f'host = "{HOST}"',
        "port = 1",
        "",
        "[desk]",
        "status_page = true",
        "port = 2",
        "",
        "[quotas]",
    ]


def test_closing_what_never_ran_is_nothing(stage: Stage) -> None:
    stage.close()
    assert stage.stop("XA") == 0
