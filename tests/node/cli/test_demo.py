"""The demonstration as a newcomer runs it: real processes, a killed node, a proof that holds and one that does not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rogatory_node.i18n import LANGUAGES

pytestmark = pytest.mark.timeout(240)  # whichever comes first plays the demonstration


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("demo")
    words = ["demo", "--once", "--json", str(folder / "out.json"), "--folder", str(folder / "network")]
    done = subprocess.run([sys.executable, "-m", "rogatory_node", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, object] = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    return found


def test_the_exchange_is_verified_and_a_changed_byte_is_refused(report: dict[str, object]) -> None:
    assert report["verified"] is True
    assert report["damaged_refused"] is True
    assert Path(str(report["bundle"])).is_file()


def test_the_request_is_printed_in_every_language(report: dict[str, object]) -> None:
    documents = [Path(str(path)) for path in report["documents"]]  # type: ignore[attr-defined]
    assert {path.stem.removeprefix("request-") for path in documents} | {"zh"} == set(LANGUAGES)
    assert all(path.read_bytes().startswith(b"%PDF-") for path in documents)


def test_every_level_came_from_the_right_party(report: dict[str, object]) -> None:
    aids = {node["name"]: node["aid"] for node in report["nodes"]}  # type: ignore[attr-defined]
    about = [fact for fact in report["evidence"] if fact["letter"] == report["letter"]]  # type: ignore[attr-defined]
    assert {fact["lvl"] for fact in about} == {30, 35, 40, 50}
    assert {fact["from"] for fact in about} == {aids["XB"]}


def test_the_attachments_arrived_whole(report: dict[str, object]) -> None:
    sizes = sorted(file["bytes"] for file in report["attachments"])  # type: ignore[attr-defined]
    assert len(sizes) == 3
    assert sizes[-1] == 64 * 1024 * 1024


def test_a_report_that_cannot_be_written_is_told_before_anything_is_built(tmp_path: Path) -> None:
    words = ["demo", "--once", "--json", str(tmp_path / "no" / "out.json"), "--folder", str(tmp_path / "network")]
    done = subprocess.run([sys.executable, "-m", "rogatory_node", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "out.json" in done.stderr
    assert not (tmp_path / "network").exists()


def test_the_folder_of_a_demonstration_must_be_new(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "rogatory_node", "demo", "--once", "--folder", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert str(tmp_path) in done.stderr
