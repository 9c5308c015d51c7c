"""Options that many commands share."""

from pathlib import Path

import pytest

from rogatory_node.cli.options import home, language_of
from rogatory_node.cli.output import Failure
from rogatory_node.i18n import LANGUAGE


def test_a_home_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert home(Path("xa")).root == tmp_path / "xa"
    assert home(Path("~/xa")).root == Path.home() / "xa"


def test_a_language_is_one_of_ours() -> None:
    assert language_of(None) == LANGUAGE
    assert language_of("pt") == "pt"
    with pytest.raises(Failure, match="language"):
        language_of("PT")
