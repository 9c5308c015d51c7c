"""``rogatory law import`` and ``rogatory law issue``."""

import dataclasses
import json
from pathlib import Path

import pytest
from offices import NOW

from rogatory_node.api.context import Node
from rogatory_node.cli.main import run
from rogatory_node.registry.admitting import Admitting
from rogatory_node.registry.log import Log
from rogatory_node.registry.running import Registries
from rogatory_protocol.publication import Publication, build
from rogatory_protocol.signed import Context, sign

BOUND = {"instrument": "UNTOC", "state": "XE", "bound": "2026-10-01", "source": "depositary", "as_of": "2026-12-01"}
FIND = ("law", "find", "--from", "XA", "--to", "XE", "--type", "evidence.statement", "--offence", "corruption")


def facts(version: int = 1, **more) -> bytes:
    pack = {"format": 1, "name": "north", "version": version, "issued": "2026-12-01", "parties": [BOUND], **more}
    return json.dumps(pack).encode()


@pytest.fixture
def signed(world, tmp_path: Path):
    """Write a file that somebody signed."""

    def written(content: bytes, by=None, version: int = 1) -> str:
        by = by or world.registry
        said = Publication(kind="law", issuer=by.aid, name="north", ver=version, ts=NOW, content=content)
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.rgtpub"
        file.write_bytes(sign(by.seal, Context.PUBLICATION, build(said)))
        return str(file)

    return written


async def test_a_pack_of_the_registry_is_shown_taken_and_used(cli, signed) -> None:
    file = signed(facts())
    status, found = await cli(*FIND, "--at", "2026-12-01")
    assert (status, found["bases"][0]["instrument"]) == (1, "RECIPROCITY")
    status, refused = await cli("law", "import", file)
    assert (status, refused["error"]["code"]) == (2, "unconfirmed")
    status, shown = await cli("law", "import", file, "--yes")
    assert (status, shown["news"], shown["count"]) == (0, True, 1)
    assert shown["changes"][0]["before"] == "signed 2000-12-13"
    status, found = await cli(*FIND, "--at", "2026-12-01")
    assert (status, found["bases"][0]["instrument"]) == (0, "UNTOC")
    assert found["authorities"] == []
    _, text = await cli("law", "import", file, "--yes", text=True)
    assert "Held already" in text


async def test_what_is_older_forged_or_of_somebody_else_changes_nothing(cli, signed, world) -> None:
    assert (await cli("law", "import", signed(facts(2), version=2), "--yes"))[0] == 0
    for file, code in (
        (signed(facts(1), version=1), "publication.older"),
        (signed(facts(2, instruments=[]), version=2), "publication.two"),
        (signed(facts(3), by=world.xb, version=3), "publication.issuer"),
        (signed(facts(4), version=3), "publication.unreadable"),
    ):
        status, said = await cli("law", "import", file, "--yes")
        assert (status, said["error"]["code"]) == (1, code)
    broken = Path(signed(facts(3), version=3))
    broken.write_bytes(broken.read_bytes().replace(b"2026-10-01", b"2026-10-02"))
    status, said = await cli("law", "import", str(broken), "--yes")
    assert (status, said["error"]["code"]) == (1, "publication.signature")


async def test_who_is_no_registry_signs_nothing(cli, tmp_path: Path) -> None:
    plain, out = tmp_path / "facts.json", tmp_path / "facts.rgtpub"
    plain.write_bytes(facts())
    status, said = await cli("law", "issue", str(plain), "--out", str(out))
    assert (status, said["error"]["code"]) == (1, "no-registry")
    assert not out.exists()


class TestOfARegistry:
    @pytest.fixture
    def node(self, node: Node, world) -> Node:
        """The node as the registry of its world."""
        ours = world.registry
        log = Log(node.trust, ours.log_keys, ours.aid)
        admitting = Admitting(log, node.trust, ours.seal, writer=node.writer, readers=node.readers)
        own = dataclasses.replace(node.own, aid=ours.aid, seal=ours.seal)
        return dataclasses.replace(node, own=own, registries=Registries(admitting=admitting))

    async def test_it_signs_what_its_members_take(self, cli, tmp_path: Path) -> None:
        plain, out = tmp_path / "facts.json", tmp_path / "facts.rgtpub"
        plain.write_bytes(facts())
        status, done = await cli("law", "issue", str(plain), "--out", str(out))
        assert (status, done["facts"], done["news"]) == (0, 1, True)
        status, shown = await cli("law", "import", str(out), "--yes")
        assert (status, shown["news"], shown["held"]) == (0, False, 1)
        plain.write_bytes(b"{}")
        status, said = await cli("law", "issue", str(plain), "--out", str(out))
        assert (status, said["error"]["code"]) == (1, "law.pack")


async def test_what_is_known_is_written_to_be_edited(
    cli, signed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "known.json"
    assert run(["law", "export", "--name", "north", "--version", "5", "--state", "SG", "--out", str(out)]) == 0
    capsys.readouterr()
    told = json.loads(out.read_bytes())
    assert (told["version"], {each["state"] for each in told["parties"]}) == (5, {"SG"})
    status, shown = await cli("law", "import", signed(out.read_bytes(), version=5), "--yes")
    assert (status, shown["news"], shown["count"]) == (0, True, 0)
    words = ("--name", "north", "--version", "6", "--state", "XE", "--out", str(out))
    assert (await cli("law", "export", *words))[1]["facts"] == 0


def test_a_table_of_parties_becomes_a_file_of_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "parties.csv", tmp_path / "facts.json"
    words = ["--instrument", "UNTOC", "--source", "the depositary", "--as-of", "2026-11-30"]
    words += ["--name", "north", "--version", "1", "--out", str(out)]
    file.write_text("state;signed;bound;how\nXE;2000-12-13;2026-10-01;ratification\n")
    assert run(["law", "gather", str(file), *words]) == 0
    assert json.loads(out.read_bytes())["tables"][0]["rows"] == {"XE": ["2000-12-13", "2026-10-01", "ratification"]}
    file.write_text("state;bound\nXE;2026-10-01\nXelland;2026-10-01\n")
    assert run(["law", "gather", str(file), *words]) == 1
    assert "line 3" in capsys.readouterr().err
    assert run(["law", "gather", str(tmp_path / "none.csv"), *words]) == 2
    assert run(["law", "gather", str(file), *words[:-4], "--name", "../x", *words[-4:]]) != 0
