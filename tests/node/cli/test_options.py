"""Options that many commands share."""

from pathlib import Path

import pytest

from rogatory_node.cli.options import home


def test_a_home_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert home(Path("xa")).root == tmp_path / "xa"
    assert home(Path("~/xa")).root == Path.home() / "xa"
