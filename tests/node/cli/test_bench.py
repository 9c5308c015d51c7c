"""The command around the measures."""

import json
from pathlib import Path

import pytest

from rogatory_node.cli.main import run


def test_a_measure_comes_with_its_machine_and_versions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "replay", "--count", "120", "--json", str(tmp_path / "out.json")]) == 0
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert found == json.loads(capsys.readouterr().out)
    assert {"name", "machine", "versions", "leaves_per_second"} <= found.keys()


def test_an_unknown_measure_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "nothing"]) == 2
    assert "deliver" in capsys.readouterr().err
