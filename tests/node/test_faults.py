"""Fault points act only when a test asks for them."""

import re
from pathlib import Path

import pytest

from rogatory_node import faults


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"ROGATORY_FAULT": "writer.begun:1"},
        {"ROGATORY_FAULT": "writer.begun:1", "ROGATORY_TEST": "0"},
        {"ROGATORY_TEST": "1"},
    ],
)
def test_no_point_acts_unless_both_variables_are_set(environ: dict[str, str]) -> None:
    assert faults._armed(environ) is faults._pass


def test_the_nth_passage_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []
    monkeypatch.setattr("os.kill", lambda pid, sign: killed.append(sign))
    point = faults._armed({"ROGATORY_FAULT": "writer.begun:2", "ROGATORY_TEST": "1"})
    point("writer.begun")
    point("writer.applied")
    assert killed == []
    point("writer.begun")
    assert killed == [9]


def test_an_unknown_point_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no\.such"):
        faults._armed({"ROGATORY_FAULT": "no.such:1", "ROGATORY_TEST": "1"})


def test_the_points_in_the_code_are_those_in_the_list() -> None:
    sources = Path(faults.__file__).parent.rglob("*.py")
    used = {name for source in sources for name in re.findall(r'\bpoint\("([^"]+)"\)', source.read_text())}
    assert used == faults.POINTS


def test_every_point_is_described() -> None:
    described = re.findall(r"^\| `([^`]+)`", (Path(__file__).parents[1] / "faults.md").read_text(), re.MULTILINE)
    assert sorted(described) == sorted(faults.POINTS)
