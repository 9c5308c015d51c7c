"""``rogatory authorities``."""

import dataclasses
import json
from pathlib import Path

import pytest

from rogatory_node.api.context import Node
from rogatory_node.casework.authorities import entry as e
from rogatory_node.casework.authorities.directory import practice
from rogatory_node.cli.main import run
from rogatory_node.registry.admitting import Admitting
from rogatory_node.registry.log import Log
from rogatory_node.registry.running import Registries

XA = next(e.written(each.entry) for each in practice() if each.entry.id == "xa.central")
TABLE = """id,state,kind,name_en,designations,languages,verified_on,verified_by
xe.justice,XE,central_authority,Ministry of Justice of Xelland,mla = UNTOC 18(13),en; fr,2026-11-01,secretariat
xg.court,XG,court,Supreme Court of Xolmia,mla; extradition,zh,{day},secretariat
"""


def test_without_a_node_the_invented_ones_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["authorities", "search", "--function", "extradition", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["id"] for each in found["authorities"]] == ["xa.central", "xb.central", "xd.foreign"]
    assert run(["authorities", "search", "puerto", "nowhere"]) == 0
    assert "Nothing" in capsys.readouterr().out
    assert run(["authorities", "show", "xa.central"]) == 0
    text = capsys.readouterr().out
    assert "invented, for practice" in text
    assert "Postal address: 12 Harbour Street" in text
    assert run(["authorities", "schema"]) == 0
    assert "$schema" in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["search", "--function", "magic"], 2),
        (["search", "--state", "Xebora"], 2),
        (["show", "nobody"], 1),
        (["import", "x.csv", "--home", "/nowhere"], 2),
    ],
)
def test_what_does_not_exist_is_said(words: list[str], status: int) -> None:
    assert run(["authorities", *words]) == status


async def test_an_own_entry_is_signed_exported_and_taken_again(cli, tmp_path: Path) -> None:
    file, out = tmp_path / "entry.json", tmp_path / "all.rgtpub"
    file.write_bytes(XA)
    assert await cli("authorities", "edit", str(file)) == (0, {"id": "xa.central", "news": True})
    _, found = await cli("authorities", "search", "--state", "XA")
    assert [(each["id"], each["voice"]) for each in found["authorities"]] == [("xa.central", "itself")]
    _, text = await cli("authorities", "show", "xa.central", text=True)
    assert "said by the authority itself" in text
    assert (await cli("authorities", "export", "--out", str(out)))[0] == 0
    status, shown = await cli("authorities", "import", str(out))
    assert (status, shown["count"], shown["known"]) == (0, 0, 1)
    out.write_bytes(b"nothing of this kind")
    status, refused = await cli("authorities", "import", str(out), "--yes")
    assert (status, refused["error"]["code"]) == (1, "publication.unreadable")


class TestOfARegistry:
    @pytest.fixture
    def node(self, node: Node, world) -> Node:
        """The node as the registry of its world."""
        ours = world.registry
        log = Log(node.trust, ours.log_keys, ours.aid)
        admitting = Admitting(log, node.trust, ours.seal, writer=node.writer, readers=node.readers)
        own = dataclasses.replace(node.own, aid=ours.aid, seal=ours.seal, statement=ours.newest)
        return dataclasses.replace(node, own=own, registries=Registries(admitting=admitting))

    async def test_it_enters_those_without_a_node_from_a_table_or_none(self, cli, tmp_path: Path) -> None:
        file = tmp_path / "entries.csv"
        file.write_text(TABLE.format(day="soon"))
        status, refused = await cli("authorities", "import", str(file), "--yes")
        assert (status, refused["error"]["code"]) == (1, "table")
        assert "line 3" in refused["error"]["what"]
        _, found = await cli("authorities", "search", "--state", "XE")
        assert found["count"] == 0
        file.write_text(TABLE.format(day="2025-11-01"))
        status, unasked = await cli("authorities", "import", str(file))
        assert (status, unasked["error"]["code"]) == (2, "unconfirmed")
        status, shown = await cli("authorities", "import", str(file), "--yes")
        assert (status, shown["count"]) == (0, 2)
        _, found = await cli("authorities", "search", "--due")
        assert {(each["id"], each["voice"]) for each in found["authorities"]} >= {("xg.court", "secretariat")}
        file.write_text(TABLE.format(day="2026-11-01"))
        _, shown = await cli("authorities", "import", str(file), "--yes")
        assert (shown["count"], shown["known"]) == (1, 1)


async def test_who_is_no_registry_enters_nobody_else(cli, tmp_path: Path) -> None:
    file = tmp_path / "entries.csv"
    file.write_text(TABLE.format(day="2026-11-01"))
    status, refused = await cli("authorities", "import", str(file), "--yes")
    assert (status, refused["error"]["code"]) == (1, "no-registry")
